"""Teams meetings: a link made at once, later, or not at all, and the part of the event's text that keeps it alive."""

import re
import secrets
from typing import Any

from sandbox.base.state import Call
from sandbox.base.world import World
from sandbox.microsoft.state import TEAMS, MicrosoftCalendar, MicrosoftEvent

Json = dict[str, Any]
NONE: Json = {"isOnlineMeeting": False, "onlineMeetingProvider": "unknown", "onlineMeeting": None}
_HEAD = '<html>\r\n<head>\r\n<meta http-equiv="Content-Type" content="text/html">\r\n</head>\r\n'
_PAGE = _HEAD + "<body>\r\n{}</body>\r\n</html>\r\n"
_BODY_END = re.compile("</body>", re.IGNORECASE)


def page_of(content: str) -> str:
    """Return an event's text as Exchange keeps it: a whole page."""
    return content if "<html" in content.lower() else _PAGE.format(content)


def begin(world: World, event: MicrosoftEvent, *, calendar: MicrosoftCalendar, call: Call) -> None:
    """Give the event a meeting, where its calendar can have one; else Graph says so only by leaving it out."""
    if event.body["isOnlineMeeting"]:
        return
    if TEAMS not in calendar.providers or world.faults.rules("microsoft_meeting_missing", kind=call.kind):
        return
    event.join = f"https://teams.microsoft.example/l/meetup-join/19%3ameeting_{secrets.token_hex(24)}%40thread.v2/0?context=%7b%7d"
    event.body |= NONE | {"isOnlineMeeting": True, "onlineMeetingProvider": TEAMS}
    if not event.body["location"]["displayName"]:
        event.body["location"] = {"displayName": "Microsoft Teams Meeting", "locationType": "default"}
    late = world.faults.take("rule", kind=call.kind, name="microsoft_meeting_late")
    if late:
        call.faults.append(late[0])
        event.waiting = int(late[1]["looks"])
    else:
        _finish(event)


def look(event: MicrosoftEvent) -> None:
    """Count a look at an event whose meeting is being made; the last one finds it."""
    if event.waiting:
        event.waiting -= 1
        if not event.waiting:
            _finish(event)


def keep(world: World, event: MicrosoftEvent, *, call: Call) -> None:
    """After the text was written: a meeting whose way in is not in it any more is over."""
    linked = event.body["onlineMeeting"] is not None
    if linked and event.join not in event.body["body"]["content"]:
        world.violation(call, "microsoft-meeting-lost", "The text was replaced without the part that joins.")
        event.body |= NONE
        event.join = ""


def _finish(event: MicrosoftEvent) -> None:
    event.body["onlineMeeting"] = {"joinUrl": event.join}
    way_in = f'<div class="me-email-text"><a href="{event.join}">Join the meeting now</a></div>'
    content = event.body["body"]["content"]
    event.body["body"] = {
        "contentType": "html",
        "content": _BODY_END.sub(lambda _: f"{way_in}</body>", content, count=1),
    }
