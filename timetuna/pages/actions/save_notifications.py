"""Saves the editor's tab Notifications."""

from django.utils import timezone

from timetuna.pages.models import BookingPage


def save_notifications(page: BookingPage, *, subject: str, message: str) -> None:
    """Store subject and extra message of the page's mails; empty means TimeTuna's own subject, no message."""
    BookingPage.objects.filter(pk=page.pk).update(
        mail_subject=subject, mail_message=message, updated_at=timezone.now()
    )
