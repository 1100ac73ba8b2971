"""The editor's tab Notifications."""

from typing import Any

from django import forms

from timetuna.pages.forms.fields import SubjectField, WordsField
from timetuna.pages.models import BookingPage
from timetuna.pages.placeholders import PLACEHOLDERS, unknown

_LIST = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)


def _known_placeholders(text: str) -> None:
    strangers = unknown(text)
    if strangers:
        raise forms.ValidationError(f"TimeTuna cannot fill in {', '.join(strangers)}. You can use {_LIST}.")


class NotificationsForm(forms.Form):
    """Subject and extra message of the mails that a page's guests get."""

    subject = SubjectField(
        label="Subject",
        max_length=150,
        required=False,
        validators=[_known_placeholders],
        help_text="The subject of the confirmation. Leave it empty for TimeTuna's own.",
    )
    message = WordsField(
        label="Extra message",
        max_length=2_000,
        required=False,
        validators=[_known_placeholders],
        help_text="Stands in the confirmation below the time and the place.",
    )

    def __init__(self, page: BookingPage, data: Any = None) -> None:
        """Show the page's stored settings, or what was sent in `data`."""
        super().__init__(data, initial={"subject": page.mail_subject, "message": page.mail_message})

    def has_errors(self) -> bool:
        """Say whether anything that was sent is wrong."""
        return self.is_bound and not self.is_valid()

    def placeholders(self) -> list[str]:
        """Return what can be used in both fields, in braces."""
        return [f"{{{name}}}" for name in PLACEHOLDERS]
