"""What the forms around bookings share: fields, and the numbers they carry along."""

from typing import Any

from django import forms
from django.urls import reverse_lazy
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy, ngettext

from timetuna.bookings.guests import read_guests
from timetuna.lib.crypto import random_token
from timetuna.pages.forms.fields import ClockField

KEY_LENGTHS = range(20, 65)
_MOST_DIGITS = 11  # what a column can hold


class LinesField(forms.CharField):
    """Several lines, as long as the browser says they are: it counts a line end as one character and sends two."""

    def to_python(self, value: Any) -> str:
        """Return the text with one character for each line end."""
        return (super().to_python(value) or "").replace("\r\n", "\n")


class HoldField(forms.CharField):
    """The token by which the form holds its time; empty when it does not."""

    def __init__(self) -> None:
        give_back = {"data-release": reverse_lazy("release_hold")}
        super().__init__(required=False, initial="", widget=forms.HiddenInput(attrs=give_back))


class GuestsField(forms.CharField):
    """Whom the guest brings, as they type them; cleaned to a tuple of `Guest`."""

    widget = forms.Textarea(attrs={"rows": 3, "autocapitalize": "none", "spellcheck": "false"})
    most = 0

    def __init__(self, *, required: bool) -> None:
        sentence = gettext_lazy("Please name at least one mail address.")
        super().__init__(
            label=gettext_lazy("Mail addresses of others"),
            max_length=8_000,
            required=required,
            error_messages={"required": sentence},
        )

    def limit(self, most: int) -> None:
        """Let so many people be named at most."""
        self.most = most
        self.help_text = ngettext(
            "%(most)d at most. They get an invitation by mail.",
            "%(most)d at most, one a line. They get an invitation by mail.",
            most,
        ) % {"most": most}

    def clean(self, value: Any) -> Any:
        """Return the people. Raises ValidationError."""
        try:
            return read_guests(super().clean(value), most=self.most)
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def say_how_long(form: forms.Form) -> None:
    """Let each field say how much it takes."""
    for field in form.fields.values():
        if most := getattr(field, "max_length", None):
            field.error_messages["max_length"] = ngettext(
                "This can have %(count)s character at most.",
                "This can have %(count)s characters at most.",
                most,
            ) % {"count": number_format(most, force_grouping=True)}


def read_number(text: str) -> int | None:
    """Return a number that a form of ours carries along; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def guests_field(form: forms.Form) -> GuestsField:
    """Return the field for those whom the guest brings."""
    field = form.fields["guests"]
    assert isinstance(field, GuestsField)  # noqa: S101 - said for the type checker
    return field


class MomentField(ClockField):
    """A time of day to the minute."""

    widget = forms.TimeInput(attrs={"type": "time"})

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label)
        self.error_messages |= dict.fromkeys(("required", "invalid"), "Enter a time, such as 09:00.")


def new_key() -> str:
    """Return a fresh idempotency key for a form."""
    return random_token(24)
