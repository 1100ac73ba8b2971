"""The editor's tab Guests."""

from typing import Any

from django import forms

from timetuna.pages.actions.save_guests import GuestsTab
from timetuna.pages.forms import time_spans
from timetuna.pages.forms.fields import whole_number
from timetuna.pages.models import BookingPage
from timetuna.web.forms import Switch
from timetuna.web.saving import HostForm

NEVER = "never"
MOST_GUESTS, LONGEST_HOURS = 20, 14 * 24
_HOUR, _DAY = 60, 24 * 60
_NOTICES = (0, _HOUR, 2 * _HOUR, 4 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY, 7 * _DAY)
_REASONS = (
    (BookingPage.AskReason.NO, "No"),
    (BookingPage.AskReason.OPTIONAL, "If they like"),
    (BookingPage.AskReason.REQUIRED, "They have to say"),
)
_CHOOSE = {"required": "Choose one from the list.", "invalid_choice": "Choose one from the list."}


class NoticeField(forms.ChoiceField):
    """Until how long before the start; kept as minutes, None is never."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, error_messages=_CHOOSE)

    def offer(self, stored: int | None) -> None:
        """Offer the usual lengths, and what is stored."""
        lengths = sorted({*_NOTICES, *([] if stored is None else [stored])})
        self.choices = [*((str(one), _shown(one)) for one in lengths), (NEVER, "Never")]
        self.initial = NEVER if stored is None else str(stored)

    def clean(self, value: Any) -> Any:
        """Return the minutes, or None. Raises ValidationError."""
        chosen = super().clean(value)
        return None if chosen == NEVER else int(chosen)


class GuestsTabForm(HostForm):
    """Whether the host confirms each booking, and what guests may do with theirs."""

    approval = forms.BooleanField(
        label="I confirm each booking",
        required=False,
        help_text="Guests then ask for a time. It is taken while you decide, and nothing else happens before your yes.",
        widget=Switch(attrs={"role": "switch"}),
    )
    approval_hours = whole_number(
        label="Hours until a request ends by itself",
        least=1,
        most=LONGEST_HOURS,
        help_text="When you have not answered, or when its time begins. Your guest is told.",
    )
    change_notice = NoticeField(label="Guests may move")
    cancel_notice = NoticeField(label="Guests may cancel")
    ask_reason = forms.ChoiceField(
        label="Ask for a reason",
        choices=_REASONS,
        error_messages=_CHOOSE,
        help_text="When a guest moves or cancels. You read it in the mail and at the booking.",
    )
    most_guests = whole_number(
        label="Others a guest can bring",
        least=0,
        most=MOST_GUESTS,
        help_text="Each gets an invitation by mail. 0 lets nobody be brought.",
    )

    def __init__(self, page: BookingPage, data: Any = None) -> None:
        """Show what is stored, or what was sent in `data`."""
        names = ("approval", "approval_hours", "ask_reason", "most_guests")
        super().__init__(data, initial={name: getattr(page, name) for name in names})
        stored = {"change_notice": page.change_notice_minutes, "cancel_notice": page.cancel_notice_minutes}
        for name, minutes in stored.items():
            field = self.fields[name]
            assert isinstance(field, NoticeField)  # noqa: S101 - said for the type checker
            field.offer(minutes)

    def values(self) -> GuestsTab:
        """Return what a valid form says."""
        data = self.cleaned_data
        return GuestsTab(
            approval=data["approval"],
            approval_hours=data["approval_hours"],
            most_guests=data["most_guests"],
            change_notice_minutes=data["change_notice"],
            cancel_notice_minutes=data["cancel_notice"],
            ask_reason=data["ask_reason"],
        )


def _shown(minutes: int) -> str:
    return f"Until {time_spans.show([minutes])} before the start" if minutes else "Until the start"
