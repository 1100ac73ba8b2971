"""How a booking stands, in the headline and the sentences its guest reads on its own page."""

from dataclasses import dataclass

from django.utils.translation import gettext

from timetuna.bookings.events import BookingEvent
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.kinds.base import invited_by, shown_name
from timetuna.bookings.states import CALLED_OFF, Status
from timetuna.l10n import datetimes


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline, a sentence below it, and what the host wrote, if anything."""

    title: str
    lead: str = ""
    wrote: str = ""


def headline_of(attendee: Attendee, *, twelve_hours: bool = False) -> Headline:
    """Say how the booking stands, to somebody on the guest's side."""
    booking = attendee.booking
    if not attendee.is_booker:
        return _for_others(attendee)
    named = {"host": booking.host.name, "email": attendee.email}
    if booking.status == Status.PENDING:
        return _waiting(booking, named, twelve_hours=twelve_hours)
    if booking.is_off():
        ended = _cancelled if booking.status in CALLED_OFF else _ended
        return ended(booking, named)
    if booking.history.filter(event=BookingEvent.MOVED).exists():
        lead = gettext("The new time is on its way to %(email)s, with the calendar invite.") % named
        return Headline(gettext("Your booking has a new time"), lead)
    lead = gettext("A confirmation with a calendar invite is on its way to %(email)s.") % named
    return Headline(gettext("Your booking is confirmed"), lead)


def _for_others(attendee: Attendee) -> Headline:
    """Say it to who was invited too: why they are, and nothing of what the two sides wrote."""
    booking = attendee.booking
    named = {"host": booking.host.name, "guest": shown_name(booking)}
    if booking.is_off():
        by = named["guest" if booking.status == Status.CANCELLED_BY_GUEST else "host"]
        return Headline(
            gettext("This booking is cancelled"), gettext("%(name)s cancelled it.") % {"name": by}
        )
    if not attendee.active:
        lead = gettext("%(guest)s and %(host)s are told. The meeting takes place without you.") % named
        return Headline(gettext("You have left this meeting"), lead)
    return Headline(gettext("You are invited"), invited_by(attendee))


def _waiting(booking: Booking, named: dict[str, str], *, twelve_hours: bool) -> Headline:
    zone, until = datetimes.zone_or_utc(booking.booker.time_zone), booking.pending_until or booking.start_at
    deadline = datetimes.short_when(until, zone=zone, twelve_hours=twelve_hours)
    lead = gettext(
        "%(host)s confirms each booking. Until then nothing is booked, and the time is kept for you. "
        "You hear at %(email)s, by %(deadline)s at the latest."
    )
    return Headline(gettext("Your request is with %(host)s") % named, lead % (named | {"deadline": deadline}))


def _cancelled(booking: Booking, named: dict[str, str]) -> Headline:
    title = gettext("This booking is cancelled")
    if booking.status == Status.CANCELLED_BY_HOST:
        lead = gettext(
            "%(host)s cancelled it. A mail with a file that takes the meeting out of your calendar is on its way."
        )
        return Headline(title, lead % named, booking.cancel_note)
    lead = gettext(
        "%(host)s is told. A mail with a file that takes the meeting out of your calendar is on its way."
    )
    return Headline(title, lead % named)


def _ended(booking: Booking, named: dict[str, str]) -> Headline:
    """Say how a request ended without becoming a booking."""
    if booking.status == Status.WITHDRAWN:
        lead = gettext("%(host)s is told, and the time is free again.") % named
        return Headline(gettext("Your request is taken back"), lead)
    if booking.status == Status.DECLINED:
        lead = gettext("%(host)s cannot take this time.") % named
        return Headline(gettext("Your request was declined"), lead, booking.cancel_note)
    lead = gettext("%(host)s did not answer in time. Nothing is booked, and the time is free again.") % named
    return Headline(gettext("Your request has ended"), lead)
