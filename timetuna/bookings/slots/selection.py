"""What a guest has chosen so far, read from an address that anybody may have typed."""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext

from timetuna.availability.interval import minute_of
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import PLAIN, Customs, customs_of
from timetuna.lib.text import find_zone
from timetuna.pages.queries import PageDuration, PublicPage

CLOCKS = ("12", "24")
_VISIT = re.compile(r"[A-Za-z0-9_-]{12}")
_START = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\dZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotSelection:
    """A cleaned query string. `duration` is None while one of several has to be chosen; `problem` is a sentence.

    `customs` are the guest's; `clock` is "12" or "24" where the guest has switched to it, else "". `visit` is there
    once a time was picked: it tells a guest's own hold from that of another guest with the same address and browser.
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

    def url(self, **changes: str) -> str:
        """Of this choice with some parts changed; a part set to "" is left out."""
        parts = {
            "duration": str(self.duration.minutes) if self.duration else "",
            "month": f"{self.month:%Y-%m}" if self.month else "",
            "day": self.day.isoformat() if self.day else "",
            "zone": self.zone.key,
            "clock": self.clock,
            "visit": self.visit,
        }
        return f"{self.path}?{'&'.join(_part(*one) for one in (parts | changes).items() if one[1])}"

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


def read_customs(request: HttpRequest, query: QueryDict | None = None) -> Customs:
    """Those of the guest's browser, with the clock the guest has switched to."""
    customs = customs_of(request.headers.get("Accept-Language", ""))
    clock = read_clock(request.GET if query is None else query)
    return replace(customs, twelve_hours=clock == "12") if clock else customs


def read_clock(query: QueryDict) -> str:
    """What the guest has switched to, "12" or "24", or ""."""
    clock = query.get("clock", "")
    return clock if clock in CLOCKS else ""


def read_visit(query: QueryDict) -> str:
    """What tells this visit from others, or ""."""
    visit = query.get("visit", "")
    return visit if _VISIT.fullmatch(visit) else ""


def new_visit() -> str:
    """What the times shown to one guest carry."""
    return secrets.token_urlsafe(9)


def read_choice(page: PublicPage, query: QueryDict, *, path: str, customs: Customs = PLAIN) -> SlotSelection:
    """What cannot be read falls back to the page's own and is said in `problem`."""
    host_zone = datetimes.zone_or_utc(page.time_zone)
    zone, problem = find_zone(query.get("zone", "")), ""
    if zone is None:
        zone = host_zone
        if query.get("zone"):
            problem = gettext("That time zone is not known, so times are shown in %(zone)s.") % {
                "zone": zone.key
            }
    month, day = read_month(query.get("month", "")), read_day(query.get("day", ""))
    if (query.get("month") and month is None) or (query.get("day") and day is None):
        problem = gettext("That date cannot be read, so the next free times are shown.")
    if day:
        month = day.replace(day=1)
    return SlotSelection(
        path=path,
        duration=_duration(page, query),
        zone=zone,
        host_zone=host_zone,
        customs=customs,
        clock=read_clock(query),
        visit=read_visit(query),
        month=month,
        day=day,
        problem=problem,
    )


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


def read_day(text: str) -> date | None:
    """A date like 2026-12-24, or None."""
    try:
        found = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None  # noqa: PLR2004 - what calendars can show
