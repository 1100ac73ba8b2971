"""When events are: their ends as moments, the days of series, and the texts in which Graph writes both."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.base.calendars import series

Json = dict[str, Any]
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOST = 1000


def zone_of(name: str) -> ZoneInfo:
    """Return a zone by its IANA name. Raises ValueError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as problem:
        raise ValueError(f"{name} is no zone.") from problem


def moment(text: str) -> datetime:
    """Return a text of a query as a moment; without an offset it is UTC. Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)


def stamp(at: datetime) -> str:
    """Return a moment as `createdDateTime` and the like have it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")


def end(at: datetime, zone: str) -> Json:
    """Return a moment as `start` and `end` have it."""
    local = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return {"dateTime": local.strftime("%Y-%m-%dT%H:%M:%S.%f0"), "timeZone": zone}


def edge(body: Json, name: str, home: str) -> datetime:
    """Return `start` or `end` as a moment; the days of an all-day event are those of the mailbox's zone, *home*."""
    given = body[name]
    local = datetime.fromisoformat(given["dateTime"])
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    zone = zone_of(home if body.get("isAllDay") else given["timeZone"])
    return local.replace(tzinfo=zone).astimezone(UTC)


def span(body: Json, home: str) -> tuple[datetime, datetime]:
    """Return when an event is."""
    return edge(body, "start", home), edge(body, "end", home)


def in_zone(body: Json, zone: str, home: str) -> Json:
    """Return the event with its ends in the zone that was preferred; all-day events keep their midnights."""
    if body.get("isAllDay"):
        return body | {name: body[name] | {"timeZone": zone} for name in ("start", "end")}
    return body | {name: end(edge(body, name, home), zone) for name in ("start", "end")}


def instances(body: Json, home: str, *, until: datetime) -> Iterator[Json]:
    """Yield what a view shows of an event: itself, or the occurrences of a series that start before *until*."""
    rule = body.get("recurrence")
    if not rule:
        yield body
        return
    first, last = span(body, home)
    zone = zone_of(home if body.get("isAllDay") else body["start"]["timeZone"])
    for day in _days(rule, first.astimezone(zone), until=until):
        ends = {"start": day, "end": day + (last - first)}
        yield body | {
            "id": f"{body['id']}.{day:%Y-%m-%d}",
            "type": "occurrence",
            "seriesMasterId": body["id"],
            "recurrence": None,
            **{name: end(at, str(zone)) for name, at in ends.items()},
        }


def _days(rule: Json, first: datetime, *, until: datetime) -> Iterator[datetime]:
    """Yield the starts by the wall clock: `daily` and `weekly`, `numbered`, `endDate` and `noEnd`."""
    pattern, limits = rule["pattern"], rule["range"]
    weekly = pattern["type"] == "weekly"
    days = (pattern.get("daysOfWeek") or [_DAYS[first.weekday()]]) if weekly else _DAYS
    if limits["type"] == "endDate":
        after = date.fromisoformat(limits["endDate"]) + timedelta(days=1)
        until = min(until, datetime.combine(after, time(), first.tzinfo))
    return series(
        first,
        until=until,
        weekly=weekly,
        step=int(pattern.get("interval", 1)),
        most=int(limits["numberOfOccurrences"]) if limits["type"] == "numbered" else _MOST,
        weekdays={_DAYS.index(day) for day in days},
    )
