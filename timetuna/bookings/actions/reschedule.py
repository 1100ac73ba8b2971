"""A booking gets another time and stays the same booking: id, UID, address and link."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.answer_request import answer_until
from timetuna.bookings.actions.book import GUARD
from timetuna.bookings.actions.host_time import consume, lock_hosts_of, refresh_calendars_for
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.events import GUEST, HOST, BookingEvent, Status, record
from timetuna.bookings.guests import limit_changes
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.permissions import move_refusal
from timetuna.bookings.slots.availability import SlotQuery, bookable
from timetuna.l10n import datetimes
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import NOBODY, Client

MOST_MOVES = 10
TAKEN = gettext_noop(
    "This time is not free any more. Your booking stands as it was; please pick another time."
)
OVER = "This time is over. Please choose one that is to come."


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What comes with a move.

    words: what the mover writes to the other side.  source: where the move comes from, by default where the actor
    usually is.  hold: the token by which the form held the time, if it did; holds of other clients stand in the way.
    person: ANYBODY where the guest does not mind who takes it, if the page asks them.
    anyway: a host's, to any time to come that no other booking takes, whatever the page's rules say.
    """

    words: str = ""
    source: str = ""
    hold: str = ""
    client: Client = NOBODY
    person: int | None = None
    anyway: bool = False


PLAIN = Wish()


def reschedule(
    booking_id: int, *, start_minute: int, actor: str, now: datetime, wish: Wish = PLAIN
) -> Booking:
    """Move the booking to a time its page offers now. Raises BookingRefused; then nothing has changed.

    Where the host moves it anyway, the database's own guard is what keeps it off other bookings.
    Not to be called inside a transaction: the host's calendars are looked at first.
    """
    refresh_calendars_for(booking_id, start_minute=start_minute)
    try:
        with transaction.atomic():
            booking = _locked(booking_id)
            _refuse_if_settled(booking, actor, now)
            if booking.start_at != moment_of(start_minute):
                _limit_moves(booking, actor)
                if actor == GUEST:
                    limit_changes(booking, now=now)
                if not (wish.anyway and actor == HOST):
                    _refuse_if_taken(booking, start_minute, wish, now)
                elif moment_of(start_minute) <= now:
                    raise NotPossible(OVER)
                _move(booking, start_minute, actor, wish, now)
            consume(wish.hold)
            return booking
    except IntegrityError as error:
        if GUARD in str(error):
            raise SlotTaken(gettext(TAKEN)) from error
        raise


def _locked(booking_id: int) -> Booking:
    """As it is once its host's row is locked."""
    booking = Booking.objects.select_related("host").get(pk=booking_id)
    lock_hosts_of(booking.pk)
    booking.refresh_from_db()
    return booking


def _refuse_if_taken(booking: Booking, start_minute: int, wish: Wish, now: datetime) -> None:
    page = page_settings(booking.page_id) if booking.page_id else None
    if page is None:
        raise NotPossible(
            gettext("The page this was booked on is gone. Please cancel, or write to your host.")
        )
    query = SlotQuery(
        page=page,
        minutes=booking.minutes,
        now=now,
        moving=booking.pk,
        hold=wish.hold,
        client=wish.client,
        person=wish.person,
    )
    if not bookable(query, start_minute=start_minute):
        raise SlotTaken(gettext(TAKEN))


def _refuse_if_settled(booking: Booking, actor: str, now: datetime) -> None:
    if booking.is_off():
        raise NotPossible(gettext("This booking is cancelled, so it cannot be moved."))
    if booking.start_at <= now and (actor == GUEST or booking.end_at() <= now):
        raise NotPossible(gettext("This meeting has begun, so it cannot be moved any more."))
    if actor == GUEST and (refusal := move_refusal(booking, now=now)):
        raise NotPossible(refusal)
    if actor == HOST and booking.status == Status.PENDING:
        raise NotPossible("Answer the request first. Once it is confirmed, you can move it.")


def _limit_moves(booking: Booking, actor: str) -> None:
    """Stop a guest's moves from becoming a flood: each sends mails, and may make a meeting."""
    if actor == GUEST and booking.history.filter(event=BookingEvent.MOVED, actor=GUEST).count() >= MOST_MOVES:
        raise NotPossible(
            gettext("This booking has been moved many times. Please write to your host for another time.")
        )


def _move(booking: Booking, start_minute: int, actor: str, wish: Wish, now: datetime) -> None:
    earlier = booking.start_at
    booking.start_at, booking.revision = moment_of(start_minute), booking.revision + 1
    booking.save(update_fields=["start_at", "revision"])
    BookingHost.objects.filter(booking=booking).update(
        start_minute=start_minute, end_minute=start_minute + booking.minutes
    )
    if (
        booking.status == Status.PENDING
    ):  # the host is asked again, and has as long for it as for the first time
        hours = booking.page.approval_hours if booking.page else 0
        booking.pending_until = answer_until(booking, hours=hours, now=now)
        booking.save(update_fields=["pending_until"])
    record(
        booking,
        BookingEvent.MOVED,
        actor=actor,
        source=wish.source,
        words=wish.words,
        changes={"start": (earlier.isoformat(), booking.start_at.isoformat())},
        **_times(booking, earlier),
    )


def _times(booking: Booking, earlier: datetime) -> dict[str, str]:
    """In the host's language, whatever the guest's is."""
    zone = datetimes.zone_or_utc(booking.host_time_zone)
    with translation.override(settings.LANGUAGE_CODE):
        before, after = (datetimes.short_when(one, zone=zone) for one in (earlier, booking.start_at))
    return {"before": before, "after": after, "zone": zone.key}
