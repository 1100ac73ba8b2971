"""The host's own questions on a guest's form: a field for each, one cleaning per kind, and the answers to keep.

Django's own messages are never shown. A field is cleaned to what a program reads; None is no answer.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from timetuna.bookings.models import Answer
from timetuna.bookings.visitor import ANSWER, Came
from timetuna.lib.mail import clean_address, pasted_address
from timetuna.lib.phones import PhoneError, read_number, shown_number
from timetuna.lib.text import multi_line, single_line
from timetuna.lib.urls import read_web_url
from timetuna.pages.models import Question
from timetuna.web.forms import Switch
from timetuna.web.linked import linked

Kind = Question.Kind
MOST_SHOWN_AT_ONCE = 6
"""Of more options than that a list is made."""
YES, AGREED = gettext_noop("Yes"), gettext_noop("Agreed")
LONGEST_LINE, LONGEST_TEXT = 500, 2_000
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(?:[.,][0-9]{1,6})?")
_YEARS = range(1900, 2101)
_OUT_OF_SIGHT = "data-unasked"
_TICKED = frozenset({"1", "true", "yes", "on"})
_CHOOSE = gettext_lazy("Choose one.")
_ADDRESS_OF_THE_WEB = gettext_lazy("This is no web address; it should be like https://example.org.")
_A_NUMBER = gettext_lazy("This is no number; it should be like 12 or 3.5.")
_A_DATE = gettext_lazy("This date cannot be read; it should be like 1990-12-24.")


class LinesField(forms.CharField):
    """As long as the browser says it is, which counts a line end as one character but sends two."""

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class YesBox(Switch):
    """A box to tick; off is something that arrives, too, and nothing but what a browser sends is a yes."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> bool:  # noqa: ARG002
        return data.get(name) in {"on", "True", True}


class TickList(forms.CheckboxSelectMultiple):
    """Several boxes; the template sends an empty value before them, so that none arrives too."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:  # noqa: ARG002
        values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return [str(value) for value in ([values] if isinstance(values, str) else values) if value]


class _HiddenTicks(forms.MultipleHiddenInput):
    """What was ticked, on a page that does not show it."""

    def format_value(self, value: Any) -> Any:
        return ["", *(value or ())]


class _LineField(forms.CharField):
    def clean(self, value: Any) -> Any:
        return single_line(super().clean(value), max_length=LONGEST_LINE) or _nothing(self)


class _WordsField(LinesField):
    widget = forms.Textarea

    def clean(self, value: Any) -> Any:
        return multi_line(super().clean(value), max_length=LONGEST_TEXT) or _nothing(self)


class _MailField(_LineField):
    """In lower case."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        try:
            return clean_address(pasted_address(typed)).lower() if typed else None
        except ValueError as error:
            raise forms.ValidationError(gettext(str(error))) from error


class _PhoneField(_LineField):
    """country: whose numbers need no country code."""

    country = ""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return read_phone(typed, country=self.country) if typed else None


class _WebField(_LineField):
    """With https:// where nothing was said."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        address = typed if "://" in typed else f"https://{typed}"
        url = None if " " in address or "\\" in address else read_web_url(address)
        if url is None or "." not in url.host or url.userinfo:
            raise forms.ValidationError(str(_ADDRESS_OF_THE_WEB))
        return address


class _NumberField(_LineField):
    """A comma or a point before the decimals, and nothing between thousands: that would be read in two ways."""

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        if not _NUMBER.fullmatch(typed):
            raise forms.ValidationError(str(_A_NUMBER))
        number = float(typed.replace(",", "."))
        return int(number) if number.is_integer() else number


class _DateField(forms.DateField):
    """As a browser's date input sends it."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if isinstance(day, date) and day.year not in _YEARS:
            raise forms.ValidationError(str(_A_DATE))
        return day.isoformat() if isinstance(day, date) else None


class _OneField(forms.ChoiceField):
    def clean(self, value: Any) -> Any:
        return super().clean(value) or None


class _ManyField(forms.MultipleChoiceField):
    widget = TickList
    hidden_widget = _HiddenTicks

    def clean(self, value: Any) -> Any:
        return list(dict.fromkeys(super().clean(value))) or None


class _TickField(forms.BooleanField):
    widget = YesBox

    def clean(self, value: Any) -> Any:
        return True if super().clean(value) else None


class _Unasked(forms.Field):
    """Shown as the question is, and whatever was sent dropped: an answer before says that it is not asked."""

    def clean(self, _value: Any) -> Any:
        return None


def _nothing(field: forms.Field) -> Any:
    """None; raises ValidationError where something was asked for, and what was typed is nothing that can be seen."""
    if field.required:
        raise forms.ValidationError(field.error_messages["required"])
    return None


def read_phone(typed: str, *, country: str) -> str:
    """As it is kept. country: see `read_number`. Raises ValidationError for what cannot be called."""
    try:
        return read_number(single_line(typed, max_length=60), country=country)
    except PhoneError as error:
        raise forms.ValidationError(
            gettext("This number cannot be called. Give it with its country code, like +49 30 123456.")
        ) from error


def _line(field: type[_LineField], longest: int, **attrs: str) -> Callable[[Question], forms.Field]:
    return lambda _: field(max_length=longest, widget=forms.TextInput(attrs={"dir": "auto"} | attrs))


def _lines(longest: int, rows: int, **attrs: str) -> Callable[[Question], forms.Field]:
    return lambda _: _WordsField(
        max_length=longest, widget=forms.Textarea(attrs={"rows": rows, "dir": "auto"} | attrs)
    )


def _one(question: Question) -> forms.Field:
    """All options at once where they are few, else a list; what need not be answered can be taken back."""
    few = len(question.options) <= MOST_SHOWN_AT_ONCE
    blank = gettext("No answer") if few or not question.required else gettext("Choose")
    choices = question.choices() if few and question.required else [("", blank), *question.choices()]
    return _OneField(choices=choices, widget=forms.RadioSelect if few else forms.Select)


_FIELDS: Mapping[str, Callable[[Question], forms.Field]] = {
    Kind.LINE: _line(_LineField, LONGEST_LINE),
    Kind.TEXT: _lines(LONGEST_TEXT, 4),
    Kind.EMAIL: _line(_MailField, 254, type="email", inputmode="email", autocapitalize="none", dir="ltr"),
    Kind.PHONE: _line(_PhoneField, 60, type="tel", autocomplete="tel", dir="ltr"),
    Kind.NUMBER: _line(_NumberField, 20, inputmode="decimal", dir="ltr"),
    Kind.URL: _line(
        _WebField, LONGEST_LINE, inputmode="url", autocapitalize="none", spellcheck="false", dir="ltr"
    ),
    Kind.ADDRESS: _lines(LONGEST_LINE, 3, autocomplete="street-address"),
    Kind.DATE: lambda _: _DateField(input_formats=["%Y-%m-%d"]),
    Kind.ONE: _one,
    Kind.MANY: lambda question: _ManyField(choices=question.choices()),
    Kind.YES: lambda _: _TickField(),
    Kind.CONSENT: lambda _: _TickField(),
}
_INVALID: dict[str, Any] = {Kind.DATE: _A_DATE, Kind.ONE: _CHOOSE, Kind.MANY: _CHOOSE}
_MISSING: dict[str, Any] = {
    Kind.YES: gettext_lazy("Tick “%(question)s”."),
    Kind.CONSENT: gettext_lazy("Tick “%(question)s” if you agree; without it this cannot be booked."),
}
_UNANSWERED = gettext_lazy("Answer “%(question)s”.")
"""It names the question: sentences stand in a list above the form, too."""


def field_of(question: Question) -> forms.Field:
    """What a guest is shown and may send."""
    field = _FIELDS[question.kind](question)
    field.label = question.label
    field.help_text = linked(question.terms if question.kind == Kind.CONSENT else question.help)
    field.required = question.required
    field.widget.is_required = question.required
    missing = str(_MISSING.get(question.kind, _UNANSWERED)) % {"question": question.label}
    invalid = _INVALID.get(question.kind, missing)
    field.error_messages |= {"required": missing}
    field.error_messages |= dict.fromkeys(("invalid", "invalid_choice", "invalid_list"), invalid)
    if question.kind == Kind.CONSENT:
        field.widget.attrs["data-terms"] = ""
    if question.when_key:
        # Where it is not asked it is out of sight, and a browser would not send the form.
        field.widget.use_required_attribute = lambda _initial: False
    return field


def _with_condition(help_text: Any, question: Question, earlier: Question) -> SafeString:
    """For who sees it all the same, as without scripts each question stands there."""
    if earlier.kind == Kind.YES:
        said = gettext("Only if you ticked “%(question)s”.") % {"question": earlier.label}
    else:
        answer = dict(earlier.choices())[question.when_option]
        said = gettext("Only if you answered “%(answer)s” to “%(question)s”.")
        said %= {"answer": answer, "question": earlier.label}
    return format_html('{} <span class="no-js">{}</span>', help_text, said)


def _has_it_asked(question: Question, given: Any) -> bool:
    """Whether the question is asked after that answer to the one it depends on: a tick, an option, or some."""
    return given is True or question.when_option in ([given] if isinstance(given, str) else given or ())


class Asking:
    """The questions of one form. came: what the address brought, for those that are hidden, and as a suggestion."""

    def __init__(self, questions: Sequence[Question], came: Came, *, country: str = "") -> None:
        """country: the guest's (ISO 3166), as far as it is known."""
        asked = [one for one in questions if not one.hidden]
        self._places = {one.key: place for place, one in enumerate(asked, start=1)}
        self._came, self._all = came, questions
        self.shown = {ANSWER + one.key: one for one in asked}
        self.fields = {name: field_of(one) for name, one in self.shown.items()}
        for name, question in self.shown.items():
            field = self.fields[name]
            if isinstance(field, _PhoneField):
                field.country = country
            if earlier := self._depends_on(question):
                field.help_text = _with_condition(field.help_text, question, earlier)
                field.widget.attrs |= {
                    "data-when": ANSWER + earlier.key,
                    "data-is": "on" if earlier.kind == Kind.YES else question.when_option,
                }

    def depend(self) -> bool:
        """Whether any is asked only after a certain answer."""
        return any(self._depends_on(one) for one in self.shown.values())

    def initial(self) -> dict[str, Any]:
        """As if they had been typed."""
        return {name: self._suggested(one, self.fields[name]) for name, one in self.shown.items()}

    def hide_unasked(self) -> None:
        """Of a form that is opened: scripts show what is asked only then, and without them all are shown."""
        initial = self.initial()
        for name, question in self.shown.items():
            earlier = self._depends_on(question)
            value = initial[ANSWER + earlier.key] if earlier else None
            if earlier and not _has_it_asked(question, value):
                self.fields[name].widget.attrs[_OUT_OF_SIGHT] = ""

    def drop_unasked(self, data: Any) -> None:
        """Of a form that was sent, judged by the answers in it."""
        for name, question in self.shown.items():
            if not self.is_asked(question, data):
                field = self.fields[name]
                unasked = _Unasked(label=field.label, help_text=field.help_text, widget=field.widget)
                unasked.hidden_widget, unasked.required = field.hidden_widget, field.required
                unasked.widget.attrs[_OUT_OF_SIGHT] = ""
                self.fields[name] = unasked

    def is_asked(self, question: Question, data: Any) -> bool:
        earlier = self._depends_on(question)
        if earlier is None:
            return True
        name = ANSWER + earlier.key
        sent = self.fields[name].widget.value_from_datadict(data, {}, name)
        return _has_it_asked(question, sent)

    def _depends_on(self, question: Question) -> Question | None:
        """None where it is always asked, also because what it depended on is not there any more."""
        earlier = self.shown.get(ANSWER + question.when_key) if question.when_key else None
        return earlier if earlier and question.when_option in dict(earlier.choices()) else None

    def answers(self, cleaned: Mapping[str, Any]) -> tuple[Answer, ...]:
        """To keep, in the order of the page."""
        found = []
        for question in self._all:
            value = self._hidden(question) if question.hidden else cleaned.get(ANSWER + question.key)
            if value is not None:
                found.append(_answer(question, value))
        return tuple(found)

    def _hidden(self, question: Question) -> Any:
        """What cannot be what it should be is left out: there is nobody to ask."""
        field = field_of(question)
        try:
            return field.clean(self._suggested(question, field))
        except forms.ValidationError:
            return None

    def _suggested(self, question: Question, field: forms.Field) -> Any:
        """Nobody consents by following a link."""
        text = self._came.answer(question.key, self._places.get(question.key, 0))
        if not text or question.kind == Kind.CONSENT:
            return None
        if question.kind == Kind.YES:
            return text.casefold() in _TICKED
        by_name = {name.casefold(): key for key, label in question.choices() for name in (label, key)}
        if question.kind == Kind.ONE:
            return by_name.get(text.casefold(), "")
        if question.kind == Kind.MANY:
            named = [text, *text.replace("\n", ",").split(",")]
            return [by_name[one.strip().casefold()] for one in named if one.strip().casefold() in by_name]
        return text[: getattr(field, "max_length", None) or LONGEST_TEXT]


def _answer(question: Question, value: Any) -> Answer:
    consent = question.kind == Kind.CONSENT
    return Answer(
        question_id=question.pk,
        key=question.key,
        label=question.label,
        kind=question.kind,
        value=question.terms if consent else value,
        text=_in_words(question, value),
        hidden=question.hidden,
    )


def _in_words(question: Question, value: Any) -> str:
    """In English where it is ours; the guest's page translates that."""
    labels = dict(question.choices())
    if question.kind == Kind.CONSENT:
        return AGREED
    if value is True:
        return YES
    if isinstance(value, list):
        return multi_line(", ".join(labels[one] for one in value), max_length=LONGEST_TEXT)
    if question.kind == Kind.PHONE:
        return shown_number(str(value))
    return labels.get(value, str(value)) if question.kind == Kind.ONE else str(value)
