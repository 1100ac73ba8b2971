"""A booking as the event that stands in its host's calendar."""

import json
from dataclasses import asdict
from typing import Any

from timetuna.bookings.integrations.invitation import brought, host_description, own_uid, summary
from timetuna.bookings.integrations.location import place
from timetuna.bookings.models import Booking
from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.queries import all_event_kinds
from timetuna.lib.signing import fingerprint
from timetuna.lib.text import without_addresses
from timetuna.providers.base import Entry, Person

State = CalendarEvent.State


def entry_of(booking: Booking) -> Entry:
    """Return the event as it has to stand in the calendar now. A few queries.

    A meeting that the event itself carries needs no word about a link that is still to come.
    """
    where = place(booking)
    return Entry(
        booking=str(booking.uid),
        ical_uid=own_uid(booking),
        revision=booking.revision,
        title=summary(booking),
        start=booking.start_at,
        minutes=booking.minutes,
        time_zone=booking.host_time_zone,
        guests=_guests(booking),
        location="" if makes_link(booking) and where.pending else where.text,
        description=host_description(booking, where, notes=without_addresses(booking.guest_notes)),
        meeting_type=booking.meeting_type if makes_link(booking) else "",
    )


def makes_link(booking: Booking) -> bool:
    """Say whether the event itself carries the online meeting, so that the link comes with it."""
    return booking.meeting_type in all_event_kinds()


def digest(entry: Entry) -> str:
    """Return what is equal for events that say the same."""
    said = asdict(entry, dict_factory=_without_what_is_usual)
    return fingerprint(json.dumps(said, default=str, sort_keys=True))


def _without_what_is_usual(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Leave out what earlier versions did not say, so that an update does not write all events anew."""
    return {name: value for name, value in pairs if (name, value) != ("accepted", True)}


def _guests(booking: Booking) -> tuple[Person, ...]:
    first = Person(booking.guest_name, booking.guest_email)
    others = [Person(without_addresses(row.name), row.email, accepted=False) for row in brought(booking)]
    return tuple(person for person in (first, *others) if person.email)


def in_line(booking: Booking, event: CalendarEvent) -> bool:
    """Say whether the event says what the booking says, as far as this server knows."""
    if booking.status == Booking.Status.CANCELLED:
        return event.state == State.REMOVED
    return event.state == State.WRITTEN and event.written_digest == digest(entry_of(booking))
