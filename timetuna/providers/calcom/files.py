"""Cal.com's files: what its API answers, saved as JSON, and the bookings that Insights gives as CSV.

In JSON a list is told by what its rows have; in an object each list stands under the name of its endpoint.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Any

from timetuna.lib.http import Json, part, text
from timetuna.lib.text import spoken
from timetuna.providers.bundle import Bundle, OutsideBooking, OutsidePerson
from timetuna.providers.calcom import shapes
from timetuna.providers.errors import ProviderError

MOST_BYTES, MOST_ROWS = 2_000_000, 1_000
WANTED = spoken(
    "Give a JSON file with event types, schedules or bookings as Cal.com’s API answers them, or the CSV of your "
    "bookings (Insights, Download)."
)
_NAMES = {
    "pages": ("event-types", "eventTypes", "event_types"),
    "schedules": ("schedules",),
    "bookings": ("bookings",),
}
_OVER = {"cancelled", "canceled", "rejected", "completed", "past"}
_CSV = {
    "uid": ("uid", "booking uid", "id", "booking id"),
    "title": ("title", "event title", "event type"),
    "start": ("starttime", "start time", "start"),
    "end": ("endtime", "end time", "end"),
    "status": ("status", "timestatus", "booking status"),
    "eventTypeId": ("eventtypeid", "event type id"),
    "name": ("attendee name", "attendeename", "attendee1name", "guest name", "attendees"),
    "email": ("attendee email", "attendeeemail", "attendee1email", "guest email", "attendee"),
    "location": ("location", "meeting url", "meetingurl"),
}


def read_export(content: bytes) -> Bundle:
    """Raises ProviderError with a sentence."""
    if len(content) > MOST_BYTES:
        raise _refused(spoken("This file is larger than 2 MB."))
    try:
        words = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(spoken("This is no text file.")) from None
    if words.lstrip()[:1] in {"{", "["}:
        return _json(words)
    return _csv(words)


def _json(words: str) -> Bundle:
    try:
        found = json.loads(words)
    except (ValueError, RecursionError):
        raise _refused(spoken("This JSON file is cut off or damaged.")) from None
    lists = _lists(found)
    if not any(lists.values()):
        raise _refused(spoken("There is nothing of Cal.com’s in this file."))
    me = _me(found)
    pages = _each(lists["pages"], lambda row: shapes.page(row, handle=text(me, "username")))
    schedules = _each(lists["schedules"], shapes.schedule)
    bookings = _each([row for row in lists["bookings"] if _is_on(row)], shapes.booking)
    left = sum(map(len, lists.values())) - len(pages) - len(schedules) - len(bookings)
    return Bundle(
        product="calcom",
        account=shapes.outside_id(me.get("id")) or "file",
        owner=OutsidePerson(name=shapes.line(me, "name"), email=shapes.address(text(me, "email"))),
        time_zone=shapes.line(me, "timeZone"),
        schedules=schedules,
        pages=pages,
        bookings=bookings,
        lost=(
            spoken("%(left)s rows of the file were over, cancelled or without a name or a time.")
            % {"left": left},
        )
        if left
        else (),
    )


def _lists(found: Any) -> dict[str, list[Json]]:
    """By what they are; an answer of the API has its list under `data`."""
    if isinstance(found, dict) and not any(name in found for names in _NAMES.values() for name in names):
        found = found.get("data")
    if isinstance(found, list):
        rows = _rows(found)
        return {kind: rows if kind == _kind(rows) else [] for kind in _NAMES}
    named = found if isinstance(found, dict) else {}
    return {
        kind: next((_list(named[name]) for name in names if name in named), [])
        for kind, names in _NAMES.items()
    }


def _list(value: Any) -> list[Json]:
    return _rows(value.get("data") if isinstance(value, dict) else value)


def _rows(value: Any) -> list[Json]:
    return [row for row in value if isinstance(row, dict)][:MOST_ROWS] if isinstance(value, list) else []


def _kind(rows: list[Json]) -> str:
    first: Mapping[str, Any] = next(iter(rows), {})
    if "lengthInMinutes" in first:
        return "pages"
    if "availability" in first:
        return "schedules"
    return "bookings" if "start" in first else ""


def _me(found: Any) -> Json:
    me = found.get("me") if isinstance(found, dict) else None
    return part(me, "data") or me if isinstance(me, dict) else {}


def _is_on(row: Json) -> bool:
    return text(row, "status").casefold() not in _OVER


def _csv(words: str) -> Bundle:
    try:
        reader = csv.reader(io.StringIO(words), delimiter=";" if _semicolons(words) else ",", strict=True)
        head, *rows = islice(reader, MOST_ROWS + 1)
    except (csv.Error, ValueError):
        raise _refused(spoken("This is no JSON file and no CSV file.")) from None
    columns = _columns(head)
    if not {"start", "end"} <= columns.keys():
        raise _refused(spoken("This CSV file has no columns with start and end of bookings."))
    read = [
        _booking({name: row[at].strip() for name, at in columns.items() if at < len(row)}) for row in rows
    ]
    bookings = tuple(one for one in read if one is not None)
    left = len(read) - len(bookings)
    return Bundle(
        product="calcom",
        account="file",
        owner=OutsidePerson(name="", email=""),
        bookings=bookings,
        lost=(spoken("%(left)s rows of the file were over, cancelled or without a time.") % {"left": left},)
        if left
        else (),
    )


def _semicolons(words: str) -> bool:
    first = words.partition("\n")[0]
    return first.count(";") > first.count(",")


def _columns(head: Iterable[str]) -> dict[str, int]:
    at = {name.strip().casefold(): number for number, name in enumerate(head)}
    return {
        ours: next(at[name] for name in names if name in at)
        for ours, names in _CSV.items()
        if at.keys() & {*names}
    }


def _booking(row: Mapping[str, str]) -> OutsideBooking | None:
    uid = row.get("uid") or f"{row.get('start', '')}/{row.get('email', '')}".replace(" ", "_")
    name, email = row.get("name", ""), row.get("email", "")
    email = email if "@" in email else name
    made: Json = {
        "uid": uid,
        "title": row.get("title", ""),
        "start": _moment(row.get("start", "")),
        "end": _moment(row.get("end", "")),
        "status": row.get("status", ""),
        "eventTypeId": row.get("eventTypeId", ""),
        "attendees": [{"name": "" if "@" in name else name, "email": email}],
        "location": row.get("location", ""),
    }
    return shapes.booking(made) if _is_on(made) else None


def _moment(said: str) -> str:
    """Moments without an offset are in UTC there."""
    return said if said.endswith("Z") or "+" in said[10:] or "-" in said[10:] else f"{said}Z"


def _each(rows: list[Json], read: Callable[[Json], shapes.T | None]) -> tuple[shapes.T, ...]:
    return tuple(one for row in rows if (one := read(row)) is not None)


def _refused(why: str) -> ProviderError:
    return ProviderError(f"{why} {WANTED}", code="export", permanent=True)
