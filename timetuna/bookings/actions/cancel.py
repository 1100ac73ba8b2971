"""A booking is called off, or a request taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import CANCELLED_BY, GUEST, HOST, Status, change_state
from timetuna.bookings.models import Booking
from timetuna.bookings.policies import cancel_refusal
from timetuna.bookings.said_to_hosts import BEING_PAID, DECLINE_INSTEAD


def cancel(
    booking_id: int,
    *,
    actor: str,
    note_text: str,
    now: datetime,
    source: str = "",
    told: tuple[str, ...] | None = None,
) -> Booking:
    """Cancel and free the time; a second time changes nothing. Raises NotPossible where it cannot be.

    A request that waits for its answer is taken back; a host declines it instead (`decline`).
    told: who is mailed about a booking that is called off, where that is not everybody; () is nobody.
    """
    with transaction.atomic():
        booking = Booking.objects.select_related("host", "page").get(pk=booking_id)
        lock_hosts_of(booking.pk)
        booking.refresh_from_db()
        if booking.is_off():
            return booking
        _refuse(booking, actor, now)
        to = CANCELLED_BY[actor] if booking.status == Status.CONFIRMED else Status.WITHDRAWN
        if booking.status == Status.AWAITING_PAYMENT:
            told = ()  # nobody else has heard of it
        change_state(booking, to, actor=actor, source=source, words=note_text, told=told)
    return booking


def _refuse(booking: Booking, actor: str, now: datetime) -> None:
    if booking.end_at() <= now:
        raise NotPossible(gettext("This meeting is over, so it cannot be cancelled any more."))
    if actor == GUEST and (refusal := cancel_refusal(booking, now=now)):
        raise NotPossible(refusal)
    if actor == HOST and booking.status == Status.PENDING:
        raise NotPossible(DECLINE_INSTEAD)
    if actor == HOST and booking.status == Status.AWAITING_PAYMENT:
        raise NotPossible(BEING_PAID)
