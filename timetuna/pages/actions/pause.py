"""A host takes a break from a page, and comes back."""

from datetime import date

from timetuna.pages.models import PageHost


def pause(row: PageHost, until: date | None) -> None:
    """Have nothing new booked with them up to and including that date of theirs; with None, from now on again.

    Meetings that are booked stay.
    """
    PageHost.objects.filter(pk=row.pk, active=True).update(paused_until=until)
    row.paused_until = until
