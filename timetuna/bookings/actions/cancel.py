"""A booking is called off, or a request taken back."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings import hooks
from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import CANCELLED_BY, GUEST, HOST, Status, change_state
from timetuna.bookings.models import Booking
from timetuna.bookings.policies import cancel_refusal
from timetuna.bookings.said_to_hosts import DECLINE_INSTEAD, PAID_MEANWHILE
from timetuna.web.middleware import who_acts


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

    A request that waits for its answer is taken back; a host declines it instead (`decline`). What a host calls off
    while its guest may be paying is off once nobody can pay any more: the booking that is returned may wait for that.
    told: who is mailed about a booking that is called off, where that is not everybody; () is nobody.
    """
    with transaction.atomic():
        booking = Booking.objects.select_related("host", "page").get(pk=booking_id)
        lock_hosts_of(booking.pk)
        booking.refresh_from_db()
        if booking.is_off():
            return booking
        _refuse(booking, actor, now)
        unpaid = booking.status == Status.AWAITING_PAYMENT
        if unpaid and actor == HOST:
            said = hooks.CallingOff(by=who_acts(), source=source, words=note_text, told=told)
            hooks.calling_off(booking, said)
            transaction.on_commit(partial(hooks.called_off, booking.pk))
        else:
            to = CANCELLED_BY[actor] if booking.status == Status.CONFIRMED else Status.WITHDRAWN
            told = () if unpaid else told  # nobody else has heard of it
            change_state(booking, to, actor=actor, source=source, words=note_text, told=told)
    return _unless_paid(booking) if unpaid else booking


def _unless_paid(booking: Booking) -> Booking:
    """As it is now. Raises NotPossible where its guest was faster."""
    booking.refresh_from_db()
    if not booking.is_off() and booking.status != Status.AWAITING_PAYMENT:
        raise NotPossible(PAID_MEANWHILE)
    return booking


def _refuse(booking: Booking, actor: str, now: datetime) -> None:
    if booking.end_at() <= now:
        raise NotPossible(gettext("This meeting is over, so it cannot be cancelled any more."))
    if actor == GUEST and (refusal := cancel_refusal(booking, now=now)):
        raise NotPossible(refusal)
    if actor == HOST and booking.status == Status.PENDING:
        raise NotPossible(DECLINE_INSTEAD)
