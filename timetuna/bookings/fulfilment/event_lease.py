"""A turn at writing a booking's event, and what came of it; what nobody lives to tell is known to be in doubt.

The queue lets one job of a booking run at a time. A worker that was thought dead may still be at it: the next turn ends
its own, and what it then tells is not believed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from timetuna.bookings.events import SYSTEM, BookingEvent, record
from timetuna.bookings.integrations.event import (
    carries_link,
    digest,
    entry_of,
    is_wanted,
    words_for_all,
)
from timetuna.bookings.integrations.location import provider_label
from timetuna.bookings.models import Booking, Conference
from timetuna.calendars.models import CalendarEvent
from timetuna.jobs.queue import Retry
from timetuna.lib.crypto import random_token
from timetuna.providers.base import Entry, Written
from timetuna.providers.errors import NeedsReconnect, ProviderError

State = CalendarEvent.State
_LATE = gettext_noop("Writing the event took too long to be sure of it; it is written once more.")


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
        """As long as this turn lasts."""
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


def store_written(taken: EventLease, written: Written) -> None:
    """Ends the turn: the event stands as its entry says. Raises Retry where the turn was over before."""
    entry, before = taken.entry, taken.before
    whole = bool(written.join_url or not entry.meeting_type)
    columns = {
        "reference": written.reference,
        "ical_uid": written.ical_uid or before.ical_uid or entry.ical_uid,
        "join_url": written.join_url or before.join_url,
        "state": State.WRITTEN,
        "written_revision": entry.revision,
        "written_digest": taken.digest if whole else "",
    }
    with transaction.atomic():
        _end(taken, columns)
        _store_link(taken, written.join_url)
        words = _what_happened(taken, written)
        if words:
            record(
                taken.booking,
                BookingEvent.EVENT_WRITTEN,
                actor=SYSTEM,
                by=taken.before.host_id,
                sentence=words,
            )


def store_removal(taken: EventLease) -> None:
    """Ends the turn: the event is gone. Raises Retry where the turn was over before."""
    with transaction.atomic():
        _end(taken, {"state": State.REMOVED, "written_digest": ""})
        record(
            taken.booking,
            BookingEvent.EVENT_REMOVED,
            actor=SYSTEM,
            by=taken.before.host_id,
            calendar=words_for_all(taken.booking, taken.before),
        )


def store_problem(booking: Booking, event: CalendarEvent, sentence: str, *, state: State) -> None:
    """Keep why the event is not as the booking is, for its host, and say it once in the history."""
    with transaction.atomic():
        row = CalendarEvent.objects.filter(pk=event.pk)
        is_news = row.exclude(problem=sentence[:300]).update(problem=sentence[:300])
        row.update(state=state)
        if is_news:
            where = words_for_all(booking, event)
            record(
                booking,
                BookingEvent.EVENT_WAITING,
                actor=SYSTEM,
                by=event.host_id,
                calendar=where,
                why=sentence,
            )
        stands = Conference.State.REFUSED if state == State.REFUSED else Conference.State.WAITING
        if carries_link(booking, event.host_id):
            unlinked = Conference.objects.filter(booking=booking).exclude(state=Conference.State.READY)
            unlinked.update(problem=sentence[:300], state=stands)


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


def _end(taken: EventLease, columns: dict[str, object]) -> None:
    now = timezone.now()
    settled = {"lease": "", "in_doubt": False, "problem": "", "changed_at": now}
    if not taken.row().update(**settled, **columns):
        raise Retry(_LATE, at=now)


def _store_link(taken: EventLease, join_url: str) -> None:
    """Give the link to the meeting whose event has it; one that differs from an earlier one is mailed anew."""
    booking, kind = taken.booking, taken.entry.meeting_type
    if not kind or not join_url:
        return
    made, label = Conference.objects.filter(booking=booking), provider_label(kind)
    first = made.exclude(state=Conference.State.READY)
    if first.update(state=Conference.State.READY, join_url=join_url, problem=""):
        record(booking, BookingEvent.LINK_MADE, actor=SYSTEM, label=label)
    elif made.exclude(join_url=join_url).update(join_url=join_url, promised=True):
        record(booking, BookingEvent.LINK_REPLACED, actor=SYSTEM, label=label)


def _what_happened(taken: EventLease, written: Written) -> str:
    """The line of history; "" where the event stood like this before."""
    before, where = taken.before, words_for_all(taken.booking, taken.before)
    if not before.reference:
        return gettext_noop("The event was written into %(calendar)s.") % {"calendar": where}
    if before.reference != written.reference:
        return gettext_noop("The event was missing in %(calendar)s and was written again.") % {
            "calendar": where
        }
    if before.written_revision == taken.entry.revision:
        return ""
    return gettext_noop("The event in %(calendar)s was brought up to date.") % {"calendar": where}
