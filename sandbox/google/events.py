"""Events of a calendar: made, looked at, changed, deleted, by Google's rules."""

import re
import secrets
from typing import Any

from sandbox.base.accounts import Grant
from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.google import conference, state, times
from sandbox.google.answers import error, not_found, partial
from sandbox.google.oauth import GOOGLE
from sandbox.google.paths import names_of
from sandbox.google.state import GoogleCalendar, GoogleEvent

Json = dict[str, Any]
_ID = re.compile("[a-v0-9]{5,1024}")
_OWN = {"kind", "etag", "created", "updated", "htmlLink", "creator", "organizer", "hangoutLink"}


def insert(world: World, request: Request, call: Call) -> Response:
    """Make an event."""
    grant, calendar = _writable(world, request, call)
    sent = _sent(request)
    if "id" in sent and "iCalUID" in sent:
        world.violation(call, "google-id-and-uid", "Only one of them may be given.")
    if "id" in sent and not _ID.fullmatch(str(sent["id"])):
        raise RefusedError(error(400, "invalid", "Invalid resource id value."))
    GOOGLE.look_at_event(world, grant.account, sent, call)
    _refuse_twin(world, calendar, sent)
    wish = conference.wish(world, sent, version=request.query().get("conferenceDataVersion", "0"), call=call)
    event = add(world, calendar, sent, by_app=True)
    try:
        if wish is not None:
            conference.make(world, event, wish, calendar=calendar, call=call)
    except RefusedError:
        GOOGLE.of(world).events.remove(event)
        raise
    return _answer(request, event)


def get(world: World, request: Request, call: Call) -> Response:
    """Look at an event; a deleted one is shown as cancelled."""
    grant = GOOGLE.allowed(world, request, call, scope=state.EVENTS)
    calendar = GOOGLE.calendar(world, grant, names_of(request)[0], role="reader")
    event = _event(world, request, calendar)
    answer = _answer(request, event)
    conference.look(event)
    return answer


def patch(world: World, request: Request, call: Call) -> Response:
    """Change the fields that were sent; null takes a field away, objects are merged, lists replaced."""
    return _change(world, request, call, whole=False)


def update(world: World, request: Request, call: Call) -> Response:
    """Replace an event."""
    return _change(world, request, call, whole=True)


def delete(world: World, request: Request, call: Call) -> Response:
    """Delete an event; what is left says that it is cancelled."""
    _, calendar = _writable(world, request, call)
    event = _event(world, request, calendar)
    if not event.alive:
        raise RefusedError(error(410, "deleted", "Resource has been deleted"))
    cancel(world, event)
    return Response(204)


def add(world: World, calendar: GoogleCalendar, body: Json, *, by_app: bool = False) -> GoogleEvent:
    """Put an event into a calendar. Raises RefusedError where its times make no sense."""
    _check_times(calendar, body)
    data = GOOGLE.of(world)
    event_id = str(body.get("id") or secrets.token_hex(13))
    change, now = data.next_change(), world.store.stamp(milliseconds=True)
    person = {"email": calendar.id, "self": True}
    own = {
        "kind": "calendar#event",
        "etag": f'"{change}"',
        "id": event_id,
        "status": "confirmed",
        "htmlLink": f"{world.public_url}/google/calendar#{event_id}",
        "created": now,
        "updated": now,
        "creator": person,
        "organizer": person,
        "iCalUID": f"{event_id}@google.example",
        "sequence": 0,
        "eventType": "default",
    }
    event = GoogleEvent(
        calendar.id, change, own | {k: v for k, v in body.items() if k not in _OWN and v is not None}
    )
    event.by_app = by_app
    data.events.append(event)
    return event


def cancel(world: World, event: GoogleEvent) -> None:
    """Mark an event as deleted."""
    _touch(world, event, {**event.body, "status": "cancelled"})


def _change(world: World, request: Request, call: Call, *, whole: bool) -> Response:
    _, calendar = _writable(world, request, call)
    event = _event(world, request, calendar)
    wanted = request.header("If-Match")
    if wanted and wanted not in {"*", event.body["etag"]}:
        raise RefusedError(error(412, "conditionNotMet", "Precondition Failed"))
    sent = _sent(request)
    wish = conference.wish(world, sent, version=request.query().get("conferenceDataVersion", "0"), call=call)
    kept = {
        name: event.body[name] for name in (*_OWN, "id", "iCalUID", "conferenceData") if name in event.body
    }
    merged = (
        {**sent, **kept} if whole else _merged(event.body, {k: v for k, v in sent.items() if k not in _OWN})
    )
    if merged.get("sequence", 0) < event.body.get("sequence", 0):
        raise RefusedError(error(400, "invalid", "Invalid sequence value."))
    _check_times(calendar, merged)
    if any(merged.get(name) != event.body.get(name) for name in ("start", "end")):
        merged["sequence"] = max(merged.get("sequence", 0), event.body.get("sequence", 0) + 1)
    if wish is not None:
        conference.make(world, event, wish, calendar=calendar, call=call)
        merged |= {k: event.body[k] for k in ("conferenceData", "hangoutLink") if k in event.body}
    _touch(world, event, merged)
    return _answer(request, event)


def _writable(world: World, request: Request, call: Call) -> tuple[Grant, GoogleCalendar]:
    grant = GOOGLE.allowed(world, request, call, scope=state.EVENTS)
    return grant, GOOGLE.calendar(world, grant, names_of(request)[0], role="writer")


def _event(world: World, request: Request, calendar: GoogleCalendar) -> GoogleEvent:
    event = GOOGLE.of(world).event(calendar.id, names_of(request)[1])
    if event is None:
        raise RefusedError(not_found())
    return event


def _sent(request: Request) -> Json:
    content = request.json_object()
    if content is None:
        raise RefusedError(error(400, "parseError", "Parse Error"))
    for guest in content.get("attendees") or []:
        if "@" not in str(guest.get("email", "")):
            raise RefusedError(error(400, "invalid", "Invalid attendee email."))
    return content


def _refuse_twin(world: World, calendar: GoogleCalendar, sent: Json) -> None:
    """Refuse an id or iCalUID that the calendar knows; those of deleted events are not free again."""
    for event in GOOGLE.of(world).events:
        if event.calendar == calendar.id and any(
            name in sent and sent[name] == event.body.get(name) for name in ("id", "iCalUID")
        ):
            raise RefusedError(error(409, "duplicate", "The requested identifier already exists."))


def _check_times(calendar: GoogleCalendar, body: Json) -> None:
    try:
        start, end = times.span(body, calendar.time_zone)
    except (KeyError, ValueError, TypeError) as problem:
        raise RefusedError(error(400, "required", "Missing or bad start or end time.")) from problem
    if end < start:
        raise RefusedError(
            error(400, "timeRangeEmpty", "The specified time range is empty.", domain="calendar")
        )


def _merged(old: Json, new: Json) -> Json:
    merged = dict(old)
    for name, value in new.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict) and name not in {"start", "end"}:
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return merged


def _touch(world: World, event: GoogleEvent, body: Json) -> None:
    event.change = GOOGLE.of(world).next_change()
    event.body = body | {"etag": f'"{event.change}"', "updated": world.store.stamp(milliseconds=True)}


def _answer(request: Request, event: GoogleEvent) -> Response:
    try:
        content = partial(event.body, request.query().get("fields", ""))
    except ValueError:
        raise RefusedError(error(400, "invalidParameter", "Invalid field selection")) from None
    response = Response.json(content)
    response.headers["ETag"] = str(event.body["etag"])
    return response
