"""A host takes a link back, and may change their mind."""

from datetime import datetime

from django.db import transaction

from timetuna.accounts.activity import Deed, note
from timetuna.pages.models import BookingLink


def end_link(link: BookingLink, *, now: datetime) -> bool:
    """It opens nothing from now on; what was booked by it stays. Whether it was still there: twice is once."""
    with transaction.atomic():
        ended = BookingLink.objects.filter(pk=link.pk, ended_at=None).update(ended_at=now, changed_at=now)
        if ended:
            note(Deed.LINK_ENDED, **link.page.about())
    return bool(ended)


def restore_link(link: BookingLink, *, now: datetime) -> bool:
    """As it was: with the uses it had left, and until the moment it was good."""
    with transaction.atomic():
        rows = BookingLink.objects.filter(pk=link.pk, ended_at__isnull=False)
        restored = rows.update(ended_at=None, changed_at=now)
        if restored:
            note(Deed.LINK_RESTORED, **link.page.about())
    return bool(restored)
