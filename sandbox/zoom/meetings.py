"""Meetings at Zoom: made, and (where the token's scopes allow) moved and deleted (zoom.md, section 6)."""

import base64
import json
import re
import secrets
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.base.state import Call
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import World
from sandbox.zoom.answers import error, user_limit
from sandbox.zoom.oauth import ZOOM
from sandbox.zoom.state import Meeting, ZoomUser

DAILY_LIMIT = 100
_JOIN_BASE = "https://us05web.zoom.example"
_TYPES = {1, 2, 3, 8, 10}
_INSTANT, _SCHEDULED = 1, 2
_LENGTHS = {"topic": 200, "agenda": 2000, "password": 10}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z?)")
# Names of the tz database that Zoom's own list lacks.
_NOT_IN_ZOOMS_LIST = {"America/Toronto", "Europe/Kyiv", "Asia/Ho_Chi_Minh", "Africa/Lagos", "Europe/Vilnius"}

Json = dict[str, Any]


def create(world: World, request: Request, call: Call) -> Response:
    """Answer `POST /v2/users/me/meetings`."""
    user = ZOOM.owner(world, ZOOM.allowed(world, request, call, scope="meeting:write:meeting"))
    body = _body(request)
    if not user.can_host:
        words = "Your user account is not allowed meeting hosting and scheduling capabilities."
        raise RefusedError(error(3161, words))
    _check_fields(body)
    _check_zone(world, user, body, call)
    _count(world, user)
    meeting = _make(world, user, body)
    _look_at_create(world, meeting, body, call)
    ZOOM.of(world).meetings.append(meeting)
    return Response.json(_shown(meeting, user), status=201)


def update(world: World, request: Request, call: Call) -> Response:
    """Answer `PATCH /v2/meetings/{id}`."""
    meeting, user = _existing(world, request, call, scope="meeting:update:meeting")
    body = _body(request)
    _check_fields(body)
    _count(world, user)
    if "start_time" in body:
        start, understood = _start(world, user, {"timezone": meeting.timezone, **body})
        meeting.start_time = start if understood else world.store.stamp()
        meeting.understood = understood
        _look_at_start(world, body, call, understood=understood)
    for name in ("topic", "duration", "agenda"):
        if name in body:
            setattr(meeting, name, body[name])
    meeting.updates += 1
    return Response(204)


def delete(world: World, request: Request, call: Call) -> Response:
    """Answer `DELETE /v2/meetings/{id}`."""
    meeting, _ = _existing(world, request, call, scope="meeting:delete:meeting")
    meeting.deleted = True
    return Response(204)


def _existing(world: World, request: Request, call: Call, *, scope: str) -> tuple[Meeting, ZoomUser]:
    """Return the meeting that the path names, and its user; a call without the scope is not in the test plan."""
    try:
        grant = ZOOM.allowed(world, request, call, scope=scope)
    except RefusedError:
        named = next((one for one in ZOOM.of(world).grants if one.number == call.grant), None)
        if named is None or scope not in named.scopes:
            world.violation(call, "outside-test-plan", f"{call.method} {call.path} without {scope}")
        raise
    user, number = ZOOM.owner(world, grant), request.path.rsplit("/", 1)[1]
    for meeting in ZOOM.of(world).meetings:
        if str(meeting.id) == number and meeting.user_id == user.id and not meeting.deleted:
            return meeting, user
    raise RefusedError(error(3001, f"Meeting does not exist: {number[:40]}.", status=404))


def _body(request: Request) -> Json:
    if not request.header("Content-Type").lower().startswith("application/json"):
        raise RefusedError(error(300, "Unsupported Content Type", status=415))
    body = request.json_object()
    if body is None:
        raise RefusedError(error(300, "Request Body should be a valid JSON object."))
    return body


def _check_fields(body: Json) -> None:
    wrong = []
    for name, limit in _LENGTHS.items():
        value = body.get(name)
        if value is not None and (not isinstance(value, str) or _utf16_length(value) > limit):
            wrong.append({"field": name, "message": f"A text of at most {limit} characters is expected."})
    if body.get("type", _SCHEDULED) not in _TYPES or isinstance(body.get("type"), bool):
        wrong.append({"field": "type", "message": "Invalid field."})
    duration = body.get("duration", 60)
    if not isinstance(duration, int) or isinstance(duration, bool) or duration < 1:
        wrong.append({"field": "duration", "message": "Invalid field."})
    if not isinstance(body.get("settings", {}), dict):
        wrong.append({"field": "settings", "message": "Invalid field."})
    if wrong:
        raise RefusedError(error(300, "Validation Failed.", errors=wrong))


def _utf16_length(text: str) -> int:
    """Count as the stricter of the two possibilities does: a character beyond the basic plane is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _check_zone(world: World, user: ZoomUser, body: Json, call: Call) -> None:
    name = body.get("timezone")
    if not name or _zone(str(name)) is not None:
        return
    if world.faults.rules("unknown_timezone_error", kind=call.kind):
        wrong = [{"field": "timezone", "message": "Invalid field."}]
        raise RefusedError(error(300, "Validation Failed.", errors=wrong))
    body["timezone"] = user.timezone


def _zone(name: str) -> ZoneInfo | None:
    if name in _NOT_IN_ZOOMS_LIST:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _count(world: World, user: ZoomUser) -> None:
    """Count one create or update against the user's hundred of this UTC day."""
    today = f"{user.id} {world.store.stamp()[:10]}"
    counts = ZOOM.of(world).created_today
    if counts.get(today, 0) >= DAILY_LIMIT:
        raise RefusedError(user_limit())
    counts[today] = counts.get(today, 0) + 1


def _start(world: World, user: ZoomUser, body: Json) -> tuple[str, bool]:
    """Return the start as Zoom understands it, in UTC; and whether it did understand."""
    sent = body.get("start_time")
    found = _MOMENT.fullmatch(sent) if isinstance(sent, str) else None
    try:
        naive = datetime.fromisoformat(str(sent).removesuffix("Z")) if found else None
    except ValueError:
        naive = None
    if naive is None or found is None:
        return world.store.stamp(), False
    zone = UTC if found[1] else _zone(str(body.get("timezone") or user.timezone)) or UTC
    return naive.replace(tzinfo=zone).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), True


def _make(world: World, user: ZoomUser, body: Json) -> Meeting:
    start, understood = _start(world, user, body)
    password = str(body.get("password") or "")
    if not password and user.passcode_required and body.get("default_password", True):
        password = secrets.token_urlsafe(6)[:6]
    number = 90_000_000_000 + secrets.randbelow(9_999_999_999)
    link = f"{_JOIN_BASE}/j/{number}"
    if password and user.embed_passcode:
        link += f"?pwd={secrets.token_urlsafe(18)}.1"
    return Meeting(
        id=number,
        uuid=base64.b64encode(secrets.token_bytes(16)).decode(),
        user_id=user.id,
        topic=str(body.get("topic") or "Zoom Meeting"),
        type=body.get("type", _SCHEDULED) if understood else _INSTANT,
        start_time=start,
        duration=body.get("duration", 60),
        timezone=str(body.get("timezone") or user.timezone),
        join_url=link,
        password=password,
        created_at=world.store.stamp(),
        created_by=ZOOM.of(world).app.name,
        fingerprint=json.dumps([user.id, body], sort_keys=True),
        agenda=str(body.get("agenda") or ""),
        understood=understood,
    )


def _look_at_create(world: World, meeting: Meeting, body: Json, call: Call) -> None:
    _look_at_start(world, body, call, understood=meeting.understood)
    earlier = [row for row in ZOOM.of(world).meetings if row.fingerprint == meeting.fingerprint]
    if any(row.delivered for row in earlier):
        world.violation(call, "second-meeting", f"The same request already made meeting {earlier[0].id}.")
    elif len(earlier) > 1:
        world.violation(call, "second-retry", f"{len(earlier)} answers were lost before.")


def _look_at_start(world: World, body: Json, call: Call, *, understood: bool) -> None:
    sent = str(body.get("start_time"))[:60]
    if not understood:
        world.violation(call, "start-time-not-understood", sent)
    elif not sent.endswith("Z"):
        world.violation(call, "start-time-not-utc", sent)


def _shown(meeting: Meeting, user: ZoomUser) -> Json:
    """Return the answer of 201."""
    shown: Json = {
        "uuid": meeting.uuid,
        "id": meeting.id,
        "host_id": user.id,
        "host_email": user.email,
        "topic": meeting.topic,
        "type": meeting.type,
        "status": "waiting",
        "start_time": meeting.start_time,
        "duration": meeting.duration,
        "timezone": meeting.timezone,
        "agenda": meeting.agenda,
        "created_at": meeting.created_at,
        "start_url": f"{_JOIN_BASE}/s/{meeting.id}?zak=HOST_SECRET_{secrets.token_urlsafe(60)}",
        "join_url": meeting.join_url,
    }
    if meeting.password:
        digits = f"{secrets.randbelow(1_000_000):06}"
        shown |= {"password": meeting.password, "h323_password": digits, "pstn_password": digits}
        shown["encrypted_password"] = secrets.token_urlsafe(18) + ".1"
    return shown | {"creation_source": "open_api", "pre_schedule": False, "settings": dict(_SETTINGS)}


_SETTINGS: Json = {
    "host_video": False,
    "participant_video": False,
    "join_before_host": False,
    "jbh_time": 0,
    "mute_upon_entry": False,
    "use_pmi": False,
    "approval_type": 2,
    "audio": "both",
    "auto_recording": "none",
    "alternative_hosts": "",
    "close_registration": False,
    "waiting_room": True,
    "meeting_authentication": False,
    "registrants_confirmation_email": False,
    "registrants_email_notification": False,
    "email_notification": True,
    "private_meeting": False,
    "encryption_type": "enhanced_encryption",
    "meeting_invitees": [],
}
