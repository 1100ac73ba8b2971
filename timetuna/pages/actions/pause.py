"""A host takes a break from a page, or a page from its guests, and comes back."""

from datetime import date

from django.db import transaction

from timetuna.accounts.activity import Deed, note
from timetuna.pages.models import BookingPage, PageHost


def pause(row: PageHost, until: date | None) -> None:
    """Have nothing new booked with them up to and including that date of theirs; with None, from now on again.

    Meetings that are booked stay.
    """
    PageHost.objects.filter(pk=row.pk, active=True).update(paused_until=until)
    row.paused_until = until


def switch_page(page: BookingPage, *, on: bool) -> bool:
    """Have nothing new booked on it, or take bookings again; whether that is news. Meetings that are booked stay."""
    with transaction.atomic():
        changed = BookingPage.objects.filter(pk=page.pk, switched_off=on).update(switched_off=not on)
        if changed:
            note(Deed.PAGE_ON if on else Deed.PAGE_OFF, **page.about())
    return bool(changed)
