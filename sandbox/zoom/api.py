"""Zoom's API without the meetings: bearer and scope checks, the profile, the compliance call."""

import hmac
import re
from typing import Any

from sandbox.base.state import Call, ComplianceCall, Grant, ZoomUser
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.zoom import tokens, violations
from sandbox.zoom.strikes import error

_RESOURCES = {"meetings": "meeting", "users": "user", "webinars": "webinar", "contacts": "contact"}
_VERBS = {"GET": "read", "POST": "write", "PUT": "update", "PATCH": "update", "DELETE": "delete"}


def bearer(world: World, request: Request, call: Call, *, scope: str) -> tuple[Grant | None, Response | None]:
    """Return the grant behind the access token, or Zoom's refusal; *scope* is what the call needs."""
    scheme, _, sent = request.header("Authorization").partition(" ")
    refusal = error(124, "Invalid access token.", status=401)
    found = _find(world, sent.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        return None, refusal
    grant, expires_at, dead = found
    call.grant, call.user = grant.number, grant.user_id
    violations.look_at_grant(world, grant, call)
    if grant.revoked or dead:
        return grant, refusal
    if world.store.now() >= expires_at:
        return grant, error(124, "Access token is expired.", status=401)
    if scope not in grant.scopes:
        return grant, error(4711, f"Invalid access token, does not contain scopes:[{scope}].")
    return grant, None


def _find(world: World, sent: str) -> tuple[Grant, float, bool] | None:
    for grant in world.store.data.grants:
        for token in grant.access:
            if hmac.compare_digest(token.value.encode(), sent.encode()):
                return grant, token.expires_at, token.dead
    return None


def owner(world: World, grant: Grant) -> ZoomUser:
    """Return the user behind *grant*."""
    user = world.store.data.user(grant.user_id)
    if user is None:
        raise LookupError(f"grant {grant.number} belongs to nobody")
    return user


def users_me(world: World, request: Request, call: Call) -> Response:
    """Answer `GET /v2/users/me`; one good answer is expected for each code exchange."""
    grant, refusal = bearer(world, request, call, scope="user:read:user")
    if refusal or grant is None:
        return refusal or error(124, "Invalid access token.", status=401)
    grant.profile_reads += 1
    if grant.profile_reads > 1:
        world.violation(call, "profile-read-again", f"grant {grant.number}, read {grant.profile_reads}")
    return Response.json(_profile(owner(world, grant)))


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
    grant, refusal = bearer(world, request, call, scope=scope)
    if grant is not None and request.path.startswith("/v2/users/") and refusal is None:
        return error(200, "No permission.")
    return refusal or error(4711, f"Invalid access token, does not contain scopes:[{scope}].")


def nothing_there(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Answer an address below `/oauth` that Zoom does not have."""
    return tokens.oauth_error("not_found", "Not found", status=404)


def compliance(world: World, request: Request, call: Call) -> Response:
    """Take a data-compliance call, and compare it with the event it answers."""
    problem = tokens.client_problem(world, request)
    if problem:
        return problem
    try:
        body = request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or not request.header("Content-Type").lower().startswith(
        "application/json"
    ):
        world.violation(call, "compliance-malformed", "The body is no JSON object.")
        return error(300, "Request Body should be a valid JSON object.")
    _check_compliance(world, body, call)
    world.store.data.compliance.append(ComplianceCall(world.store.stamp(), 200, body))
    return Response.json({})


def _check_compliance(world: World, body: dict[str, Any], call: Call) -> None:
    sent = world.store.data.sent_payloads.get(str(body.get("user_id")))
    expected = {
        "client_id": world.store.data.app.client_id,
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
