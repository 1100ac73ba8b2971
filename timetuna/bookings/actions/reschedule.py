"""A booking gets another time and stays the same booking: id, UID, address and link."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from timetuna.bookings import wording
from timetuna.bookings.actions.book import GUARD
from timetuna.bookings.actions.lock_host import lock_host
from timetuna.bookings.availability import Question, bookable, moment_of
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.history import note
from timetuna.bookings.models import Booking, BookingHost, Conference
from timetuna.bookings.outbox import enqueue_mails
from timetuna.jobs.queue import enqueue
from timetuna.pages.queries import page_settings

LINK_LIVES = timedelta(days=30)
TAKEN = "This time has just been taken. Your booking stands as it was; please pick another time."


def reschedule(booking_id: int, *, start_minute: int, actor: str, now: datetime) -> Booking:
    """Move the booking to a time its page offers now. Raises SlotTaken or NotPossible; then nothing has changed."""
    try:
        with transaction.atomic():
            return _reschedule(booking_id, start_minute, actor, now)
    except IntegrityError as error:
        if GUARD in str(error):
            raise SlotTaken(TAKEN) from error
        raise


def _reschedule(booking_id: int, start_minute: int, actor: str, now: datetime) -> Booking:
    booking = Booking.objects.select_related("host").get(pk=booking_id)
    lock_host(booking.host_id)
    booking.refresh_from_db()
    _refuse_if_settled(booking, now)
    page = page_settings(booking.page_id) if booking.page_id else None
    if page is None:
        raise NotPossible("The page this was booked on is gone. Please cancel, or write to your host.")
    if booking.start_at == moment_of(start_minute):
        return booking
    question = Question(page=page, minutes=booking.minutes, now=now, moving=booking.pk)
    if not bookable(question, start_minute=start_minute):
        raise SlotTaken(TAKEN)
    _move(booking, start_minute, actor)
    return booking


def _refuse_if_settled(booking: Booking, now: datetime) -> None:
    if booking.status == Booking.Status.CANCELLED:
        raise NotPossible("This booking is cancelled, so it cannot be moved.")
    if booking.start_at <= now:
        raise NotPossible("This meeting has begun, so it cannot be moved any more.")


def _move(booking: Booking, start_minute: int, actor: str) -> None:
    zone = wording.zone_or_utc(booking.host_time_zone)
    before = wording.short_when(booking.start_at, zone=zone)
    booking.start_at, booking.revision = moment_of(start_minute), booking.revision + 1
    booking.save(update_fields=["start_at", "revision"])
    BookingHost.objects.filter(booking=booking).update(
        start_minute=start_minute, end_minute=start_minute + booking.minutes
    )
    after = wording.short_when(booking.start_at, zone=zone)
    note(booking, actor=actor, event="moved", text=f"Moved from {before} to {after} ({zone.key}).")
    _carry(booking)


def _carry(booking: Booking) -> None:
    """Mail the new time; where the link would not live that long, make another meeting first."""
    conference = Conference.objects.filter(booking=booking, state=Conference.State.READY).first()
    if conference is None or conference.scheduled_for is None:
        enqueue_mails(booking, kind="moved")
        return
    enqueue(
        "bookings.move_conference",
        key=f"move-conference:{booking.pk}:{booking.revision}",
        subject=booking.subject_key(),
        booking=booking.pk,
        revision=booking.revision,
    )
