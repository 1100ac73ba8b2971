"""The guest's time zone: a cookie that the first look leaves, and the search for another.

The search gives rows for a field that lists them, and a page of links to browsers without scripts.
"""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from timetuna.l10n import datetimes
from timetuna.l10n.zone_search import LONGEST_NAME, FoundZone, find_zones, usual_zones
from timetuna.lib.text import find_zone
from timetuna.web.forms import Screen, is_own_path, show

ZONE_COOKIE = settings.SESSION_COOKIE_NAME.replace("session", "zone")
"""Holds "Asia/Tokyo", or "Asia/Tokyo.12" where the guest has switched the clock."""
_WRITTEN = (settings.PACKAGE_DIR / "static/js/settle.js").read_text(encoding="utf-8")
# It asks for the zone's name after the first picture where the device's clock shows the same (0072).
SETTLE = SafeString("\n".join(line.strip() for line in _WRITTEN.splitlines()))
"""Runs before anything of the page is shown: it leaves the cookie, and where the page was made for another zone than
the guest's it lets nobody pick a time of it and brings the right ones."""
SETTLE_ALLOWED = f"'sha256-{base64.b64encode(hashlib.sha256(SETTLE.encode()).digest()).decode()}'"
_OURS = ("q", "next", "zone", "device", "speak")
KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneRow:
    """called: the name by which it was found, where it is none of its own.  device: it is the reader's own clock."""

    key: str
    name: str
    label: str
    called: str
    clock: str
    url: str
    device: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonesScreen(Screen):
    """carried: what else the address held that led here, by name."""

    template = "public/zones.html"
    fragment = "public/_zone_rows.html"
    typed: str
    rows: list[ZoneRow]
    next: str
    carried: list[tuple[str, str]]


@require_safe
def zones(request: HttpRequest) -> HttpResponse:
    """What fits `q`, or the usual ones. next: the page to go on with, which learns the zone that is chosen."""
    asked = request.GET
    with translation.override(_language(asked)):
        now, typed = timezone.now(), asked.get("q", "").strip()[:LONGEST_NAME]
        screen = ZonesScreen(
            typed=typed,
            rows=[_row(one, asked, now) for one in _found(asked, typed, now)],
            next=_next(asked),
            carried=[(name, value) for name, value in asked.dict().items() if name not in _OURS],
        )
        response = show(request, screen, part=request.headers.get("HX-Request") == "true")
    response["Vary"] = "HX-Request, Accept-Language, Cookie"
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return response


def _language(asked: QueryDict) -> str:
    """That of the page that asks."""
    wish = asked.get("speak", "")
    return wish if wish in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


def _found(asked: QueryDict, typed: str, now: datetime) -> Iterator[FoundZone]:
    """With nothing typed, the reader's own first and what is chosen now."""
    if typed:
        yield from find_zones(typed, now=now)
        return
    near = (find_zone(asked.get(name, "")) for name in ("device", "zone"))
    names: set[str] = set()
    for zone in (*filter(None, near), *usual_zones(now=now), datetimes.UTC_ZONE):
        name = datetimes.zone_name(zone)
        if name not in names:
            names.add(name)
            yield FoundZone(zone)


def _row(found: FoundZone, asked: QueryDict, now: datetime) -> ZoneRow:
    zone = found.zone
    device = find_zone(asked.get("device", ""))
    twelve_hours = asked.get("clock", "") == "12"
    return ZoneRow(
        key=zone.key,
        name=datetimes.zone_name(zone),
        label=datetimes.zone_label(zone, at=now),
        called=found.called,
        clock=datetimes.clock(now.astimezone(zone), twelve_hours=twelve_hours),
        url=_url(asked, zone),
        device=device is not None and datetimes.zone_name(device) == datetimes.zone_name(zone),
    )


def _next(asked: QueryDict) -> str:
    """A path of this server, or ""."""
    wish = asked.get("next", "").partition("?")[0]
    return wish if is_own_path(wish) else ""


def _url(asked: QueryDict, zone: ZoneInfo) -> str:
    query = asked.copy()
    for name in _OURS:
        query.pop(name, None)
    query["zone"] = zone.key
    return f"{_next(asked)}?{query.urlencode(safe='/')}" if _next(asked) else ""
