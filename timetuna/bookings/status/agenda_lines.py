"""What an agenda says of a booking: read by as many queries for hundreds as for one, written without a template.

A week of a team has hundreds of blocks. As model instances, each through a template, they took a quarter of a second.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from html import escape
from typing import NamedTuple

from django.db.models import F
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from timetuna.accounts.models import User
from timetuna.availability.interval import Interval, minute_of
from timetuna.bookings.models import Booking, BookingHost, Conference
from timetuna.bookings.queries import UNSETTLED, PlannedBooking, open_work
from timetuna.bookings.status.badges import Badge, badges_of
from timetuna.bookings.status.day_grid import Column
from timetuna.bookings.status.rows import Reader
from timetuna.db.each import IsAmong
from timetuna.l10n import datetimes
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.public import together


class AgendaLine(NamedTuple):
    """A booking on a date. times: as stands below the heading of that date.  span: all of it, in UTC minutes.

    starts: for programs.  movable: by whoever looks.  tone: how it stands, as one more class.
    """

    url: str
    guest: str
    title: str
    kind: str
    hosts: str
    badges: Sequence[Badge]
    times: str
    span: Interval
    starts: str
    movable: bool
    tone: str


@dataclass(frozen=True)
class AgendaLines:
    """Read once for all bookings and dates. Four queries at most."""

    bookings: Sequence[PlannedBooking]
    reader: Reader

    def on(self, column: Column) -> list[AgendaLine]:
        """All that share a minute with the date, in the order given."""
        return [
            self._line(row, span, column)
            for row, span in self._spans
            if span[0] < column.end and span[1] > column.start
        ]

    @cached_property
    def _spans(self) -> list[tuple[PlannedBooking, Interval]]:
        starts = [minute_of(row.start_at) for row in self.bookings]
        return [(row, (start, start + row.minutes)) for row, start in zip(self.bookings, starts, strict=True)]

    @cached_property
    def _kinds(self) -> Mapping[str, str]:
        return {slug: meeting_kind(slug).label() for slug in {row.meeting_type for row in self.bookings}}

    @cached_property
    def _hosts(self) -> Mapping[int, str]:
        return _hosts_in_words(self.bookings, self.reader)

    @cached_property
    def _badges(self) -> Mapping[int, Sequence[Badge]]:
        return _badges(self.bookings, self.reader)

    @cached_property
    def _path(self) -> str:
        return reverse("bookings")

    def _line(self, row: PlannedBooking, span: Interval, column: Column) -> AgendaLine:
        now, start = self.reader.now, row.start_at
        ahead = row.status == Booking.Status.CONFIRMED and start + timedelta(minutes=row.minutes) > now
        under_way, waits = ahead and start <= now, row.status in UNSETTLED
        return AgendaLine(
            url=f"{self._path}/{row.pk}",
            guest=row.guest,
            title=row.title,
            kind=self._kinds[row.meeting_type],
            hosts=self._hosts[row.pk],
            badges=self._badges.get(row.pk, ()),
            times=_times(row, span, column),
            span=span,
            starts=start.astimezone(column.zone).isoformat(),
            movable=row.changeable and ahead,
            tone="now" if under_way else "asks" if waits else "stands",
        )


def _times(row: PlannedBooking, span: Interval, column: Column) -> str:
    """As `datetimes.hours` says it, without asking the zone where the date has no change of clocks."""
    start, end = span[0] - column.start, span[1] - column.start
    if column.is_usual() and start >= 0 and span[1] < column.end:
        return f"{start // 60:02}:{start % 60:02} {datetimes.DASH} {end // 60:02}:{end % 60:02}"
    ends = row.start_at + timedelta(minutes=row.minutes)
    return datetimes.hours(row.start_at, ends, zone=column.zone, day=column.day)


def _hosts_in_words(bookings: Sequence[PlannedBooking], reader: Reader) -> dict[int, str]:
    """By booking, as lists of bookings say it: the lead first, "" where the reader hosts it alone."""
    hosting: dict[int, list[int]] = defaultdict(list)
    rows = BookingHost.objects.filter(IsAmong(F("booking_id"), [row.pk for row in bookings])).order_by("host")
    for booking, host in rows.values_list("booking", "host"):
        hosting[booking].append(host)
    there = {row.host_id for row in bookings}.union(*hosting.values())
    names = dict(User.objects.filter(IsAmong(F("pk"), there)).values_list("pk", "name"))
    said: dict[tuple[int, ...], str] = {}
    found = {}
    for row in bookings:
        hosts = hosting[row.pk]
        several = row.host_id, *(host for host in hosts if host != row.host_id)
        if several not in said:
            said[several] = together([names[host] for host in several])
        found[row.pk] = "" if len(several) == 1 and reader.host_id in hosts else said[several]
    return found


def _badges(bookings: Sequence[PlannedBooking], reader: Reader) -> dict[int, list[Badge]]:
    """Of those that may have any: these few are read whole."""
    readable = {row.pk: row for row in bookings if row.readable}
    work = open_work(map(Booking.key_of, readable))
    unusual = [pk for pk, row in readable.items() if _has_news(row) or Booking.key_of(pk) in work]
    if not unusual:
        return {}
    rows = Booking.objects.filter(pk__in=unusual).select_related("conference", "payment").order_by()
    return {row.pk: badges_of(row, work.get(row.concurrency_key(), ()), now=reader.now) for row in rows}


def _has_news(row: PlannedBooking) -> bool:
    link_is_settled = row.conference_state in {None, Conference.State.READY}
    return row.no_show or bool(row.disputed) or row.status in UNSETTLED or not link_is_settled


def list_items(placed: Iterable[tuple[AgendaLine, str]]) -> SafeString:
    """The blocks of a date, each with its classes."""
    return mark_safe("".join(_item(line, place) for line, place in placed))  # noqa: S308 - see below


def _item(line: AgendaLine, place: str) -> str:
    """As HTML: each part that somebody wrote is escaped."""
    begins, dash, ends = line.times.partition(f" {datetimes.DASH} ")
    carried = (
        f' data-start="{line.span[0]}" data-lasts="{line.span[1] - line.span[0]}"' if line.movable else ""
    )
    hosts = f", <bdi>{escape(line.hosts)}</bdi>" if line.hosts else ""
    badges = "".join(
        f' <span class="agenda-badge badge-{badge.tone}">{escape(str(badge.text))}</span>'
        for badge in line.badges
    )
    return (
        f'<li class="agenda-block {place}">'
        f'<a class="agenda-entry agenda-entry-{line.tone}" href="{line.url}"{carried}>'
        f'<time datetime="{line.starts}">{escape(begins)}'
        f'<span class="agenda-until">{escape(dash + ends)}</span></time>'
        f"<strong><bdi>{escape(line.guest)}</bdi></strong> <span><bdi>{escape(line.title)}</bdi></span> "
        f"<span>{escape(line.kind)}{hosts}</span>{badges}</a></li>"
    )
