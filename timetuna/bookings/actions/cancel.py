"""A booking is called off, or a request taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings.actions.expire_request import end_request
from timetuna.bookings.actions.lock_hosts import lock_hosts_of
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.history import GUEST, HOST, note, quoting
from timetuna.bookings.integrations.event_queue import enqueue_event
from timetuna.bookings.integrations.grants import may
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.notifications.audiences import BOTH
from timetuna.bookings.notifications.queue import enqueue_mails
from timetuna.bookings.policies import cancel_refusal
from timetuna.jobs.registry import handlers
from timetuna.providers.base import Ability


def cancel(
    booking_id: int,
    *,
    actor: str,
    note_text: str,
    now: datetime,
    source: str = "",
    told: tuple[str, ...] | None = None,
) -> Booking:
    """Cancel, free the time, tell everybody; a second time changes nothing. Raises NotPossible where it cannot be.

    A request that waits for its answer is taken back; a host declines it instead (`decline`).
    told: who is mailed about a booking that is called off, where that is not everybody; () is nobody.
    """
    with transaction.atomic():
        booking = Booking.objects.select_related("host", "page").get(pk=booking_id)
        lock_hosts_of(booking.pk)
        booking.refresh_from_db()
        if booking.status == Booking.Status.CANCELLED:
            return booking
        _refuse(booking, actor, now)
        if booking.status == Booking.Status.PENDING:
            _take_back(booking, actor, note_text, source)
        else:
            _call_off(booking, actor, note_text, source, told)
    return booking


def _refuse(booking: Booking, actor: str, now: datetime) -> None:
    if booking.end_at() <= now:
        raise NotPossible(gettext("This meeting is over, so it cannot be cancelled any more."))
    if actor == GUEST and (refusal := cancel_refusal(booking, now=now)):
        raise NotPossible(refusal)
    if actor == HOST and booking.status == Booking.Status.PENDING:
        raise NotPossible("This is a request that waits for your answer. Decline it instead.")


def _take_back(booking: Booking, actor: str, note_text: str, source: str) -> None:
    end_request(booking, actor=actor, note_text=note_text)
    note(
        booking,
        actor=actor,
        event="withdrawn",
        text=quoting("Took the request back.", note_text),
        source=source,
        changes={"status": ("pending", "cancelled")},
    )
    enqueue_mails(booking, kind="withdrawn", audiences=BOTH)


def _call_off(
    booking: Booking, actor: str, note_text: str, source: str, told: tuple[str, ...] | None
) -> None:
    booking.status, booking.revision = Booking.Status.CANCELLED, booking.revision + 1
    booking.cancelled_by, booking.cancel_note = actor, note_text
    booking.save(update_fields=["status", "revision", "cancelled_by", "cancel_note"])
    BookingHost.objects.filter(booking=booking).update(active=False)
    note(
        booking,
        actor=actor,
        event="cancelled",
        text=quoting("Cancelled.", note_text),
        source=source,
        changes={"status": ("confirmed", "cancelled")},
    )
    enqueue_mails(booking, kind="cancelled", audiences=told)
    enqueue_event(booking)
    if may(booking, Ability.REMOVE):
        handlers()["bookings.remove_conference"].enqueue(
            key=f"remove-conference:{booking.pk}",
            concurrency=booking.subject_key(),
            booking_id=booking.pk,
        )
