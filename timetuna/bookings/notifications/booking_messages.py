"""The sentences of a booking's mails, by kind and by who reads them."""

from dataclasses import replace
from typing import Literal

from django.utils.translation import gettext

from timetuna.bookings.events import GUEST, HOST, BookingEvent, earlier_start, last_words
from timetuna.bookings.integrations.event_calendar import calendar_words, event_of
from timetuna.bookings.integrations.grants import may
from timetuna.bookings.integrations.location import Location, duplicates
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications import reminder_messages, request_messages
from timetuna.bookings.notifications.guest_messages import (
    GUESTS_KIND,
    guests_changed,
    invited,
    invited_by,
    late,
    shown_name,
    uninvited,
)
from timetuna.bookings.notifications.message import NAME_LENGTH, Words, own_subject, start_of
from timetuna.bookings.notifications.recipients import Recipient
from timetuna.bookings.states import Status
from timetuna.calendars.models import CalendarEvent
from timetuna.l10n import datetimes
from timetuna.lib.text import single_line
from timetuna.providers.base import Ability

Kind = Literal[
    "confirmed",
    "promised",
    "link",
    "moved",
    "cancelled",
    "reminder",
    "follow_up",
    "requested",
    "request_moved",
    "withdrawn",
    "declined",
    "lapsed",
    "guests",
    "invited",
    "uninvited",
    "again",
    "no_link",
    "new_host",
]
FIRST_KINDS = ("confirmed", "promised")
WITHOUT_INVITATION = reminder_messages.TIMELY_KINDS | request_messages.REQUEST_KINDS | {"no_link"}
WITHOUT_PLACE = frozenset({"cancelled", "uninvited", "withdrawn", "declined", "lapsed"})
_SAYS: dict[Status, Kind] = {
    Status.PENDING: "requested",
    Status.CONFIRMED: "confirmed",
    Status.DECLINED: "declined",
    Status.LAPSED: "lapsed",
    Status.WITHDRAWN: "withdrawn",
    Status.CANCELLED_BY_GUEST: "cancelled",
    Status.CANCELLED_BY_HOST: "cancelled",
}


def told_now(booking: Booking, kind: Kind) -> Kind:
    """Return the kind of mail that says how the booking stands, if a mail is to be sent again; else the kind itself."""
    if kind != "again":
        return kind
    return _SAYS[Status(booking.status)]


def attendee_words(attendee: Attendee, kind: Kind, where: Location) -> Words:
    """Return what somebody on the guest's side reads; a subject of the page's own comes before ours for who booked.

    Who was invited too may not know who booked, and typed their address: nothing else that the guest wrote is passed
    on to them, nor what the page's host wrote to the guest.
    """
    booking = attendee.booking
    named = {
        "title": booking.title,
        "host": booking.host.name,
        "start": start_of(booking, attendee.time_zone),
        "label": where.label,
    }
    if not attendee.is_booker:
        return _words_to_others(attendee, kind, where, named)
    words = _booker_words_from_elsewhere(attendee, kind, where) or _words_to_booker(
        booking, kind, where, named
    )
    return replace(words, subject=own_subject(booking, kind) or words.subject)


def _words_to_booker(booking: Booking, kind: Kind, where: Location, named: dict[str, str]) -> Words:
    if kind == "cancelled":
        host = booking.host.name
        by_host = (gettext("%(name)s cancelled it.") % {"name": host}, *_note(booking, host))
        by_guest = booking.status == Status.CANCELLED_BY_GUEST
        return _cancelled(named, (gettext("You cancelled it."),) if by_guest else by_host)
    if kind == "moved":
        return _has_moved(
            named,
            (*_moved(booking, booking.booker.time_zone, to_guest=True), *_link_after_move(booking, where)),
        )
    if kind == "link":
        return _link(named)
    if kind == "new_host":
        return _new_host(booking, where, named)
    return Words(
        subject=gettext("%(title)s with %(host)s: %(start)s") % named,
        headline=gettext("You are booked"),
        sentences=(gettext("%(host)s is expecting you.") % named, *_late(where)),
        button=gettext("See or change the booking"),
    )


def _words_to_others(attendee: Attendee, kind: Kind, where: Location, named: dict[str, str]) -> Words:
    booking = attendee.booking
    if kind == "cancelled":
        by_guest = booking.status == Status.CANCELLED_BY_GUEST
        by = shown_name(booking) if by_guest else named["host"]
        return _cancelled(named, (gettext("%(name)s cancelled it.") % {"name": by},))
    if kind == "uninvited":
        return uninvited(attendee, named)
    if kind == "moved":
        words = _has_moved(named, (*_was_at(booking, attendee.time_zone), *late(where)))
    elif kind == "link":
        words = _link(named)
    elif kind == "new_host":
        words = _new_host(booking, where, named)
    elif kind in reminder_messages.TIMELY_KINDS:
        words = reminder_messages.timely(attendee, kind, where)
        words = replace(words, sentences=(*words.sentences, invited_by(attendee)))
    else:
        return invited(attendee, where, named)
    return replace(words, button=gettext("See the booking"))


def _cancelled(named: dict[str, str], sentences: tuple[str, ...]) -> Words:
    return Words(
        subject=gettext("Cancelled: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("This meeting is cancelled"),
        sentences=sentences,
        button=gettext("See the booking"),
    )


def _has_moved(named: dict[str, str], sentences: tuple[str, ...]) -> Words:
    return Words(
        subject=gettext("Moved: %(title)s with %(host)s, now %(start)s") % named,
        headline=gettext("This meeting has a new time"),
        sentences=sentences,
        button=gettext("See or change the booking"),
    )


def _link(named: dict[str, str]) -> Words:
    return Words(
        subject=gettext("%(label)s link: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("Here is your %(label)s link") % named,
        sentences=(gettext("Everything else stays as it was."),),
        button=gettext("See or change the booking"),
    )


def _new_host(booking: Booking, where: Location, named: dict[str, str]) -> Words:
    latest = booking.history.filter(event=BookingEvent.HANDED_OVER).last()
    former = {"former": latest.changes["host"][0] if latest else ""}
    sentence = gettext("You meet %(host)s instead of %(former)s. The time stays as it was.")
    return Words(
        subject=gettext("New host: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("Somebody else meets you"),
        sentences=(sentence % (named | former), *late(where)),
        button=gettext("See or change the booking"),
    )


def host_words(booking: Booking, kind: Kind, where: Location, reader: Recipient) -> Words:
    """Return what one of the hosts reads, by their own clock."""
    if elsewhere := _host_words_from_elsewhere(booking, kind, where, reader.zone):
        return elsewhere
    guest = single_line(booking.booker.name, max_length=NAME_LENGTH)
    start, leads = start_of(booking, reader.zone), reader.host_id == booking.host_id
    if kind == "cancelled":
        by_guest = booking.status == Status.CANCELLED_BY_GUEST
        by_host = "One of its hosts cancelled it." if reader.beside else "You cancelled it."
        by = (f"{guest} cancelled it.", *_note(booking, guest)) if by_guest else (by_host,)
        return Words(
            subject=f"Cancelled: {booking.title} with {guest}, {start}",
            headline="A meeting is cancelled",
            sentences=(*by, *(_left_behind(booking, where, Ability.REMOVE) if leads else ())),
            button="See the booking",
        )
    if kind == "moved":
        return Words(
            subject=f"Moved: {booking.title} with {guest}, now {start}",
            headline="A meeting has a new time",
            sentences=(
                *_moved(booking, reader.zone, to_guest=False),
                *(_left_behind(booking, where, Ability.MOVE) if leads else _missing(where)),
            ),
            button="See the booking",
        )
    if kind == "link":
        return Words(
            subject=f"{where.label} link: {booking.title} with {guest}, {start}",
            headline=f"The {where.label} link is there",
            sentences=("Your guest has it too.", *_duplicates(where)),
            button="See the booking",
        )
    return Words(
        subject=f"{guest} booked {booking.title}: {start}",
        headline="You have a new booking",
        sentences=_missing(where) or (*_duplicates(where), *_not_in_calendar(booking, reader.host_id)),
        button="Mend the link" if where.pending else "See the booking",
    )


def _booker_words_from_elsewhere(booker: Attendee, kind: Kind, where: Location) -> Words | None:
    """Return the words of the kinds that have a file of their own."""
    if kind in reminder_messages.TIMELY_KINDS:
        return reminder_messages.timely(booker, kind, where)
    if kind in request_messages.REQUEST_KINDS:
        return request_messages.guest_request(booker.booking, kind)
    return guests_changed(booker.booking) if kind == GUESTS_KIND else None


def _host_words_from_elsewhere(booking: Booking, kind: Kind, where: Location, zone: str) -> Words | None:
    """Return the same for a host, by the clock of that zone."""
    if kind in reminder_messages.TIMELY_KINDS:
        return reminder_messages.host_reminder(booking, where, zone)
    if kind == "no_link":
        return _no_link(booking, where, zone)
    if kind in request_messages.REQUEST_KINDS:
        return request_messages.host_request(booking, kind, zone)
    return guests_changed(booking, host_zone=zone) if kind == GUESTS_KIND else None


def _no_link(booking: Booking, where: Location, zone: str) -> Words:
    """Return what the host reads where a promised link is not made any more before they act."""
    guest = single_line(booking.booker.name, max_length=NAME_LENGTH)
    start = start_of(booking, zone)
    return Words(
        subject=f"No {where.label} link: {booking.title} with {guest}, {start}",
        headline=f"The {where.label} link could not be made",
        sentences=_missing(where),
        button="Mend the link",
    )


def attachment_words(kind: Kind) -> str:
    """Say what opening the attached invitation does; nothing where none is attached."""
    if kind in WITHOUT_INVITATION:
        return ""
    if kind in {"cancelled", "uninvited"}:
        return gettext("The attached file takes this meeting out of your calendar.")
    if kind == "moved":
        return gettext("The attached invitation moves this meeting in your calendar.")
    if kind == "link":
        return gettext("The attached invitation puts the link into your calendar.")
    if kind in {GUESTS_KIND, "new_host"}:
        return gettext("The attached invitation updates this meeting in your calendar.")
    return gettext("The attached invitation adds this meeting to your calendar.")


def _note(booking: Booking, name: str) -> tuple[str, ...]:
    """Pass on what one side wrote to the other. Nobody gets their own words: the address may be somebody else's."""
    return _wrote(name, booking.cancel_note)


def _wrote(name: str, words: str) -> tuple[str, ...]:
    return (gettext("%(name)s wrote: %(note)s") % {"name": name, "note": words},) if words else ()


def _moved(booking: Booking, zone: str, *, to_guest: bool) -> tuple[str, ...]:
    """Say when it was to be before, and what the other side wrote with the latest move."""
    latest = booking.history.filter(event=BookingEvent.MOVED).last()
    other, name = (HOST, booking.host.name) if to_guest else (GUEST, booking.booker.name)
    words = last_words(booking, event=BookingEvent.MOVED) if latest and latest.actor == other else ""
    wrote = _wrote(single_line(name, max_length=NAME_LENGTH), words)
    return (*_was_at(booking, zone), *wrote)


def _was_at(booking: Booking, zone: str) -> tuple[str, ...]:
    """Say when a moved meeting was to begin before, as far as it is known."""
    earlier = earlier_start(booking)
    if earlier is None:
        return ()
    before = datetimes.when(earlier, minutes=booking.minutes, zone=datetimes.zone_or_utc(zone))
    return (gettext("Before, it was on %(when)s.") % {"when": before},)


def _late(where: Location) -> tuple[str, ...]:
    if not where.pending:
        return ()
    sentence = gettext("The %(label)s link follows in a second mail. There is nothing you need to do.")
    return (sentence % {"label": where.label},)


def _link_after_move(booking: Booking, where: Location) -> tuple[str, ...]:
    if where.pending or not _link_is_new(booking):
        return _late(where)
    sentence = gettext(
        "The %(label)s link is a new one, too. The earlier link does not work for the new time."
    )
    return (sentence % {"label": where.label},)


def _link_is_new(booking: Booking) -> bool:
    """Say whether the latest move was too far for the old link."""
    latest = booking.history.filter(event__in=(BookingEvent.MOVED, BookingEvent.LINK_RENEWED)).last()
    return latest is not None and latest.event == BookingEvent.LINK_RENEWED


def _missing(where: Location) -> tuple[str, ...]:
    if not where.pending:
        return ()
    return (
        f"The {where.label} link is missing. {where.problem}".strip(),
        "The booking stands, and your guest knows that the link follows. The booking's page shows what can be done.",
    )


def _not_in_calendar(booking: Booking, host_id: int) -> tuple[str, ...]:
    """Say that the event could not be written, and why; the invitation is attached all the same."""
    event = event_of(booking, host_id)
    if event is None or event.state == CalendarEvent.State.WRITTEN or not event.problem:
        return ()
    return (f"TimeTuna could not write it into {calendar_words(event)}. {event.problem}",)


def _duplicates(where: Location) -> tuple[str, ...]:
    if not where.possible_duplicates:
        return ()
    return (duplicates(where),)


def _left_behind(booking: Booking, where: Location, ability: Ability) -> tuple[str, ...]:
    """Say what stays as it was outside, where the grant does not let us change it."""
    if ability is Ability.MOVE and _link_is_new(booking):
        renewed = (
            f"The earlier {where.label} link would have ended before the new time, so it is a new one. "
            f"The earlier meeting stays in your {where.label} account; you can delete it there."
        )
        return (*_missing(where), renewed)
    if not where.meeting_number or may(booking, ability):
        return _missing(where) if ability is Ability.MOVE else ()
    if ability is Ability.REMOVE:
        return (
            f"The {where.label} meeting {where.meeting_number} stays in your {where.label} account; delete it there.",
        )
    return (f"The link stays the same. Your {where.label} account still shows the earlier time.",)
