"""Lists in pages: an account's calendars, a calendar's events, its view of a span, and what changed in that view."""

from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from sandbox.base.calendars import pack, unpack
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.microsoft import odata, state, times
from sandbox.microsoft.answers import bad_request, error
from sandbox.microsoft.oauth import MICROSOFT
from sandbox.microsoft.state import MicrosoftCalendar, MicrosoftEvent

Json = dict[str, Any]
_UNSUPPORTED = {"$select", "$expand", "$filter", "$orderby", "$search"}


def me(world: World, request: Request, call: Call) -> Response:
    """Answer whose account it is."""
    grant = MICROSOFT.allowed(world, request, call, scope=state.PROFILE)
    account = MICROSOFT.of(world).account(grant.account)
    if account is None:
        raise RefusedError(error(404, "Request_ResourceNotFound", "Resource does not exist."))
    content: Json = {
        "id": account.id,
        "displayName": account.name,
        "mail": account.mail or None,
        "userPrincipalName": account.email,
        "businessPhones": [],
    }
    return Response.json(odata.selected(content, request.query().get("$select", "")))


def calendars(world: World, request: Request, call: Call) -> Response:
    """List the account's calendars, those that were shared with it too."""
    grant = MICROSOFT.allowed(world, request, call, scope=state.CALENDARS)
    names = request.query().get("$select", "")
    mine = [one for one in MICROSOFT.of(world).calendars if one.account == grant.account]
    return _paged(world, request, call, rows=[odata.selected(_entry(one), names) for one in mine])


def _entry(calendar: MicrosoftCalendar) -> Json:
    return {
        "id": calendar.id,
        "name": calendar.name,
        "color": calendar.color,
        "hexColor": calendar.hex_color,
        "isDefaultCalendar": calendar.primary,
        "canEdit": calendar.can_edit,
        "canShare": calendar.can_edit,
        "owner": {"name": calendar.owner, "address": calendar.owner},
        "allowedOnlineMeetingProviders": calendar.providers,
        "defaultOnlineMeetingProvider": next(iter(calendar.providers), "unknown"),
    }


def events(world: World, request: Request, call: Call) -> Response:
    """List what stands in a calendar, series as one row each."""
    calendar = MICROSOFT.calendar(world, request, call)
    standing = [one for one in _standing(world, calendar) if odata.is_asked_for(one, request)]
    rows = [_row(calendar, request, one, one.body) for one in standing]
    return _paged(world, request, call, rows=rows)


def view(world: World, request: Request, call: Call) -> Response:
    """List the events and occurrences that touch a span."""
    calendar = MICROSOFT.calendar(world, request, call)
    asked = request.query()
    window = _window(asked.get("startDateTime", ""), asked.get("endDateTime", ""))
    found = [(one, body) for one in _standing(world, calendar) for body in _inside(one, calendar, window)]
    rows = [_row(calendar, request, one, body) for one, body in found]
    return _paged(world, request, call, rows=rows)


def delta(world: World, request: Request, call: Call) -> Response:
    """List what changed in a span since a delta token, all of it without one; what is gone is `@removed`."""
    calendar = MICROSOFT.calendar(world, request, call)
    if not calendar.delta:
        raise RefusedError(error(400, "ErrorInvalidRequest", "Change tracking is not supported here."))
    token = _token(world, request, calendar, call)
    window = _window(token["first"], token["last"])
    rows: list[Json] = []
    for event in MICROSOFT.of(world).events:
        rows += _changes(request, calendar, event, window=window, since=token["since"])
    size = min(odata.page_size(request), MICROSOFT.of(world).page_size)
    start = token["start"]
    rest = rows[start + size :]
    name, following = (
        ("@odata.nextLink", {"$skiptoken": pack(token | {"start": start + size})})
        if rest
        else ("@odata.deltaLink", {"$deltatoken": pack(token | {"start": 0, "since": token["change"]})})
    )
    link = _link(world, request, call, following)
    return Response.json({"@odata.context": "$metadata", name: link, "value": rows[start : start + size]})


def _token(world: World, request: Request, calendar: MicrosoftCalendar, call: Call) -> Json:
    """Return what the request's token stands for; a first request gets one."""
    asked, change = request.query(), MICROSOFT.of(world).change
    if _UNSUPPORTED & set(asked):
        raise RefusedError(bad_request("The query parameter is not supported for change tracking."))
    packed = asked.get("$deltatoken") or asked.get("$skiptoken")
    if not packed:
        ends = {"first": asked.get("startDateTime", ""), "last": asked.get("endDateTime", "")}
        return {**ends, "calendar": calendar.id, "since": 0, "change": change, "start": 0}
    if "$deltatoken" in asked and world.faults.rules("microsoft_delta_410", kind=call.kind):
        raise RefusedError(_gone())
    token = _state_of(packed)
    if token.get("calendar") != calendar.id or token["since"] < calendar.oldest_change:
        raise RefusedError(_gone())
    return token | ({"change": change} if "$deltatoken" in asked else {})


def _gone() -> Response:
    return error(410, "SyncStateNotFound", "The sync state generation is not found; resync is required.")


def _changes(
    request: Request,
    calendar: MicrosoftCalendar,
    event: MicrosoftEvent,
    *,
    window: tuple[datetime, datetime],
    since: int,
) -> list[Json]:
    here, was_here = event.calendar == calendar.id, calendar.id in event.left
    if event.change <= since or not (here or was_here):
        return []
    inside = _inside(event, calendar, window) if here and event.alive else []
    if inside or not since:
        return [_row(calendar, request, event, body) for body in inside]
    name = event.id if odata.prefers_immutable(request) else event.plain_id
    return [{"@odata.type": "#microsoft.graph.event", "id": name, "@removed": {"reason": "deleted"}}]


def _standing(world: World, calendar: MicrosoftCalendar) -> list[MicrosoftEvent]:
    found = [one for one in MICROSOFT.of(world).events if one.calendar == calendar.id and one.alive]
    return sorted(found, key=lambda one: times.span(one.body, calendar.time_zone))


def _inside(
    event: MicrosoftEvent, calendar: MicrosoftCalendar, window: tuple[datetime, datetime]
) -> list[Json]:
    first, last = window
    rows = [
        (times.span(body, calendar.time_zone), body)
        for body in times.instances(event.body, calendar.time_zone, until=last)
    ]
    return [body for (start, end), body in rows if start < last and end > first]


def _row(calendar: MicrosoftCalendar, request: Request, event: MicrosoftEvent, body: Json) -> Json:
    return odata.shown(event, times.in_zone(body, odata.preferred_zone(request), calendar.time_zone), request)


def _window(first: str, last: str) -> tuple[datetime, datetime]:
    try:
        window = times.moment(first), times.moment(last)
    except ValueError:
        raise RefusedError(bad_request("This request requires a time window.")) from None
    if window[1] < window[0]:
        raise RefusedError(error(400, "ErrorInvalidParameter", "The time window is empty."))
    return window


def _paged(world: World, request: Request, call: Call, *, rows: list[Json]) -> Response:
    asked = request.query()
    start = int(asked.get("$skip", "0"))
    size = min(odata.page_size(request), MICROSOFT.of(world).page_size)
    content: Json = {"@odata.context": "$metadata", "value": rows[start : start + size]}
    if rows[start + size :]:
        content["@odata.nextLink"] = _link(world, request, call, asked | {"$skip": str(start + size)})
    return Response.json(content)


def _link(world: World, request: Request, call: Call, query: Json) -> str:
    """Return an address of ours by the name under which the app reached us."""
    home = f"http://{request.header('Host')}"
    if world.faults.rules("microsoft_link_elsewhere", kind=call.kind):
        home = "https://graph.elsewhere.example"
    if world.faults.rules("microsoft_link_loops", kind=call.kind):
        return f"{home}{request.target}"
    return f"{home}{request.path}?{urlencode(query, quote_via=quote)}"


def _state_of(text: str) -> Json:
    try:
        content = unpack(text)
    except ValueError:
        content = {}
    if not {"calendar", "first", "last", "since", "start"} <= set(content):
        raise RefusedError(error(400, "SyncStateInvalid", "The sync state is not valid."))
    return content
