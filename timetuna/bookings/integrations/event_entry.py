"""A booking as the event that stands in the calendar of a host."""

import json
from dataclasses import asdict
from typing import Any

from timetuna.bookings.guests import others
from timetuna.bookings.integrations.invitation import host_description, own_uid, summary
from timetuna.bookings.integrations.location import place
from timetuna.bookings.models import Booking, BookingHost
from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.queries import comes_with_event
from timetuna.lib.crypto import fingerprint
from timetuna.lib.text import without_addresses
from timetuna.providers.base import Entry, Person

State = CalendarEvent.State


def entry_of(booking: Booking, host_id: int) -> Entry:
    """Return the event as it has to stand in the host's calendar now. A few queries.

    A meeting that the event itself carries needs no word about a link that is still to come.
    """
    where, carries = place(booking), carries_link(booking, host_id)
    return Entry(
        booking=str(booking.uid),
        ical_uid=own_uid(booking),
        revision=booking.revision,
        title=summary(booking),
        start=booking.start_at,
        minutes=booking.minutes,
        time_zone=_zone_of(booking, host_id) or booking.host_time_zone,
        guests=_guests(booking),
        location="" if carries and where.pending else where.text,
        description=host_description(booking, where, notes=without_addresses(booking.booker.notes)),
        meeting_type=booking.meeting_type if carries else "",
    )


def makes_link(booking: Booking) -> bool:
    """Say whether an event itself carries the online meeting, so that the link comes with it."""
    return comes_with_event(booking.meeting_type)


def carries_link(booking: Booking, host_id: int) -> bool:
    """Say whether it is the event of this host: there is one meeting, and it is the organizer's."""
    return host_id == booking.host_id and makes_link(booking)


def _zone_of(booking: Booking, host_id: int) -> str | None:
    """Return the zone of a host's copy; None once they do not take part any more."""
    rows = BookingHost.objects.filter(booking=booking, host=host_id)
    return rows.values_list("time_zone", flat=True).first()


def digest(entry: Entry) -> str:
    """Return what is equal for events that say the same."""
    said = asdict(entry, dict_factory=_without_what_is_usual)
    return fingerprint(json.dumps(said, default=str, sort_keys=True))


def _without_what_is_usual(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Leave out what earlier versions did not say, so that an update does not write all events anew."""
    return {name: value for name, value in pairs if (name, value) != ("accepted", True)}


def _guests(booking: Booking) -> tuple[Person, ...]:
    first = Person(booking.booker.name, booking.booker.email)
    more = [Person(without_addresses(row.name), row.email, accepted=False) for row in others(booking)]
    return tuple(person for person in (first, *more) if person.email)


def in_line(booking: Booking, event: CalendarEvent) -> bool:
    """Say whether the event says what the booking says, as far as this server knows."""
    if not is_wanted(booking, event):
        return event.state == State.REMOVED
    return event.state == State.WRITTEN and event.written_digest == digest(entry_of(booking, event.host_id))


def is_wanted(booking: Booking, event: CalendarEvent) -> bool:
    """Say whether the event has to be there: the booking stands, and its host still takes part in it."""
    return not booking.is_off() and BookingHost.objects.filter(booking=booking, host=event.host_id).exists()
