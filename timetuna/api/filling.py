"""What a program wants changed, as the pages' own forms read it: the same rules, the same sentences.

A form is filled in as it is stored, what was sent takes the place of what it is about, and all of it is saved as if a
browser had sent it. Each part that is wrong is named by where it came from.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext

from timetuna.api.problems import Fault, Problem, ProblemCode
from timetuna.web.forms import Rows, with_values
from timetuna.web.saving import HostForm, save_sent, unchanged

Pointers = Callable[[str], str]
"""By the name of a field where in the body it comes from; "" for what nobody has sent."""
FormT = TypeVar("FormT", bound=HostForm)
_ALL = "__all__"


def fill_in(
    request: HttpRequest,
    build: Callable[[Any, Any], FormT],
    values: Mapping[str, Sequence[str]],
    *,
    pointers: Pointers,
    instead_of: str = "",
) -> FormT:
    """Save the form with these values in it. Raises Problem 412 or 422.

    instead_of: what the names of those fields begin with that go, whether or not there are others in their place.
    """
    with transaction.atomic():
        data = unchanged(request, build(None, None))
        sent = [(name, list(found)) for name, found in values.items()]
        form = save_sent(request, build, with_values(data, sent, but=instead_of), None)
        if form.stale:
            sentence = gettext("It has changed since you read it. Read it again, and look.")
            raise Problem(ProblemCode.CHANGED_MEANWHILE, sentence)
        if not form.saved:
            raise wrong([form, *form.inner()], [rows for _, rows in form.rows()], pointers=pointers)
    return form


def wrong(filled: Sequence[forms.Form], rows: Sequence[Rows] = (), *, pointers: Pointers) -> Problem:
    """Everything that is not as it should be, in the sentences of the forms."""
    faults = [fault for form in filled for fault in _faults(form, pointers)]
    for each in rows:
        faults += [fault for form in each.forms for fault in _faults(form, pointers)]
        said = [str(sentence) for sentence in each.non_form_errors()]
        faults += [Fault(pointers(str(each.prefix)), "invalid", sentence) for sentence in said]
    return Problem(ProblemCode.VALIDATION, " ".join(dict.fromkeys(one.detail for one in faults)), faults)


def _faults(form: forms.BaseForm, pointers: Pointers) -> Iterator[Fault]:
    for name, sentences in form.errors.items():
        pointer = "" if name == _ALL else pointers(form.add_prefix(name))
        for sentence in sentences:
            yield Fault(pointer, "invalid", str(sentence))


def ticked(on: bool) -> list[str]:  # noqa: FBT001 - the value itself
    """As a browser sends a switch."""
    return ["on" if on else ""]


def typed(value: object) -> list[str]:
    """As a browser sends what is typed; None is an empty field."""
    return ["" if value is None else str(value)]
