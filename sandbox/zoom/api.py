"""Zoom's API without the meetings: the profile, revoke, the compliance call, and what it does not have."""

import re
import threading
from typing import Any

from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.zoom import events
from sandbox.zoom.answers import error, oauth_error
from sandbox.zoom.oauth import ZOOM
from sandbox.zoom.state import ComplianceCall, ZoomUser

_RESOURCES = {"meetings": "meeting", "users": "user", "webinars": "webinar", "contacts": "contact"}
_VERBS = {"GET": "read", "POST": "write", "PUT": "update", "PATCH": "update", "DELETE": "delete"}


def users_me(world: World, request: Request, call: Call) -> Response:
    """Answer `GET /v2/users/me`; one good answer is expected for each code exchange."""
    grant = ZOOM.allowed(world, request, call, scope="user:read:user")
    reads = ZOOM.of(world).profile_reads
    times = reads[str(grant.number)] = reads.get(str(grant.number), 0) + 1
    if times > 1:
        world.violation(call, "profile-read-again", f"grant {grant.number}, read {times}")
    return Response.json(_profile(ZOOM.owner(world, grant)))


def _profile(user: ZoomUser) -> dict[str, Any]:
    return {
        "id": user.id,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "display_name": user.display_name,
        "email": user.email,
        "type": user.type,
        "role_name": "Owner",
        "role_id": "0",
        "pmi": 5551234567,
        "use_pmi": False,
        "personal_meeting_url": "https://us05web.zoom.example/j/5551234567?pwd=EXAMPLE",
        "timezone": user.timezone,
        "verified": 1,
        "dept": "",
        "created_at": "2023-02-01T09:15:00Z",
        "last_login_time": "2026-03-01T07:00:00Z",
        "last_client_version": "6.3.11.50104(mac)",
        "pic_url": "https://us05web.zoom.example/p/v2/EXAMPLE",
        "cms_user_id": "",
        "jid": f"{user.id.lower()}@xmpp.zoom.example",
        "group_ids": [],
        "im_group_ids": [],
        "account_id": user.account_id,
        "account_number": user.account_number,
        "language": "en-US",
        "phone_country": "",
        "phone_number": "",
        "status": "active",
        "job_title": "",
        "cost_center": "",
        "company": "",
        "location": "",
        "login_types": [1],
        "cluster": "us05",
        "user_created_at": "2023-02-01T09:15:00Z",
    }


def other(world: World, request: Request, call: Call) -> Response:
    """Answer every other `/v2` call: the app has no scope for it."""
    found = re.match(r"/v2/([a-z_]+)(?:/[^/]*)?(/[a-z_]*)?", request.path)
    resource = _RESOURCES.get(found[1], found[1]) if found else "unknown"
    scope = f"{resource}:{_VERBS.get(request.method, 'read')}:{((found and found[2]) or resource).strip('/')}"
    ZOOM.allowed(world, request, call, scope=scope)
    if request.path.startswith("/v2/users/"):
        return error(200, "No permission.")
    return error(4711, f"Invalid access token, does not contain scopes:[{scope}].")


def nothing_there(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Answer an address below `/oauth` that Zoom does not have."""
    return oauth_error("not_found", "Not found", status=404)


def revoke(world: World, request: Request, call: Call) -> Response:
    """End a grant at the app's wish; as at Zoom, the deauthorization event follows."""
    if problem := ZOOM.client_problem(world, request):
        return problem
    grant = ZOOM.revoke(world, request, call)
    if grant is None:
        return ZOOM.refresh_refused()
    asked = {"options": events.EventOptions()}
    user = ZOOM.owner(world, grant)
    threading.Thread(target=events.remove_app, args=(world, user), kwargs=asked, daemon=True).start()
    return Response.json({"status": "success"})


def compliance(world: World, request: Request, call: Call) -> Response:
    """Take a data-compliance call, and compare it with the event it answers."""
    if problem := ZOOM.client_problem(world, request):
        return problem
    body = request.json_object()
    if body is None or not request.header("Content-Type").lower().startswith("application/json"):
        world.violation(call, "compliance-malformed", "The body is no JSON object.")
        return error(300, "Request Body should be a valid JSON object.")
    _check_compliance(world, body, call)
    ZOOM.of(world).compliance.append(ComplianceCall(world.store.stamp(), 200, body))
    return Response.json({})


def _check_compliance(world: World, body: dict[str, Any], call: Call) -> None:
    sent = ZOOM.of(world).sent_payloads.get(str(body.get("user_id")))
    expected = {
        "client_id": ZOOM.of(world).app.client_id,
        "user_id": body.get("user_id"),
        "account_id": None if sent is None else sent.get("account_id"),
        "deauthorization_event_received": sent,
        "compliance_completed": True,
    }
    if sent is None or body != expected:
        wrong = sorted(name for name in {*expected, *body} if expected.get(name) != body.get(name))
        world.violation(call, "compliance-malformed", f"differs in: {', '.join(wrong)}")
    elif str(sent.get("user_data_retention")).lower() != "false":
        world.violation(call, "compliance-not-asked", f"retention {sent.get('user_data_retention')!r}")
