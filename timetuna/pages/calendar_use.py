"""Which calendars a page has to do with, what is known of them, and how far ahead its host's pages want them read.

What is known is read at every look at a page, by one query.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.availability.interval import Interval
from timetuna.calendars.busy_cache import busy_within
from timetuna.calendars.hooks import LEAST_DAYS, MOST_DAYS, Wants
from timetuna.calendars.models import EVERY, Calendar
from timetuna.calendars.queries import (
    Target,
    comes_with_event,
    conference_kinds,
    event_kinds_of,
    reads_only,
    targets,
    usable,
)
from timetuna.db import reads
from timetuna.pages.models import BookingPage, HostRules, PageHost, PageHostCalendar

FRESH = timedelta(minutes=1)
ENDLESS_DAYS = 400
_Horizon = BookingPage.Horizon
_Writes = PageHost.Writes


def own_part(page: BookingPage, host_id: int) -> PageHost:
    """How this host takes part in the page's meetings. Who takes no part any more is as who has chosen nothing.

    No query where the page was read with its hosts.
    """
    rows = (row for row in page.page_hosts.all() if row.active and row.host_id == host_id)
    return next(rows, None) or PageHost(page=page, host_id=host_id)


def blocking(row: PageHost) -> QuerySet[Calendar]:
    """Those the host has chosen for the page, else all that block everywhere."""
    own = Calendar.objects.filter(account__host_id=row.host_id)
    if row.own_calendars:
        return own.filter(Exists(PageHostCalendar.objects.filter(page_host=row.pk, calendar=OuterRef("pk"))))
    return own.filter(blocks=True)


def page_calendars(page_id: int) -> QuerySet[Calendar]:
    """Those that block it for any of its hosts."""
    rows = PageHost.objects.filter(page=page_id, active=True)
    everywhere = rows.filter(own_calendars=False, host=OuterRef("account__host"))
    chosen = PageHostCalendar.objects.filter(
        page_host__in=rows.filter(own_calendars=True), calendar=OuterRef("pk")
    )
    return Calendar.objects.filter(Q(Exists(everywhere), blocks=True) | Q(Exists(chosen)))


def write_calendar(row: PageHost) -> Calendar | None:
    """The calendar that gets the page's new events of this host, with its account; None where none does.

    What they have chosen is returned also while its account is dead: its events wait for the connection.
    """
    if row.writes == _Writes.CHOSEN:
        chosen = row.write_calendar_id
    else:
        target = _target(row, targets(row.host_id)) if row.writes == _Writes.DEFAULT else None
        chosen = target.id if target else None
    return Calendar.objects.select_related("account").filter(pk=chosen or 0).first()


def default_is_unknown(row: PageHost) -> bool:
    """Whether events would go to the host's default calendar, and it may be in an account that was never listed."""
    every = Calendar.objects.filter(account__host_id=row.host_id, outside_id=EVERY)
    alive = every.filter(account__needs_reconnect=False).values_list("account__provider", flat=True)
    return row.writes == _Writes.DEFAULT and not all(map(reads_only, alive))


def lost_calendar(row: PageHost) -> str:
    """The name of the calendar that was chosen to get the host's events, if its account has it no more; else ""."""
    calendar = row.write_calendar if row.writes == _Writes.CHOSEN else None
    return "" if calendar is None or calendar.listed else calendar.name


def usable_kinds(
    host_id: int, pages: Iterable[BookingPage], kinds: Iterable[str]
) -> dict[int, frozenset[str]]:
    """By page id which of the kinds that connected providers make can be used on it now with this host's accounts.

    A look for each kind, and one for all that come with events, however many pages there are.
    """
    asked = set(kinds) & conference_kinds().keys()
    with_event = {kind for kind in asked if comes_with_event(kind)}
    everywhere = frozenset(kind for kind in asked - with_event if usable(host_id, kind))
    found = targets(host_id) if with_event else []
    rows = {page.pk: own_part(page, host_id) for page in pages}
    return {pk: everywhere | (with_event & event_kinds_of(_target(row, found))) for pk, row in rows.items()}


def _target(row: PageHost, found: list[Target]) -> Target | None:
    """Only what can be written to now; None where nothing can."""
    if row.writes == _Writes.DEFAULT:
        return next(iter(found), None)
    chosen = row.write_calendar_id if row.writes == _Writes.CHOSEN else None
    return next((one for one in found if one.id == chosen), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockingCalendars:
    """Whose calendars are looked at: a host's own choice for a page (`chosen`), or all that block everywhere.

    patience: how old knowledge may get before it counts for nothing.  zone: the host's, in which whole days are meant:
    what was read for another says nothing of them.
    """

    page_host_id: int
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


def blocking_of(row: PageHost, host: User) -> BlockingCalendars:
    """The host's rules are read with them, or by a query."""
    return replace(blocking_of_host(host), page_host_id=row.pk, chosen=row.own_calendars)


def blocking_of_host(host: User) -> BlockingCalendars:
    """For a host who has chosen no calendars for a page: all that block everywhere."""
    rules = getattr(host, "host_rules", None) or HostRules()
    return BlockingCalendars(
        page_host_id=0,
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


def known_busy(asked: BlockingCalendars, span: Interval, *, now: datetime) -> KnownSpan:
    """Nothing is read from outside; what cannot be relied on is never taken for free time."""
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
    """By UTC minute the names of the calendars that have something then, for their host."""
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
    """Whether another look is due that nobody has asked for; what fails waits for its own next try."""
    late = row.read_at is None or row.read_at < now - FRESH
    lately = row.tried_at is not None and row.tried_at > now - FRESH
    wanted = (late and not lately) or not row.is_for(zone)
    return wanted and row.next_read_at > now and not row.failures


def _rows(asked: BlockingCalendars) -> list[_Row]:
    sql = reads.BUSY_CHOSEN if asked.chosen else reads.BUSY
    found = reads.rows(sql, host=asked.host_id, page_host=asked.page_host_id)
    return [_Row(*row[:5], *map(reads.aware, row[5:8]), *row[8:]) for row in found]


def wants_of(host_id: int) -> Wants:
    """For all pages together that a host takes part in, in four queries."""
    mine = PageHost.objects.filter(host=host_id, active=True)
    horizons = mine.values_list("page__horizon_kind", "page__horizon_days", "page__horizon_date")
    today = timezone.now().date()
    days = [LEAST_DAYS]
    for kind, rolling, date in horizons:
        if kind == _Horizon.ENDLESS:
            days.append(ENDLESS_DAYS)
        else:
            days.append((date - today).days if kind == _Horizon.DATE and date else rolling)
    chosen = PageHostCalendar.objects.filter(page_host__in=mine.filter(own_calendars=True))
    return Wants(
        days=min(max(days), MOST_DAYS),
        patience=patience_of(host_id),
        chosen=frozenset(chosen.values_list("calendar_id", flat=True)),
        zone=User.objects.filter(pk=host_id).values_list("time_zone", flat=True).first() or "",
    )


def patience_of(host_id: int) -> timedelta:
    """How old the knowledge of a calendar may get before the host's pages offer nothing."""
    rules = HostRules.objects.filter(host_id=host_id).first() or HostRules()
    return timedelta(hours=rules.calendar_patience_hours)
