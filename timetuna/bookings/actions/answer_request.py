"""A request gets its answer: the host says yes or no, or its time is over."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from timetuna.availability.interval import minute_of
from timetuna.bookings import hooks
from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import HOST, SYSTEM, BookingEvent, Happening, Status, change_state, on_event
from timetuna.bookings.models import Booking
from timetuna.bookings.said_to_hosts import BEING_PAID
from timetuna.jobs.queue import job

MOVED = gettext_lazy(
    "Your guest has asked for another time meanwhile. It is the one shown here; answer again."
)
TOO_LATE = gettext_lazy(
    "This request has ended: its time to be answered is over. Your guest can ask for another time."
)
_ENDED = {
    Status.DECLINED: gettext_lazy(
        "You have declined this request already. Your guest can ask for another time."
    ),
    Status.WITHDRAWN: gettext_lazy(
        "Your guest has taken this request back, so there is nothing to answer any more."
    ),
    Status.LAPSED: TOO_LATE,
}
_CANCELLED = gettext_lazy("This booking is cancelled, so it cannot be confirmed or declined any more.")
LONGEST = timedelta(days=40)
"""How long a request can last, however often its guest moves it."""


def approve(booking_id: int, *, source: str, now: datetime, seen: int | None = None) -> Booking:
    """Confirm the booking; a second yes changes nothing. Raises NotPossible.

    The time has been taken since the request was made, so nothing can have come between. seen: the revision that the
    host answers, if known: a yes to one time is none to another that the guest has moved to meanwhile.
    Where money is set aside it is collected first; the booking that is returned may still wait for that. Not to be
    called inside a transaction.
    """
    with transaction.atomic():
        booking = _locked(booking_id)
        if booking.status == Status.CONFIRMED:
            return booking
        _refuse_answer(booking, now=now, seen=seen)
        waits = hooks.holds_back(booking, source)
        if not waits:
            confirm(booking, source=source)
    if waits:
        hooks.held_back(booking.pk)
        booking.refresh_from_db()
    return booking


def confirm(booking: Booking, *, source: str, by: int | None = None) -> None:
    """Of a request to which its host has said yes, in the caller's transaction. by: who it was, if they are gone."""
    booking.pending_until = None
    change_state(booking, Status.CONFIRMED, actor=HOST, source=source, by=by)


def decline(
    booking_id: int, *, note_text: str, source: str, now: datetime, seen: int | None = None
) -> Booking:
    """End the request and free its time; a second no changes nothing. Raises NotPossible.

    seen: the revision that the host answers, if known.
    """
    with transaction.atomic():
        booking = _locked(booking_id)
        if booking.status == Status.CONFIRMED:
            raise NotPossible(gettext("This booking is confirmed already. You can cancel it instead."))
        if booking.status == Status.DECLINED:
            return booking
        _refuse_answer(booking, now=now, seen=seen)
        change_state(
            booking,
            Status.DECLINED,
            actor=HOST,
            source=source,
            words=note_text,
            which=gettext_noop("the request"),
        )
    return booking


def answer_until(booking: Booking, *, hours: int, now: datetime) -> datetime:
    """So many hours from now, and not longer than until the start."""
    return min(now + timedelta(hours=hours), booking.start_at, booking.created_at + LONGEST)


@on_event(BookingEvent.REQUESTED, BookingEvent.PAID, BookingEvent.MOVED, BookingEvent.RESTORED)
def plan_end(happening: Happening) -> None:
    """Have what waits for an answer end when its time is up."""
    plan_expiry(happening.booking)


def plan_expiry(booking: Booking) -> None:
    """Have a request end when its time is up, in the caller's transaction. Doing it again changes nothing."""
    if booking.status == Status.PENDING and booking.pending_until is not None:
        expire_request.enqueue(
            key=f"lapse:{booking.pk}:{minute_of(booking.pending_until)}",
            concurrency=booking.concurrency_key(),
            at=booking.pending_until,
            booking_id=booking.pk,
        )


@job("bookings.lapse")
def expire_request(booking_id: int, *, now: datetime | None = None) -> None:
    """Changes nothing unless its time is up."""
    with transaction.atomic():
        if not Booking.objects.filter(pk=booking_id).exists():
            return
        booking = _locked(booking_id)
        until = booking.pending_until
        if booking.status != Status.PENDING or until is None or until > (now or timezone.now()):
            return
        change_state(booking, Status.LAPSED, actor=SYSTEM)


def _locked(booking_id: int) -> Booking:
    """As it is once its host's row is locked."""
    booking = Booking.objects.select_related("host").get(pk=booking_id)
    lock_hosts_of(booking.pk)
    booking.refresh_from_db()
    return booking


def _refuse_answer(booking: Booking, *, now: datetime, seen: int | None) -> None:
    """Raises NotPossible, with what became of it, unless the request still waits for the answer to what was seen."""
    if booking.is_off():
        raise NotPossible(_ENDED.get(Status(booking.status), _CANCELLED))
    if booking.status == Status.AWAITING_PAYMENT:
        raise NotPossible(BEING_PAID)
    if booking.pending_until is not None and booking.pending_until <= now:
        raise NotPossible(TOO_LATE)
    if seen is not None and booking.revision != seen:
        raise NotPossible(MOVED)
