"""Which calendars an account has: the collections in its homes that hold events (RFC 4791 section 4.2)."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from timetuna.lib.text import known_zones, single_line
from timetuna.providers.base import OutsideCalendar
from timetuna.providers.caldav.multistatus import APPLE, CALDAV, DAV, OWNCLOUD, Multistatus, Resource
from timetuna.providers.caldav.server import Server, incomplete, same_path

KIND, _NAME, _COLOR = f"{DAV}resourcetype", f"{DAV}displayname", f"{APPLE}calendar-color"
_COMPONENTS, _RIGHTS = f"{CALDAV}supported-calendar-component-set", f"{DAV}current-user-privilege-set"
_ZONE, _ZONE_ID = f"{CALDAV}calendar-timezone", f"{CALDAV}calendar-timezone-id"
_TRANSPARENCY, _SHOWN = f"{CALDAV}schedule-calendar-transp", f"{OWNCLOUD}calendar-enabled"
_OWNER = f"{DAV}owner"
_DEFAULT: Final = f"{CALDAV}schedule-default-calendar-URL"
_ASKED = (
    KIND, _NAME, _COLOR, _COMPONENTS, _RIGHTS, _ZONE, _ZONE_ID, _TRANSPARENCY, _SHOWN, _DEFAULT, _OWNER,
)  # fmt: skip
_WRITE = ({f"{DAV}all"}, {f"{DAV}write"}, {f"{DAV}write-content", f"{DAV}bind"})
_HEX = re.compile(r"#([0-9a-fA-F]{6})(?:[0-9a-fA-F]{2})?")
_TZID = re.compile(r"^TZID(?:;[^:\r\n]*)?:(.+?)\s*$", re.MULTILINE)
_SUCCESS = range(200, 300)
_MISSING = 404
_LONGEST = 200


def read_calendars(server: Server, homes: tuple[str, ...]) -> tuple[OutsideCalendar, ...]:
    """Return the calendars of all homes, in the server's order. Raises ProviderError, NeedsReconnect.

    The primary one is what the scheduling inbox calls the default (RFC 6638 section 9.2); else the first that may
    be written to.
    """
    answers = [server.propfind(home, *_ASKED, depth=1) for home in homes]
    default = next((path for one in answers for path in _defaults(one)), "")
    found = {path: one for answer in answers for path, one in _calendars(server, answer)}
    primary = next((path for path in found if default and same_path(path, default)), "") or next(
        (path for path, one in found.items() if _writable(one)), ""
    )
    owners = {owner for home, one in zip(homes, answers, strict=True) for owner in _owners(server, home, one)}
    return tuple(
        _calendar(path, one, primary=path == primary, own=_is_own(server, one, owners))
        for path, one in found.items()
    )


def holds_events(resource: Resource) -> bool:
    components = resource.properties.get(_COMPONENTS)
    names = {one.get("name", "").upper() for one in components} if components is not None else set()
    return f"{CALDAV}calendar" in resource.children(KIND) and (not names or "VEVENT" in names)


def _calendars(server: Server, answer: Multistatus) -> Iterator[tuple[str, Resource]]:
    """The calendars with their paths. A part that the server could not say is an error, not a shorter list."""
    for one in answer.resources:
        if one.status not in _SUCCESS and one.status != _MISSING:
            raise incomplete()
        if one.status in _SUCCESS and KIND in one.refused and one.refused[KIND] != _MISSING:
            raise incomplete()
        if one.status in _SUCCESS and holds_events(one) and server.has(one.href):
            yield server.path(one.href), one


def _defaults(answer: Multistatus) -> Iterator[str]:
    for one in answer.resources:
        yield from one.hrefs(_DEFAULT)


def _owners(server: Server, home: str, answer: Multistatus) -> Iterator[str]:
    """Where the server says it (RFC 3744 section 5.1)."""
    for one in answer.resources:
        if server.has(one.href) and same_path(server.path(one.href), home):
            yield from _named(server, one)


def _is_own(server: Server, resource: Resource, owners: Collection[str]) -> bool:
    """Whether it is of whose home it is in; others put theirs there by sharing them."""
    named = list(_named(server, resource))
    return not owners or not named or any(same_path(one, owner) for one in named for owner in owners)


def _named(server: Server, resource: Resource) -> Iterator[str]:
    for one in resource.hrefs(_OWNER):
        yield server.path(one) if server.has(one) else one


def _calendar(path: str, resource: Resource, *, primary: bool, own: bool) -> OutsideCalendar:
    color = _HEX.fullmatch(resource.text(_COLOR))
    segment = path.rstrip("/").rpartition("/")[2]
    hidden = f"{CALDAV}transparent" in resource.children(_TRANSPARENCY) or resource.text(_SHOWN) == "0"
    return OutsideCalendar(
        id=path,
        name=single_line(resource.text(_NAME) or segment, max_length=_LONGEST) or "Calendar",
        color=f"#{color.group(1).lower()}" if color else "",
        primary=primary,
        writable=_writable(resource),
        selected=own and not hidden,
        time_zone=_zone(resource),
    )


def _writable(resource: Resource) -> bool:
    """Look at what the server says that we may do; where it says nothing, writing will show."""
    rights = resource.children(_RIGHTS)
    return _RIGHTS not in resource.properties or any(needed <= rights for needed in _WRITE)


def _zone(resource: Resource) -> str:
    found = _TZID.search(resource.text(_ZONE))
    name = resource.text(_ZONE_ID) or (found.group(1) if found else "")
    return name if name in known_zones() else ""
