"""The host has the mail about a booking sent once more, as the booking stands now."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from timetuna.bookings.errors import NotPossible, TooManyBookings
from timetuna.bookings.events import HOST, REQUESTS, BookingEvent, record
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.message import send_mail
from timetuna.bookings.notifications.telling import both, everybody, is_host

IN_AN_HOUR, IN_A_DAY = 3, 10


def resend(booking_id: int, *, audience: str, now: datetime) -> Booking:
    """Mail one of those who hear of the booking. Raises BookingRefused where that cannot be, or was done often.

    The invitation in it is the one they have: same UID, same SEQUENCE. Nobody gets a second event by it.
    """
    with transaction.atomic():
        booking = Booking.objects.select_for_update().get(pk=booking_id)
        # Of a request only its two sides have heard, whatever became of it.
        known = both(booking) if booking.status in REQUESTS else everybody(booking)
        if booking.erased_at is not None or audience not in known:
            raise NotPossible(gettext("There is nobody whom this mail could be sent to."))
        number = _limit(booking, now)
        send_mail.enqueue(
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
            kind="again",
            audience=audience,
            revision=booking.revision,
            tag=f"{booking.revision}.{number}",
        )
        who = gettext_noop("the host") if is_host(audience) else gettext_noop("a guest")
        record(booking, BookingEvent.RESENT, actor=HOST, reader=who)
    return booking


def _limit(booking: Booking, now: datetime) -> int:
    """How often it was done before. Raises TooManyBookings."""
    resent = booking.history.filter(event=BookingEvent.RESENT)
    lately = list(resent.filter(at__gte=now - timedelta(days=1)).values_list("at", flat=True))
    if len(lately) >= IN_A_DAY or sum(at >= now - timedelta(hours=1) for at in lately) >= IN_AN_HOUR:
        raise TooManyBookings(
            gettext(
                "Mails of this booking can be sent again %(hourly)d times in an hour and %(daily)d times in a day. "
                "Try later."
            )
            % {"hourly": IN_AN_HOUR, "daily": IN_A_DAY}
        )
    return resent.count()
