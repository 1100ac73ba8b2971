"""What pages show and what they send back: screens, and forms that are taken whole.

A field that did not arrive is never taken for empty, off or removed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.conf import settings
from django.forms.formsets import INITIAL_FORM_COUNT, TOTAL_FORM_COUNT
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

if TYPE_CHECKING:
    Rows = forms.BaseFormSet[Any]
else:
    Rows = forms.BaseFormSet
INCOMPLETE = gettext_lazy(
    "A part of this form did not arrive, so nothing is saved. Please look through it and send it again."
)
REMOVED = "DELETE"


class Switch(forms.CheckboxInput):
    """A checkbox that can be off: the hidden field before it arrives in any case, as browsers leave out what is off."""

    def render(self, name: str, value: Any, *args: Any, **kwargs: Any) -> SafeString:
        return format_html(
            '<input type="hidden" name="{}" value="">{}', name, super().render(name, value, *args, **kwargs)
        )


class Ticks(forms.SelectMultiple):
    """Several values of one name, of which none may be ticked; the template sends an empty one in any case."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return [value for value in super().value_from_datadict(data, files, name) or [] if value]


class WholeForm(forms.Form):
    """A form that is refused unless every field of it has arrived; what has not is shown as it is stored."""

    def full_clean(self) -> None:
        absent = self.absent() if self.is_bound else []
        if absent:
            self.data = _with(self.data, {self.add_prefix(name): self._stored(name) for name in absent})
        super().full_clean()
        if absent:
            self.add_error(None, INCOMPLETE)

    def absent(self) -> list[str]:
        """A required one that did not arrive is refused, a file is kept."""
        return [
            name
            for name, field in self.fields.items()
            if not (field.required or field.disabled or name == REMOVED or field.widget.needs_multipart_form)
            and self.add_prefix(name) not in self.data
        ]

    def _stored(self, name: str) -> list[str]:
        field = self.fields[name]
        return written(field, field.prepare_value(self.get_initial_for_field(field, name)))


def rows_arrived(form: type[forms.Form], *, prefix: str, data: Any, most: int) -> bool:
    """Whether the number of rows was sent, and every field of as many; a number that is none is judged later."""
    total = str(data.get(f"{prefix}-{TOTAL_FORM_COUNT}", "")) if data is not None else ""
    if not total.isascii() or not total.isdigit() or len(total) > len(str(most)):
        return bool(total)
    names = (f"{prefix}-{row}-{name}" for row in range(min(int(total), most)) for name in form.base_fields)
    return all(name in data for name in names)


def written(field: forms.Field, value: Any) -> list[str]:
    """As a browser sends it, without space around it."""
    widget = field.widget
    if isinstance(widget, forms.CheckboxInput):
        return ["on" if widget.check_test(value) else ""]
    shown = widget.format_value(value)
    values = shown if isinstance(shown, list | tuple) else [shown]
    return ["\n".join(str("" if one is None else one).split("\r\n")).strip() for one in values]


def fields_written(form: forms.BaseForm) -> dict[str, list[str]]:
    """As a browser sends them, by name; files, and whether a row is removed, stay out."""
    return {
        bound.html_name: written(bound.field, bound.value())
        for bound in form
        if bound.name != REMOVED and not bound.field.widget.needs_multipart_form
    }


def rows_written(rows: Rows) -> dict[str, list[str]]:
    found = {
        f"{rows.prefix}-{TOTAL_FORM_COUNT}": [str(rows.total_form_count())],
        f"{rows.prefix}-{INITIAL_FORM_COUNT}": [str(rows.initial_form_count())],
    }
    for form in rows.forms:
        found |= fields_written(form)
    return found


def rows_kept(rows: Rows) -> Iterator[list[str]]:
    """Of the rows that are neither blank nor marked to be removed."""
    for form in rows.forms:
        values = [" ".join(filter(None, value)) for value in fields_written(form).values()]
        removed = form.is_bound and REMOVED in form.fields and form[REMOVED].value()
        if any(values) and not removed:
            yield values


def with_values(data: Any, values: Iterable[tuple[str, list[str]]], *, but: str = "") -> QueryDict:
    """What was sent with other values in it; fields whose names begin with `but` are left out first."""
    copy = QueryDict(mutable=True)
    for name in data:
        if not but or not name.startswith(but):
            copy.setlist(name, _list(data, name))
    for name, found in values:
        copy.setlist(name, found)
    return copy


def _with(data: Any, values: dict[str, list[str]]) -> QueryDict:
    return with_values(data, values.items())


def _list(data: Any, name: str) -> list[Any]:
    if hasattr(data, "getlist"):
        found: list[Any] = data.getlist(name)
        return found
    return list(data[name]) if isinstance(data[name], list | tuple) else [data[name]]


MOST_DIGITS = 18
"""Of a row's number: all that have no more are numbers of the database, too."""
_UNSEEN = re.compile(r"[\x00-\x20\x7f\\]")


def is_own_path(url: str) -> bool:
    r"""Whether this is a path on this server: no other host ("//evil", "/\evil"), scheme or control character."""
    return (
        url.startswith("/")
        and not _UNSEEN.search(url)
        and url_has_allowed_host_and_scheme(url, allowed_hosts=None)
    )


def in_full(path: str) -> str:
    """The whole address of a path of ours; it begins with TIMETUNA_BASE_URL, never with the request's host."""
    return f"{settings.BASE_URL}{path}"


class RowNumber:
    """`<row:booking_id>` in a route: a row's number. What the database could not hold is no address of ours."""

    regex = f"[0-9]{{1,{MOST_DIGITS}}}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int | str) -> str:
        return str(value)


def row_number(text: str) -> int | None:
    """None for anything that is no row's number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


@dataclass(frozen=True, slots=True)
class Screen:
    """A template with its context. fragment: the part of it that htmx asks for, where there is one."""

    template: ClassVar[str] = ""
    fragment: ClassVar[str] = ""


@dataclass(frozen=True, slots=True)
class TabLink:
    """One of the parts of a thing, or of the ways to look at it."""

    label: str
    url: str
    current: bool


def show(request: HttpRequest, screen: Screen, *, status: int = 200, part: bool = False) -> HttpResponse:
    context = {field.name: getattr(screen, field.name) for field in fields(screen)}
    return render(request, screen.fragment if part else screen.template, context, status=status)
