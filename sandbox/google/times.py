"""When events are: their ends as moments, the days of series, and RFC 3339 texts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.base.calendars import series

Json = dict[str, Any]
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MOST = 1000
_INSTANT = timedelta(microseconds=1)  # UNTIL is the last start that counts


def moment(text: str) -> datetime:
    """Return an RFC 3339 text with offset as a moment. Raises ValueError."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("no offset")
    return found.astimezone(UTC)


def written(at: datetime) -> str:
    """Return a moment as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def edge(end: Json, zone: str) -> datetime:
    """Return `start` or `end` of an event as a moment; days begin at midnight of the calendar's *zone*."""
    if "date" in end:
        return datetime.combine(date.fromisoformat(end["date"]), time(), ZoneInfo(zone)).astimezone(UTC)
    found = datetime.fromisoformat(end["dateTime"])
    if found.tzinfo is None:
        found = found.replace(tzinfo=ZoneInfo(end.get("timeZone") or zone))
    return found.astimezone(UTC)


def span(body: Json, zone: str) -> tuple[datetime, datetime]:
    """Return when an event is."""
    return edge(body["start"], zone), edge(body["end"], zone)


def instances(body: Json, zone: str, *, until: datetime) -> Iterator[Json]:
    """Yield a series' single events that start before *until*, as singleEvents=true shows them; or the event itself."""
    if not body.get("recurrence"):
        yield body
        return
    first, last = span(body, zone)
    all_day = "date" in body["start"]
    inside = ZoneInfo(body["start"].get("timeZone") or zone)
    for day in _days(body["recurrence"], first.astimezone(inside), until=until):
        name = day.strftime("%Y%m%d") if all_day else day.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        ends = {"start": day, "end": day + (last - first)}
        yield {name_: value for name_, value in body.items() if name_ != "recurrence"} | {
            "id": f"{body['id']}_{name}",
            "recurringEventId": body["id"],
            "originalStartTime": _end(day, body["start"]),
            **{which: _end(at, body[which]) for which, at in ends.items()},
        }


def _end(at: datetime, like: Json) -> Json:
    if "date" in like:
        return {"date": at.date().isoformat()}
    return like | {"dateTime": written(at)}


def _days(recurrence: list[str], first: datetime, *, until: datetime) -> Iterator[datetime]:
    """Yield the starts by the wall clock: FREQ=DAILY or WEEKLY with INTERVAL, COUNT, UNTIL, BYDAY."""
    lines = [line.partition(":")[2] for line in recurrence if line.startswith("RRULE:")]
    rule = dict(part.split("=", 1) for part in lines[0].split(";")) if lines else {}
    weekly = rule.get("FREQ") == "WEEKLY"
    days = rule["BYDAY"].split(",") if "BYDAY" in rule else ([_DAYS[first.weekday()]] if weekly else _DAYS)
    return series(
        first,
        until=min(until, _until(rule["UNTIL"]) + _INSTANT) if "UNTIL" in rule else until,
        weekly=weekly,
        step=int(rule.get("INTERVAL", "1")),
        most=int(rule.get("COUNT", _MOST)),
        weekdays={_DAYS.index(day) for day in days},
    )


def _until(text: str) -> datetime:
    form = "%Y%m%dT%H%M%SZ" if "T" in text else "%Y%m%d"
    return datetime.strptime(text, form).replace(tzinfo=UTC)
