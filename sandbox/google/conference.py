"""Google Meet: a link made at once, later, or not at all."""

import secrets
import string
from typing import Any

from sandbox.base.state import Call
from sandbox.base.wire import RefusedError
from sandbox.base.world import World
from sandbox.google.answers import error
from sandbox.google.state import GoogleCalendar, GoogleEvent

Json = dict[str, Any]
KIND = "hangoutsMeet"


def wish(world: World, sent: Json, *, version: str, call: Call) -> Json | None:
    """Take conferenceData out of what was sent; return its createRequest where it counts."""
    data = sent.pop("conferenceData", None)
    if data is None:
        return None
    if version != "1":
        world.violation(call, "google-conference-ignored", "conferenceDataVersion was not 1.")
        return None
    request = data.get("createRequest") if isinstance(data, dict) else None
    return request if isinstance(request, dict) else None


def make(world: World, event: GoogleEvent, request: Json, *, calendar: GoogleCalendar, call: Call) -> None:
    """Begin a meeting for the event; the same requestId as before is ignored."""
    before = event.body.get("conferenceData", {}).get("createRequest", {})
    if before.get("requestId") == request.get("requestId"):
        return
    kind = (request.get("conferenceSolutionKey") or {}).get("type", KIND)
    if kind != KIND or not calendar.meet:
        raise RefusedError(error(400, "invalid", "Invalid conference type value."))
    status = "success"
    late = world.faults.take("rule", kind=call.kind, name="google_conference_pending")
    if late:
        call.faults.append(late[0])
        status, event.waiting = "pending", int(late[1]["looks"])
    elif world.faults.rules("google_conference_fails", kind=call.kind):
        status = "failure"
    made = {"requestId": request.get("requestId"), "conferenceSolutionKey": {"type": KIND}}
    event.body["conferenceData"] = {"createRequest": made | {"status": {"statusCode": status}}}
    if status == "success":
        _finish(event)


def look(event: GoogleEvent) -> None:
    """Count a look at an event whose meeting is being made; the last one finds it."""
    if event.waiting:
        event.waiting -= 1
        if not event.waiting:
            _finish(event)


def _finish(event: GoogleEvent) -> None:
    letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(10))
    name = f"{letters[:3]}-{letters[3:7]}-{letters[7:]}"
    link = f"https://meet.google.example/{name}"
    data = event.body["conferenceData"]
    data["createRequest"]["status"] = {"statusCode": "success"}
    event.body["conferenceData"] = data | {
        "entryPoints": [
            {"entryPointType": "video", "uri": link, "label": link.removeprefix("https://")},
            {
                "entryPointType": "phone",
                "uri": "tel:+49-40-5550100",
                "label": "+49 40 5550100",
                "pin": "123456789",
            },
        ],
        "conferenceSolution": {"key": {"type": KIND}, "name": "Google Meet"},
        "conferenceId": name,
    }
    event.body["hangoutLink"] = link
