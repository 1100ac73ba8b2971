"""The token endpoint: exchange of a code, refresh with rotation, revoke (zoom.md, section 2)."""

import base64
import binascii
import hmac
import json
import secrets
import threading

from sandbox.base.signing import pkce_challenge
from sandbox.base.state import AccessToken, Call, Code, Grant
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.zoom import events, violations

CODE_LIFE = 300
ACCESS_LIFE = 3599
_HEADER = {"sv": "000001", "alg": "HS512", "v": "2.0", "kid": "sandbox-0000-example"}


def oauth_error(name: str, reason: str, *, status: int = 400) -> Response:
    """Return one of Zoom's OAuth errors."""
    return Response.json({"reason": reason, "error": name}, status=status)


def client_problem(world: World, request: Request) -> Response | None:
    """Return the refusal of wrong client credentials, or None where they are right."""
    app = world.store.data.app
    expected = f"{app.client_id}:{app.client_secret}".encode()
    scheme, _, given = request.header("Authorization").partition(" ")
    try:
        decoded = base64.b64decode(given.strip(), validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if scheme.lower() == "basic" and hmac.compare_digest(decoded, expected):
        return None
    return oauth_error("invalid_client", "Invalid client_id or client_secret")


def _request_problem(world: World, request: Request) -> Response | None:
    if request.url.query or not request.is_form():
        return oauth_error("invalid_request", "Bad request")
    return client_problem(world, request)


def refuse(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Answer a token request of no known grant type."""
    problem = _request_problem(world, request)
    if problem or "grant_type" not in request.form():
        return problem or oauth_error("invalid_request", "Bad request")
    return oauth_error("unsupported_grant_type", "unsupported grant type")


def exchange(world: World, request: Request, call: Call) -> Response:
    """Turn a code into a new grant; the user's earlier grants die with it."""
    problem = _request_problem(world, request)
    if problem:
        return problem
    form = request.form()
    data = world.store.data
    code = next((row for row in data.codes if row.value == form.get("code")), None)
    if code is not None and code.used:
        world.violation(call, "code-reused", "The code had been exchanged before.")
    if code is None or not _code_holds(world, code, form):
        return oauth_error("invalid_grant", f"Invalid authorization code {form.get('code', '')[:200]}")
    code.used = True
    for earlier in data.grants:
        earlier.revoked = earlier.revoked or earlier.user_id == code.user_id
    grant = Grant(data.next_number(), code.user_id, data.app.scopes, world.store.now())
    data.grants.append(grant)
    call.grant, call.user = grant.number, grant.user_id
    return _issue(world, grant)


def _code_holds(world: World, code: Code, form: dict[str, str]) -> bool:
    if code.used or world.store.now() > code.issued_at + CODE_LIFE:
        return False
    if form.get("redirect_uri") != code.redirect_uri:
        return False
    if not code.challenge:
        return True
    found = pkce_challenge(form.get("code_verifier", ""), method=code.method or "plain")
    return hmac.compare_digest(found.encode(), code.challenge.encode())


def refresh(world: World, request: Request, call: Call) -> Response:
    """Rotate the tokens of a grant; only the newest refresh token is good."""
    problem = _request_problem(world, request)
    if problem:
        return problem
    sent = request.form().get("refresh_token", "")
    grant = next(
        (row for row in world.store.data.grants if sent and sent in {row.refresh, *row.superseded}), None
    )
    if grant is None:
        return oauth_error("invalid_grant", "Invalid Token!")
    call.grant, call.user = grant.number, grant.user_id
    violations.look_at_grant(world, grant, call)
    if sent in grant.superseded and sent not in grant.lost:
        world.violation(call, "superseded-refresh", f"grant {grant.number}")
    if sent != grant.refresh or grant.revoked:
        return oauth_error("invalid_grant", "Invalid Token!")
    if world.faults.rules("old_access_dies", kind=call.kind):
        for token in grant.access:
            token.dead = True
    grant.superseded.append(grant.refresh)
    return _issue(world, grant)


def _issue(world: World, grant: Grant) -> Response:
    now = world.store.now()
    grant.refresh = _opaque(grant, "refresh")
    access = AccessToken(_opaque(grant, "access"), now + ACCESS_LIFE)
    grant.access.append(access)
    return Response.json(
        {
            "access_token": access.value,
            "token_type": "bearer",
            "refresh_token": grant.refresh,
            "expires_in": ACCESS_LIFE,
            "scope": " ".join(grant.scopes),
            "api_url": "https://api.zoom.us",
        }
    )


def _opaque(grant: Grant, purpose: str) -> str:
    """Return a text that looks like Zoom's tokens of today: three parts, some seven hundred characters."""
    payload = {"ver": 10, "aud": purpose, "uid": grant.user_id, "jti": secrets.token_urlsafe(300)}
    parts = [json.dumps(part, separators=(",", ":")).encode() for part in (_HEADER, payload)]
    return ".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in [*parts, secrets.token_bytes(64)]
    )


def revoke(world: World, request: Request, call: Call) -> Response:
    """End a grant at the app's wish; as at Zoom, the deauthorization event follows."""
    problem = client_problem(world, request)
    if problem:
        return problem
    sent = request.form().get("token") or request.query().get("token") or ""
    for grant in world.store.data.grants:
        if sent and sent in {grant.refresh, *(token.value for token in grant.access)}:
            grant.revoked = True
            call.grant, call.user = grant.number, grant.user_id
            user = world.store.data.user(grant.user_id)
            if user:
                options = events.EventOptions()
                threading.Thread(
                    target=events.remove_app, args=(world, user), kwargs={"options": options}, daemon=True
                ).start()
            return Response.json({"status": "success"})
    return oauth_error("invalid_grant", "Invalid Token!")
