"""Saves the editor's tab Notifications."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from timetuna.pages.hooks import reminders_changed
from timetuna.pages.models import BookingPage, PageMail, Reminder
from timetuna.pages.queries import MailText

MAIL_KINDS = ("confirmed", "moved", "cancelled", "reminder", "follow_up")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsTab:
    """What the tab says; its reminders are rows that belong to no page yet."""

    reminders: Sequence[Reminder]
    texts: Mapping[str, MailText]


def save_notifications(page: BookingPage, tab: NotificationsTab) -> None:
    """Store times and texts; an empty text means TimeTuna's own. Bookings that are to come get the new reminders."""
    first = tab.texts["confirmed"]
    with transaction.atomic():
        BookingPage.objects.filter(pk=page.pk).update(
            mail_subject=first.subject,
            mail_message=first.message,
            updated_at=timezone.now(),
        )
        for kind in MAIL_KINDS[1:]:
            _store(page, kind, tab.texts[kind])
        page.reminders.all().delete()
        for one in tab.reminders:
            one.page = page
        Reminder.objects.bulk_create(tab.reminders)
        reminders_changed(page.pk)


def _store(page: BookingPage, kind: str, text: MailText) -> None:
    if not text.subject and not text.message:
        PageMail.objects.filter(page=page, kind=kind).delete()
        return
    PageMail.objects.update_or_create(
        page=page, kind=kind, defaults={"subject": text.subject, "message": text.message}
    )
