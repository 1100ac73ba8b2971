"""A host's day or week: which dates, and what is on each of them, where among its hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.safestring import SafeString

from timetuna.accounts.models import User
from timetuna.availability.interval import Interval, minute_of, moment_of
from timetuna.bookings.listing import Listed
from timetuna.bookings.queries import within
from timetuna.bookings.status.agenda_lines import AgendaLine, AgendaLines, list_items
from timetuna.bookings.status.day_grid import Column, HourMark, axis_of, hours_at, whole_axis
from timetuna.bookings.status.lanes import Lane, placed_clusters
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes
from timetuna.pages.calendar_use import CalendarTimes, blocking_of_host, times_of_calendars

FIRST, LAST = date(2000, 1, 1), date(2100, 12, 31)
ONE_DAY = timedelta(days=1)
WEEK = 7
LEAST = 15
"""As many minutes high a block is at least; what begins sooner after it stands beside it."""
ROOM = {1: 12, WEEK: 4}
"""How many stand side by side on a date, by how many dates do."""
_BY_DAY = (-6 * 60, 10 * 60)
"""Six to ten, in minutes from noon: busy times beyond do not lengthen the day."""
_LOWEST, _HIGHEST = 14, 24


@dataclass(frozen=True, slots=True)
class Span:
    """A day, or a week, of somebody's calendar: the first of so many dates."""

    first: date
    length: int

    def dates(self) -> list[date]:
        return [self.first + ONE_DAY * number for number in range(self.length)]

    def step(self, times: int) -> date | None:
        """The first date so many spans away; None beyond what the agenda shows."""
        day = self.first + ONE_DAY * (self.length * times)
        return day if FIRST <= day <= LAST else None


@dataclass(frozen=True, slots=True)
class Block:
    """A booking, or the part of it on this date. top, minutes: from the first hour shown, in minutes."""

    line: AgendaLine
    top: int
    minutes: int
    lane: Lane


@dataclass(frozen=True, slots=True)
class More:
    """As many bookings as have no room beside the others, in the last lane."""

    count: int
    top: int
    minutes: int
    lane: Lane
    times: str

    @property
    def place(self) -> str:
        return _place(self.top, self.minutes, self.lane)


@dataclass(frozen=True, slots=True)
class GreyTime:
    """A time that calendars of the host have something in. names: theirs."""

    top: int
    minutes: int
    times: str
    names: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaDay:
    """lines: all bookings, in order.  all_day, busy_all_day: those of them, and the calendars, that take all of it.

    first_minute: the UTC minute at the top.  now: how far below it the present is, None on other dates.
    """

    date: date
    weekday: str
    month: str
    title: str
    note: str
    lines: Sequence[AgendaLine]
    blocks: Sequence[Block]
    more: Sequence[More]
    all_day: Sequence[AgendaLine]
    busy: Sequence[GreyTime]
    busy_all_day: str
    voids: Sequence[tuple[int, int]]
    marks: Sequence[HourMark]
    first_minute: int
    now: int | None

    def entries(self) -> SafeString:
        """The blocks as items of a list."""
        return list_items((one.line, _place(one.top, one.minutes, one.lane)) for one in self.blocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    """hours: what stands at the side.  minutes: how many are shown.  quarter: how high 15 of them are, in 1/16 rem.

    is_whole: whether nothing is left out at either end.  unreadable, known_until: what is not known of the calendars.
    """

    days: Sequence[AgendaDay]
    hours: Sequence[HourMark]
    minutes: int
    quarter: int
    is_whole: bool
    unreadable: Sequence[str]
    known_until: str

    def numbers(self) -> Mapping[str, set[int]]:
        """All distances from the top, lengths and lanes there are, for a style sheet."""
        tops, heights = {mark.top for mark in self.hours}, {self.minutes}
        for day in self.days:
            spans = [(one.top, one.minutes) for one in day.blocks]
            spans += [(one.top, one.minutes) for one in day.more]
            spans += [*((one.top, one.minutes) for one in day.busy), *day.voids]
            tops |= {top for top, _ in spans} | {mark.top for mark in day.marks}
            tops |= set() if day.now is None else {day.now}
            heights |= {minutes for _, minutes in spans}
        there = {one.lane for day in self.days for one in day.blocks}
        there |= {one.lane for day in self.days for one in day.more}
        return {
            "s": tops,
            "m": heights,
            "l": {lane.number for lane in there},
            "o": {lane.of for lane in there},
            "w": {lane.width for lane in there},
            "q": {self.quarter},
        }


def week_of(day: date, *, first_weekday: int) -> Span:
    """Weeks begin on `first_weekday`, 0 for Monday."""
    return Span(day - ONE_DAY * ((day.weekday() - first_weekday) % WEEK), WEEK)


def read_date(text: str) -> date | None:
    """Of an address, "2026-11-25"; None where there is none, or not in an agenda."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST <= day <= LAST else None


def calendars_of(host: User, span: Span, reader: Reader) -> list[CalendarTimes]:
    """What the calendars say that take their time everywhere. Two queries."""
    bounds = Column.of(span.first, reader.zone).start, Column.of(span.dates()[-1], reader.zone).end
    return times_of_calendars(blocking_of_host(host), bounds, now=reader.now)


def agenda(
    bookings: Listed,
    span: Span,
    reader: Reader,
    *,
    calendars: Sequence[CalendarTimes] = (),
    focus: date | None = None,
    whole: bool = False,
) -> Agenda:
    """The dates with what is on them by the reader's clock. As many queries for any number of bookings.

    A meeting over midnight is on both dates; one in an hour that a clock change repeats is there once.
    focus: the date that is seen alone where there is no room for a week.
    whole: show all hours, and not only those with something in them and the usual ones.
    """
    columns = [Column.of(day, reader.zone) for day in span.dates()]
    rows = within(bookings, (columns[0].start, columns[-1].end))
    lines = AgendaLines(rows, reader)
    days = [(column, lines.on(column)) for column in columns]
    axis = whole_axis(columns) if whole else axis_of(columns, _shown(days, calendars, (reader, focus)))
    maker = _DayMaker(axis, reader, calendars, ROOM[span.length])
    shortest = min((row.minutes for row in rows), default=_HIGHEST)
    known = [one.until for one in calendars if one.busy is not None and one.until < columns[-1].end]
    return Agenda(
        days=[maker.day(column, there) for column, there in days],
        hours=hours_at(axis),
        minutes=axis[1] - axis[0],
        quarter=min(_HIGHEST, max(_LOWEST, _HIGHEST * LEAST // max(shortest, 1))),
        is_whole=axis == whole_axis(columns),
        unreadable=[one.name for one in calendars if one.busy is None],
        known_until=datetimes.dated(moment_of(min(known)), zone=reader.zone, now=reader.now, begins=False)
        if known
        else "",
    )


def _shown(
    days: Sequence[tuple[Column, Sequence[AgendaLine]]],
    calendars: Iterable[CalendarTimes],
    seen: tuple[Reader, date | None],
) -> Iterable[Interval]:
    """What should be seen without asking for all hours, in minutes from noon."""
    reader, focus = seen
    now = minute_of(reader.now)
    busy = [one for calendar in calendars for one in calendar.busy or ()]
    first = min(column.start for column, _ in days)
    for column, lines in days:
        spans = [*(line.span for line in lines), (now, now + 1)]
        yield from (
            piece
            for one in spans
            if not column.is_filled_by(one) and (piece := column.piece(one))
            # What goes on after midnight is seen on the date it begins on.
            if column.day == focus or not first <= one[0] < column.start
        )
        for one in busy:
            piece = None if column.is_filled_by(one) else column.piece(one)
            if piece and piece[0] < _BY_DAY[1] and piece[1] > _BY_DAY[0]:
                yield max(piece[0], _BY_DAY[0]), min(piece[1], _BY_DAY[1])


@dataclass(frozen=True, slots=True)
class _DayMaker:
    """What all dates have in common. room: how many stand side by side."""

    axis: Interval
    reader: Reader
    calendars: Sequence[CalendarTimes]
    room: int

    def day(self, column: Column, lines: Sequence[AgendaLine]) -> AgendaDay:
        blocks, more = self._placed(column, [line for line in lines if not column.is_filled_by(line.span)])
        now = minute_of(self.reader.now)
        return AgendaDay(
            date=column.day,
            weekday=datetimes.written(column.day, "D"),
            month=datetimes.month(column.day),
            title=datetimes.day_title(column.day, today=self.reader.today()),
            note=column.note(),
            lines=lines,
            blocks=blocks,
            more=more,
            all_day=[line for line in lines if column.is_filled_by(line.span)],
            busy=list(self._busy(column)),
            busy_all_day=", ".join(
                one.name for one in self.calendars if any(map(column.is_filled_by, one.busy or ()))
            ),
            voids=[(start - self.axis[0], end - start) for start, end in column.voids(self.axis)],
            marks=column.marks(self.axis),
            first_minute=column.noon + self.axis[0],
            now=now - column.noon - self.axis[0] if column.piece((now, now + 1)) else None,
        )

    def _placed(self, column: Column, lines: Sequence[AgendaLine]) -> tuple[list[Block], list[More]]:
        """Side by side where they overlap; where there is no room, the last lane says how many more there are."""
        seen = [(line, piece) for line in lines if (piece := self._visible(column, line.span))]
        high = [(start, max(end, start + LEAST)) for _, (start, end) in seen]
        blocks, more = [], []
        for cluster, placed in placed_clusters(high):
            crowded = placed[0].of > self.room
            left_out = []
            for index, lane in zip(cluster, placed, strict=True):
                if crowded and lane.number >= self.room - 1:
                    left_out.append(index)
                else:
                    line, (start, end) = seen[index]
                    height, narrow = max(end - start, LEAST), _narrow(lane, self.room)
                    blocks.append(Block(line, start - self.axis[0], height, narrow))
            if left_out:
                more.append(self._more(column, [high[one] for one in left_out]))
        return blocks, more

    def _more(self, column: Column, pieces: Sequence[Interval]) -> More:
        start, end = min(one[0] for one in pieces), max(one[1] for one in pieces)
        return More(
            count=len(pieces),
            top=start - self.axis[0],
            minutes=end - start,
            lane=Lane(self.room - 1, self.room),
            times=self._times(column, (start, end)),
        )

    def _busy(self, column: Column) -> Iterable[GreyTime]:
        """What touches is one, with the names of all calendars in it."""
        pieces = sorted(
            (*piece, calendar.name)
            for calendar in self.calendars
            for one in calendar.busy or ()
            if not column.is_filled_by(one) and (piece := self._visible(column, one))
        )
        joined: list[tuple[int, int, dict[str, None]]] = []
        for start, end, name in pieces:
            if joined and start <= joined[-1][1]:
                before = joined.pop()
                joined.append((before[0], max(before[1], end), before[2] | {name: None}))
            else:
                joined.append((start, end, {name: None}))
        for start, end, names in joined:
            yield GreyTime(
                start - self.axis[0], end - start, self._times(column, (start, end)), ", ".join(names)
            )

    def _visible(self, column: Column, span: Interval) -> Interval | None:
        piece = column.piece(span)
        if piece is None:
            return None
        start, end = max(piece[0], self.axis[0]), min(piece[1], self.axis[1])
        return (start, end) if start < end else None

    def _times(self, column: Column, piece: Interval) -> str:
        begins, ends = (moment_of(column.noon + minute) for minute in piece)
        return datetimes.hours(begins, ends, zone=self.reader.zone, day=column.day)


def _place(top: int, minutes: int, lane: Lane) -> str:
    """As classes of the style sheet of `Agenda.numbers`."""
    return f"s-{top} m-{minutes} l-{lane.number} o-{lane.of} w-{lane.width}"


def _narrow(lane: Lane, room: int) -> Lane:
    """Where more overlap than have room, the last lane is for saying so."""
    if lane.of <= room:
        return lane
    return Lane(lane.number, room, min(lane.width, room - 1 - lane.number))
