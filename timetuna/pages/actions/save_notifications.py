"""Saves the editor's tab Notifications."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from timetuna.pages.hooks import reminders_changed
from timetuna.pages.models import BookingPage, PageMail
from timetuna.pages.queries import MailText

MAIL_KINDS = ("confirmed", "moved", "cancelled", "reminder", "follow_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsTab:
    """What the tab says. Reminders are minutes before the start, the follow-up minutes after the end."""

    guest_reminders: list[int]
    host_reminders: list[int]
    follow_up_minutes: int | None
    texts: Mapping[str, MailText]


def save_notifications(page: BookingPage, tab: NotificationsTab) -> None:
    """Store times and texts; an empty text means TimeTuna's own. Bookings that are to come get the new reminders."""
    first = tab.texts["confirmed"]
    with transaction.atomic():
        BookingPage.objects.filter(pk=page.pk).update(
            guest_reminders=tab.guest_reminders,
            host_reminders=tab.host_reminders,
            follow_up_minutes=tab.follow_up_minutes,
            mail_subject=first.subject,
            mail_message=first.message,
            updated_at=timezone.now(),
        )
        for kind in MAIL_KINDS[1:]:
            _store(page, kind, tab.texts[kind])
        reminders_changed(page.pk)


def _store(page: BookingPage, kind: str, text: MailText) -> None:
    if not text.subject and not text.message:
        PageMail.objects.filter(page=page, kind=kind).delete()
        return
    PageMail.objects.update_or_create(
        page=page, kind=kind, defaults={"subject": text.subject, "message": text.message}
    )
