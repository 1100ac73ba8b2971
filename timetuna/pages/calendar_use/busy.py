"""What is known of the calendars that take a page's time: read at every look at it, by one query."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from timetuna.accounts.models import User
from timetuna.availability.interval import Interval
from timetuna.calendars.busy_cache import busy_within
from timetuna.db import reads
from timetuna.pages.models import BookingPage, HostRules

FRESH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingCalendars:
    """Whose calendars are looked at: a page's own choice (`chosen`), or all that block everywhere.

    patience: how old knowledge may get before it counts for nothing.  zone: the host's, in which whole days are meant:
    what was read for another says nothing of them.
    """

    page_id: int
    host_id: int
    chosen: bool
    patience: timedelta
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSpan:
    """What calendars say of a span.

    busy: intervals of UTC minutes, of all calendars.  until: the minute from which on one of them says nothing.
    unreadable: names of calendars that say nothing at all.  stale: ids of those that are worth another look now.
    """

    busy: list[Interval]
    until: int | None
    unreadable: tuple[str, ...]
    stale: tuple[int, ...]


def asked(page: BookingPage) -> BlockingCalendars:
    """Return what to ask for a page. Its host's rules are read with it, or by a query."""
    return replace(asked_of(page.host), page_id=page.pk, chosen=page.own_calendars)


def asked_of(host: User) -> BlockingCalendars:
    """Return what to ask for a host who has chosen no calendars for a page: all that block everywhere."""
    rules = getattr(host, "host_rules", None) or HostRules()
    return BlockingCalendars(
        page_id=0,
        host_id=host.pk,
        chosen=False,
        patience=timedelta(hours=rules.calendar_patience_hours),
        zone=host.time_zone,
    )


class _Row(NamedTuple):
    id: int
    name: str
    busy: bytes
    until: int
    tentative_blocks: bool
    read_at: datetime | None
    tried_at: datetime | None
    next_read_at: datetime
    failures: int
    zone: str

    def holds(self, oldest: datetime, zone: str) -> bool:
        return self.read_at is not None and self.read_at > oldest and self.is_for(zone)

    def is_for(self, zone: str) -> bool:
        return not zone or self.zone in {"", zone}


def known(asked: BlockingCalendars, span: Interval, *, now: datetime) -> KnownSpan:
    """Return what is known. Nothing is read from outside; what cannot be relied on is never taken for free time."""
    rows = _rows(asked)
    oldest = now - asked.patience
    good = [row for row in rows if row.holds(oldest, asked.zone)]
    short = [row.until for row in good if row.until < span[1]]
    return KnownSpan(
        busy=[one for row in good for one in busy_within(row.busy, span, tentative=row.tentative_blocks)],
        until=min(short, default=None),
        unreadable=tuple(row.name for row in rows if not row.holds(oldest, asked.zone)),
        stale=tuple(row.id for row in rows if _is_stale(row, asked.zone, now)),
    )


def busy_at(asked: BlockingCalendars, minutes: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return by UTC minute the names of the calendars that have something then, for their host."""
    wanted = sorted(set(minutes))
    if not wanted:
        return {}
    rows = _rows(asked)
    return {
        minute: tuple(
            row.name
            for row in rows
            if busy_within(row.busy, (minute, minute + 1), tentative=row.tentative_blocks)
        )
        for minute in wanted
    }


def _is_stale(row: _Row, zone: str, now: datetime) -> bool:
    """Say whether another look is due that nobody has asked for; what fails waits for its own next try."""
    late = row.read_at is None or row.read_at < now - FRESH
    lately = row.tried_at is not None and row.tried_at > now - FRESH
    wanted = (late and not lately) or not row.is_for(zone)
    return wanted and row.next_read_at > now and not row.failures


def _rows(asked: BlockingCalendars) -> list[_Row]:
    sql = reads.BUSY_CHOSEN if asked.chosen else reads.BUSY
    found = reads.rows(sql, host=asked.host_id, page=asked.page_id)
    return [_Row(*row[:5], *map(reads.aware, row[5:8]), *row[8:]) for row in found]
