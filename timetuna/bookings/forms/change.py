"""What comes with a change of a booking, from its guest or its host."""

from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy

from timetuna.bookings.forms.book import GuestsField, HoldField, guests_field, say_how_long
from timetuna.bookings.forms.questions import LinesField
from timetuna.lib.text import single_line
from timetuna.pages.models import BookingPage
from timetuna.web.forms import WholeForm

AskReason = BookingPage.AskReason


class WordsForm(WholeForm):
    """What is written to the other side with a change. asks: whether a guest has to.  to: whom a guest writes to."""

    note = LinesField(
        label=gettext_lazy("Message to your guest"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, asks: str = AskReason.OPTIONAL, to: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if to:
            self.fields["note"].label = gettext("Message to %(name)s") % {"name": to}
        say_how_long(self)
        if asks == AskReason.NO:
            del self.fields["note"]
        elif asks == AskReason.REQUIRED:
            self.fields["note"].required = True
            self.fields["note"].label = gettext("Why?")
            self.fields["note"].error_messages["required"] = gettext("Say why; the other side reads it.")

    def clean_note(self) -> str:
        note = single_line(self.cleaned_data["note"], max_length=300)
        if self.fields["note"].required and not note:
            raise forms.ValidationError(gettext("Say why; the other side reads it."))
        return note

    def words(self) -> str:
        return str(self.cleaned_data.get("note", ""))

    def refill(self, name: str, value: str) -> None:
        """Show another value in one field; everything else typed stays."""
        self.data = dict(self.data.items()) | {name: value}


class MoveForm(WordsForm):
    """Carries the new start of a booking."""

    start = forms.CharField(widget=forms.HiddenInput)
    zone = forms.CharField(widget=forms.HiddenInput, required=False)
    hold = HoldField()


class AddGuestsForm(WholeForm):
    """Who else is to be invited to a booking that stands."""

    guests = GuestsField(required=True)

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        guests_field(self).limit(most)
