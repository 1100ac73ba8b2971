"""Events of a mailbox: made, looked at, changed, deleted, by Graph's rules."""

import html
import secrets
from datetime import UTC, datetime
from typing import Any

from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.microsoft import meeting, odata, times
from sandbox.microsoft.answers import denied, error
from sandbox.microsoft.oauth import MICROSOFT
from sandbox.microsoft.state import MicrosoftCalendar, MicrosoftEvent

Json = dict[str, Any]
_WRITABLE = {
    *(
        "subject",
        "start",
        "end",
        "showAs",
        "isAllDay",
        "recurrence",
        "sensitivity",
        "importance",
        "attendees",
    ),
    *("categories", "isReminderOn", "reminderMinutesBeforeStart", "responseRequested"),
}
_SHOWN = {"free", "tentative", "busy", "oof", "workingElsewhere", "unknown"}
_LONGEST_SUBJECT = 255  # in UTF-16, as Exchange counts
_LONG_AGO = "0001-01-01T00:00:00Z"


def create(world: World, request: Request, call: Call) -> Response:
    """Make an event; the same transactionId again makes none."""
    calendar = MICROSOFT.calendar(world, request, call, writes=True)
    sent = _sent(request)
    known = _of_transaction(world, calendar.account, sent.get("transactionId"))
    if known:
        if world.faults.rules("microsoft_transaction_conflict", kind=call.kind):
            raise RefusedError(error(409, "ErrorDuplicateTransactionId", "The transaction id is used."))
        return Response.json(odata.shown(known, known.body, request), status=201)
    MICROSOFT.look_at_event(world, calendar.account, sent, call)
    event = add(world, calendar, sent)
    event.by_app = True
    if sent.get("isOnlineMeeting") is True:
        meeting.begin(world, event, calendar=calendar, call=call)
    return Response.json(odata.shown(event, event.body, request), status=201)


def get(world: World, request: Request, call: Call) -> Response:
    """Look at an event; with an immutable id also at one in the bin."""
    event = MICROSOFT.event(world, request, call)
    answer = Response.json(odata.shown(event, event.body, request))
    meeting.look(event)
    return answer


def patch(world: World, request: Request, call: Call) -> Response:
    """Change the fields that were sent."""
    event = MICROSOFT.event(world, request, call)
    calendar = MICROSOFT.of(world).calendar(event.account, event.calendar)
    sent = _sent(request)
    if calendar is None or not calendar.can_edit:
        raise RefusedError(denied())
    MICROSOFT.look_at_attendees(world, sent, call)
    merged = event.body | _clean(sent)
    _check(merged, calendar)
    event.body = merged
    event.marks |= _marks(sent)
    if "body" in sent:
        meeting.keep(world, event, call=call)
    if sent.get("isOnlineMeeting") is True:
        meeting.begin(world, event, calendar=calendar, call=call)
    touch(world, event)
    return Response.json(odata.shown(event, event.body, request))


def delete(world: World, request: Request, call: Call) -> Response:
    """Move an event to the bin. There, an immutable id is still good, and refuses to be deleted again."""
    event = MICROSOFT.event(world, request, call)
    if event.binned:
        raise RefusedError(error(403, "ErrorCannotDeleteObject", "Object cannot be deleted."))
    cancel(world, event)
    return Response(204)


def add(world: World, calendar: MicrosoftCalendar, given: Json) -> MicrosoftEvent:
    """Put an event into a calendar. Raises RefusedError where its times make no sense."""
    now = times.stamp(datetime.fromtimestamp(world.store.now(), UTC))
    event_id = "AAkALgAA" + secrets.token_hex(30) + "AAAA_-="
    body = _blank(world, calendar) | {name: given[name] for name in given if name in _blank(world, calendar)}
    body |= (
        _clean(given) | {"id": event_id, "createdDateTime": now, "lastModifiedDateTime": now} | meeting.NONE
    )
    if "transactionId" in given:
        body["transactionId"] = given["transactionId"]
    body["type"] = "seriesMaster" if body["recurrence"] else "singleInstance"
    _check(body, calendar)
    change = MICROSOFT.of(world).next_change()
    event = MicrosoftEvent(calendar.id, change, body, event_id, calendar.account, _marks(given))
    touch(world, event)
    MICROSOFT.of(world).events.append(event)
    return event


def cancel(world: World, event: MicrosoftEvent) -> None:
    """Move an event to the bin."""
    event.binned = True
    touch(world, event)


def touch(world: World, event: MicrosoftEvent) -> None:
    """Mark an event as changed."""
    event.change = MICROSOFT.of(world).next_change()
    now = times.stamp(datetime.fromtimestamp(world.store.now(), UTC))
    event.body |= {
        "changeKey": f"ck{event.change}",
        "@odata.etag": f'W/"ck{event.change}"',
        "lastModifiedDateTime": now,
    }


def _blank(world: World, calendar: MicrosoftCalendar) -> Json:
    person = MICROSOFT.of(world).account(calendar.account)
    address = {"name": person.name if person else "", "address": calendar.owner}
    return {
        "iCalUId": f"040000008200E00074C5B7101A82E008{secrets.token_hex(28).upper()}",
        "subject": "",
        "body": {"contentType": "html", "content": meeting.page_of("")},
        "location": {"displayName": "", "locationType": "default"},
        "showAs": "busy",
        "isAllDay": False,
        "isCancelled": False,
        "isOrganizer": True,
        "sensitivity": "normal",
        "importance": "normal",
        "recurrence": None,
        "seriesMasterId": None,
        "responseStatus": {"response": "organizer", "time": _LONG_AGO},
        "attendees": [],
        "organizer": {"emailAddress": address},
        "webLink": f"{world.public_url}/microsoft/calendar",
    }


def _clean(sent: Json) -> Json:
    """Return what was sent as Exchange keeps it."""
    kept = {name: value for name, value in sent.items() if name in _WRITABLE}
    if isinstance(sent.get("location"), dict):
        kept["location"] = {"displayName": sent["location"].get("displayName", ""), "locationType": "default"}
    if isinstance(sent.get("body"), dict):
        content = str(sent["body"].get("content", ""))
        is_html = str(sent["body"].get("contentType")).lower() == "html"
        kept["body"] = {
            "contentType": "html",
            "content": meeting.page_of(content if is_html else html.escape(content)),
        }
    return kept


def _check(body: Json, calendar: MicrosoftCalendar) -> None:
    try:
        start, end = times.span(body, calendar.time_zone)
    except (KeyError, ValueError, TypeError) as problem:
        raise RefusedError(error(400, "TimeZoneNotSupportedException", "Bad start or end time.")) from problem
    if end < start:
        words = "The start time must be before the end time."
        raise RefusedError(error(400, "ErrorCalendarEndDateIsEarlierThanStartDate", words))
    if body["showAs"] not in _SHOWN or len(body["subject"].encode("utf-16-le")) > 2 * _LONGEST_SUBJECT:
        raise RefusedError(error(400, "ErrorInvalidRequest", "A property has a value that cannot be kept."))


def _marks(sent: Json) -> dict[str, str]:
    rows = sent.get("singleValueExtendedProperties") or []
    return {str(row["id"]): str(row["value"]) for row in rows}


def _sent(request: Request) -> Json:
    content = request.json_object()
    if content is None:
        raise RefusedError(error(400, "BadRequest", "Unable to read JSON request payload."))
    return content


def _of_transaction(world: World, account: str, transaction: Any) -> MicrosoftEvent | None:
    """Return the event that this transaction made. Microsoft does not say for how long it remembers; here, for ever."""
    mine = [one for one in MICROSOFT.of(world).events if one.account == account]
    return next((one for one in mine if transaction and one.body.get("transactionId") == transaction), None)
