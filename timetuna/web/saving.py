"""Host's forms that are saved over something: never over what somebody else has saved meanwhile.

A form carries a digest of every part as it was when the page was made. At a save the digests are compared with what is
stored now, behind the host's lock. Where a part is another by now nothing is stored: the form comes back with what was
typed, beside it what is there, and both can be had. Nothing has to be counted up by whoever else writes.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as gettext_for_hosts

from timetuna.web.forms import (
    INCOMPLETE,
    VERSION,
    Rows,
    Screen,
    WholeForm,
    fields_written,
    forget_typed,
    make_version,
    read_version,
    rows_kept,
    rows_written,
    show,
    typed_before,
    with_values,
    written,
)

if TYPE_CHECKING:
    from django.db.models import Model
    from django.utils.datastructures import MultiValueDict

CHOICE, SAVED = "choice", "saved"
_DIGEST_BYTES = 9
Parts = dict[str, "FormPart"]


@dataclass(frozen=True, slots=True)
class FormPart:
    """A field or a set of rows. value: what tells it from another one.  text: how a person reads it.

    told: whether what stands in it may be told to others than whoever changes it: not of what somebody writes.
    """

    label: str
    value: Any
    text: str
    told: bool = True

    def digest(self) -> str:
        octets = json.dumps(self.value).encode()
        return hashlib.blake2s(octets, digest_size=_DIGEST_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Conflict:
    """A part that was changed here and elsewhere. name: of the field by which one of the two is chosen."""

    name: str
    label: str
    mine: str
    saved: str


class HostForm(WholeForm):
    """A form that is saved over what is stored.

    version: what its hidden field carries.  complete: whether it came with one.  conflicts, taken: what was saved
    meanwhile, where this form has something else and where it had nothing new.  restored: it was typed before its host
    had to sign in again.
    """

    version = ""
    complete = True
    stale = restored = saved = False
    conflicts: tuple[Conflict, ...] = ()
    taken: tuple[str, ...] = ()

    def rows(self) -> Iterator[tuple[str, Rows]]:
        return iter(())

    def inner(self) -> Iterator[forms.Form]:
        return iter(())

    def is_valid(self) -> bool:
        """Check everything, so that every mistake is shown at once."""
        if self.stale or not self.is_bound:
            return False
        rows_valid = [rows.is_valid() for _, rows in self.rows()]
        inner_valid = [form.is_valid() for form in self.inner()]
        return all([super().is_valid(), self.is_whole(), *rows_valid, *inner_valid])

    def is_whole(self) -> bool:
        """Whether all rows and the version arrived; whatever did not is shown as it is stored."""
        whole = self.complete and all(rows.is_bound for _, rows in self.rows())
        if not whole and str(INCOMPLETE) not in self.non_field_errors():
            self.add_error(None, INCOMPLETE)
        return whole

    def has_errors(self) -> bool:
        return self.is_bound and not self.restored and not self.is_valid()

    def parts(self) -> Parts:
        """By the name of a field or the prefix of rows."""
        found = {}
        for form in (self, *self.inner()):
            for bound in form:
                if not bound.field.widget.needs_multipart_form:
                    found[bound.html_name] = _field_part(bound)
        for label, rows in self.rows():
            kept = sorted(rows_kept(rows))
            text = "\n".join(", ".join(filter(None, row)) for row in kept)
            found[str(rows.prefix)] = FormPart(label, kept, text or gettext_for_hosts("None"))
        return found

    def lock(self, host_id: int) -> None:
        """Have nobody else store the same until the transaction ends. host_id: who is signed in."""
        get_user_model().objects.select_for_update().get(pk=host_id)

    def note(self, changes: Mapping[str, "tuple[FormPart, FormPart]"]) -> None:
        """Write down, in the transaction of `store`, what became other than it was: by name before and after.

        No language is spoken meanwhile: labels and texts are the source's, to be translated where they are shown.
        """

    def store(self) -> bool | None:
        """Store what a valid form holds, behind its lock. False adds an error to it and stores nothing."""
        raise NotImplementedError

    def status(self) -> int:
        if self.stale:
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.has_errors() else HTTPStatus.OK


RowT = TypeVar("RowT", bound="Model")
if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Model]
else:
    _ModelForm = forms.ModelForm


class ColumnsForm(HostForm, _ModelForm, Generic[RowT]):
    """A form of a row: each of `Meta.fields` is a column, shown and stored by the field of that name.

    also: columns that it stores beside them. What else there is, is left as others have stored it meanwhile.
    """

    instance: RowT
    also: tuple[str, ...] = ()

    def _post_clean(self) -> None:
        """Put what was sent into the row; the fields have checked it, and say so in their own words."""
        for name in self._meta.fields or ():
            if name in self.cleaned_data:
                setattr(self.instance, name, self.cleaned_data[name])

    def store(self) -> bool | None:
        row = self.instance
        touched = [one.name for one in row._meta.fields if getattr(one, "auto_now", False)]  # noqa: SLF001
        new = row._state.adding  # noqa: SLF001 - Django's documented way to learn it
        row.save(update_fields=None if new else [*(self._meta.fields or ()), *self.also, *touched])
        return None


FormT = TypeVar("FormT", bound=HostForm)
Build = Callable[[Any, Any], FormT]
"""Makes a form from what was sent and its files, or from None, None as it is stored now."""


def opened(request: HttpRequest, build: Build[FormT], *, path: str = "") -> FormT:
    """Return the form as it is stored, or as its host had typed it before they had to sign in again.

    path: where it is sent, if not here.
    """
    kept = typed_before(request, path or request.path)
    if kept is not None:
        form = _received(request, build, kept, None)
        form.restored = not form.stale
        return form
    form = build(None, None)
    form.version = _version(request, form.parts())
    return form


def save(request: HttpRequest, build: Build[FormT]) -> FormT:
    """Return the form that was sent; `saved` says whether it was stored and did not answer False.

    It is stored behind its lock, and only if nobody has saved anything else since the form was made.
    """
    form = save_sent(request, build, request.POST, request.FILES)
    if form.saved:
        forget_typed(request, request.path)
    return form


def save_sent(request: HttpRequest, build: Build[FormT], data: Any, files: Any) -> FormT:
    """The same of what came by another way than a browser's form, as of a program: see `unchanged`."""
    form = _received(request, build, data, files)
    if not form.is_valid():
        return form
    with transaction.atomic():
        form.lock(_host(request))
        before = build(
            None, None
        ).parts()  # as the form was made: what it shows of a zone is in its reader's language
        agreed = _version(request, before) == form.version
        notes = agreed and type(form).note is not HostForm.note
        spoken = get_language()
        with translation.override(None):  # what is written down is in no reader's language
            told = build(None, None).parts() if notes and spoken != settings.LANGUAGE_CODE else before
        form.saved = agreed and form.store() is not False
        if form.saved and notes:
            with translation.override(None):
                after = build(None, None).parts()
                changed = {name: (told[name], part) for name, part in after.items() if name in told}
                form.note({name: both for name, both in changed.items() if both[0].value != both[1].value})
    if not agreed:  # somebody saved while this one was being read
        return _received(request, build, data, None)
    return form


def unchanged(request: HttpRequest, form: HostForm) -> QueryDict:
    """What a browser would send of a form in which nobody has changed anything."""
    values = {VERSION: [_version(request, form.parts())]}
    for each in (form, *form.inner()):
        values |= fields_written(each)
    for _, rows in form.rows():
        values |= rows_written(rows)
    return with_values({}, values.items())


def answer_form(
    request: HttpRequest,
    build: Build[FormT],
    *,
    screen: Callable[[FormT], Screen],
    back: str,
    said: str | Promise = "",
) -> HttpResponse:
    """Show a form; on POST save it and lead back. What cannot be saved comes back as it was typed, with status 422."""
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    form = save(request, build) if request.method == "POST" else opened(request, build)
    if form.saved:
        messages.success(request, str(said) or gettext_for_hosts("Saved."))
        return redirect(back)
    return show(request, screen(form), status=form.status())


def _received(
    request: HttpRequest, build: Build[FormT], data: Any, files: "MultiValueDict[str, Any] | None"
) -> FormT:
    stored = build(None, None)
    now = stored.parts()
    known = _known(request, data)
    for name in now:
        if data.get(f"{CHOICE}-{name}") == SAVED:
            data = _replaced(data, stored, name)
    form = build(data, files)
    form.version = _version(request, now)
    if known is None:
        form.complete = False
        return form
    mine = form.parts()
    changed = [name for name, part in now.items() if known.get(name) != part.digest()]
    apart = [name for name in changed if name in mine and mine[name].value != now[name].value]
    if not apart:
        return form
    untouched = [name for name in apart if known.get(name) == mine[name].digest()]
    for name in untouched:
        data = _replaced(data, stored, name)
    both = [name for name in apart if name not in untouched]
    form = build(data, None)
    form.version, form.stale = _version(request, now), True
    form.taken = tuple(now[name].label for name in untouched)
    form.conflicts = tuple(
        Conflict(f"{CHOICE}-{name}", now[name].label, mine[name].text, now[name].text) for name in both
    )
    return form


def _replaced(data: Any, stored: HostForm, name: str) -> Any:
    for _, rows in stored.rows():
        if rows.prefix == name:
            return with_values(data, rows_written(rows).items(), but=f"{name}-")
    for form in (stored, *stored.inner()):
        values = fields_written(form)
        if name in values:
            return with_values(data, [(name, values[name])])
    return data


def _host(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _version(request: HttpRequest, parts: Parts) -> str:
    return make_version(_host(request), {name: part.digest() for name, part in parts.items()})


def _known(request: HttpRequest, data: Any) -> Mapping[str, str] | None:
    """The digests that a form carries; None unless it was made for the host who is signed in."""
    found = read_version(str(data.get(VERSION, "")))
    return found[1] if found and found[0] == request.user.pk else None


def _field_part(bound: forms.BoundField) -> FormPart:
    values = written(bound.field, bound.value())
    if isinstance(bound.field.widget, forms.CheckboxInput):
        return FormPart(
            str(bound.label), values, gettext_for_hosts("On") if values[0] else gettext_for_hosts("Off")
        )
    choices = {str(value): str(label) for value, label in _choices(bound.field)}
    text = ", ".join(choices.get(value, value) for value in values if value)
    told = bool(choices) or isinstance(bound.field.widget, forms.NumberInput)
    return FormPart(str(bound.label), values, text or gettext_for_hosts("Nothing"), told)


def _choices(field: forms.Field) -> Iterator[tuple[Any, Any]]:
    yield from getattr(field, "choices", ())
