"""A turn at writing a booking's event: what whoever has it does not live to tell is known to be in doubt.

The queue lets one job of a booking run at a time. A worker that was thought dead may still be at it: the next turn ends
its own, and what it then tells is not believed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from timetuna.bookings.integrations.event_entry import digest, entry_of, is_wanted
from timetuna.bookings.models import Booking
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.registry import Retry
from timetuna.lib.signing import random_token
from timetuna.providers.base import Entry
from timetuna.providers.errors import NeedsReconnect, ProviderError


@dataclass(frozen=True, slots=True, kw_only=True)
class EventLease:
    """The right to write an event: what it has to say, and how the row was before.

    before: the row as it was; whether a call that nobody heard of is behind it, is `before.in_doubt`.
    """

    lease: str
    booking: Booking
    entry: Entry
    digest: str
    before: CalendarEvent

    def row(self) -> QuerySet[CalendarEvent]:
        """Return the event's row, as long as this turn lasts."""
        return CalendarEvent.objects.filter(pk=self.before.pk, lease=self.lease)


@contextmanager
def turn(event: CalendarEvent) -> Iterator[EventLease]:
    """Hold the event for one call.

    Before a call that writes leaves, the row says that nobody knows what stands in the calendar; the caller says it
    again when it is done. The service's error says whether an event may have been made. What stands in one that was
    there is known again after a refusal for good only, since one call of ours is several at the service. Removing adds
    no doubt, since it makes nothing.
    """
    taken = _take(event)
    try:
        yield taken
    except (ProviderError, NeedsReconnect) as error:
        known = not error.outcome_unknown
        _give_back(taken, nothing_made=known, as_before=known and getattr(error, "permanent", False))
        raise
    except Retry:
        _give_back(taken, nothing_made=True, as_before=True)
        raise
    except Exception:
        _give_back(taken, nothing_made=False, as_before=False)
        raise


def _take(event: CalendarEvent) -> EventLease:
    with transaction.atomic():
        # The booking first, as whoever changes it does: then no change slips in between reading it and the mark.
        bookings = Booking.objects.select_for_update(of=("self",), no_key=True).select_related("host")
        booking = bookings.get(uid=event.booking_uid)
        row = CalendarEvent.objects.select_for_update().get(pk=event.pk)
        entry, lease = entry_of(booking, row.host_id), random_token()
        CalendarEvent.objects.filter(pk=row.pk).update(
            lease=lease,
            written_digest="",
            in_doubt=row.in_doubt or is_wanted(booking, row),
        )
    return EventLease(lease=lease, booking=booking, entry=entry, digest=digest(entry), before=row)


def _give_back(taken: EventLease, *, nothing_made: bool, as_before: bool) -> None:
    doubt = {"in_doubt": taken.before.in_doubt} if nothing_made else {}
    content = {"written_digest": taken.before.written_digest} if as_before else {}
    taken.row().update(lease="", **doubt, **content)
