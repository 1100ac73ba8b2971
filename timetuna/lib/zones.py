"""Time zones by their IANA names, from the tzdata package."""

import re
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

_PLACE = re.compile(r"^(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)/")


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Return every name tzdata knows, old ones included."""
    lines = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(lines)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the names to offer in a list, sorted: places, and UTC first."""
    return ("UTC", *sorted(name for name in known_zones() if _PLACE.match(name)))


def find_zone(name: str) -> ZoneInfo | None:
    """Return the zone, or None when tzdata has no such name. Nothing but a known name reaches the file system."""
    return ZoneInfo(name) if name in known_zones() else None
