"""Which calendars a page has to do with, what is known of them, and how far ahead its host's pages want them read.

What is known is read at every look at a page, by one query.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.availability.interval import Interval, subtract
from timetuna.calendars.busy_cache import busy_within
from timetuna.calendars.hooks import LEAST_DAYS, MOST_DAYS, Wants, brought_times
from timetuna.calendars.models import EVERY, Calendar
from timetuna.calendars.queries import (
    Target,
    comes_with_event,
    conference_kinds,
    event_kinds_of,
    reads_only,
    set_up,
    targets,
    targets_of,
    working,
)
from timetuna.db import sql
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
    """Those the host has chosen for the page, else all that block everywhere; the times they brought along always."""
    own = Calendar.objects.filter(account__host_id=row.host_id)
    if row.own_calendars:
        chosen = PageHostCalendar.objects.filter(page_host=row.pk, calendar=OuterRef("pk"))
        return own.filter(Q(Exists(chosen)) | Q(everywhere=True, blocks=True))
    return own.filter(blocks=True)


def telling(row: PageHost) -> QuerySet[Calendar]:
    """Of those that block, the ones that tell when the host is free."""
    return blocking(row).filter(everywhere=False)


def page_calendars(page_id: int) -> QuerySet[Calendar]:
    """Those that block it for any of its hosts."""
    rows = PageHost.objects.filter(page=page_id, active=True)
    everywhere = rows.filter(own_calendars=False, host=OuterRef("account__host"))
    chosen = PageHostCalendar.objects.filter(
        page_host__in=rows.filter(own_calendars=True), calendar=OuterRef("pk")
    )
    brought = rows.filter(host=OuterRef("account__host"))
    return Calendar.objects.filter(
        Q(Exists(everywhere), blocks=True)
        | Q(Exists(chosen))
        | Q(Exists(brought), everywhere=True, blocks=True)
    )


def write_calendar(row: PageHost) -> Calendar | None:
    """The calendar that gets the page's new events of this host, with its account; None where none does.

    What they have chosen is returned also while its account is dead: its events wait for the connection.
    """
    if row.writes == _Writes.CHOSEN:
        chosen = row.write_calendar_id
    else:
        target = _target(row, targets(row.user_id)) if row.writes == _Writes.DEFAULT else None
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


def leaders(page: BookingPage) -> list[PageHost]:
    """Those one of whom leads each meeting, and makes its link: who has to come, else who takes turns."""
    parts = [(row, row.part_on(page)) for row in page.page_hosts.all()]
    required = [row for row, part in parts if part is PageHost.Part.REQUIRED]
    return required or [row for row, part in parts if part is PageHost.Part.ROTATING]


def usable_kinds(pages: Collection[BookingPage], kinds: Iterable[str]) -> dict[int, frozenset[str]]:
    """By page id which of the kinds that connected providers make can be used on it now: somebody leads who can."""
    leading = {page.pk: leaders(page) for page in pages}
    found = kinds_of([row for rows in leading.values() for row in rows], kinds)
    return {
        pk: frozenset[str]().union(*(found[row.page_id, row.user_id] for row in rows))
        for pk, rows in leading.items()
    }


def kinds_of(rows: Collection[PageHost], kinds: Iterable[str]) -> dict[tuple[int, int], frozenset[str]]:
    """By page and host which of the kinds that connected providers make they can make now, each with their accounts.

    Two queries at most, however many there are.
    """
    asked, hosts = set(kinds) & conference_kinds().keys(), {row.user_id for row in rows}
    with_event = {kind for kind in asked if comes_with_event(kind)}
    plain = {kind for kind in asked - with_event if set_up(kind)}
    connected = working(hosts) if plain else {}
    found = targets_of(hosts) if with_event else {}
    return {
        (row.page_id, row.user_id): frozenset(plain & connected.get(row.user_id, frozenset()))
        | (with_event & event_kinds_of(_target(row, found.get(row.user_id, []))))
        for row in rows
    }


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
    silent: there is no calendar that could say when they are free.
    """

    busy: list[Interval]
    until: int | None
    unreadable: tuple[str, ...]
    stale: tuple[int, ...]
    silent: bool = False


def blocking_of(row: PageHost, host: User) -> BlockingCalendars:
    """Of somebody who takes part in a page."""
    return blocking_for(row, patience_hours=hours_of_patience(host), zone=host.time_zone)


def blocking_for(row: PageHost, *, patience_hours: int, zone: str) -> BlockingCalendars:
    return BlockingCalendars(
        page_host_id=row.pk or 0,
        host_id=row.user_id,
        chosen=row.own_calendars,
        patience=timedelta(hours=patience_hours),
        zone=zone,
    )


def blocking_of_host(host: User) -> BlockingCalendars:
    """Of somebody whatever the page: all that block everywhere."""
    return blocking_of(PageHost(host=host), host)


def hours_of_patience(host: User) -> int:
    """How old the knowledge of their calendars may get. Their rules are read with them, or by a query."""
    rules: HostRules | None = getattr(host, "host_rules", None)
    return rules.calendar_patience_hours if rules else HostRules.PATIENCE_HOURS


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
    everywhere: bool

    def holds(self, oldest: datetime, zone: str) -> bool:
        return self.read_at is not None and self.read_at > oldest and self.is_for(zone)

    def is_for(self, zone: str) -> bool:
        return not zone or self.zone in {"", zone}


def known_busy(asked: BlockingCalendars, span: Interval, *, now: datetime) -> KnownSpan:
    """Nothing is read from outside; what cannot be relied on is never taken for free time."""
    return known_busy_of([asked], span, now=now)[0]


def known_busy_of(asked: Sequence[BlockingCalendars], span: Interval, *, now: datetime) -> list[KnownSpan]:
    """The same for several hosts, in as many queries: two at most."""
    rows = _rows(asked)
    return [_known(one, rows.get(one.host_id, []), span, now) for one in asked]


def _known(asked: BlockingCalendars, rows: list[_Row], span: Interval, now: datetime) -> KnownSpan:
    oldest = now - asked.patience
    good = [row for row in rows if row.holds(oldest, asked.zone)]
    short = [row.until for row in good if row.until < span[1]]
    return KnownSpan(
        busy=[one for row in good for one in busy_within(row.busy, span, tentative=row.tentative_blocks)],
        until=min(short, default=None),
        unreadable=tuple(row.name for row in rows if not row.holds(oldest, asked.zone)),
        stale=tuple(row.id for row in rows if _is_stale(row, asked.zone, now)),
        silent=all(row.everywhere for row in rows),
    )


@dataclass(frozen=True, slots=True)
class CalendarTimes:
    """What one calendar says of a span, for its host. busy: intervals of UTC minutes, whole; None: nothing is known.

    until: the UTC minute from which on nothing is.
    """

    name: str
    busy: list[Interval] | None
    until: int


def times_of_calendars(asked: BlockingCalendars, span: Interval, *, now: datetime) -> list[CalendarTimes]:
    """The same as `known_busy`, calendar by calendar; what was brought along stands by itself, under its title.

    One query, and another where something was.
    """
    oldest, rows = now - asked.patience, _rows([asked]).get(asked.host_id, [])
    brought = brought_times(asked.host_id, span) if any(row.everywhere for row in rows) else ()
    found: list[CalendarTimes] = []
    for row in rows:
        known = row.holds(oldest, asked.zone)
        busy = busy_within(row.busy, span, tentative=row.tentative_blocks) if known else None
        inside = [one for one in brought if row.everywhere and _lies_in(one.span, busy or ())]
        found += [CalendarTimes(one.title, [one.span], row.until) for one in inside]
        rest = subtract(busy, [one.span for one in inside]) if busy and inside else busy
        found.append(CalendarTimes(row.name, rest, row.until))
    return found


def _lies_in(span: Interval, busy: Iterable[Interval]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in busy)


def busy_at(asked: BlockingCalendars, minutes: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """By UTC minute the names of the calendars that have something then, for their host."""
    wanted = sorted(set(minutes))
    if not wanted:
        return {}
    rows = _rows([asked]).get(asked.host_id, [])
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


def _rows(asked: Sequence[BlockingCalendars]) -> dict[int, list[_Row]]:
    """By host, each only their own."""
    everywhere = [one.host_id for one in asked if not one.chosen]
    chosen = [one.page_host_id for one in asked if one.chosen]
    found = sql.rows(sql.BUSY, hosts=everywhere) if everywhere else []
    if chosen:
        found += sql.rows(sql.BUSY_CHOSEN, page_hosts=chosen)
    rows = defaultdict[int, list[_Row]](list)
    for host, *row in found:
        rows[host].append(_Row(*row[:5], *map(sql.aware, row[5:8]), *row[8:]))
    return rows


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
    hours = (
        HostRules.objects.filter(host_id=host_id).values_list("calendar_patience_hours", flat=True).first()
    )
    return timedelta(hours=HostRules.PATIENCE_HOURS if hours is None else hours)
