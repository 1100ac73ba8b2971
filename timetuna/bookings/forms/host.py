"""What hosts write down and ask."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from timetuna.bookings.actions.hand_over import NO_HOST
from timetuna.bookings.actions.write_notes import notes_of, write_notes
from timetuna.bookings.forms.questions import LinesField
from timetuna.bookings.models import Booking
from timetuna.l10n import datetimes
from timetuna.lib.text import multi_line, single_line
from timetuna.pages.forms.fields import DayField
from timetuna.pages.forms.hours.away import TypedClockField
from timetuna.pages.public import PageDuration, PublicPage
from timetuna.web.forms import WholeForm
from timetuna.web.saving import HostForm


class NotesForm(HostForm):
    """What somebody writes down about a booking, for nobody else."""

    notes = LinesField(
        label=gettext_lazy("Private notes"),
        max_length=5_000,
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 1, "dir": "auto", "placeholder": gettext_lazy("Only you read them")}
        ),
        error_messages={"max_length": gettext_lazy("This can have 5,000 characters at most.")},
    )

    def __init__(self, booking: Booking, host_id: int, data: Any = None) -> None:
        self.booking, self.host_id = booking, host_id
        super().__init__(data, initial={"notes": notes_of(booking, host_id)})

    def clean_notes(self) -> str:
        return multi_line(self.cleaned_data["notes"], max_length=5_000)

    def store(self) -> None:
        write_notes(self.booking.pk, host_id=self.host_id, text=self.cleaned_data["notes"])


class WhenForm(forms.Form):
    """Any date and time, by the host's own clock."""

    date = DayField(label=gettext_lazy("Date"))
    time = TypedClockField(label=gettext_lazy("Time"), required=True)


class HandOverForm(WholeForm):
    """Who gives a booking to whom. anyway: whoever sends it has read what is in the new host's way."""

    former = forms.TypedChoiceField(
        label=gettext_lazy("Instead of"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose instead of whom."), "invalid_choice": NO_HOST},
    )
    to = forms.TypedChoiceField(
        label=gettext_lazy("Hand over to"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose who takes it over."),
            "invalid_choice": gettext_lazy("They cannot take it over any more. Choose again."),
        },
    )
    note = LinesField(
        label=gettext_lazy("Note to the new host"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        formers: Sequence[tuple[int, str]],
        takers: Sequence[tuple[int, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["former"].choices = list(formers)  # type: ignore[attr-defined]
        self.fields["to"].choices = list(takers)  # type: ignore[attr-defined]
        if len(formers) == 1:
            self.fields["former"].widget = forms.HiddenInput()
            self.fields["former"].initial = formers[0][0]

    def clean_note(self) -> str:
        return single_line(self.cleaned_data["note"], max_length=300)


class WhyForm(forms.Form):
    """The time a host asks about, by the host's own clock, and for how long a meeting. Read from an address."""

    date = DayField(label=gettext_lazy("Date"))
    time = TypedClockField(label=gettext_lazy("Time"), required=True)
    duration = forms.TypedChoiceField(
        label=gettext_lazy("Duration"),
        coerce=int,
        error_messages={
            "required": gettext_lazy("Choose a duration."),
            "invalid_choice": gettext_lazy("This page does not have that duration. Choose one it has."),
        },
    )

    def __init__(self, page: PublicPage, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(str(one.minutes), _duration_label(one)) for one in page.durations]
        self.fields["duration"].choices = offered  # type: ignore[attr-defined]
        if len(offered) == 1:
            self.fields["duration"].required = False

    def clean_duration(self) -> int:
        """In minutes; of a page with one length, that one."""
        chosen: int | str = self.cleaned_data["duration"]
        return int(chosen or self.fields["duration"].choices[0][0])  # type: ignore[attr-defined]


def _duration_label(duration: PageDuration) -> str:
    lasts = datetimes.length(duration.minutes)
    return f"{duration.title} ({lasts})" if duration.title else lasts
