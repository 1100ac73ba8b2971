"""Graph's good answers, checked at the door: whose account it is, its calendars, a meeting's link."""

import re
from typing import Any
from urllib.parse import urlsplit

from timetuna.lib.text import single_line
from timetuna.providers.base import OutsideCalendar, Profile
from timetuna.providers.microsoft.refusals import unreadable

TEAMS = "teams"
TEAMS_PROVIDER = "teamsForBusiness"
_ID = re.compile(r"[\x21-\x7e]{1,1024}")
_LINK = re.compile(r"[\x21-\x7e]{1,2000}")
_COLOR = re.compile("#[0-9a-f]{6}")
_NAME_LENGTH, _EMAIL_LENGTH = 200, 320
_COLORS = {  # what Outlook shows for the names that come without a hexColor
    "lightblue": "#a6d1f5",
    "lightgreen": "#87d28e",
    "lightorange": "#fcab73",
    "lightgray": "#c0c0c0",
    "lightyellow": "#f5e2a2",
    "lightteal": "#4adacc",
    "lightpink": "#f08cc0",
    "lightbrown": "#cba287",
    "lightred": "#f88c9b",
    "maxcolor": "#a6d1f5",
}


def read_profile(body: dict[str, Any]) -> Profile:
    """Return whose account it is. Raises ProviderError.

    `mail` is empty for many personal accounts; the name by which one signs in is an address there.
    """
    user_id = text(body, "id")
    addresses = [text(body, name) for name in ("mail", "userPrincipalName")]
    email = next((one for one in addresses if "@" in one), "")
    if not _ID.fullmatch(user_id) or not email:
        raise unreadable("without saying whose account this is")
    email = single_line(email, max_length=_EMAIL_LENGTH)
    name = single_line(text(body, "displayName"), max_length=_NAME_LENGTH)
    return Profile(user_id=user_id, account_id="", email=email, display_name=name or email[:_NAME_LENGTH])


def read_calendars(rows: list[dict[str, Any]]) -> tuple[OutsideCalendar, ...]:
    """Return the account's calendars. Raises ProviderError.

    Graph does not say which ones are shown in Outlook. Those of other people, which are in the list when they were
    shared, count as not selected, and so do birthdays and holidays, which Exchange lists under the person's own name.
    """
    mine = {_owner(row) for row in rows if row.get("isDefaultCalendar") is True} | {""}
    return tuple(_calendar(row, selected=_is_own(row, mine)) for row in rows)


def _calendar(row: dict[str, Any], *, selected: bool) -> OutsideCalendar:
    calendar_id = text(row, "id")
    if not _ID.fullmatch(calendar_id):
        raise unreadable("with a calendar that has no id")
    kinds, writable = row.get("allowedOnlineMeetingProviders"), row.get("canEdit") is True
    has_teams = writable and isinstance(kinds, list) and TEAMS_PROVIDER in kinds
    return OutsideCalendar(
        id=calendar_id,
        name=single_line(text(row, "name"), max_length=_NAME_LENGTH) or "Calendar",
        color=_color(row),
        primary=row.get("isDefaultCalendar") is True,
        writable=writable,
        selected=selected,
        meeting_types=frozenset({TEAMS} if has_teams else ()),
    )


def _is_own(row: dict[str, Any], mine: set[str]) -> bool:
    """Tell whether its events are the person's own: what Exchange fills itself cannot be edited."""
    return row.get("isDefaultCalendar") is True or (row.get("canEdit") is True and _owner(row) in mine)


def _owner(row: dict[str, Any]) -> str:
    return text(part(row, "owner"), "address").casefold()


def _color(row: dict[str, Any]) -> str:
    exact = text(row, "hexColor").lower()
    return exact if _COLOR.fullmatch(exact) else _COLORS.get(text(row, "color").lower(), "")


def join_url(event: dict[str, Any]) -> str:
    """Return the address of the event's meeting as Microsoft says it, or an empty text while there is none."""
    return text(part(event, "onlineMeeting"), "joinUrl")


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


def part(body: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a field that is an object, else an empty one."""
    value = body.get(name)
    return value if isinstance(value, dict) else {}
