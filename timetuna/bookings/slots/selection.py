"""What a guest has chosen so far, read from an address that anybody may have typed, and the times that this leaves."""

import re
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote_plus
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.availability.interval import minute_of, moment_of
from timetuna.bookings.events import FRESH
from timetuna.bookings.models import Booking
from timetuna.bookings.prefill import NOTHING_CAME, Came
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.availability import ANYBODY
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import PLAIN, Customs, customs_of
from timetuna.lib.crypto import fingerprint
from timetuna.lib.text import find_zone
from timetuna.pages.public import HostTime, PageDuration, PublicPage, choosable
from timetuna.web.zones import ZONE_COOKIE

CLOCKS = ("12", "24")
WITH, ANY = "with", "any"
BOOKED_COOKIE, _BOOKED, _BOOKED_FOR, _MOST_BOOKED = "timetuna_booked", "bookings.booked", timedelta(days=1), 5
MADE_COOKIE = "timetuna_made"
_VISIT = re.compile(r"[A-Za-z0-9_-]{12}")
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


def bookings_kept(request: HttpRequest) -> list[int]:
    """Which bookings this browser has made on the page that asks, the latest first."""
    try:
        found = signing.loads(request.COOKIES.get(BOOKED_COOKIE, ""), salt=_BOOKED, max_age=_BOOKED_FOR)
    except signing.BadSignature:
        return []
    return found if isinstance(found, list) else []


def keep_booking(request: HttpRequest, response: HttpResponse, booking_id: int, *, path: str) -> HttpResponse:
    """Let the page at that path and its form, which alone get the cookie, know whoever comes back to them."""
    kept = [booking_id, *(one for one in bookings_kept(request) if one != booking_id)][:_MOST_BOOKED]
    _set_signed(response, BOOKED_COOKIE, signing.dumps(kept, salt=_BOOKED), _BOOKED_FOR, path=path)
    return keep_made(request, response, booking_id)


def made_lately(request: HttpRequest) -> dict[str, list[str]]:
    """Which bookings this browser has just made, by id, each with the fingerprints of its links that are dead since."""
    try:
        found = signing.loads(request.COOKIES.get(MADE_COOKIE, ""), salt=MADE_COOKIE, max_age=FRESH)
    except signing.BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def keep_made(
    request: HttpRequest, response: HttpResponse, booking_id: int, *, dead_link: str = ""
) -> HttpResponse:
    """Let the pages of bookings, which alone get the cookie, know the browser that has just made this one.

    dead_link: the fingerprint of the link that led there until now.
    """
    made = made_lately(request)
    links = [*made.pop(str(booking_id), []), *([dead_link] if dead_link else [])]
    kept = {str(booking_id): links} | dict([*made.items()][: _MOST_BOOKED - 1])
    path = reverse("booked", args=["-"]).removesuffix("-")
    _set_signed(response, MADE_COOKIE, signing.dumps(kept, salt=MADE_COOKIE), FRESH, path=path)
    return response


def led_on(request: HttpRequest, token: str) -> str:
    """Where a link leads that is dead since this browser has given another mail address; "" for others."""
    dead = fingerprint(token)
    number = next((number for number, links in made_lately(request).items() if dead in links), "")
    booking = Booking.objects.filter(pk=number).first() if number else None
    return link_path(booking.booker) if booking else ""


def _set_signed(response: HttpResponse, name: str, value: str, age: timedelta, *, path: str) -> None:
    response.set_cookie(
        name, value, max_age=age, path=path, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def person_key(person: HostTime) -> str:
    """What addresses call somebody on a page: it stays theirs whatever their name, and says nothing of it."""
    return str(person.row.pk)


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
