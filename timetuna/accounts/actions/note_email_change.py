"""Writing down that a host's address has changed, for as long as this can be taken back."""

from datetime import timedelta

from django.utils import timezone

from timetuna.accounts.models import EmailChange, User

UNDO_WITHIN = timedelta(days=7)


def note_email_change(user: User, *, former: str) -> EmailChange:
    """Store the change, and forget those of everybody that are too old to be taken back."""
    EmailChange.objects.filter(at__lt=timezone.now() - UNDO_WITHIN).delete()
    return EmailChange.objects.create(user=user, former=former)
