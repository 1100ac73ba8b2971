"""What the page of a booking says first where it is not simply booked: it waits, is off, or is somebody else's."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext, ngettext

from timetuna.bookings.charge import told_guest_after
from timetuna.bookings.events import CALLED_OFF, BookingEvent, Status, is_fresh
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.telling import invited_by, shown_name
from timetuna.bookings.policies import is_unanswered
from timetuna.bookings.queries import acting_host, costs, host_names, hosts_in_words
from timetuna.l10n import datetimes

MADE = (
    BookingEvent.BOOKED,
    BookingEvent.PAID,
    BookingEvent.BROUGHT,
    BookingEvent.APPROVED,
    BookingEvent.ADDRESS_MENDED,
)
ENDS = (
    BookingEvent.CANCELLED,
    BookingEvent.DECLINED,
    BookingEvent.LAPSED,
    BookingEvent.WITHDRAWN,
)


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline, a sentence below it, and what the host wrote, if anything."""

    title: str
    lead: str = ""
    wrote: str = ""


def over(attendee: Attendee) -> Headline:
    begins = attendee.booking.start_at.astimezone(datetimes.zone_or_utc(attendee.time_zone))
    title = gettext("This meeting was on %(day)s") % {"day": datetimes.day_of_year(begins.date())}
    return Headline(title, "" if attendee.active else gettext("You had left it."))


def under_way(attendee: Attendee, *, twelve_hours: bool) -> Headline:
    ends = attendee.booking.end_at().astimezone(datetimes.zone_or_utc(attendee.time_zone))
    lead = gettext("It lasts until %(time)s.") % {"time": datetimes.clock(ends, twelve_hours=twelve_hours)}
    return Headline(gettext("Your meeting is now"), lead)


def how_soon(attendee: Attendee, now: datetime, *, twelve_hours: bool) -> str:
    """In days by the reader's calendar; on the last two by their clock, which stays true while the page is open."""
    zone = datetimes.zone_or_utc(attendee.time_zone)
    begins = attendee.booking.start_at.astimezone(zone)
    days = (begins.date() - now.astimezone(zone).date()).days
    at = {"time": datetimes.clock(begins, twelve_hours=twelve_hours), "days": days}
    if days < 1:
        return gettext("Your meeting is today at %(time)s") % at
    if days == 1:
        return gettext("Your meeting is tomorrow at %(time)s") % at
    return ngettext("Your meeting is in %(days)d day", "Your meeting is in %(days)d days", days) % at


def for_others(attendee: Attendee) -> Headline:
    """To who was invited too: why they are, and nothing of what the two sides wrote."""
    booking = attendee.booking
    named = {"host": hosts_in_words(booking), "guest": shown_name(booking)}
    if booking.is_off():
        by_guest = booking.status == Status.CANCELLED_BY_GUEST
        by = named["guest"] if by_guest else acting_host(booking)
        return Headline(
            gettext("This booking is cancelled"), gettext("%(name)s cancelled it.") % {"name": by}
        )
    if not attendee.active:
        lead = gettext("%(guest)s and %(host)s are told. The meeting takes place without you.") % named
        return Headline(gettext("You have left this meeting"), lead)
    return Headline(gettext("You are invited"), invited_by(attendee))


def waiting_or_off(booking: Booking, *, now: datetime, twelve_hours: bool) -> Headline:
    """To who booked, or asked."""
    named = {"host": hosts_in_words(booking), "lead": booking.host.name, "email": booking.booker.email}
    if booking.status == Status.PENDING and not is_unanswered(booking, now):
        return _waiting(booking, named, twelve_hours=twelve_hours)
    if booking.status == Status.AWAITING_PAYMENT:
        return _unpaid(booking, now, twelve_hours=twelve_hours)
    if not booking.is_off() and booking.status != Status.PENDING:
        return Headline(gettext("This booking is not confirmed yet"))
    entry = booking.history.filter(event__in=ENDS).last()
    fresh = is_fresh(entry, now=now)
    if costs(booking) and not booking.history.filter(event=BookingEvent.PAID).exists():
        headline = _given_up(booking, fresh=fresh)
    else:
        told = _cancelled if booking.status in CALLED_OFF else _ended
        headline = told(booking, named, fresh=fresh)
    money = told_guest_after(booking) if fresh else ""
    return replace(headline, lead=f"{headline.lead} {money}".strip())


def _waiting(booking: Booking, named: dict[str, str], *, twelve_hours: bool) -> Headline:
    zone, until = datetimes.zone_or_utc(booking.booker.time_zone), booking.pending_until or booking.start_at
    deadline = datetimes.short_when(until, zone=zone, twelve_hours=twelve_hours)
    lead = gettext(
        "%(lead)s confirms each booking. Until then nothing is booked, and the time is kept for you. "
        "You hear at %(email)s, by %(deadline)s at the latest."
    )
    return Headline(gettext("Your request is with %(host)s") % named, lead % (named | {"deadline": deadline}))


def _unpaid(booking: Booking, now: datetime, *, twelve_hours: bool) -> Headline:
    until = booking.pending_until
    if until is None or until <= now:
        lead = gettext("The time for it is over. If you have paid, load this page again in a moment.")
        return Headline(gettext("This booking is not paid"), lead)
    there = until.astimezone(datetimes.zone_or_utc(booking.booker.time_zone))
    lead = gettext("The time is kept for you until %(time)s. It is booked once you have paid.")
    at = datetimes.clock(there, twelve_hours=twelve_hours)
    return Headline(gettext("Your payment is still to come"), lead % {"time": at})


def _cancelled(booking: Booking, named: dict[str, str], *, fresh: bool) -> Headline:
    title = gettext("This booking is cancelled")
    if booking.status == Status.CANCELLED_BY_HOST:
        lead = gettext("%(name)s cancelled it.")
        if fresh:
            lead = gettext(
                "%(name)s cancelled it. A mail with a file that takes the meeting out of your calendar is on its way."
            )
        return Headline(title, lead % {"name": acting_host(booking)}, booking.cancel_note)
    if not fresh:
        return Headline(title, gettext("You cancelled it."))
    lead = ngettext(
        "%(host)s is told. A mail with a file that takes the meeting out of your calendar is on its way.",
        "%(host)s are told. A mail with a file that takes the meeting out of your calendar is on its way.",
        len(host_names(booking)),
    )
    return Headline(title, lead % named)


def _ended(booking: Booking, named: dict[str, str], *, fresh: bool) -> Headline:
    """How a request ended without becoming a booking."""
    if booking.status == Status.WITHDRAWN:
        lead = gettext("%(lead)s is told, and the time is free again.") % named if fresh else ""
        return Headline(gettext("Your request is taken back"), lead)
    if booking.status == Status.DECLINED:
        lead = gettext("%(lead)s cannot take this time.") if fresh else gettext("Nothing is booked.")
        return Headline(gettext("Your request was declined"), lead % named, booking.cancel_note)
    lead = gettext("%(lead)s did not answer in time. Nothing is booked.") % named
    return Headline(gettext("Your request has ended"), lead)


def _given_up(booking: Booking, *, fresh: bool) -> Headline:
    """What was not paid: by its guest, or because the time for it was over."""
    money_came = booking.history.filter(event=BookingEvent.MONEY_CAME).exists()
    if booking.status == Status.WITHDRAWN:
        lead = gettext("The time is free again. Nothing was charged.") if fresh and not money_came else ""
        return Headline(gettext("This booking is cancelled"), lead)
    if booking.status == Status.DECLINED:
        lead = gettext("%(lead)s cannot take this time.") % {"lead": booking.host.name}
        title = gettext("Your time is not kept any more")
        return Headline(
            title, lead if money_came else f"{lead} {gettext('Nothing is charged.')}", booking.cancel_note
        )
    lead = gettext("It was not paid in time, so nothing is booked and nothing is charged.")
    if money_came:
        lead = gettext("It was paid when the time was not kept any more, so nothing is booked.")
    return Headline(gettext("Your time is not kept any more"), lead)
