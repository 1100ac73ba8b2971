"""Google's good answers, checked at the door: whose account it is, its calendars, a meeting's link."""

import re
from typing import Any
from urllib.parse import urlsplit

from timetuna.lib.text import single_line
from timetuna.lib.zones import find_zone
from timetuna.providers.base import OutsideCalendar, Profile
from timetuna.providers.google.refusals import unreadable

GOOGLE_MEET = "google_meet"
_MEET_SOLUTION = "hangoutsMeet"
_ID = re.compile(r"[\x21-\x7e]{1,1024}")
_LINK = re.compile(r"[\x21-\x7e]{1,2000}")
_COLOR = re.compile("#[0-9a-f]{6}")
_NAME_LENGTH, _EMAIL_LENGTH = 200, 320


def read_profile(body: dict[str, Any]) -> Profile:
    """Return whose account it is; `name` is there only where it was asked for. Raises ProviderError."""
    user_id, email = text(body, "sub"), single_line(text(body, "email"), max_length=_EMAIL_LENGTH)
    if not _ID.fullmatch(user_id) or "@" not in email:
        raise unreadable("without saying whose account this is")
    name = single_line(text(body, "name"), max_length=_NAME_LENGTH)
    return Profile(user_id=user_id, account_id="", email=email, display_name=name or email[:_NAME_LENGTH])


def read_calendar(item: dict[str, Any]) -> OutsideCalendar | None:
    """Return a calendar of the list, or None for one that was taken out of it. Raises ProviderError."""
    if item.get("deleted") is True:
        return None
    calendar_id, role = text(item, "id"), text(item, "accessRole")
    if not calendar_id or len(calendar_id) > _NAME_LENGTH * 5:
        raise unreadable("with a calendar that has no id")
    name = single_line(text(item, "summaryOverride") or text(item, "summary"), max_length=_NAME_LENGTH)
    color, zone = text(item, "backgroundColor").lower(), text(item, "timeZone")
    writable, primary = role in {"owner", "writer"}, item.get("primary") is True
    return OutsideCalendar(
        id=calendar_id,
        name=name or single_line(calendar_id, max_length=_NAME_LENGTH),
        color=color if _COLOR.fullmatch(color) else "",
        primary=primary,
        writable=writable,
        selected=primary or (item.get("selected") is True and role == "owner" and _is_own(calendar_id)),
        time_zone=zone if find_zone(zone) else "",
        meeting_types=frozenset({GOOGLE_MEET} if writable and _has_meet(item) else ()),
    )


def _is_own(calendar_id: str) -> bool:
    """Tell a calendar that its owner has made from a colleague's or a room's, of which one may be an owner as well."""
    return calendar_id.partition("@")[2].startswith("group.calendar.")


def _has_meet(item: dict[str, Any]) -> bool:
    properties = item.get("conferenceProperties")
    kinds = properties.get("allowedConferenceSolutionTypes") if isinstance(properties, dict) else None
    return isinstance(kinds, list) and _MEET_SOLUTION in kinds


def conference_state(event: dict[str, Any]) -> str:
    """Return `success`, `pending`, `failure`, or an empty text where the event has no meeting."""
    request = _part(_part(event, "conferenceData"), "createRequest")
    state = text(_part(request, "status"), "statusCode")
    return state or ("success" if video_link(event) else "")


def request_id(event: dict[str, Any]) -> str:
    """Return the id of the request by which the event's meeting was asked for."""
    return text(_part(_part(event, "conferenceData"), "createRequest"), "requestId")


def video_link(event: dict[str, Any]) -> str:
    """Return the address of the event's meeting as Google says it, or an empty text."""
    points = _part(event, "conferenceData").get("entryPoints")
    for point in points if isinstance(points, list) else []:
        if isinstance(point, dict) and point.get("entryPointType") == "video":
            return text(point, "uri")
    return text(event, "hangoutLink")


def is_https(link: str) -> bool:
    """Tell whether a link is one that guests can be sent to."""
    if not _LINK.fullmatch(link) or "\\" in link:
        return False
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc


def text(body: dict[str, Any], name: str) -> str:
    """Return a field that is a text, else an empty one."""
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _part(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}
