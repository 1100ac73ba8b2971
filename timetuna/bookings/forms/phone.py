"""The phone number that a page asks its guests for: of which country it is, and whether it has to be given."""

from functools import lru_cache
from typing import Any

from django import forms
from django.conf import settings
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

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


def ask_for_number(form: forms.Form, wanted: str, *, country: str) -> None:
    """wanted: how the page asks, by `BookingPage.Phone`.  country: the guest's, as far as their zone tells."""
    number, field = form.fields["phone"], form.fields["phone_country"]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - said for the type checker
    field.widget, field.required = CountrySelect(), bool(country_code(country))
    known = country_choices(get_language() or settings.LANGUAGE_CODE)
    field.choices = known if country_code(country) else (("", "–"), *known)
    form.initial.setdefault("phone_country", country if country_code(country) else "")
    if wanted != BookingPage.Phone.OPTIONAL and not number.required:
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
