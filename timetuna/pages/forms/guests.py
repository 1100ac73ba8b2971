"""The editor's tab Guests."""

from dataclasses import dataclass
from typing import Any

from django import forms

from timetuna.pages.forms import time_spans
from timetuna.pages.forms.fields import switch, whole_number
from timetuna.pages.forms.page_form import PageForm
from timetuna.pages.models import BookingPage

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


@dataclass(frozen=True, slots=True)
class FormSection:
    """Fields under one heading. id: of the heading, for links."""

    id: str
    title: str
    names: tuple[str, ...]
    help_text: str = ""


SECTIONS = (
    FormSection("approval-title", "Confirmation", ("approval", "approval_hours")),
    FormSection(
        "changes",
        "Changes",
        ("change_notice_minutes", "cancel_notice_minutes", "ask_reason"),
        "Guests change a booking by the link in their mail. After the time you set here they are asked to write to "
        "you; you yourself can always change it.",
    ),
    FormSection("others", "Others", ("most_guests",)),
)


class NoticeField(forms.ChoiceField):
    """Until how long before the start; kept as minutes, None is never."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, error_messages=_CHOOSE)

    def offer(self, stored: int | None) -> None:
        """Offer the usual lengths, and what is stored."""
        lengths = sorted({*_NOTICES, *([] if stored is None else [stored])})
        self.choices = [*((str(one), _shown(one)) for one in lengths), (NEVER, "Never")]

    def prepare_value(self, value: Any) -> Any:
        return NEVER if value is None else str(value)

    def clean(self, value: Any) -> Any:
        """None is never."""
        chosen = super().clean(value)
        return None if chosen == NEVER else int(chosen)


class GuestsTabForm(PageForm):
    """Whether the host confirms each booking, and what guests may do with theirs.

    Requests that wait keep waiting, with or without approval from now on.
    """

    class Meta:
        model = BookingPage
        fields = tuple(name for section in SECTIONS for name in section.names)

    approval = switch(
        "I confirm each booking",
        "Guests then ask for a time. It is taken while you decide, and nothing else happens before your yes.",
    )
    approval_hours = whole_number(
        "Hours until a request ends by itself",
        1,
        LONGEST_HOURS,
        "When you have not answered, or when its time begins. Your guest is told.",
    )
    change_notice_minutes = NoticeField(label="Guests may move")
    cancel_notice_minutes = NoticeField(label="Guests may cancel")
    ask_reason = forms.ChoiceField(
        label="Ask for a reason",
        choices=_REASONS,
        error_messages=_CHOOSE,
        help_text="When a guest moves or cancels. You read it in the mail and at the booking.",
    )
    most_guests = whole_number(
        "Others a guest can bring",
        0,
        MOST_GUESTS,
        "Each gets an invitation by mail. 0 lets nobody be brought.",
    )

    def __init__(self, page: BookingPage, data: Any = None, _files: Any = None) -> None:
        super().__init__(data, instance=page)
        for name in ("change_notice_minutes", "cancel_notice_minutes"):
            field = self.fields[name]
            assert isinstance(field, NoticeField)  # noqa: S101 - said for the type checker
            field.offer(self.initial[name])

    def sections(self) -> list[tuple[FormSection, list[forms.BoundField]]]:
        return [(section, [self[name] for name in section.names]) for section in SECTIONS]


def _shown(minutes: int) -> str:
    return f"Until {time_spans.show([minutes])} before the start" if minutes else "Until the start"
