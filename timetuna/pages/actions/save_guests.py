"""Saves the editor's tab Guests."""

from dataclasses import asdict, dataclass

from django.utils import timezone

from timetuna.pages.models import BookingPage


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsTab:
    """What the tab says; the names are the page's columns. Notices are minutes before the start, None is never."""

    approval: bool
    approval_hours: int
    most_guests: int
    change_notice_minutes: int | None
    cancel_notice_minutes: int | None
    ask_reason: str


def save_guests(page: BookingPage, tab: GuestsTab) -> None:
    """Store it. Requests that wait keep waiting, with or without approval from now on."""
    BookingPage.objects.filter(pk=page.pk).update(**asdict(tab), updated_at=timezone.now())
