"""A booking gets another time and stays the same booking: id, UID, address and link."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from timetuna.bookings import wording
from timetuna.bookings.actions.book import GUARD
from timetuna.bookings.actions.hold import consume
from timetuna.bookings.actions.lock_host import lock_host
from timetuna.bookings.availability import Question, bookable, moment_of
from timetuna.bookings.errors import NotPossible, SlotTaken, TooManyBookings
from timetuna.bookings.event_work import enqueue_event
from timetuna.bookings.history import GUEST, note
from timetuna.bookings.models import Booking, BookingHost, Conference, HistoryEntry
from timetuna.bookings.outbox import enqueue_mails
from timetuna.jobs.queue import enqueue
from timetuna.lib.mail import mailbox_of
from timetuna.pages.queries import PublicPage, page_settings
from timetuna.web.client import NOBODY, Client

MOST_MOVES = 10
LINK_LIVES = timedelta(days=30)
TAKEN = "This time has just been taken. Your booking stands as it was; please pick another time."


def reschedule(
    booking_id: int, *, start_minute: int, actor: str, now: datetime, hold: str = "", client: Client = NOBODY
) -> Booking:
    """Move the booking to a time its page offers now. Raises BookingRefused; then nothing has changed.

    hold: the token by which the form held the time, if it did; holds of other clients stand in the way.
    """
    try:
        with transaction.atomic():
            booking, page = _locked(booking_id, now)
            question = Question(
                page=page, minutes=booking.minutes, now=now, moving=booking.pk, hold=hold, client=client
            )
            if booking.start_at != moment_of(start_minute):
                _refuse_if_restless(booking, actor)
                _refuse_flood(booking, actor, now)
                _refuse_if_taken(question, start_minute)
                _move(booking, start_minute, actor)
            consume(hold)
            return booking
    except IntegrityError as error:
        if GUARD in str(error):
            raise SlotTaken(TAKEN) from error
        raise


def _locked(booking_id: int, now: datetime) -> tuple[Booking, PublicPage]:
    """Lock the host; return the booking as it is then, and its page. Raises NotPossible."""
    booking = Booking.objects.select_related("host").get(pk=booking_id)
    lock_host(booking.host_id)
    booking.refresh_from_db()
    _refuse_if_settled(booking, now)
    page = page_settings(booking.page_id) if booking.page_id else None
    if page is None:
        raise NotPossible("The page this was booked on is gone. Please cancel, or write to your host.")
    return booking, page


def _refuse_flood(booking: Booking, actor: str, now: datetime) -> None:
    """Let guests with one mailbox move as often in a day as they may book: each move mails both sides."""
    if actor != GUEST:
        return
    _, most = settings.GUEST_MAIL_LIMITS
    moves = HistoryEntry.objects.filter(
        booking__guest_mailbox=mailbox_of(booking.guest_email),
        event="moved",
        actor=GUEST,
        at__gte=now - timedelta(days=1),
    )
    if moves.count() >= most:
        raise TooManyBookings("This mail address has moved many bookings lately. Please try again later.")


def _refuse_if_taken(question: Question, start_minute: int) -> None:
    if not bookable(question, start_minute=start_minute):
        raise SlotTaken(TAKEN)


def _refuse_if_settled(booking: Booking, now: datetime) -> None:
    if booking.status == Booking.Status.CANCELLED:
        raise NotPossible("This booking is cancelled, so it cannot be moved.")
    if booking.start_at <= now:
        raise NotPossible("This meeting has begun, so it cannot be moved any more.")


def _refuse_if_restless(booking: Booking, actor: str) -> None:
    """Stop a guest's moves from becoming a flood: each sends mails, and may make a meeting."""
    if actor == GUEST and booking.history.filter(event="moved", actor=GUEST).count() >= MOST_MOVES:
        raise NotPossible(
            "This booking has been moved many times. Please write to your host for another time."
        )


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
    enqueue_event(booking)
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
