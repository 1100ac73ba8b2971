"""The phone number that a page asks its guests for: of which country it is, and whether it has to be given."""

from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from timetuna.bookings.consents import mark_of, wording
from timetuna.bookings.forms.questions import YesBox
from timetuna.bookings.proofs.numbers import lack_of
from timetuna.l10n.datetimes import words_of
from timetuna.lib.phones import country_code, regions
from timetuna.lib.text import for_address
from timetuna.pages.models import BookingPage

Choices = tuple[tuple[str, str], ...]


class CountryField(forms.ChoiceField):
    """One is always chosen where the list has no empty line; a program may leave it out."""

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class CountrySelect(forms.Select):
    """Two hundred and fifty options at once: a template for each of them takes longer than all the rest of the page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ARG002
        chosen, own = str(value or ""), self.build_attrs(self.attrs, attrs)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (country, mark_safe(" selected") if country == chosen else "", label)
                for country, label in self.choices
            ),
        )
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(own), options)


class AgreeBox(YesBox):
    """A box whose value stands for what is read beside it: another value is no yes. mark: that value."""

    mark = ""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:  # noqa: ARG002
        return data.get(name) or ""

    def format_value(self, value: Any) -> str:  # noqa: ARG002
        return self.mark

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        self.check_test = lambda sent: bool(self.mark) and sent == self.mark
        return super().get_context(name, value, attrs)


class TextsField(forms.CharField):
    """Whether the guest agrees to reminders by text; never ticked by anybody else. said: what they agree to."""

    said = ""

    def __init__(self) -> None:
        super().__init__(required=False, widget=AgreeBox)

    def offer(self, *, host: str, count: int) -> None:
        assert isinstance(self.widget, AgreeBox)  # noqa: S101 - said for the type checker
        self.said = wording(host=host, count=count)
        self.label, self.help_text = self.said.split("\n")
        self.widget.mark = mark_of(self.said)

    def clean(self, value: Any) -> Any:
        """What was agreed to, or ""."""
        sent = super().clean(value)
        if sent and sent != mark_of(self.said):
            raise forms.ValidationError(
                gettext("What you would agree to has changed. Read it and tick it again.")
            )
        return self.said if sent else ""


def refuse_texts(form: forms.Form, *zones: str) -> None:
    """Of a form that was read: say so beside the box where no text could ever reach the number, or none is given."""
    data = form.cleaned_data
    if not data.get("texts") or "phone" in form.errors:
        return
    if not data.get("phone"):
        form.add_error(
            "phone", gettext("Enter the phone number for the reminders by text, or do not tick them.")
        )
    elif lack_of(data["phone"], *zones):
        form.add_error(
            "texts", gettext("No text can be sent to this number. Give a mobile number, or do not tick this.")
        )


def ask_for_number(form: forms.Form, wanted: str, *, country: str) -> None:
    """wanted: how the page asks, by `BookingPage.Phone`.  country: the guest's, as far as their zone tells."""
    number, field = form.fields["phone"], form.fields["phone_country"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - said for the type checker
    field.widget, field.required = CountrySelect(), bool(country_code(country))
    known = country_choices(get_language() or settings.LANGUAGE_CODE)
    field.choices = known if country_code(country) else (("", "–"), *known)
    form.initial.setdefault("phone_country", country if country_code(country) else "")
    if wanted in {BookingPage.Phone.REQUIRED, BookingPage.Phone.VERIFIED} and not number.required:
        number.required = True
        number.error_messages["required"] = gettext("Enter your phone number.")
    if wanted == BookingPage.Phone.VERIFIED:
        sentence = gettext("We send a code to it by text, so that the booking can be completed.")
        number.help_text = f"{number.help_text} {sentence}".strip()


@lru_cache(maxsize=32)
def country_choices(language: str) -> Choices:
    """Every country whose numbers are known, by name, with its code."""
    named = words_of(language).territories
    found = [(country, f"{named.get(country, country)} ({code})") for country, code in regions().items()]
    return tuple(sorted(found, key=lambda one: for_address(one[1])))
