"""What a guest has chosen so far, read from an address that anybody may have typed, and the times that this leaves."""

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from heapq import nsmallest
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.availability.hours import Away, day_start
from timetuna.availability.interval import minute_of, moment_of
from timetuna.bookings.slots.availability import ANYBODY, SlotQuery, offered
from timetuna.bookings.visitor import NOTHING_CAME, Came, read_visit
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import PLAIN, Customs, customs_of
from timetuna.lib.text import find_zone
from timetuna.pages.public import HostTime, PageDuration, PublicPage, choosable
from timetuna.web.zones import ZONE_COOKIE

CLOCKS = ("12", "24")
WITH, ANY = "with", "any"
_START = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\dZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSelection:
    """A cleaned query string. `duration` is None while one of several has to be chosen; `problem` is a sentence.

    `person` is the host whom the guest has chosen among those of the page. `anybody`: they move a booking, and do not
    mind who takes it.  `unknown`: they have chosen somebody who cannot be chosen (any more).

    guessed: nobody has said which zone is the guest's, so it is the host's, and addresses do not name it.

    `booked` is the present start of the booking that is moved, in `zone`.

    `customs` are the guest's; `clock` is "12" or "24" where the guest has switched to it, else "". `visit` is there
    once a time was picked: it tells a guest's own hold from that of another guest with the same address and browser.
    `came` is what the first address brought along; all that follow have it too.
    """

    path: str
    duration: PageDuration | None
    zone: ZoneInfo
    host_zone: ZoneInfo = datetimes.UTC_ZONE
    customs: Customs = PLAIN
    clock: str = ""
    visit: str = ""
    month: date | None = None
    day: date | None = None
    problem: str = ""
    person: HostTime | None = None
    anybody: bool = False
    unknown: bool = False
    guessed: bool = False
    came: Came = NOTHING_CAME
    booked: datetime | None = None

    def url(self, **changes: str) -> str:
        """Of this choice with some parts changed; a part set to "" is left out."""
        parts = {
            "duration": str(self.duration.minutes) if self.duration else "",
            "month": f"{self.month:%Y-%m}" if self.month else "",
            "day": self.day.isoformat() if self.day else "",
            "zone": "" if self.guessed else self.zone.key,
            "clock": self.clock,
            "visit": self.visit,
            WITH: self.with_whom(),
        }
        query = [_part(*one) for one in (parts | changes).items() if one[1]]
        return f"{self.path}?{'&'.join([*query, self.came.query] if self.came.query else query)}"

    def form_url(self, page: PublicPage, start: int | None) -> str:
        """Where the page's form opens with this choice. start: the UTC minute, None where it cannot be read."""
        form = replace(self, path=reverse("public_book", args=[page.handle, page.slug]), month=None, day=None)
        return form.url(start="" if start is None else write_start(moment_of(start)))

    def with_whom(self) -> str:
        """As addresses and forms carry whom the guest has chosen; "" for nobody in particular."""
        return ANY if self.anybody else person_key(self.person) if self.person else ""

    def person_id(self) -> int | None:
        """For a slot query."""
        return ANYBODY if self.anybody else self.person.id if self.person else None

    def clock_query(self) -> str:
        """Keeps a switched clock on another page; "" without one."""
        return f"?clock={self.clock}" if self.clock else ""

    def say(self, moment: datetime) -> str:
        """The time of day, as the guest writes it."""
        return datetimes.clock(moment, twelve_hours=self.customs.twelve_hours)

    def say_elsewhere(self, moment: datetime) -> str:
        """In short what the host's clock shows then, where it differs."""
        return datetimes.elsewhere(moment, zone=self.host_zone, twelve_hours=self.customs.twelve_hours)

    def say_for_host(self, moment: datetime, name: str) -> str:
        """When it is for the host, where that differs."""
        twelve_hours = self.customs.twelve_hours
        return datetimes.for_other(moment, name=name, zone=self.host_zone, twelve_hours=twelve_hours)


def read_customs(request: HttpRequest, query: QueryDict | None = None, *, clock: str = "") -> Customs:
    """Those of the guest's browser, with the clock the guest has switched to, now or on another day.

    clock: which they had when they booked, "12" or "24", where that is known: the mail is opened elsewhere.
    """
    customs = customs_of(request.headers.get("Accept-Language", ""))
    clock = read_clock(request.GET if query is None else query) or _kept(request)[1] or clock
    return replace(customs, twelve_hours=clock == "12") if clock else customs


def _kept(request: HttpRequest) -> tuple[str, str]:
    """Zone and clock that an earlier look has left in this browser, or ""; anybody may have written them."""
    zone, _, clock = request.COOKIES.get(ZONE_COOKIE, "").partition(".")
    return (zone if find_zone(zone) else ""), (clock if clock in CLOCKS else "")


def person_key(person: HostTime) -> str:
    """What addresses call somebody on a page: it stays theirs whatever their name, and says nothing of it."""
    return str(person.row.pk)


def read_clock(query: QueryDict) -> str:
    """What the guest has switched to, "12" or "24", or ""."""
    clock = query.get("clock", "")
    return clock if clock in CLOCKS else ""


def read_choice(
    page: PublicPage, query: QueryDict, *, path: str, customs: Customs = PLAIN, kept: str = ""
) -> SlotSelection:
    """What cannot be read falls back to the page's own and is said in `problem`. kept: the zone of an earlier look."""
    host_zone = datetimes.zone_or_utc(page.time_zone)
    said, problem = find_zone(query.get("zone") or kept), ""
    zone = said or host_zone
    if query.get("zone") and said is None:
        problem = gettext("That time zone is not known, so times are shown in %(zone)s.") % {
            "zone": datetimes.zone_name(zone)
        }
    month, day = read_month(query.get("month", "")), read_day(query.get("day", ""))
    if (query.get("month") and month is None) or (query.get("day") and day is None):
        problem = gettext("That date cannot be read, so the next free times are shown.")
    if day and month != day.replace(day=1):
        month = None
    person, unknown = _person(page, query)
    if unknown:
        problem = gettext(
            "The person of this link cannot be chosen here. These are the times with anybody who is free."
        )
    return SlotSelection(
        path=path,
        duration=_duration(page, query),
        zone=zone,
        host_zone=_clock_beside(page, person, zone),
        person=person,
        unknown=unknown,
        guessed=said is None,
        customs=customs,
        clock=read_clock(query),
        visit=read_visit(query),
        month=month,
        day=day,
        problem=problem,
    )


def choice_of(request: HttpRequest, page: PublicPage, query: QueryDict, *, path: str) -> SlotSelection:
    """What `query` says, and this browser."""
    customs, kept = read_customs(request, query), _kept(request)[0]
    return read_choice(page, query, path=path, customs=customs, kept=kept)


def read_start(text: str) -> int | None:
    """The UTC minute of a start like 2026-11-24T13:00Z, or None."""
    if not _START.fullmatch(text):
        return None
    try:
        return minute_of(datetime.strptime(text, "%Y-%m-%dT%H:%MZ").replace(tzinfo=UTC))
    except ValueError:
        return None


def read_month(text: str) -> date | None:
    """The first day of a month like 2026-12, or None."""
    return read_day(f"{text}-01")


def write_start(moment: datetime) -> str:
    """As addresses and forms carry it: UTC to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%MZ}"


@lru_cache(maxsize=4_096)
def _part(name: str, value: str) -> str:
    return f"{name}={quote_plus(value)}"  # a month's addresses have most parts in common


def _duration(page: PublicPage, query: QueryDict) -> PageDuration | None:
    if len(page.durations) == 1:
        return page.durations[0]
    offered = {str(duration.minutes): duration for duration in page.durations}
    return offered.get(query.get("duration", ""))


def _person(page: PublicPage, query: QueryDict) -> tuple[HostTime | None, bool]:
    """Whom the address names, and whether that says nothing. Where one person hosts there is nobody to choose."""
    if page.named:
        return next((host for host in page.hosts if host.id == page.named), None), False
    key = query.get(WITH, "")
    if key in ("", ANY) or not page.is_shared():
        return None, False
    people = {person_key(one): one for one in choosable(page, now=timezone.now())}
    return people.get(key), key not in people


def _clock_beside(page: PublicPage, person: HostTime | None, zone: ZoneInfo) -> ZoneInfo:
    """The zone whose times stand beside the guest's: that of whoever comes, as far as it is one and known."""
    if not page.is_shared():
        return datetimes.zone_or_utc(page.time_zone)
    zones = {host.opening.zone for host in ([person] if person else page.hosts)}
    return zones.pop() if len(zones) == 1 else zone


def read_day(text: str) -> date | None:
    """A date like 2026-12-24, or None."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None  # noqa: PLR2004 - what calendars can show


Days = dict[date, list[datetime]]
_FEW_DAYS, _FIVE_WEEKS = timedelta(days=6), timedelta(days=5 * 7 - 1)
"""How far the last day of a month is off, at least, for which the month is shown; and of five weeks the last."""
FARTHEST = timedelta(days=400)
"""How far the first free time is looked for on a page without end."""
NEAR = timedelta(days=14)
"""How long before a time that was taken others are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotMonth:
    """The free times by local day, from `first` to `last`, and the month before and after that can be turned to.

    That is a month; of one that is nearly over it is five weeks from the present one, `month` being where they begin.
    also_until: up to which day of this month those five weeks, which are what a day's own address shows, reach.
    earlier: where they show all of the month before, it is them.
    next: the first day after `last` with times, where there are none.
    """

    month: date
    first: date
    last: date
    today: date
    days: Days
    day: date | None
    earlier: date | None
    later: date | None
    also_until: date | None = None
    next: date | None = None
    away: tuple[Away, ...] = ()

    def is_of_two(self) -> bool:
        """Whether weeks of more than one month are shown."""
        return self.last >= _next_month(self.month)


def free_times(asked: SlotQuery, choice: SlotSelection) -> SlotMonth:
    """Of the length that was chosen. Without a month that is asked for, the first that has times.

    Three queries at most besides the page's, where one host takes part; six where nothing is free.
    """
    page, zone = asked.page, choice.zone
    today = asked.now.astimezone(zone).date()
    query = replace(asked, minutes=choice.duration.minutes if choice.duration else 0)
    last_day = _last_day(page, today)
    beyond = min(max(last_day, today), today + FARTHEST) + timedelta(days=1)
    present, weekday = today.replace(day=1), choice.customs.first_weekday
    near = _span(present, today, weekday)
    at = choice.month or choice.day
    found = {} if at else _days(query, zone, today, beyond)
    at = at or min(found, default=today)
    month = present if choice.month is None and near[0] <= at <= near[1] else at.replace(day=1)
    first, last = _span(month, today, weekday)
    if choice.month or choice.day:
        days = _days(query, zone, first, last + timedelta(days=1))
    else:
        days = {day: times for day, times in found.items() if first <= day <= last}
    later = (last + timedelta(days=1)).replace(day=1)
    return SlotMonth(
        month=month,
        first=first,
        last=last,
        today=today,
        days=days,
        day=choice.day or min(days, default=None),
        earlier=_earlier(month, present, near[1]),
        later=later if later <= last_day else None,
        also_until=near[1] if near[1] >= _next_month(present) and month != present else None,
        next=None
        if days or not (choice.month or choice.day)
        else min(_days(query, zone, last + timedelta(days=1), beyond), default=None),
        away=page.notes_for(max(first, today), last),
    )


def _earlier(month: date, present: date, near: date) -> date | None:
    """near: the last day of what is shown of the present month."""
    if month <= present:
        return None
    before = _last_month(month)
    return present if month - timedelta(days=1) <= near else before


def _span(month: date, today: date, first_weekday: int) -> tuple[date, date]:
    """The first and last day that are shown of a month. first_weekday: 0 is Monday."""
    last = _next_month(month) - timedelta(days=1)
    if month != today.replace(day=1) or last - today >= _FEW_DAYS:
        return month, last
    first = today - timedelta(days=(today.weekday() - first_weekday) % 7)
    return first, first + _FIVE_WEEKS


def month_times(query: SlotQuery, *, zone: ZoneInfo, month: date) -> Days:
    """By local day, days without any left out. month: its first day."""
    return _days(query, zone, month, _next_month(month))


def remaining_times(
    query: SlotQuery, choice: SlotSelection, *, near: datetime | None = None, most: int = 24
) -> list[datetime]:
    """In the guest's zone, the nearest to one that was just taken, or the next ones."""
    now, page = query.now, query.page
    near = near or now.astimezone(choice.zone)
    today = now.astimezone(choice.zone).date()
    first = min(max(near.date() - NEAR, today), date.max - 2 * FARTHEST)
    last = min(_last_day(page, today), first + FARTHEST) + timedelta(days=1)
    days = _days(query, choice.zone, first, max(first, last))
    times = [time for day in days.values() for time in day]
    return sorted(nsmallest(most, times, key=lambda time: abs(time - near)))


def _days(query: SlotQuery, zone: ZoneInfo, first: date, beyond: date) -> Days:
    if beyond <= first:
        return {}
    span = day_start(first, zone=zone), day_start(beyond, zone=zone)
    days: Days = defaultdict(list)
    for minute in offered(query, span=span):
        local = datetime.fromtimestamp(minute * 60, zone)
        days[local.date()].append(local)
    return dict(days)


def _last_day(page: PublicPage, today: date) -> date:
    """The last date a guest, whose own zone may be a day ahead, can turn to."""
    last = page.last_day(today) or date.max - FARTHEST
    return min(last + timedelta(days=1), date.max - FARTHEST)


def _next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _last_month(month: date) -> date:
    return (month.replace(day=1) - timedelta(days=1)).replace(day=1)
