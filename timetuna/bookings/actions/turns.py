"""Whose turn a meeting is on a page whose hosts take turns: read, written down, and taken back exactly.

Balances change only while the users of all rows concerned are locked (`host_time.lock_hosts`, `lock_hosts_of`).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Case, Count, Exists, F, Max, OuterRef, Q, Value, When

from timetuna.availability.hours import day_start
from timetuna.availability.interval import moment_of
from timetuna.availability.shares import WHOLE, Candidate, Deal, ShareRule, deal
from timetuna.bookings.events import HOST, BookingEvent, Happening, on_event
from timetuna.bookings.models import Booking, Turn
from timetuna.l10n.datetimes import date_in, zone_or_utc
from timetuna.pages.models import BookingPage, PageHost, PageHostCalendar

TOOK_PART = Q(debit__gt=0, undone=False)


def deal_turns(
    page: BookingPage,
    able: Collection[int],
    *,
    now: datetime,
    count: int = 1,
    named: Collection[int] = (),
    leaders: Collection[int] | None = None,
) -> Deal:
    """Choose who of those who are able (ids of users) takes a meeting that is made now; nothing is written down.

    named: who comes in any case.  leaders: those one of whom has to come; None if somebody else leads the meeting.
    Fewer than `count` are chosen where somebody has left or was paused meanwhile.
    """
    rule = ShareRule(page.share_rule)
    rows = PageHost.objects.filter(page=page, host__in=able, active=True, weight__gt=0)
    taken = taken_this_month(page, now) if rule is ShareRule.FEWEST else {}
    candidates = [
        Candidate(
            host=row.user_id,
            weight=row.weight,
            tier=row.tier,
            balance=row.balance,
            last_turn=row.last_turn_at,
            position=row.position,
            taken=taken.get(row.pk, 0),
        )
        for row in rows
    ]
    still = {one.host for one in candidates}
    if leaders is not None and not still & set(leaders):
        return Deal((), ())
    return deal(
        candidates, count=min(count, len(still)), rule=rule, named=still & set(named), leaders=leaders
    )


def write_turns(booking: Booking, dealt: Deal, *, named: Collection[int] = (), now: datetime) -> None:
    """Keep what was dealt with the booking, and change the balances by it.

    Whoever takes turns, but could not have this one, has a row that costs and brings nothing.
    """
    if booking.page is None:
        return
    rows = {row.host_id: row for row in booking.page.page_hosts.select_related("host")}
    rules = dict.fromkeys(named, Turn.Rule.NAMED) | {dealt.leader: Turn.Rule.LEADS}
    rule = Turn.Rule(booking.page.share_rule)
    turns = [
        Turn(
            page_host=rows[share.host],
            credit=share.credit,
            debit=share.debit,
            rule=rules.get(share.host, rule),
            balance_before=share.compared,
        )
        for share in dealt.shares
    ]
    turns += _absent(booking.page, rows.values(), dealt, now)
    for turn in turns:
        turn.booking, turn.at = booking, now
        turn.weight, turn.tier = turn.page_host.weight, turn.page_host.tier
        turn.last_before = turn.page_host.last_turn_at
    Turn.objects.bulk_create(turns)
    _change_balances(turns, sign=1)
    PageHost.objects.filter(page=booking.page, host__in=dealt.chosen).update(last_turn_at=now)


def _absent(page: BookingPage, rows: Iterable[PageHost], dealt: Deal, now: datetime) -> list[Turn]:
    """Of those who take turns, but could not take this one."""
    able = {share.host for share in dealt.shares}
    return [
        Turn(
            page_host=row,
            rule=Turn.Rule.PAUSED if _is_paused(row, now) else Turn.Rule.BUSY,
            balance_before=row.balance,
        )
        for row in rows
        if row.host_id not in able and row.part_on(page) is PageHost.Part.ROTATING
    ]


def _is_paused(row: PageHost, now: datetime) -> bool:
    return row.weight == 0 or row.is_paused(now, zone=row.host.time_zone)


def turns_for(booking: Booking, *, chosen: Collection[int], now: datetime) -> None:
    """Write down that these users take the meeting because somebody gave it to them: nobody else could have.

    It costs and brings nothing. Where the page's hosts take no turns, and for who is not on it, nothing is written.
    """
    page = booking.page
    if page is None or page.staffing != BookingPage.Staffing.ANY:
        return
    rows = PageHost.objects.filter(page=page, host__in=chosen, part=PageHost.Part.ROTATING)
    Turn.objects.bulk_create(
        Turn(
            booking=booking,
            page_host=row,
            credit=WHOLE,
            debit=WHOLE,
            rule=Turn.Rule.HANDED,
            balance_before=row.balance,
            weight=row.weight,
            tier=row.tier,
            last_before=row.last_turn_at,
            at=now,
        )
        for row in rows
    )
    rows.update(last_turn_at=now)


def undo_turns(booking: Booking) -> None:
    """Take back what the booking has done to balances; a second time changes nothing."""
    turns = list(booking.turns.filter(undone=False))
    _change_balances(turns, sign=-1)
    _set_undone(turns, undone=True)


def redo_turns(booking: Booking) -> None:
    """Put back what was taken back last, if it is the last that was dealt."""
    last = booking.turns.aggregate(at=Max("at"))["at"]
    turns = list(booking.turns.filter(at=last, undone=True)) if last else []
    _change_balances(turns, sign=1)
    _set_undone(turns, undone=False)


def take_handing_back(booking: Booking) -> None:
    """Forget what was written down as it was given to somebody, and count again what was counted before that."""
    handed = list(booking.turns.filter(undone=False))
    undo_turns(booking)
    Turn.objects.filter(pk__in=[turn.pk for turn in handed]).delete()
    redo_turns(booking)


@on_event(BookingEvent.CANCELLED, BookingEvent.DECLINED, BookingEvent.LAPSED, BookingEvent.WITHDRAWN)
def take_back(happening: Happening) -> None:
    """Give the turn back, unless a host called the meeting off: else one would cancel to dodge one's turn."""
    if not (happening.event == BookingEvent.CANCELLED and happening.actor == HOST):
        undo_turns(happening.booking)


@on_event(BookingEvent.RESTORED, BookingEvent.SHOWED_UP)
def put_back(happening: Happening) -> None:
    """Count the turn again that was given back."""
    redo_turns(happening.booking)


@on_event(BookingEvent.NO_SHOW)
def take_back_no_show(happening: Happening) -> None:
    """Give the turn back, if the page says so."""
    page = happening.booking.page
    if page is not None and page.undo_no_shows:
        undo_turns(happening.booking)


def keep_turns_of(host_id: int) -> None:
    """Let nothing say any more whose part in others' pages this was, before the account is deleted.

    Balances and turns stay: so those of the others stay right, all together are 0, and what is taken back is exact. Who
    never had to do with turns leaves nothing. Rows of the host's own pages go with these.
    """
    rows = PageHost.objects.filter(host=host_id).exclude(page__host=host_id)
    rows.filter(~Exists(Turn.objects.filter(page_host=OuterRef("pk"))), balance=0).delete()
    PageHostCalendar.objects.filter(page_host__in=rows).delete()
    rows.update(
        host=None,
        active=False,
        paused_until=None,
        schedule=None,
        buffer_before_minutes=None,
        buffer_after_minutes=None,
        notice_minutes=None,
        cap_day=None,
        own_calendars=False,
        writes=PageHost.Writes.DEFAULT,
        write_calendar=None,
    )


def taken_this_month(page: BookingPage, now: datetime) -> Mapping[int, int]:
    """By row of the page how many meetings each took since the month began in the page's zone."""
    zone = page.schedule.time_zone
    first = day_start(date_in(zone, now).replace(day=1), zone=zone_or_utc(zone))
    turns = Turn.objects.filter(TOOK_PART, page_host__page=page, at__gte=moment_of(first))
    return dict(turns.values_list("page_host").annotate(number=Count("pk")).order_by())


def _change_balances(turns: Collection[Turn], *, sign: int) -> None:
    changes = Counter[int]()
    for turn in turns:
        changes[turn.page_host_id] += sign * (turn.credit - turn.debit)
    changing = [When(pk=row, then=Value(change)) for row, change in changes.items() if change]
    if changing:
        rows = PageHost.objects.filter(pk__in=list(changes))
        rows.update(balance=F("balance") + Case(*changing, default=Value(0)))


def _set_undone(turns: Collection[Turn], *, undone: bool) -> None:
    """Whose turn is taken back had their last one before."""
    Turn.objects.filter(pk__in=[turn.pk for turn in turns]).update(undone=undone)
    for row in {turn.page_host_id for turn in turns if turn.debit}:
        last = Turn.objects.filter(TOOK_PART, page_host=row).aggregate(at=Max("at"))["at"]
        PageHost.objects.filter(pk=row).update(last_turn_at=last)
