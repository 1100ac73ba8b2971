"""Meetings of several hosts: who has to come, who takes turns, and when there are enough of them.

A time is offered if everybody who has to come is open then, and as many of those who take turns as the page wants; one
of them must be able to lead. Who joins if they can decides about nothing. One host alone is the simplest case.

Hosts open at 9:00, 9:10 and 9:15 would together offer a time every few minutes, and hosts whose hours begin at unlike
minutes would never meet. So the start times of several are counted from one point, the midnight of their page.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from zoneinfo import ZoneInfo

from timetuna.availability.hours import CapScope, Policy, day_start
from timetuna.availability.interval import Interval, merge
from timetuna.availability.slots import Code, Diary, Reason, open_slots, why_not

_ONE_DAY = timedelta(days=1)
_OF_THE_PAGE = {Code.PAST, Code.HORIZON, Code.INCREMENT, Code.NO_MEETING_TYPE, Code.PAGE_OFF, Code.UNPAYABLE}


class Part(StrEnum):
    """As what somebody takes part in a page's meetings: always, by turns, or whenever they are free."""

    REQUIRED = "required"
    ROTATING = "rotating"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True)
class Seat:
    """One host of a page, and what decides about their time. leads: whether they can make the meeting's link.

    policy: its length and increment are the same for all hosts of a page.
    """

    host: int
    part: Part
    diary: Diary
    policy: Policy
    leads: bool = True


@dataclass(frozen=True, slots=True)
class Staff:
    """The hosts of a page, in its order. needed: how many of those who take turns come to each meeting.

    midnights: the zone from whose midnights start times are counted; None for one host, whose own hours count.
    """

    seats: Sequence[Seat]
    needed: int = 0
    midnights: ZoneInfo | None = None

    def having(self, part: Part) -> list[Seat]:
        return [seat for seat in self.seats if seat.part is part]

    def leading(self) -> list[Seat]:
        """Those one of whom leads: who has to come, else who takes turns."""
        return self.having(Part.REQUIRED) or self.having(Part.ROTATING)

    def lacks_hosts(self) -> bool:
        """Whether nobody has to come, or there are too few who take turns."""
        rotating = len(self.having(Part.ROTATING))
        return rotating < self.needed or not (self.needed or self.having(Part.REQUIRED))


@dataclass(frozen=True, slots=True)
class Turnout:
    """How many of those who take turns could come, how many they are, and how many are needed."""

    able: int
    turns: int
    needed: int

    def is_enough(self) -> bool:
        return self.able >= self.needed


@dataclass(frozen=True, slots=True)
class Why:
    """Why a time is not offered: for reasons of the page's, and by host what is in the way of each. Empty: it is.

    turnout: None where nobody takes turns.
    """

    page: tuple[Reason, ...] = ()
    hosts: Mapping[int, tuple[Reason, ...]] = field(default_factory=dict)
    turnout: Turnout | None = field(default=None, compare=False)

    def __bool__(self) -> bool:
        return bool(self.page or self.hosts)

    def every(self) -> tuple[Reason, ...]:
        return *self.page, *chain.from_iterable(self.hosts.values())


def offered(team: Staff, *, now_minute: int, span: Interval) -> list[int]:
    """Return every start time within `span` that can be booked, in UTC minutes and in order; see `open_slots`."""
    required = team.having(Part.REQUIRED)
    if team.lacks_hosts() or (required and not any(seat.leads for seat in required)):
        return []
    common: set[int] | None = None
    for seat in required:
        starts = _starts(team, seat, now_minute, span)
        if len(required) == 1 and not team.needed:
            return starts
        common = set(starts) if common is None else common.intersection(starts)
        if not common:
            return []
    if team.needed:
        enough = _enough(team, now_minute, span)
        common = enough if common is None else common & enough
    return sorted(common or ())


def is_offered(team: Staff, *, minute: int, now_minute: int) -> bool:
    """Exactly if `offered` would list it."""
    return bool(offered(team, now_minute=now_minute, span=(minute, minute + 1)))


def able(team: Staff, *, minute: int, now_minute: int) -> list[Seat]:
    """Those who are open at `minute`, UTC, whatever their part and whoever else is."""
    span = minute, minute + 1
    return [seat for seat in team.seats if _starts(team, seat, now_minute, span)]


def why_missing(team: Staff, *, minute: int, now_minute: int) -> Why:
    """Return every reason why no meeting can start at `minute`, UTC; none exactly if `is_offered`.

    Who joins if they can is in nobody's way; nor is who takes turns where there are others enough.
    """
    rotating = team.having(Part.ROTATING)
    if is_offered(team, minute=minute, now_minute=now_minute):
        span = minute, minute + 1
        return Why(
            turnout=_turnout(team, sum(bool(_starts(team, seat, now_minute, span)) for seat in rotating))
        )
    found = {
        seat.host: why_not(seat.diary, minute=minute, policy=_policy(team, seat), now_minute=now_minute)
        for seat in team.seats
    }
    required, leading = team.having(Part.REQUIRED), team.leading()
    led = any(seat.leads for seat in leading if required or not found[seat.host])
    if not led:
        lacking = Reason(Code.NO_CONNECTION)
        found |= {seat.host: (*found[seat.host], lacking) for seat in leading if not seat.leads}
    free = sum(not found[seat.host] for seat in rotating)
    asked = [*required, *(rotating if free < team.needed else ())]
    page = [*_off_the_grid(team, minute), *([Reason(Code.TOO_FEW_HOSTS)] if team.lacks_hosts() else ())]
    own = {seat.host: found[seat.host] for seat in asked}
    return replace(_sorted_out(page, own, alone=team.midnights is None), turnout=_turnout(team, free))


def why_each(team: Staff, *, minute: int) -> Mapping[int, tuple[Reason, ...]]:
    """By host what is in the way of a meeting at `minute`, UTC, for that host alone: whoever else comes, however soon.

    Nor does it matter where start times are.
    """
    policies = {seat.host: replace(_policy(team, seat), increment=1, notice=0) for seat in team.seats}
    return {
        seat.host: why_not(seat.diary, minute=minute, policy=policies[seat.host], now_minute=minute)
        for seat in team.seats
    }


def start_times(team: Staff, *, span: Interval) -> list[int]:
    """Return every start time within `span` that the hours of somebody who is asked have, in order, whoever is busy."""
    found: set[int] = set()
    for seat in team.seats:
        if seat.part is not Part.OPTIONAL:
            for start, end in _hours(team, seat):
                found.update(range(start, end, seat.policy.increment))
    return sorted(minute for minute in found if span[0] <= minute < span[1])


def _enough(team: Staff, now_minute: int, span: Interval) -> set[int]:
    """When there are as many of those who take turns as are needed, and one of them leads if nobody else does."""
    rotating = team.having(Part.ROTATING)
    led = bool(team.having(Part.REQUIRED)) or all(seat.leads for seat in rotating)
    if team.needed == 1:
        asked = [seat for seat in rotating if led or seat.leads]
        return set[int]().union(*(_starts(team, seat, now_minute, span) for seat in asked))
    starts = [(seat, _starts(team, seat, now_minute, span)) for seat in rotating]
    counted = Counter(chain.from_iterable(minutes for _, minutes in starts))
    enough = {minute for minute, count in counted.items() if count >= team.needed}
    if led:
        return enough
    return enough.intersection(chain.from_iterable(minutes for seat, minutes in starts if seat.leads))


def _starts(team: Staff, seat: Seat, now_minute: int, span: Interval) -> list[int]:
    diary = seat.diary if team.midnights is None else replace(seat.diary, hours=_hours(team, seat))
    return open_slots(diary, policy=seat.policy, now_minute=now_minute, span=span)


def _hours(team: Staff, seat: Seat) -> Sequence[Interval]:
    """The host's hours, each beginning where a start time does."""
    if team.midnights is None:
        return seat.diary.hours
    return _on_grid(tuple(seat.diary.hours), team.midnights, seat.policy.increment)


def _policy(team: Staff, seat: Seat) -> Policy:
    """By which a host's reasons are told: where the page says when meetings start, their hours do not."""
    return seat.policy if team.midnights is None else replace(seat.policy, increment=1)


@lru_cache(maxsize=256)
def _on_grid(hours: tuple[Interval, ...], zone: ZoneInfo, increment: int) -> tuple[Interval, ...]:
    """Cut hours at the zone's midnights, and let each piece begin at a whole number of increments after one."""
    pieces = []
    for start, end in merge(hours):
        for midnight, following in _days(start, end, zone):
            first = midnight + -(-max(0, start - midnight) // increment) * increment
            if first < min(end, following):
                pieces.append((first, min(end, following)))
    return tuple(pieces)


def _days(start: int, end: int, zone: ZoneInfo) -> Iterator[Interval]:
    """The zone's own days that share a minute with the span, uncut."""
    day = datetime.fromtimestamp(start * 60, zone).date()
    while day_start(day, zone=zone) > start:  # where a clock went back over midnight, a date comes twice
        day -= _ONE_DAY
    midnight = day_start(day, zone=zone)
    while midnight < end:
        day += _ONE_DAY
        following = day_start(day, zone=zone)
        if following > start:
            yield midnight, following
        midnight = following


def _turnout(team: Staff, able: int) -> Turnout | None:
    return Turnout(able, len(team.having(Part.ROTATING)), team.needed) if team.needed else None


def _off_the_grid(team: Staff, minute: int) -> list[Reason]:
    if team.midnights is None or not team.seats:
        return []
    ((midnight, _),) = _days(minute, minute + 1, team.midnights)
    beyond = (minute - midnight) % team.seats[0].policy.increment
    return [Reason(Code.INCREMENT, minute - beyond)] if beyond else []


def _sorted_out(page: Iterable[Reason], hosts: Mapping[int, tuple[Reason, ...]], *, alone: bool) -> Why:
    """Say once what is the page's and not a host's, or the same notice for all; of one host all is theirs."""
    if alone:
        return Why(tuple(page), {host: found for host, found in hosts.items() if found})
    notices = {next((one for one in found if one.code is Code.NOTICE), None) for found in hosts.values()}
    shared = {
        reason: None
        for reason in chain.from_iterable(hosts.values())
        if reason.code in _OF_THE_PAGE
        or (reason.cap and reason.cap.scope is CapScope.PAGE)
        or notices == {reason}
    }
    own = {host: tuple(one for one in found if one not in shared) for host, found in hosts.items()}
    return Why((*shared, *page), {host: found for host, found in own.items() if found})
