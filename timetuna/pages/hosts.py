"""Those who take part in a page's meetings, with what decides about their time."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from timetuna.availability.hours import Cap, CapScope, Hours, Period
from timetuna.availability.teams import Part
from timetuna.pages.calendar_use import (
    BlockingCalendars,
    blocking_for,
    blocking_of,
    lost_calendar,
    own_part,
)
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.prefetch import HostRow, caps_of, host_rows, opening, people

Kinds = Mapping[tuple[int, int], frozenset[str]]
"""By page and host the meeting types they can make the link of; see `calendar_use.kinds_of`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HostTime:
    """Somebody who takes part in a page's meetings, and what decides about their time.

    opening: when they are open, as the engine wants it; dates that are over are left out. caps: how many bookings are
    enough for them. calendars: which of theirs take time. lost_calendar: the name of the one that should get their
    events, if its account does not have it any more; then they have no time until they choose another.
    part: as what, as the page is staffed now. row: what else is theirs on the page; buffers and notice: None is the
    page's. kinds: the meeting types that connected providers make, of those they can make now.
    bookable: whether their account is switched on and its address confirmed.
    """

    id: int
    name: str
    opening: Hours
    caps: tuple[Cap, ...]
    calendars: BlockingCalendars
    row: PageHost
    part: Part = Part.REQUIRED
    lost_calendar: str = ""
    kinds: frozenset[str] = frozenset()
    bookable: bool = True

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing new is booked with them."""
        return self.row.weight == 0 or self.row.is_paused(now, zone=self.calendars.zone)


def host_times(
    pages: Collection[BookingPage], kinds: Kinds
) -> dict[int, tuple[HostTime, tuple[HostTime, ...]]]:
    """By page its owner's time, by whose clock it is made, and that of all who take part in it, in their order there.

    Where owners host alone it costs no query, else one for all pages.
    """
    shared = {page.pk for page in pages if not _is_alone(page)}
    read = host_rows(shared) if shared else {}
    found = {}
    for page in pages:
        own = _own_time(page, kinds)
        taking_part = tuple(
            _host_time(row, Part(part), read[row.pk], kinds) if row.pk in read else own
            for row in page.page_hosts.all()
            if (part := row.part_on(page))
        )
        found[page.pk] = own, taking_part
    return found


def times_beside(page: BookingPage, hosts: Collection[int]) -> tuple[HostTime, ...]:
    """Of people who do not take part in a page, but in a meeting that was booked on it. One query."""
    rows = {host: PageHost(page=page, host_id=host) for host in hosts}
    found = people(hosts)
    return tuple(
        _host_time(rows[host], Part.REQUIRED, read, {(page.pk, host): frozenset()})
        for host, read in found.items()
    )


def _own_time(page: BookingPage, kinds: Kinds) -> HostTime:
    """The owner's, by the hours of the page; whether they take part or not."""
    row, owner = own_part(page, page.host_id), page.host
    return HostTime(
        id=owner.pk,
        name=owner.name,
        opening=opening(page),
        caps=caps_of(owner),
        calendars=blocking_of(row, owner),
        row=row,
        part=Part(row.part_on(page) or Part.REQUIRED),
        lost_calendar=lost_calendar(row),
        kinds=kinds.get((page.pk, owner.pk), frozenset()),
    )


def _host_time(
    row: PageHost,
    part: Part,
    read: HostRow,
    kinds: Kinds,
) -> HostTime:
    return HostTime(
        id=read.id,
        name=read.name,
        opening=read.opening,
        caps=read.caps + _own_cap(row),
        calendars=blocking_for(row, patience_hours=read.patience_hours, zone=read.time_zone),
        row=row,
        part=part,
        lost_calendar=lost_calendar(row),
        kinds=kinds[row.page_id, row.host_id],
        bookable=read.bookable,
    )


def _own_cap(row: PageHost) -> tuple[Cap, ...]:
    """How many of the page's meetings they take a day."""
    return () if row.cap_day is None else (Cap(Period.DAY, CapScope.PART, row.cap_day),)


def _is_alone(page: BookingPage) -> bool:
    """Whether nobody takes part but its owner, by the hours of the page."""
    taking_part = [row for row in page.page_hosts.all() if row.part_on(page)]
    owner_alone = all(row.host_id == page.host_id and row.schedule_id is None for row in taking_part)
    return page.staffing == BookingPage.Staffing.SOLO or owner_alone
