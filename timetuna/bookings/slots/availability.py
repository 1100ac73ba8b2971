"""Brings what the database knows of a page and its host to the engine."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from timetuna.availability.caps import FullPeriod, counted_span, full_periods
from timetuna.availability.hours import date_start, host_date, open_hours_around, special_days
from timetuna.availability.interval import Interval, widen
from timetuna.availability.policy import LONGEST_MEETING, CapScope, Policy
from timetuna.availability.slots import Busy, Diary, Kind, Reason, is_open, open_slots, why_not
from timetuna.availability.teams import all_of
from timetuna.bookings.models import BookingHost
from timetuna.calendars.actions.request_refresh import make_due
from timetuna.db import reads
from timetuna.lib.crypto import fingerprint
from timetuna.pages.calendar_use import KnownSpan, known_busy
from timetuna.pages.queries import HostTime, PublicPage
from timetuna.rate_limits.limits import NOBODY, Client

LONGEST_BUFFER = 24 * 60
TEN_YEARS = 10 * 366 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotQuery:
    """What is asked about: a page, one of its lengths, the present, and a booking that is being moved.

    hold: the token of the form that is sent; what it holds, and what the client's visit holds, is in nobody's way.
    """

    page: PublicPage
    minutes: int
    now: datetime
    moving: int | None = None
    hold: str = ""
    client: Client = NOBODY


def offered(query: SlotQuery, *, span: Interval) -> list[int]:
    """All start times within the span, in UTC minutes. Four queries a host at most, however long the span.

    Calendars of which the knowledge is not quite fresh are read soon: that is one write more, once a minute at most.
    """
    if not query.page.meeting_types:
        return []
    known = [(host, _known(query, host, span)) for host in query.page.hosts]
    diary = all_of(_diary_of(query, host, span, facts) for host, facts in known)
    if stale := tuple(one for _, facts in known for one in facts.stale):
        make_due(stale, now=query.now)
    return open_slots(diary, policy=_policy(query), now_minute=_ceiling(query.now), span=span)


def bookable(query: SlotQuery, *, start_minute: int) -> bool:
    """Exactly if `offered` would list it."""
    diary, now_minute = _diary(query, (start_minute, start_minute + 1)), _ceiling(query.now)
    return is_open(diary, minute=start_minute, policy=_policy(query), now_minute=now_minute)


def reasons(query: SlotQuery, *, start_minute: int) -> tuple[Reason, ...]:
    """Nothing when a meeting can start at that UTC minute."""
    span = start_minute, start_minute + 1
    return _reasons(query, _told_diary(query, span), [start_minute])[start_minute]


def reasons_on_grid(query: SlotQuery, *, span: Interval) -> dict[int, tuple[Reason, ...]]:
    """Of every start time the hours have within the span why no meeting can start then, in order.

    Those without a reason are the ones that `offered` lists. As many queries as for one moment.
    """
    diary, step = _told_diary(query, span), query.page.settings.increment_minutes
    grid = (minute for start, end in diary.hours for minute in range(start, end, step))
    return _reasons(query, diary, [minute for minute in grid if span[0] <= minute < span[1]])


def open_lengths(query: SlotQuery, *, start_minute: int) -> list[int]:
    """Those of the page's, in minutes, that a meeting which starts at that UTC minute can have."""
    diary, now_minute = _diary(query, (start_minute, start_minute + 1)), _ceiling(query.now)
    policies = [_policy(replace(query, minutes=length.minutes)) for length in query.page.durations]
    return [
        policy.duration
        for policy in policies
        if is_open(diary, minute=start_minute, policy=policy, now_minute=now_minute)
    ]


def _ceiling(moment: datetime) -> int:
    return -int(-moment.timestamp() // 60)


def _policy(query: SlotQuery) -> Policy:
    page = query.page
    return Policy(
        duration=query.minutes,
        increment=page.settings.increment_minutes,
        buffer_before=page.settings.buffer_before_minutes,
        buffer_after=page.settings.buffer_after_minutes,
        notice=page.settings.notice_minutes,
        horizon=_horizon(page, _ceiling(query.now)),
    )


def _horizon(page: PublicPage, now_minute: int) -> int | None:
    """From now to the end of the last day that can be booked, in UTC minutes."""
    last_day = page.last_day(host_date(page.own.opening, now_minute))
    if last_day is None:
        return None
    return max(0, date_start(page.own.opening, last_day + timedelta(days=1)) - now_minute)


def _reasons(query: SlotQuery, diary: Diary, starts: Iterable[int]) -> dict[int, tuple[Reason, ...]]:
    policy, now_minute = _policy(query), _ceiling(query.now)
    return {start: why_not(diary, minute=start, policy=policy, now_minute=now_minute) for start in starts}


def _told_diary(query: SlotQuery, span: Interval) -> Diary:
    """With the dates that say more than "closed"."""
    return all_of(
        replace(diary, special=special_days(host.opening, span=span))
        for host, diary in zip(query.page.hosts, _diaries(query, span), strict=True)
    )


def _known(query: SlotQuery, host: HostTime, span: Interval) -> KnownSpan:
    """What the host's calendars say of all that a meeting which starts within the span may need."""
    page = query.page
    longest = max([query.minutes, *(one.minutes for one in page.durations)])
    reach = widen(
        span, before=page.settings.buffer_before_minutes, after=longest + page.settings.buffer_after_minutes
    )
    return known_busy(host.calendars, reach, now=query.now)


def _unknown(known: KnownSpan) -> list[Busy]:
    return [] if known.until is None else [Busy(known.until, known.until + TEN_YEARS, Kind.UNKNOWN)]


def _diary(query: SlotQuery, span: Interval) -> Diary:
    """When all hosts of the page have time."""
    return all_of(_diaries(query, span))


def _diaries(query: SlotQuery, span: Interval) -> Iterator[Diary]:
    return (_diary_of(query, host, span, _known(query, host, span)) for host in query.page.hosts)


def _diary_of(query: SlotQuery, host: HostTime, span: Interval, known: KnownSpan) -> Diary:
    lost = host.lost_calendar
    held = _live_holds(host.id, now=query.now, token=query.hold, visit=query.client.visit)
    return Diary(
        hours=open_hours_around(host.opening, span=span),
        busy=_own_bookings(query, host, span) + held + _unknown(known),
        events=known.busy,
        full=_full(query, host, span),
        unreadable=(*known.unreadable, lost) if lost else known.unreadable,
        usable=bool(query.page.meeting_types),
    )


def _live_holds(host_id: int, *, now: datetime, token: str = "", visit: str = "") -> list[Busy]:
    """A host's live holds, in one query, without those of this token and of the visit with this fingerprint.

    A guest's own hold never stands in their way: the way back shows the time again, and a form that was opened twice
    can be sent from either tab. Another guest's does, although their browsers may look the same from here.
    """
    rows = reads.rows(reads.HELD, host=host_id, now=now, token=fingerprint(token), visit=visit)
    return [Busy(start, end, Kind.HOLD, before, after) for start, end, before, after in rows]


def _full(query: SlotQuery, host: HostTime, span: Interval) -> list[FullPeriod]:
    """The periods whose caps are reached by what is booked or requested.

    What is only held takes its time and fills no cap: else whoever opens forms closes days that nobody books.
    """
    if not host.caps:
        return []
    first, last = counted_span(host.opening, caps=host.caps, span=span)
    rows = BookingHost.objects.filter(
        host_id=host.id, active=True, start_minute__gte=first, start_minute__lt=last
    ).exclude(booking_id=query.moving or 0)
    booked = list(rows.values_list("start_minute", "booking__page_id"))
    starts = {
        CapScope.HOST: [start for start, _ in booked],
        CapScope.PAGE: [start for start, page_id in booked if page_id == query.page.id],
    }
    return full_periods(host.opening, caps=host.caps, starts=starts, span=span)


def _own_bookings(query: SlotQuery, host: HostTime, span: Interval) -> list[Busy]:
    # A booking may begin up to a day before the span, and buffers reach further.
    first, last = span[0] - LONGEST_MEETING - LONGEST_BUFFER, span[1] + LONGEST_MEETING + LONGEST_BUFFER
    rows = reads.rows(reads.BOOKED, host=host.id, first=first, last=last, moving=query.moving or 0)
    return [Busy(start, end, Kind.BOOKING, before, after) for start, end, before, after in rows]
