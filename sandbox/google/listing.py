"""Lists in pages: an account's calendars, a calendar's events, whole or since a sync token."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.base.calendars import pack, unpack
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.google import state, times
from sandbox.google.answers import error, partial
from sandbox.google.oauth import GOOGLE
from sandbox.google.paths import names_of
from sandbox.google.state import GoogleCalendar, GoogleEvent

Json = dict[str, Any]
_LONGEST = timedelta(days=3650)
_SYNCED = ("singleEvents", "timeMin", "timeMax")
_HIDES = ("iCalUID", "orderBy", "privateExtendedProperty", "q")


def calendars(world: World, request: Request, call: Call) -> Response:
    """List the account's calendars."""
    grant = GOOGLE.allowed(world, request, call, scope=state.CALENDAR_LIST)
    rows = [_entry(one) for one in GOOGLE.of(world).calendars if one.account == grant.account]
    page, following, _ = _page(world, request, rows)
    return _answer(request, {"kind": "calendar#calendarList", "items": page, **following})


def _entry(calendar: GoogleCalendar) -> Json:
    kinds = ["hangoutsMeet"] if calendar.meet else ["eventHangout"]
    content: Json = {
        "kind": "calendar#calendarListEntry",
        "id": calendar.id,
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "colorId": "14",
        "backgroundColor": calendar.color,
        "foregroundColor": "#000000",
        "accessRole": calendar.role,
        "defaultReminders": [],
        "conferenceProperties": {"allowedConferenceSolutionTypes": kinds},
    }
    if calendar.selected:
        content["selected"] = True
    if calendar.primary:
        content["primary"] = True
    return content


def events(world: World, request: Request, call: Call) -> Response:
    """List a calendar's events."""
    grant = GOOGLE.allowed(world, request, call, scope=state.EVENTS)
    calendar = GOOGLE.calendar(world, grant, names_of(request)[0])
    asked = request.query()
    token = _token(asked.get("syncToken", ""), calendar) if "syncToken" in asked else None
    if token is not None and world.faults.rules("google_sync_gone", kind=call.kind):
        raise RefusedError(_gone())
    wanted = asked | (token or {})
    rows = _rows(world, calendar, wanted, since=token["change"] if token else None)
    page, following, change = _page(world, request, rows)
    if "nextPageToken" not in following and not set(_HIDES) & set(asked):
        kept = {name: wanted[name] for name in _SYNCED if name in wanted}
        following["nextSyncToken"] = pack({"calendar": calendar.id, "change": change, **kept})
    content = {
        "kind": "calendar#events",
        "summary": calendar.summary,
        "timeZone": calendar.time_zone,
        "accessRole": calendar.role,
        "items": page if calendar.role != "freeBusyReader" else [_bare(row) for row in page],
    }
    return _answer(request, content | following)


def _rows(world: World, calendar: GoogleCalendar, wanted: Json, *, since: int | None) -> list[Json]:
    first, last = _window(wanted)
    deleted = since is not None or wanted.get("showDeleted") == "true"
    furthest = datetime.now(UTC) + _LONGEST
    rows: list[Json] = []
    for event in GOOGLE.of(world).events:
        if event.calendar != calendar.id or (since is not None and event.change <= since):
            continue
        if not _is_asked_for(event, wanted) or not (event.alive or deleted):
            continue
        shown = [event.body]
        if wanted.get("singleEvents") == "true":
            shown = list(times.instances(event.body, calendar.time_zone, until=min(last, furthest)))
        rows += [row for row in shown if not event.alive or _is_inside(row, calendar.time_zone, first, last)]
    return sorted(rows, key=lambda row: times.span(row, calendar.time_zone))


def _is_asked_for(event: GoogleEvent, wanted: Json) -> bool:
    if "iCalUID" in wanted and event.body.get("iCalUID") != wanted["iCalUID"]:
        return False
    if "privateExtendedProperty" not in wanted:
        return True
    name, _, value = str(wanted["privateExtendedProperty"]).partition("=")
    return bool(event.body.get("extendedProperties", {}).get("private", {}).get(name) == value)


def _window(wanted: Json) -> tuple[datetime, datetime]:
    try:
        first = times.moment(wanted["timeMin"]) if "timeMin" in wanted else datetime.min.replace(tzinfo=UTC)
        last = times.moment(wanted["timeMax"]) if "timeMax" in wanted else datetime.max.replace(tzinfo=UTC)
    except ValueError:
        raise RefusedError(error(400, "badRequest", "Bad Request")) from None
    if last <= first:
        raise RefusedError(
            error(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
        )
    return first, last


def _is_inside(row: Json, zone: str, first: datetime, last: datetime) -> bool:
    start, end = times.span(row, zone)
    return start < last and end > first


def _bare(row: Json) -> Json:
    """Return what somebody sees who may see only whether there is time."""
    kept = ("kind", "etag", "id", "status", "start", "end", "eventType", "recurringEventId")
    return {name: row[name] for name in kept if name in row} | {"visibility": "private"}


def _page(world: World, request: Request, rows: list[Json]) -> tuple[list[Json], Json, int]:
    """Return a page of the rows, the token of the next one, and the change up to which the list is true."""
    asked, data = request.query(), GOOGLE.of(world)
    size = min(int(asked.get("maxResults", "250")), data.page_size)
    start, change = 0, data.change
    if "pageToken" in asked:
        try:
            found = unpack(asked["pageToken"])
            start, change = int(found["start"]), int(found["change"])
        except (ValueError, KeyError, TypeError):
            raise RefusedError(error(400, "invalid", "Invalid page token value.")) from None
    more = {"nextPageToken": pack({"start": start + size, "change": change})} if rows[start + size :] else {}
    return rows[start : start + size], more, change


def _token(text: str, calendar: GoogleCalendar) -> Json:
    try:
        token = unpack(text)
        good = token["calendar"] == calendar.id and token["change"] >= calendar.oldest_change
    except (ValueError, KeyError, TypeError):
        good = False
    if not good:
        raise RefusedError(_gone())
    return token


def _gone() -> Response:
    message = "Sync token is no longer valid, a full sync is required."
    return error(410, "fullSyncRequired", message, domain="calendar")


def _answer(request: Request, content: Json) -> Response:
    try:
        return Response.json(partial(content, request.query().get("fields", "")))
    except ValueError:
        raise RefusedError(error(400, "invalidParameter", "Invalid field selection")) from None
