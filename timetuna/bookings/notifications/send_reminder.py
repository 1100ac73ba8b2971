"""Sends a reminder or a follow-up, if what it was planned for still holds."""

from datetime import datetime
from typing import Literal

from django.utils import timezone

from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.audiences import BOTH, HOST, further_id
from timetuna.bookings.notifications.compose import compose
from timetuna.bookings.notifications.plan_reminders import follow_up_due, reminder_due
from timetuna.jobs.models import Job
from timetuna.jobs.registry import GiveUp, Retry
from timetuna.mail_delivery import deliver


def remind(booking_id: int, *, audience: str, minutes: int, start: int) -> None:
    """Remind one of its people before the start. Raises Retry or GiveUp with a sentence.

    Nothing is sent for a booking that was moved, cancelled or begun meanwhile, or once its page wants no such
    reminder any more. A mail server that was away until after the start makes the reminder pointless.
    """
    booking = _still_at(booking_id, start)
    if booking is None or booking.page is None or booking.start_at <= timezone.now():
        return
    wanted = booking.page.host_reminders if audience == HOST else booking.page.guest_reminders
    if minutes in wanted and _wants(booking, audience, due=reminder_due(booking, minutes)):
        _send(booking, "reminder", audience, f"{minutes}.{start}")


def follow_up(booking_id: int, *, audience: str, minutes: int, start: int) -> None:
    """Write to the guest, or to somebody they brought, after the meeting. Raises Retry or GiveUp with a sentence."""
    booking = _still_at(booking_id, start)
    if booking is None or booking.page is None or booking.no_show:
        return
    wanted = booking.page.follow_up_minutes == minutes
    if wanted and _wants(booking, audience, due=follow_up_due(booking, minutes)):
        _send(booking, "follow_up", audience, f"{minutes}.{start}")


def _wants(booking: Booking, audience: str, *, due: datetime) -> bool:
    """Say whether the reader has not stopped what time brings, and, if the guest brings them, was there in time."""
    if audience in BOTH:
        return audience == HOST or booking.wants_reminders
    brought = booking.further_guests.filter(active=True, wants_reminders=True, added_at__lt=due)
    return brought.filter(pk=further_id(audience) or 0).exists()


def _still_at(booking_id: int, start: int) -> Booking | None:
    """Return the booking if it is to take place at that UTC minute and its guest is known."""
    found = Booking.objects.select_related("host", "page").filter(
        pk=booking_id, status=Booking.Status.CONFIRMED, erased_at=None
    )
    booking = found.first()
    return booking if booking and int(booking.start_at.timestamp()) // 60 == start else None


def _send(booking: Booking, kind: Literal["reminder", "follow_up"], audience: str, tag: str) -> None:
    _let_earlier_mails_pass(booking, audience)
    try:
        message = compose(booking, kind=kind, audience=audience, tag=tag)
    except ValueError as error:
        raise GiveUp(f"Mail not sent: {error}") from error
    deliver(message)


def _let_earlier_mails_pass(booking: Booking, audience: str) -> None:
    """Keep the order: nobody is reminded of what a mail that still waits is to tell them."""
    waiting = Job.objects.filter(
        subject=booking.subject_key(),
        name="bookings.mail",
        state__in=(Job.State.WAITING, Job.State.RUNNING),
        arguments__audience=audience,
        arguments__revision=booking.revision,
    )
    if waiting.exists():
        raise Retry("This waits for a mail of the booking that has not been sent yet.")
