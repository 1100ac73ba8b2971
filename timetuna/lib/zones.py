"""Time zones by their IANA names, from the tzdata package."""

from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """Old names included."""
    lines = files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    return frozenset(lines)


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the names to offer in a list, sorted: places that exist under this name today, and UTC first.

    What tzdata keeps for old systems only (Asia/Calcutta, Australia/North) is known, but not offered.
    """
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8").splitlines()
    rows = (line.split("\t") for line in table if not line.startswith("#"))
    return ("UTC", *sorted({name for _, _, name, *_ in rows if name in known_zones()}))


def find_zone(name: str) -> ZoneInfo | None:
    """None when tzdata has no such name. Nothing but a known name reaches the file system."""
    return ZoneInfo(name) if name in known_zones() else None


def zone_meant(typed: str) -> str:
    """The one zone that was probably meant ("Europe/Berlin", "berlin", "New York"), or ""."""
    typed = typed.strip()
    if find_zone(typed):
        return typed
    wanted = "_".join(typed.lower().split())
    by_name = {name.lower(): name for name in zone_names()}
    by_city = [name for name in zone_names() if name.lower().rpartition("/")[2] == wanted]
    return by_name.get(wanted) or (by_city[0] if len(by_city) == 1 else "")
