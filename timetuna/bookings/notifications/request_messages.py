"""The sentences of mails about a request: a booking that waits for its host's yes, or did not get it."""

from django.utils.translation import gettext

from timetuna.bookings.events import BookingEvent, last_words
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.message import NAME_LENGTH, Words, start_of
from timetuna.l10n import datetimes
from timetuna.lib.text import single_line

REQUEST_KINDS = frozenset({"requested", "request_moved", "withdrawn", "declined", "lapsed"})


def guest_request(booking: Booking, kind: str) -> Words:
    """Return what the guest reads."""
    host, start = booking.host.name, start_of(booking, booking.booker.time_zone)
    named = {"title": booking.title, "host": host, "start": start}
    if kind in _GUEST_ENDS:
        return _GUEST_ENDS[kind](booking, named)
    moved = kind == "request_moved"
    kept = gettext(
        "%(host)s confirms each booking. Until then nothing is booked, and the time is kept for you."
    )
    return Words(
        subject=gettext("Requested: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("You asked for another time") if moved else gettext("Your request is on its way"),
        sentences=(
            kept % named,
            gettext("You hear by mail either way, by %(deadline)s at the latest.")
            % {"deadline": _deadline(booking, booking.booker.time_zone)},
        ),
        button=gettext("See or change the request"),
    )


def _withdrawn(_booking: Booking, named: dict[str, str]) -> Words:
    return Words(
        subject=gettext("Taken back: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("Your request is taken back"),
        sentences=(gettext("%(host)s is told, and the time is free again.") % named,),
        button=gettext("See the request"),
    )


def _declined(booking: Booking, named: dict[str, str]) -> Words:
    return Words(
        subject=gettext("Declined: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("Your request was declined"),
        sentences=(gettext("%(host)s cannot take this time.") % named, *_note(booking)),
        button=gettext("Ask for another time"),
    )


def _lapsed(_booking: Booking, named: dict[str, str]) -> Words:
    sentence = gettext("%(host)s did not answer in time. Nothing is booked, and the time is free again.")
    return Words(
        subject=gettext("Not confirmed: %(title)s with %(host)s, %(start)s") % named,
        headline=gettext("Your request has ended"),
        sentences=(sentence % named,),
        button=gettext("Ask for another time"),
    )


_GUEST_ENDS = {"withdrawn": _withdrawn, "declined": _declined, "lapsed": _lapsed}


def host_request(booking: Booking, kind: str, zone: str) -> Words:
    """Return what a host reads."""
    guest, title = single_line(booking.booker.name, max_length=NAME_LENGTH), booking.title
    start = start_of(booking, zone)
    if kind == "withdrawn":
        wrote = (f"{guest} wrote: {booking.cancel_note}",) if booking.cancel_note else ()
        return Words(
            subject=f"Taken back: {title} with {guest}, {start}",
            headline="A request was taken back",
            sentences=(f"{guest} does not ask for this time any more. There is nothing to answer.", *wrote),
            button="See the request",
        )
    if kind == "lapsed":
        return Words(
            subject=f"Not answered: {title} with {guest}, {start}",
            headline="A request has ended without an answer",
            sentences=(f"{guest} is told, and the time is free again.",),
            button="See the request",
        )
    moved = kind == "request_moved"
    until = _deadline(booking, zone)
    return Words(
        subject=f"Request: {title} with {guest}, {start}",
        headline="A request has another time" if moved else "Somebody asks for a time",
        sentences=(
            *(_asked_again(booking, guest) if moved else ()),
            f"The time is kept until {until}. Without an answer the request ends then by itself.",
        ),
        button="Confirm or decline",
    )


def _asked_again(booking: Booking, guest: str) -> tuple[str, ...]:
    words = last_words(booking, event=BookingEvent.MOVED)
    return (f"{guest} wrote: {words}",) if words else ()


def _note(booking: Booking) -> tuple[str, ...]:
    if not booking.cancel_note:
        return ()
    named = {"name": booking.host.name, "note": booking.cancel_note}
    return (gettext("%(name)s wrote: %(note)s") % named,)


def _deadline(booking: Booking, zone: str) -> str:
    until = booking.pending_until or booking.start_at
    return datetimes.short_when(until, zone=datetimes.zone_or_utc(zone))
