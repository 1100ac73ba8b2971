"""What one booking counts as: a pure sum, so that days filled one by one and days made anew come out the same."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from timetuna.bookings.events import CALLED_OFF, ENDED_BY, HOST
from timetuna.bookings.models import Booking
from timetuna.insights.models import DayFigure
from timetuna.l10n.datetimes import zone_or_utc

Clock = DayFigure.Clock
Status = Booking.Status
NUMBERS = (
    "booked",
    "cancelled_by_guest",
    "cancelled_by_host",
    "moved",
    "no_shows",
    "unconfirmed",
    "lead_minutes",
)
"""The columns that are made from bookings."""
HOURS, LENGTHS, LEADS, SOURCES, MEDIUMS, CAMPAIGNS, ERASED = KINDS = (
    "hours",
    "lengths",
    "leads",
    "sources",
    "mediums",
    "campaigns",
    "erased",
)
"""erased: how many have a guest who is erased, so that nobody knows (any more) where they came from."""
_LEAD_STEPS = (60, 180, 720, 1_440, *(days * 1_440 for days in (2, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90)))
LONGEST_SOURCE = 80


class BookingFacts(NamedTuple):
    """What counts of a booking. moved: at least once.  hosts: the ids of all who host it now."""

    page_id: int | None
    hosts: tuple[int, ...]
    created_at: datetime
    start_at: datetime
    minutes: int
    zone: str
    status: str
    no_show: bool
    moved: bool
    erased: bool
    source: str
    medium: str
    campaign: str
    referrer: str


class DayKey(NamedTuple):
    """Of one row: whose, when, by which clock."""

    host: int | None
    day: date
    clock: str


@dataclass(slots=True)
class DaySum:
    """The columns of one row."""

    numbers: Counter[str] = field(default_factory=Counter)
    details: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def columns(self) -> dict[str, object]:
        """As they are stored."""
        details = {kind: dict(sorted(counted.items())) for kind, counted in sorted(self.details.items())}
        return {name: self.numbers[name] for name in NUMBERS} | {"details": details}


def sums_of(bookings: Iterable[BookingFacts], *, of_page: bool) -> dict[DayKey, DaySum]:
    """Each booking counts on two days, one a clock; for each of its hosts, and for its page where it has one."""
    sums: dict[DayKey, DaySum] = defaultdict(DaySum)
    for one in bookings:
        zone = zone_or_utc(one.zone)
        for clock, moment in ((Clock.MADE, one.created_at), (Clock.HELD, one.start_at)):
            there = moment.astimezone(zone)
            for host in (*((None,) if of_page else ()), *one.hosts):
                _count(one, sums[DayKey(host, there.date(), clock.value)], clock, there.hour)
    return sums


def _count(one: BookingFacts, into: DaySum, clock: Clock, hour: int) -> None:
    numbers, details = into.numbers, into.details
    status = Status(one.status)
    if status is not Status.CONFIRMED and status not in CALLED_OFF:
        numbers["unconfirmed"] += 1
        return
    lead = max(0, int((one.start_at - one.created_at) / timedelta(minutes=1)))
    numbers["booked"] += 1
    numbers["lead_minutes"] += lead
    numbers["moved"] += one.moved
    numbers["no_shows"] += one.no_show and status is Status.CONFIRMED
    if status in CALLED_OFF:
        numbers["cancelled_by_host" if ENDED_BY[status] == HOST else "cancelled_by_guest"] += 1
    if clock is Clock.MADE or status is Status.CONFIRMED:
        details[HOURS][str(hour)] += 1
    details[LENGTHS][str(one.minutes)] += 1
    details[LEADS][str(lead_step(lead))] += 1
    for kind, word in _origin(one).items():
        details[kind][word] += 1


def _origin(one: BookingFacts) -> dict[str, str]:
    """Whence the guest came, by kind; a source "" is that nothing said so."""
    if one.erased:
        return {ERASED: ""}
    source = one.source or one.referrer.partition("://")[2].removeprefix("www.")
    named = {SOURCES: source, MEDIUMS: one.medium, CAMPAIGNS: one.campaign}
    return {kind: word[:LONGEST_SOURCE] for kind, word in named.items() if word or kind == SOURCES}


def lead_step(minutes: int) -> int:
    """The first of the steps that it is shorter than, counted from 0."""
    return next((place for place, step in enumerate(_LEAD_STEPS) if minutes < step), len(_LEAD_STEPS))


def lead_limits(step: int) -> tuple[int, int | None]:
    """From so many minutes to less than so many; None is without end."""
    return (_LEAD_STEPS[step - 1] if step else 0), (_LEAD_STEPS[step] if step < len(_LEAD_STEPS) else None)


def days_around(moments: Iterable[datetime]) -> set[date]:
    """Every date that some clock of the world may show at these moments."""
    days = {moment.date() for moment in moments}
    return {day + timedelta(days=step) for day in days for step in (-1, 0, 1)}
