"""A booking gets another time and stays the same booking: id, UID, address and link."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from timetuna.availability.interval import moment_of
from timetuna.availability.shares import Deal
from timetuna.availability.teams import Part
from timetuna.bookings.actions.answer_request import answer_until
from timetuna.bookings.actions.book import GUARD, take_time
from timetuna.bookings.actions.hand_over import Passing, pass_on
from timetuna.bookings.actions.host_time import (
    Chosen,
    choose_hosts,
    consume,
    lock_hosts_of,
    refresh_calendars_for,
)
from timetuna.bookings.actions.turns import undo_turns, write_turns
from timetuna.bookings.errors import NotPossible, SlotTaken, TooFar
from timetuna.bookings.events import GUEST, HOST, BookingEvent, Status, record
from timetuna.bookings.guests import limit_changes
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.policies import move_refusal
from timetuna.bookings.said_to_hosts import ANSWER_FIRST, BEING_PAID, MOVED_MEANWHILE, TIME_OVER, TIME_TOO_FAR
from timetuna.bookings.slots.availability import SlotQuery, who_can
from timetuna.l10n import datetimes
from timetuna.pages.links import opened_by
from timetuna.pages.public import HostTime, PublicPage
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import NOBODY, Client

MOST_MOVES = 10
FURTHEST = timedelta(days=5 * 366)
"""To where a host can move a booking whatever its page says; no calendar is read as far ahead as a mistyped year."""
TAKEN = gettext_noop("This time is not free any more. Your booking stands as it was; pick another time.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What comes with a move.

    words: what the mover writes to the other side.  source: where the move comes from, by default where the actor
    usually is.  hold: the token by which the form held the time, if it did; holds of other clients stand in the way.
    person: whom the guest wants to meet, or ANYBODY, where the page asks them.
    anyway: a host's, to any time to come that no other booking takes, whatever the page's rules say.
    was: when whoever moves it saw that it is (UTC minute); None is not to be compared.
    """

    words: str = ""
    source: str = ""
    hold: str = ""
    client: Client = NOBODY
    person: int | None = None
    anyway: bool = False
    was: int | None = None


PLAIN = Wish()


def reschedule(
    booking_id: int, *, start_minute: int, actor: str, now: datetime, wish: Wish = PLAIN
) -> Booking:
    """Move the booking to a time its page offers now. Raises BookingRefused; then nothing has changed.

    Where the host moves it anyway, the database's own guard is what keeps it off other bookings.
    Not to be called inside a transaction: the host's calendars are looked at first.
    """
    refresh_calendars_for(booking_id, start_minute=start_minute, now=now)
    try:
        with transaction.atomic():
            booking = _locked(booking_id)
            refuse_if_settled(booking, actor, now)
            if booking.start_at != moment_of(start_minute):
                _refuse_if_moved(booking, wish)
                _limit_moves(booking, actor)
                if actor == GUEST:
                    limit_changes(booking, now=now)
                exchange = NO_EXCHANGE
                if not (wish.anyway and actor == HOST):
                    exchange = _exchange(booking, start_minute, actor, wish, now)
                else:
                    _refuse_beyond_reason(start_minute, now)
                earlier = _move(booking, start_minute, exchange, now)
                _record(booking, earlier, actor, wish)
                _pass_on(booking, exchange, actor, earlier)
            consume(wish.hold)
            return booking
    except IntegrityError as error:
        if GUARD in str(error):
            raise SlotTaken(gettext(TAKEN)) from error
        raise


def _refuse_beyond_reason(start_minute: int, now: datetime) -> None:
    """Of a host who passes over the page's rules: what is over, and what can only be a slip."""
    start = moment_of(start_minute)
    if start <= now:
        raise NotPossible(TIME_OVER)
    if start > now + FURTHEST:
        raise TooFar(TIME_TOO_FAR)


def _locked(booking_id: int) -> Booking:
    """As it is once its host's row is locked."""
    booking = Booking.objects.select_related("host").get(pk=booking_id)
    lock_hosts_of(booking.pk)
    booking.refresh_from_db()
    return booking


@dataclass(frozen=True, slots=True)
class _Exchange:
    """Which hosts go with a move, and who comes in their place.

    dealt: where it is somebody's turn.  named: whom the guest asked for.
    """

    page: PublicPage | None = None
    leaving: tuple[BookingHost, ...] = ()
    joining: tuple[HostTime, ...] = ()
    dealt: Deal | None = None
    named: tuple[int, ...] = ()


NO_EXCHANGE = _Exchange()


def _exchange(booking: Booking, start_minute: int, actor: str, wish: Wish, now: datetime) -> _Exchange:
    """Raises SlotTaken where the page does not offer the time. Who joins if they can leaves if they cannot."""
    page = page_settings(booking.page_id) if booking.page_id else None
    if page is None:
        raise NotPossible(gettext("The page this was booked on is gone. Cancel, or write to your host."))
    query = SlotQuery(
        page=opened_by(page, booking.link),
        minutes=booking.minutes,
        now=now,
        moving=booking.pk,
        hold=wish.hold,
        client=wish.client,
        person=wish.person,
        by_host=actor == HOST,
    )
    able = who_can(query, start_minute=start_minute)
    if able is None:
        raise SlotTaken(gettext(TAKEN))
    rows = list(booking.booking_hosts.select_related("host").order_by("host"))
    there = {host.id for host in able.hosts}
    have_it = {row.host_id for row in rows if row.part != Part.OPTIONAL}
    named = query.named()
    if able.kept or (have_it <= there and (named is None or named in have_it)):
        joined = [row for row in rows if row.part == Part.OPTIONAL]
        return _Exchange(page, tuple(row for row in joined if row.host_id not in there))
    undo_turns(booking)
    chosen = choose_hosts(query, able)
    if chosen is None:
        raise SlotTaken(gettext(TAKEN))
    return replace(_exchanged(page, rows, chosen), named=(named,) if named else ())


def _exchanged(page: PublicPage, rows: Sequence[BookingHost], chosen: Chosen) -> _Exchange:
    """One for one: where the page has more hosts than the meeting had, the others are not drawn in. The lead is."""
    there = {row.host_id for row in rows}
    coming = [host for host in chosen.hosts if host.id not in there and host.part is not Part.OPTIONAL]
    leaving = [row for row in rows if row.host_id not in {host.id for host in chosen.hosts}]
    coming.sort(key=lambda host: host is not chosen.lead)
    return _Exchange(page, tuple(leaving), tuple(coming[: len(leaving)]), chosen.dealt)


def refuse_if_settled(booking: Booking, actor: str, now: datetime) -> None:
    """Raises NotPossible for what has another time no more, whichever is asked for."""
    if booking.is_off():
        raise NotPossible(gettext("This booking is cancelled, so it cannot be moved."))
    if booking.start_at <= now and (actor == GUEST or booking.end_at() <= now):
        raise NotPossible(gettext("This meeting has begun, so it cannot be moved any more."))
    if actor == GUEST and (refusal := move_refusal(booking, now=now)):
        raise NotPossible(refusal)
    if actor == HOST and booking.status == Status.PENDING:
        raise NotPossible(ANSWER_FIRST)
    if actor == HOST and booking.status == Status.AWAITING_PAYMENT:
        raise NotPossible(BEING_PAID)


def _refuse_if_moved(booking: Booking, wish: Wish) -> None:
    """Only who has seen when it is moves it."""
    if wish.was is not None and booking.start_at != moment_of(wish.was):
        now = datetimes.short_when(booking.start_at, zone=datetimes.zone_or_utc(booking.host_time_zone))
        raise NotPossible(MOVED_MEANWHILE % {"now": now})


def _limit_moves(booking: Booking, actor: str) -> None:
    """Stop a guest's moves from becoming a flood: each sends mails, and may make a meeting."""
    if actor == GUEST and booking.history.filter(event=BookingEvent.MOVED, actor=GUEST).count() >= MOST_MOVES:
        raise NotPossible(
            gettext("This booking has been moved many times. Write to your host for another time.")
        )


def _move(booking: Booking, start_minute: int, exchange: _Exchange, now: datetime) -> datetime:
    """Return when it was before. Who goes is gone before the others move: their time may be taken by then."""
    earlier = booking.start_at
    booking.start_at, booking.revision = moment_of(start_minute), booking.revision + 1
    booking.save(update_fields=["start_at", "revision"])
    if exchange.leaving:
        BookingHost.objects.filter(pk__in=[row.pk for row in exchange.leaving]).delete()
    BookingHost.objects.filter(booking=booking).update(
        start_minute=start_minute, end_minute=start_minute + booking.minutes
    )
    if exchange.page and exchange.joining:
        take_time(booking, exchange.page, exchange.joining, start_minute)
    if exchange.dealt:
        write_turns(booking, exchange.dealt, named=exchange.named, now=now)
    if booking.status == Status.PENDING:
        # The host is asked again, and has as long for it as for the first time.
        hours = booking.page.approval_hours if booking.page else 0
        booking.pending_until = answer_until(booking, hours=hours, now=now)
        booking.save(update_fields=["pending_until"])
    return earlier


def _record(booking: Booking, earlier: datetime, actor: str, wish: Wish) -> None:
    record(
        booking,
        BookingEvent.MOVED,
        actor=actor,
        source=wish.source,
        words=wish.words,
        changes={"start": (earlier.isoformat(), booking.start_at.isoformat())},
        began=earlier,
        **_times(booking, earlier),
    )


def _pass_on(booking: Booking, exchange: _Exchange, actor: str, earlier: datetime) -> None:
    """Each who goes hands it to who comes, or to one of those who have it anyway; the lead last, who is told of."""
    if not exchange.leaving:
        return
    rows = {row.host_id: row for row in booking.booking_hosts.select_related("host").order_by("host")}
    coming = [rows.pop(host.id) for host in exchange.joining]
    staying = rows.get(booking.host_id) or next(iter(rows.values()), None) or coming[0]
    leaving = sorted(exchange.leaving, key=lambda row: row.host_id != booking.host_id)
    for old, new in reversed([*zip_longest(leaving, coming)]):
        turns = exchange.dealt is not None
        passing = Passing(actor=actor, joins=new is not None, turns=turns, moved=earlier)
        pass_on(booking, old, new or staying, passing)


def _times(booking: Booking, earlier: datetime) -> dict[str, str]:
    """In the host's language, whatever the guest's is."""
    zone = datetimes.zone_or_utc(booking.host_time_zone)
    with translation.override(settings.LANGUAGE_CODE):
        before, after = (datetimes.short_when(one, zone=zone) for one in (earlier, booking.start_at))
        return {"before": before, "after": after, "zone": datetimes.zone_name(zone)}
