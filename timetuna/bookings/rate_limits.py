"""How many mails people can be sent because somebody typed their address."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext

from timetuna.bookings.errors import TooManyBookings
from timetuna.bookings.events import GUEST, BookingEvent
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Attendee, Booking, HistoryEntry
from timetuna.lib.mail import mailbox_of

_UNPROVEN = 3
MOST_BROUGHT = 20
"""How many different people guests of one network who have shown nothing may have mailed in a day."""
_FEWEST_EVER = 4
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


def limit_bookings(email: str, *, others: Iterable[Guest] = (), now: datetime) -> None:
    """Raises TooManyBookings if the guest has booked, or somebody they bring was named, too often lately."""
    if _mailed_too_often(mailbox_of(email), now):
        raise TooManyBookings(
            gettext("This mail address has made many bookings lately. Please try again later.")
        )
    limit_mails_to(others, now=now)


def limit_mails_to(others: Iterable[Guest], *, now: datetime) -> None:
    """Raises TooManyBookings if somebody who is to be brought was named too often lately, by whomever."""
    for guest in others:
        if _mailed_too_often(guest.mailbox(), now):
            raise TooManyBookings(
                gettext(
                    "%(email)s has been invited many times lately. Please leave this address out, or try again later."
                )
                % {"email": guest.email}
            )


def limit_changes(booking: Booking, *, now: datetime) -> None:
    """Raises TooManyBookings if guests with this mailbox changed bookings too often lately: each mails everybody.

    They may do so as often in a day as they may book. All guests of one network who have not shown that their address
    is theirs may do so as often as three of them: a script has as many addresses as it likes.
    """
    _, most = settings.GUEST_MAIL_LIMITS
    changes = HistoryEntry.objects.filter(
        event__in=(BookingEvent.MOVED, BookingEvent.GUESTS_ADDED, BookingEvent.GUEST_REMOVED),
        actor=GUEST,
        at__gte=now - _DAY,
    )
    if booking.source_network and not booking.booker.confirmed:
        unproven = changes.filter(
            booking__source_network=booking.source_network,
            booking__attendees__is_booker=True,
            booking__attendees__confirmed=False,
        )
        if unproven.count() >= _UNPROVEN * most:
            raise TooManyBookings(
                gettext("Many bookings from your network were changed lately. Please try again later.")
            )
    mailbox = mailbox_of(booking.booker.email)
    same = changes.filter(booking__attendees__is_booker=True, booking__attendees__mailbox=mailbox)
    if same.count() >= most:
        raise TooManyBookings(
            gettext("This mail address has changed many bookings lately. Please try again later.")
        )


def limit_invited(booking: Booking, others: Iterable[Guest], *, most: int, now: datetime) -> None:
    """Raises TooManyBookings if a guest who has shown nothing would have ever new people mailed in turn.

    People count, not changes, and also those who were taken off again. One booking may name twice as many as it may
    have at once (`most`), and all of one network in a day so many that further bookings ask for a code.
    """
    if booking.booker.confirmed:
        return
    new = {one.mailbox() for one in others}
    named = set(booking.attendees.filter(is_booker=False).values_list("mailbox", flat=True))
    if new - named and len(named | new) > max(2 * most, _FEWEST_EVER):
        raise TooManyBookings(
            gettext("Many people were named for this booking already. Please write to your host.")
        )
    if new - named and names_too_many(booking.source_network, others, now=now):
        raise TooManyBookings(
            gettext(
                "Many people were invited from your network lately. Please try again tomorrow, or write to your host."
            )
        )


def names_too_many(network: str, others: Iterable[Guest], *, now: datetime) -> bool:
    """Whether with these, too many different people were named in a day by unproven guests of the network."""
    new = {one.mailbox() for one in others}
    if not network or not new:
        return False
    named = Attendee.objects.filter(
        is_booker=False,
        invited_by=GUEST,
        booking__source_network=network,
        booking__attendees__is_booker=True,
        booking__attendees__confirmed=False,
    )
    lately = named.filter(added_at__gte=now - _DAY).values_list("mailbox", flat=True)
    return len(new.union(lately)) > MOST_BROUGHT


def _mailed_too_often(mailbox: str, now: datetime) -> bool:
    """Count as one whom bookings are made for and who is brought to them: both get mails that they did not ask for."""
    hour, day = settings.GUEST_MAIL_LIMITS
    rows = Attendee.objects.filter(mailbox=mailbox, added_at__gte=now - _DAY)
    moments = list(rows.order_by("-added_at").values_list("added_at", flat=True)[:day])
    return len(moments) >= day or sum(moment >= now - _HOUR for moment in moments) >= hour
