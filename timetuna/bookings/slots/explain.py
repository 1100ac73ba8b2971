"""Answers a host who asks why a time is missing: of one moment by the host's clock, and of the whole date around it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import chain
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from timetuna.availability.hours import Hours, date_start, host_date, open_hours, open_hours_around
from timetuna.availability.interval import Interval, intersect, minute_of, moment_of
from timetuna.availability.slots import Code, Kind, Reason
from timetuna.availability.teams import Part, Turnout, Why
from timetuna.bookings.models import BookingHost, Hold
from timetuna.bookings.slots.availability import SlotQuery, open_lengths, settle, why, why_on_grid
from timetuna.bookings.slots.reason_context import Link, ReasonContext, ReasonLine
from timetuna.bookings.slots.reasons import tell, tell_of
from timetuna.calendars.hooks import BroughtTime, brought_times
from timetuna.l10n import datetimes
from timetuna.l10n.lists import from_to, in_words
from timetuna.pages.calendar_use import busy_at
from timetuna.pages.models import BookingPage
from timetuna.pages.public import HostTime, PublicPage

_ONE_DAY = timedelta(days=1)
_ALMOST_A_MINUTE = timedelta(minutes=1) - timedelta.resolution
_FEW = 3
_CLOSED = {Code.HOURS, Code.OVERRIDE, Code.OUT_OF_OFFICE, Code.HOLIDAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTime:
    """What a host asks: a date and a minute of it, by the page's clock, for a meeting of so many minutes.

    reader: who asks (id): what stands in their own way is told in full, of others only of which kind it is.
    can_edit: whether they may change the page.  hours_path: where its hours are changed.
    """

    page: PublicPage
    reader: int
    can_edit: bool = True
    minutes: int
    day: date
    minute: int
    hours_path: str

    def clock(self) -> str:
        return f"{self.minute // 60:02}:{self.minute % 60:02}"

    def url(self, **changes: str) -> str:
        """Of this question, with some parts changed."""
        parts = {"date": self.day.isoformat(), "time": self.clock(), "duration": str(self.minutes)}
        return reverse("why", args=[self.page.id], query=parts | changes)


@dataclass(frozen=True, slots=True)
class HostReasons:
    """What stands in the way of one host, or is the page's own; no lines, nothing does."""

    host: str
    lines: tuple[ReasonLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedMoment:
    """One instant at which the page's clock shows what was asked.

    turnout: how many of those who take turns could come, in a sentence.  public: where guests find the time, None when
    they do not. others: the lengths that it can be booked for instead, each with the page guests find it on.
    """

    when: str
    note: str
    turnout: str
    hosts: tuple[HostReasons, ...]
    public: str | None
    others: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A start time of the date. line: the first reason why it is not offered. booking: the one that takes it.

    words: what stands in the way, in a few words each.
    """

    time: str
    url: str
    asked: bool
    line: ReasonLine | None
    words: tuple[str, ...]
    booking: Link | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotExplanation:
    """All a host is told. moments: none where the clock skips the time, two where it shows it twice.

    opens: the reader's own hours.  closed: what closes the date, if it has no start times. travelling: whether the
    page's hours are meant in another zone on this date than usual.
    """

    zone: ZoneInfo
    travelling: bool
    moments: tuple[ExplainedMoment, ...]
    missing: str
    day_title: str
    opens: str
    starts: tuple[Start, ...]
    closed: ReasonLine | None
    earlier: str
    later: str


def explain(asked: AskedTime, *, now: datetime) -> SlotExplanation:
    """The number of queries does not depend on bookings, hours or lengths."""
    page, day = asked.page, asked.day
    slot_query = SlotQuery(page=page, minutes=asked.minutes, now=now)
    span = date_start(page.own.opening, day), date_start(page.own.opening, day + _ONE_DAY)
    grid = why_on_grid(slot_query, span=span)
    found = {
        start: why(slot_query, start_minute=start) for start in instants(page.own.opening, day, asked.minute)
    }
    setting = _context(asked, [*grid.values(), *found.values()], now=now)
    setting = replace(setting, grid=tuple(grid))
    return SlotExplanation(
        zone=setting.zone,
        travelling=setting.zone.key != page.own.opening.zone.key,
        moments=tuple(_moment(slot_query, setting, start, one) for start, one in found.items()),
        missing="" if found else _missing(asked, setting),
        day_title=datetimes.day_of_year(day),
        opens=_opens(setting, span),
        starts=tuple(_start(asked, setting, start, one) for start, one in grid.items()),
        closed=_closed(slot_query, setting, span),
        earlier=asked.url(date=(day - _ONE_DAY).isoformat()),
        later=asked.url(date=(day + _ONE_DAY).isoformat()),
    )


def lines_for(
    slot_query: SlotQuery, *, start_minute: int, reader: int, hours_path: str
) -> tuple[ReasonLine, ...]:
    """Nothing where guests could book a meeting at that UTC minute. A few queries."""
    slot_query = settle(slot_query)
    page, found = slot_query.page, why(slot_query, start_minute=start_minute)
    asked = AskedTime(
        page=page,
        reader=reader,
        can_edit=reader == page.host_id,
        minutes=slot_query.minutes,
        day=host_date(page.own.opening, start_minute),
        minute=start_minute,
        hours_path=hours_path,
    )
    setting = _context(asked, [found], now=slot_query.now)
    names = {host.name for host in page.hosts if host.id != reader} if page.is_shared() else set()
    return tuple(
        replace(line, text=f"{one.host}: {line.text}") if one.host in names else line
        for one in _by_host(found, setting)
        for line in one.lines
    )


def _context(asked: AskedTime, whys: Iterable[Why], *, now: datetime) -> ReasonContext:
    """What is told of the reader alone: whose bookings are named, and whose calendars."""
    page, reader = asked.page, asked.reader
    mine = [reason for one in whys for reason in one.hosts.get(reader, ())]
    me = next((host for host in page.hosts if host.id == reader), None)
    return ReasonContext(
        page=page,
        reader=reader,
        me=me,
        can_edit=asked.can_edit,
        minutes=asked.minutes,
        day=asked.day,
        zone=zone_on(page.own.opening, asked.day),
        hours_path=_own_hours_path(asked, me),
        bookings=_named(reader, _starts(mine, Kind.BOOKING)),
        held_until=_held_until(reader, _starts(mine, Kind.HOLD), now=now),
        calendars=busy_at(me.calendars, _starts(mine, Kind.CALENDAR)) if me else {},
        brought=_brought(reader, mine) if me else {},
    )


def _own_hours_path(asked: AskedTime, me: HostTime | None) -> str:
    """Where the reader's hours on the page are changed."""
    if me is None or asked.reader == asked.page.host_id:
        return asked.hours_path
    if me.row.schedule_id is None:
        return reverse("availability")
    return reverse("schedule", args=[me.row.schedule_id])


def hours_path(page: BookingPage) -> str:
    """Where the hours of a page are changed."""
    if page.schedule.page_id == page.pk:
        return reverse("pages_availability", args=[page.pk])
    return reverse("schedule", args=[page.schedule_id])


def zone_on(opening: Hours, day: date) -> ZoneInfo:
    """Where the host is on one of their own dates."""
    return next((trip.zone for trip in opening.travel if trip.first <= day <= trip.last), opening.zone)


def instants(opening: Hours, day: date, minute: int) -> list[int]:
    """UTC minutes in which the host's clock shows that minute of the date: none, one or two."""
    shown = Hours(zone=opening.zone, travel=opening.travel, overrides={day: ((minute, minute + 1),)})
    return [start for start, _ in open_hours(shown, first=day, last=day)]


def _moment(slot_query: SlotQuery, setting: ReasonContext, start: int, why: Why) -> ExplainedMoment:
    local = moment_of(start).astimezone(setting.zone)
    lengths = open_lengths(slot_query, start_minute=start) if why else []
    return ExplainedMoment(
        when=datetimes.when(local, minutes=setting.minutes, zone=setting.zone),
        note=datetimes.which_of_two(local),
        turnout=_in_words(why.turnout) if why.turnout else "",
        hosts=_by_host(why, setting),
        public=None if why else _public(setting, setting.minutes),
        others=tuple(Link(_public(setting, one), datetimes.length(one)) for one in lengths),
    )


def _by_host(why: Why, setting: ReasonContext) -> tuple[HostReasons, ...]:
    """One answer where one host takes part; of several, what is the page's first, and then each host's own."""
    page = setting.page
    of_page = tuple(tell(reason, setting) for reason in why.page)
    each = [
        HostReasons(host.name, _lines_of(host, why, setting))
        for host in page.hosts
        if host.id in why.hosts or _is_missed(host, why.turnout)
    ]
    every = *of_page, *chain.from_iterable(one.lines for one in each)
    if past := [line for line in every if line.code is Code.PAST]:
        # Of a time that is over nothing else, because today's rules may not be those it had.
        return (HostReasons(gettext("This page"), (past[0],)),)
    if not page.is_shared():
        return (HostReasons(page.host_name, every),)
    first = (HostReasons(gettext("This page"), of_page),) if of_page else ()
    return *first, *each


def _lines_of(host: HostTime, why: Why, setting: ReasonContext) -> tuple[ReasonLine, ...]:
    """Each once: of others several reasons may be of one kind."""
    lines = (tell_of(host, reason, setting) for reason in why.hosts.get(host.id, ()))
    return tuple(dict.fromkeys(lines))


def _is_missed(host: HostTime, turnout: Turnout | None) -> bool:
    """Whether it matters that they have time: not where there are enough of those who take turns."""
    if host.part is Part.ROTATING:
        return turnout is not None and not turnout.is_enough()
    return host.part is Part.REQUIRED


def _in_words(turnout: Turnout) -> str:
    able, turns, needed = turnout.able, turnout.turns, turnout.needed
    if not turns:
        text = ngettext(
            "Nobody takes turns on this page, and %(needed)d is needed.",
            "Nobody takes turns on this page, and %(needed)d are needed.",
            needed,
        )
        return text % {"needed": needed}
    many = ngettext("%(turns)d host takes turns", "%(turns)d hosts take turns", turns) % {"turns": turns}
    given = {"many": many, "able": able or gettext("none"), "needed": needed}
    text = ngettext(
        "%(many)s: %(able)s could come, and %(needed)d is needed.",
        "%(many)s: %(able)s could come, and %(needed)d are needed.",
        needed,
    )
    return text % given


def _public(setting: ReasonContext, minutes: int) -> str:
    query = {"duration": minutes, "day": setting.day.isoformat(), "zone": setting.zone.key}
    return f"{setting.page.address()}?{urlencode(query)}"


def _start(asked: AskedTime, setting: ReasonContext, start: int, why: Why) -> Start:
    lines = [line for one in _by_host(why, setting) for line in one.lines]
    mine = [reason for reason in why.hosts.get(setting.reader, ()) if reason.busy]
    local = moment_of(start).astimezone(setting.zone)
    return Start(
        time=setting.say(start),
        url=asked.url(time=datetimes.clock(local)),
        asked=datetimes.clock(local) == asked.clock(),
        line=lines[0] if lines else None,
        words=_words(why, setting),
        booking=setting.booking(mine[0].busy) if mine and mine[0].busy else None,
    )


def _words(why: Why, setting: ReasonContext) -> tuple[str, ...]:
    """What is the page's, else of which kind it is for each who has to come, and how many who take turns could."""
    by_host = _by_host(why, setting)
    if not setting.page.is_shared() or why.page:
        return tuple(line.name for one in by_host for line in one.lines)[:1]
    part = {host.name: host.part for host in setting.page.hosts}
    busy = [
        f"{one.host}: {one.lines[0].name}"
        for one in by_host
        if one.lines and part.get(one.host) is Part.REQUIRED
    ]
    more = [gettext("%(count)d more") % {"count": len(busy) - _FEW}] if len(busy) > _FEW else []
    turnout = why.turnout
    short = (
        []
        if turnout is None or turnout.is_enough()
        else [
            gettext("%(able)d of %(needed)d who take turns")
            % {"able": turnout.able, "needed": turnout.needed}
        ]
    )
    return (*busy[:_FEW], *more, *short)


def _missing(asked: AskedTime, setting: ReasonContext) -> str:
    text = gettext(
        "%(time)s does not exist on %(day)s: the clock in %(place)s skips it, so nobody can book it."
    )
    return text % {
        "time": asked.clock(),
        "day": datetimes.day_of_year(asked.day),
        "place": datetimes.zone_name(setting.zone),
    }


def _opens(setting: ReasonContext, span: Interval) -> str:
    """The reader's own, as "09:00 to 12:00 and 13:00 to 17:00"."""
    if setting.me is None:
        return ""
    hours = intersect(open_hours_around(setting.me.opening, span=span), [span]) if span[0] < span[1] else []
    ends = {span[1]: gettext("midnight")}
    return in_words([from_to(setting.say(start), ends.get(end) or setting.say(end)) for start, end in hours])


def _closed(slot_query: SlotQuery, setting: ReasonContext, span: Interval) -> ReasonLine | None:
    if setting.grid or span[0] >= span[1]:
        return None
    found = _by_host(why(slot_query, start_minute=span[0]), setting)
    return next((line for one in found for line in one.lines if line.code in _CLOSED), None)


def _starts(reasons: Iterable[Reason], kind: Kind) -> set[int]:
    """When whatever of that kind is in the way begins, in UTC minutes."""
    return {one.busy.start_minute for one in reasons if one.busy and one.busy.kind is kind}


def _named(host_id: int, starts: set[int]) -> Mapping[int, Link]:
    """By the minute they begin at; those without the host are not to be named."""
    rows = BookingHost.objects.filter(
        host_id=host_id, booking__attendees__is_booker=True, active=True, start_minute__in=starts
    )
    found = rows.values_list("start_minute", "booking_id", "booking__title", "booking__attendees__name")
    return {
        start: Link(
            reverse("booking", args=[booking_id]),
            gettext("%(title)s with %(guest)s") % {"title": title, "guest": guest},
        )
        for start, booking_id, title, guest in found
    }


def _brought(host_id: int, reasons: Iterable[Reason]) -> Mapping[int, Sequence[BroughtTime]]:
    """What was brought along within each time that something in a calendar takes, by the minute that begins at."""
    spans = {
        (one.busy.start_minute, one.busy.end_minute)
        for one in reasons
        if one.busy and one.busy.kind is Kind.CALENDAR
    }
    if not spans:
        return {}
    every = brought_times(host_id, (min(first for first, _ in spans), max(last for _, last in spans)))
    within = {
        first: [one for one in every if first <= one.span[0] and one.span[1] <= last] for first, last in spans
    }
    return {first: found for first, found in within.items() if found}


def _held_until(host_id: int, starts: set[int], *, now: datetime) -> Mapping[int, int]:
    """UTC minutes by which holds have ended, by the minute their time begins at."""
    rows = Hold.objects.filter(host_id=host_id, expires_at__gt=now, start_minute__in=starts)
    return {
        start: minute_of(expires + _ALMOST_A_MINUTE)
        for start, expires in rows.values_list("start_minute", "expires_at").order_by("expires_at")
    }
