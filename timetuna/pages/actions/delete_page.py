"""Takes a booking page away."""

from django.db import transaction
from django.utils import timezone

from timetuna.accounts.activity import Deed, note
from timetuna.pages.hooks import page_leaving
from timetuna.pages.models import BookingPage
from timetuna.pages.slugs import leave_behind, lock_addresses


def delete_page(page: BookingPage) -> None:
    """Delete the page with its durations, hours and meeting types. Bookings stay, without a page.

    Its addresses stay behind, so that no page made later opens where links to this one lead.
    """
    with transaction.atomic():
        lock_addresses(page.host_id, page.team_id)
        row = BookingPage.objects.filter(pk=page.pk).first()  # its address as it is now
        if row is not None:
            page_leaving(row.pk)
            note(Deed.PAGE_DELETED, team=row.team_id, title=row.title)
            row.delete()
            leave_behind(row, now=timezone.now())
