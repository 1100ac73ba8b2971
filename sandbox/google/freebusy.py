"""Availability of several calendars at once, each with its own errors."""

from datetime import datetime, timedelta
from typing import Any

from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.google import state, times
from sandbox.google.answers import error
from sandbox.google.oauth import GOOGLE
from sandbox.google.state import GoogleCalendar

Json = dict[str, Any]
_LONGEST = timedelta(days=92)


def query(world: World, request: Request, call: Call) -> Response:
    """Answer when the calendars are taken; what goes wrong with one of them stands inside a 200."""
    grant = GOOGLE.allowed(world, request, call, scope=state.FREE_BUSY)
    try:
        asked = request.json()
        first, last = times.moment(asked["timeMin"]), times.moment(asked["timeMax"])
        names = [str(item["id"]) for item in asked["items"]]
    except (ValueError, KeyError, TypeError):
        raise RefusedError(error(400, "badRequest", "Bad Request")) from None
    if last - first > _LONGEST:
        raise RefusedError(error(400, "timeRangeTooLong", "The requested time range is too long."))
    content = {name: _one(world, grant.account, name, (first, last)) for name in names}
    struck = world.faults.take("rule", kind=call.kind, name="google_freebusy_error")
    if struck:
        call.faults.append(struck[0])
        content = {name: _problem(str(struck[1]["reason"])) for name in names}
    if world.faults.rules("google_freebusy_missing", kind=call.kind):
        content = {}
    ends = {"timeMin": times.written(first), "timeMax": times.written(last)}
    return Response.json({"kind": "calendar#freeBusy", **ends, "calendars": content})


def _one(world: World, account: str, name: str, window: tuple[datetime, datetime]) -> Json:
    calendar = GOOGLE.of(world).calendar(account, name)
    if calendar is None:
        return _problem("notFound")
    first, last = window
    merged: list[tuple[datetime, datetime]] = []
    for start, end in sorted(_taken(world, calendar, last)):
        if start >= last or end <= first or start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    rows = [(max(start, first), min(end, last)) for start, end in merged]
    return {"busy": [{"start": times.written(start), "end": times.written(end)} for start, end in rows]}


def _taken(world: World, calendar: GoogleCalendar, last: datetime) -> list[tuple[datetime, datetime]]:
    found = []
    for event in GOOGLE.of(world).events:
        guests = event.body.get("attendees", [])
        declined = any(one.get("self") and one.get("responseStatus") == "declined" for one in guests)
        free = (
            event.body.get("transparency") == "transparent"
            or event.body.get("eventType") == "workingLocation"
        )
        if event.calendar == calendar.id and event.alive and not declined and not free:
            rows = times.instances(event.body, calendar.time_zone, until=last)
            found += [times.span(row, calendar.time_zone) for row in rows]
    return found


def _problem(reason: str) -> Json:
    return {"errors": [{"domain": "global", "reason": reason}], "busy": []}
