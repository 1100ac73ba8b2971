"""Who booked with a wrong mail address gives the right one, before anybody has read what was mailed to the other."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings.actions.change_guests import locked, refuse_while_unusual
from timetuna.bookings.errors import NotPossible, TooManyBookings
from timetuna.bookings.events import GUEST, BookingEvent, record
from timetuna.bookings.guests import limit_bookings, limit_changes
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.policies import can_mend
from timetuna.bookings.queries import set_new_link
from timetuna.lib.mail import mailbox_of
from timetuna.rate_limits.limits import Client, Limit, spend_all, wait_in_words

FROM_MAILBOX = Limit("addresses mended away", (3, 86_400), strict=True)
"""A mailbox is mailed for a booking, and not counted as that of its guest any more."""
BY_NETWORK = Limit("addresses mended by a network", (10, 3_600), (30, 86_400), strict=True)
BY_SHARED_NETWORK = Limit("addresses mended by a shared network", (60, 3_600), (300, 86_400), strict=True)
ON_PAGE = Limit("addresses mended on a page", (60, 3_600), (300, 86_400), strict=True)


def mend_address(booking: Booking, *, email: str, client: Client, now: datetime) -> Booking:
    """Have everything go to this address, by a link that the other does not know. Raises BookingRefused.

    email: plain and in lower case. The same address again changes nothing.
    """
    if email == booking.booker.email:
        return booking
    _refuse(booking, email, now)
    _spend(booking, client)
    with transaction.atomic():
        booking = locked(booking.pk)
        booker = booking.booker
        _refuse(booking, email, now)
        if booker.email != email:
            limit_bookings(email, now=now)
            limit_changes(booking, now=now)
            _store(booker, email, now)
            record(booking, BookingEvent.ADDRESS_MENDED, actor=GUEST)
    return booking


def _store(booker: Attendee, email: str, now: datetime) -> None:
    """Counted from now on as mailed at the new address, which nobody has shown to be theirs."""
    booker.email, booker.mailbox = email, mailbox_of(email)
    booker.mended, booker.added_at = booker.mended + 1, now
    set_new_link(booker)
    booker.save(update_fields=["email", "mailbox", "mended", "added_at", "link_fingerprint", "link_sealed"])


def _refuse(booking: Booking, email: str, now: datetime) -> None:
    if not can_mend(booking, now=now):
        sentence = gettext("The address cannot be changed here any more. Write to %(name)s: %(email)s.")
        raise NotPossible(sentence % {"name": booking.host.name, "email": booking.host.email})
    if booking.attendees.filter(is_booker=False, email=email).exists():
        sentence = gettext("%(email)s is the address of somebody whom you bring along.")
        raise NotPossible(sentence % {"email": email})
    sentence = gettext(
        "No address can be changed just now: unusually many bookings are made. Try again in %(wait)s."
    )
    refuse_while_unusual(booking, sentence, now=now)


def _spend(booking: Booking, client: Client) -> None:
    limits = (
        (FROM_MAILBOX, booking.booker.mailbox),
        (BY_SHARED_NETWORK if client.shared else BY_NETWORK, client.network),
        (ON_PAGE, str(booking.page_id)),
    )
    if wait := spend_all(*limits):
        sentence = gettext("Many addresses were changed lately. Try again in %(wait)s.")
        raise TooManyBookings(sentence % {"wait": wait_in_words(wait)}, wait=wait)
