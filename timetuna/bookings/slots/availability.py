"""Brings what the database knows of a page and its hosts to the engine."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from timetuna.availability import teams
from timetuna.availability.caps import FullPeriod, counted_span, full_periods
from timetuna.availability.hours import (
    LONGEST_MEETING,
    CapScope,
    Policy,
    date_start,
    host_date,
    open_hours_around,
    special_days,
)
from timetuna.availability.interval import Interval, moment_of, widen
from timetuna.availability.slots import Busy, Code, Diary, Kind, Reason
from timetuna.availability.teams import Part, Seat, Staff, Why
from timetuna.bookings.models import BookingHost
from timetuna.calendars.actions.refresh_due import make_due
from timetuna.db import sql
from timetuna.lib.crypto import fingerprint
from timetuna.pages.calendar_use import KnownSpan, known_busy_of
from timetuna.pages.meeting_types.base import MeetingChoice, meeting_kind
from timetuna.pages.models import BookingPage
from timetuna.pages.public import HostTime, PublicPage
from timetuna.pages.queries import times_beside
from timetuna.rate_limits.limits import NOBODY, Client

LONGEST_BUFFER = 24 * 60
TEN_YEARS = 10 * 366 * 24 * 60
NOTICE, HOURS, PAYMENT = "notice", "hours", "payment"
ANYBODY = 0
"""The guest who moves a meeting does not mind who takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotQuery:
    """What is asked about: a page, one of its lengths, the present, and a booking that is being moved.

    hold: the token of the form that is sent; what it holds, and what the client's visit holds, is in nobody's way.
    kind: the meeting type, "" while none is chosen: who cannot make its link cannot lead the meeting.
    person: whom the guest has chosen, where the page lets them; ANYBODY, or None if they were not asked.
    by_host: a host moves the booking, and so it stays with whose it is.
    waived: rules that do not count, NOTICE, HOURS and PAYMENT, of one start that a host's own program books.
    kept: who has the booking that is moved, and keeps it, see `settle`; None until that was looked up.
    """

    page: PublicPage
    minutes: int
    now: datetime
    moving: int | None = None
    hold: str = ""
    client: Client = NOBODY
    kind: str = ""
    person: int | None = None
    by_host: bool = False
    waived: frozenset[str] = frozenset()
    kept: frozenset[int] | None = None

    def now_minute(self) -> int:
        """In UTC, rounded up: nothing that has begun is offered."""
        return -int(-self.now.timestamp() // 60)

    def named(self) -> int | None:
        """Who comes in any case because the guest may choose, and has, or because their link says so."""
        if self.page.named and self.moving is None:
            return self.page.named
        settings = self.page.settings
        may = settings.guests_choose if self.moving is None else settings.on_move == BookingPage.OnMove.GUEST
        return self.person or None if may else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Able:
    """Who has time for a meeting, in the order of the page, and who of them could lead it.

    kept: those who have the meeting that is moved, and keep it.
    """

    hosts: tuple[HostTime, ...]
    leaders: frozenset[int]
    kept: frozenset[int]


def offered(query: SlotQuery, *, span: Interval) -> list[int]:
    """All start times within the span, in UTC minutes. Six queries at most, however long the span, for all hosts.

    Calendars of which the knowledge is not quite fresh are read soon: that is one write more, once a minute at most.
    """
    if not query.page.meeting_types:
        return []
    query = settle(query)
    known = _known(query, span)
    if stale := tuple(calendar for one in known for calendar in one.stale):
        make_due(stale, now=query.now)
    staff = _staff(query, span, known)
    return teams.offered(staff, now_minute=query.now_minute(), span=span)


def bookable(query: SlotQuery, *, start_minute: int) -> bool:
    """Exactly if `offered` would list it."""
    staff = _at(settle(query), start_minute)
    return teams.is_offered(staff, minute=start_minute, now_minute=query.now_minute())


def who_can(query: SlotQuery, *, start_minute: int) -> Able | None:
    """Who has time for a meeting that starts at that UTC minute; None exactly if `offered` would not list it."""
    query, now_minute = settle(query), query.now_minute()
    staff = _at(query, start_minute)
    if not teams.is_offered(staff, minute=start_minute, now_minute=now_minute):
        return None
    free = {seat.host: seat for seat in teams.able(staff, minute=start_minute, now_minute=now_minute)}
    return Able(
        hosts=tuple(host for host in query.page.hosts if host.id in free),
        leaders=frozenset(host for host, seat in free.items() if seat.leads),
        kept=query.kept or frozenset(),
    )


def choices_at(query: SlotQuery, *, start_minute: int) -> tuple[MeetingChoice, ...]:
    """The page's meeting types, without those whose link nobody can make who has time at that UTC minute."""
    choices, now_minute = query.page.meeting_types, query.now_minute()
    links = [choice for choice in choices if meeting_kind(choice.kind).makes_link]
    if not query.page.is_shared() or not links or len(choices) == 1:
        return choices
    staff = _at(settle(query), start_minute)
    by_kind = {choice: _led_by(staff, replace(query, kind=choice.kind)) for choice in choices}
    return tuple(
        choice
        for choice, able in by_kind.items()
        if teams.is_offered(able, minute=start_minute, now_minute=now_minute)
    )


def why(query: SlotQuery, *, start_minute: int) -> Why:
    """What is in the way of a meeting at that UTC minute, by whom it concerns; nothing where it can start."""
    query = settle(query)
    staff = _told(_at(query, start_minute), query, (start_minute, start_minute + 1))
    return teams.why_missing(staff, minute=start_minute, now_minute=query.now_minute())


def why_each(query: SlotQuery, *, start_minute: int) -> Mapping[int, tuple[Reason, ...]]:
    """By host of the page what is in their way at that UTC minute, whoever else takes part and however soon it is."""
    return teams.why_each(_at(replace(query, kept=frozenset()), start_minute), minute=start_minute)


def why_on_grid(query: SlotQuery, *, span: Interval) -> dict[int, Why]:
    """Of every start time that somebody's hours have within the span why no meeting can start then, in order.

    Those without a reason are the ones that `offered` lists. As many queries as for one moment.
    """
    query = settle(query)
    staff = _told(_staff(query, span, _known(query, span)), query, span)
    return {
        minute: teams.why_missing(staff, minute=minute, now_minute=query.now_minute())
        for minute in teams.start_times(staff, span=span)
    }


def open_lengths(query: SlotQuery, *, start_minute: int) -> list[int]:
    """Those of the page's, in minutes, that a meeting which starts at that UTC minute can have."""
    staff, now_minute, found = _at(settle(query), start_minute), query.now_minute(), []
    for minutes in (length.minutes for length in query.page.durations):
        seats = [replace(seat, policy=replace(seat.policy, duration=minutes)) for seat in staff.seats]
        if teams.is_offered(replace(staff, seats=seats), minute=start_minute, now_minute=now_minute):
            found.append(minutes)
    return found


def settle(query: SlotQuery) -> SlotQuery:
    """Look up who is asked: of a booking that is moved those who have it, unless others may take it.

    So who has left the page, or was given a meeting of it, keeps theirs. Where one of them cannot be booked any more it
    is as if it was booked anew: else its guest would find no time at all.
    """
    if query.kept is not None:
        return query
    kept, page = _who_has_it(query), query.page
    hosts = [host for host in page.hosts if host.id in kept or host.part is Part.OPTIONAL]
    if missing := kept - {host.id for host in hosts}:
        hosts += times_beside(page.settings, missing)
    if not kept or any(not host.bookable for host in hosts if host.id in kept):
        return replace(query, kept=frozenset())
    return replace(query, kept=kept, page=replace(page, hosts=tuple(hosts)))


def _who_has_it(query: SlotQuery) -> frozenset[int]:
    """Without who joined since they could; nobody where others may take the meeting."""
    on_move = query.page.settings.on_move
    chosen = on_move == BookingPage.OnMove.GUEST and query.person is not None
    if query.moving is None or ((chosen or on_move == BookingPage.OnMove.ANY) and not query.by_host):
        return frozenset()
    rows = BookingHost.objects.filter(booking=query.moving).exclude(part=Part.OPTIONAL)
    return frozenset(rows.values_list("host_id", flat=True))


def _at(query: SlotQuery, start_minute: int) -> Staff:
    span = start_minute, start_minute + 1
    return _staff(query, span, _known(query, span))


def _staff(query: SlotQuery, span: Interval, known: Sequence[KnownSpan]) -> Staff:
    page, taken, full, horizon = query.page, _taken(query, span), _full(query, span), _horizon(query)
    parts, needed = _parts(query)
    seats = [
        Seat(
            host.id,
            parts[host.id],
            _diary(query, host, span, facts, taken[host.id], full[host.id]),
            _policy(query, host, horizon),
        )
        for host, facts in zip(page.hosts, known, strict=True)
        if host.id in parts
    ]
    staff = Staff(seats, needed, page.own.opening.zone if page.is_shared() else None)
    return staff if query.kept else _led_by(staff, query)


def _parts(query: SlotQuery) -> tuple[dict[int, Part], int]:
    """By host as what they take part in this meeting, and how many of those who take turns it needs."""
    parts, person = {host.id: host.part for host in query.page.hosts}, query.named()
    if query.kept:
        return parts | dict.fromkeys(query.kept, Part.REQUIRED), 0
    needed = query.page.takes_turns()
    if person is None:
        return parts, needed
    if person not in parts:
        return {}, needed
    return parts | {person: Part.REQUIRED}, needed - (parts[person] is Part.ROTATING)


def _led_by(staff: Staff, query: SlotQuery) -> Staff:
    """Only who can make the link of the meeting type, or of one of the page's, leads."""
    kinds = [query.kind] if query.kind else [choice.kind for choice in query.page.meeting_types]
    if not kinds or not all(meeting_kind(kind).makes_link for kind in kinds):
        return staff
    leaders = {host.id for host in query.page.hosts if not host.kinds.isdisjoint(kinds)}
    return replace(staff, seats=[replace(seat, leads=seat.host in leaders) for seat in staff.seats])


def _told(staff: Staff, query: SlotQuery, span: Interval) -> Staff:
    """With the dates that say more than "closed"."""
    hours = {host.id: host.opening for host in query.page.hosts}
    seats = [
        replace(seat, diary=replace(seat.diary, special=special_days(hours[seat.host], span=span)))
        for seat in staff.seats
    ]
    return replace(staff, seats=seats)


def _policy(query: SlotQuery, host: HostTime, horizon: int | None) -> Policy:
    page = query.page
    return Policy(
        duration=query.minutes,
        increment=page.settings.increment_minutes,
        buffer_before=page.own_or_pages(host, "buffer_before_minutes"),
        buffer_after=page.own_or_pages(host, "buffer_after_minutes"),
        notice=0
        if NOTICE in query.waived
        else max(page.own_or_pages(host, "notice_minutes"), _until_first_day(query)),
        horizon=horizon,
    )


def _horizon(query: SlotQuery) -> int | None:
    """From now to the end of the last day that can be booked, in UTC minutes."""
    hours, now_minute = query.page.own.opening, query.now_minute()
    last_day = query.page.last_day(host_date(hours, now_minute))
    return None if last_day is None else max(0, date_start(hours, last_day + timedelta(days=1)) - now_minute)


def _until_first_day(query: SlotQuery) -> int:
    """From now to the first day that can be booked, in minutes."""
    page = query.page
    start = date_start(page.own.opening, page.first_day) if page.first_day else 0
    return max(0, start - query.now_minute())


def _known(query: SlotQuery, span: Interval) -> list[KnownSpan]:
    """What each host's calendars say of all that a meeting which starts within the span may need."""
    page = query.page
    longest = max([query.minutes, *(one.minutes for one in page.durations)])
    befores = [page.own_or_pages(host, "buffer_before_minutes") for host in page.hosts]
    afters = [page.own_or_pages(host, "buffer_after_minutes") for host in page.hosts]
    reach = widen(span, before=max(befores, default=0), after=longest + max(afters, default=0))
    return known_busy_of([host.calendars for host in page.hosts], reach, now=query.now)


def _diary(
    query: SlotQuery,
    host: HostTime,
    span: Interval,
    known: KnownSpan,
    taken: list[Busy],
    full: list[FullPeriod],
) -> Diary:
    unknown = [] if known.until is None else [Busy(known.until, known.until + TEN_YEARS, Kind.UNKNOWN)]
    lost = (host.lost_calendar,) if host.lost_calendar else ()
    return Diary(
        hours=[(span[0], span[1] - 1 + query.minutes)]
        if HOURS in query.waived
        else open_hours_around(host.opening, span=span),
        busy=taken + unknown,
        events=known.busy,
        full=full,
        unreadable=known.unreadable + lost,
        usable=bool(query.page.meeting_types),
        shut=tuple(_shut(query, host, known)),
    )


def _shut(query: SlotQuery, host: HostTime, known: KnownSpan) -> Iterator[Code]:
    page = query.page
    if page.settings.switched_off and query.moving is None:
        yield Code.PAGE_OFF
    if not page.payable and query.moving is None and PAYMENT not in query.waived:
        yield Code.UNPAYABLE
    if not host.bookable:
        yield Code.SWITCHED_OFF
    keeps = host.id in (query.kept or ())  # nothing new is booked with them
    if page.is_staffed() and not keeps and host.is_paused(query.now):
        yield Code.PAUSED
    if page.is_shared() and known.silent:
        yield Code.NO_CALENDAR


def _taken(query: SlotQuery, span: Interval) -> Mapping[int, list[Busy]]:
    """By host their bookings and live holds, without those of this token and of the visit with this fingerprint.

    A guest's own hold never stands in their way: the way back shows the time again, and a form that was opened twice
    can be sent from either tab. Another guest's does, although their browsers may look the same from here.
    """
    hosts = [host.id for host in query.page.hosts]
    # A booking may begin up to a day before the span, and buffers reach further.
    first, last = span[0] - LONGEST_MEETING - LONGEST_BUFFER, span[1] + LONGEST_MEETING + LONGEST_BUFFER
    booked = sql.rows(sql.BOOKED, hosts=hosts, first=first, last=last, moving=query.moving or 0)
    token, visit = fingerprint(query.hold), query.client.visit
    held = sql.rows(sql.HELD, hosts=hosts, now=query.now, token=token, visit=visit)
    found = defaultdict[int, list[Busy]](list)
    for kind, rows in ((Kind.BOOKING, booked), (Kind.HOLD, held)):
        for host, start, end, before, after in rows:
            found[host].append(Busy(start, end, kind, before, after))
    return found


def _full(query: SlotQuery, span: Interval) -> Mapping[int, list[FullPeriod]]:
    """By host the periods whose caps, or the page's, are reached by what is booked or requested.

    What is only held takes its time and fills no cap: else whoever opens forms closes days that nobody books.
    """
    page = query.page
    capped = [(page.own.opening, page.caps), *((host.opening, host.caps) for host in page.hosts)]
    if not any(caps for _, caps in capped):
        return defaultdict(list)
    spans = [counted_span(hours, caps=caps, span=span) for hours, caps in capped if caps]
    booked = _counted(query, (min(first for first, _ in spans), max(last for _, last in spans)))
    of_page = {booking: start for _, start, on_page, booking in booked if on_page == page.id}
    full = full_periods(
        page.own.opening, caps=page.caps, starts={CapScope.PAGE: [*of_page.values()]}, span=span
    )
    return {host.id: full + _full_for(host, page, booked, span) for host in page.hosts}


def _full_for(
    host: HostTime, page: PublicPage, booked: list[tuple[int, int, int, int]], span: Interval
) -> list[FullPeriod]:
    mine = [(start, on_page) for whose, start, on_page, _ in booked if whose == host.id]
    starts = {
        CapScope.HOST: [start for start, _ in mine],
        CapScope.PART: [start for start, on_page in mine if on_page == page.id],
    }
    return full_periods(host.opening, caps=host.caps, starts=starts, span=span)


def _counted(query: SlotQuery, span: Interval) -> list[tuple[int, int, int, int]]:
    """Host, start, page and booking of all that any cap counts, one row a booking and host."""
    rows: list[tuple[int, int, int, int]] = sql.rows(
        sql.COUNTED,
        hosts=[host.id for host in query.page.hosts if host.caps],
        page=query.page.id if query.page.caps else 0,
        first=span[0],
        last=span[1],
        first_at=moment_of(span[0]),
        last_at=moment_of(span[1]),
        moving=query.moving or 0,
    )
    return rows
