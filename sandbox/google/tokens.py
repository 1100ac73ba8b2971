"""Google's token endpoint, and whose account a token belongs to."""

import base64
import binascii
import hmac
import json
import secrets
from typing import Any

from sandbox.base.signing import pkce_challenge
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.google import rules, state
from sandbox.google.access import grant_of
from sandbox.google.answers import oauth_error
from sandbox.google.state import Code, Grant

CODE_LIFE, ACCESS_LIFE = 600, 3599
TESTING_LIFE = 7 * 86_400


def _client_problem(world: World, request: Request) -> Response | None:
    app, form = state.of(world).app, request.form()
    scheme, _, given = request.header("Authorization").partition(" ")
    pair = f"{form.get('client_id', '')}:{form.get('client_secret', '')}".encode()
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(given.strip(), validate=True)
        except (binascii.Error, ValueError):
            pair = b""
    if hmac.compare_digest(pair, f"{app.client_id}:{app.client_secret}".encode()):
        return None
    return oauth_error("invalid_client", "The OAuth client was not found.", status=401)


def refuse(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Answer a token request of no known grant type."""
    return _client_problem(world, request) or oauth_error("unsupported_grant_type", "Invalid grant_type")


def exchange(world: World, request: Request, call: Call) -> Response:
    """Turn a code into a grant; earlier grants of the account live on."""
    problem = _client_problem(world, request)
    if problem:
        return problem
    form, data = request.form(), state.of(world)
    code = next((one for one in data.codes if one.value == form.get("code")), None)
    if code is not None and code.used:
        world.violation(call, "google-code-reused", "The code had been exchanged before.")
    if code is None or not _holds(world, code, form):
        return oauth_error("invalid_grant", "Malformed auth code.")
    code.used = True
    refresh_token = f"1//0{secrets.token_urlsafe(64)}" if code.offline else ""
    grant = Grant(world.store.data.next_number(), code.account, code.scopes, refresh_token)
    if world.faults.rules("google_testing", kind=call.kind):
        grant.dies_at = world.store.now() + TESTING_LIFE
    data.grants.append(grant)
    _name(world, grant, call)
    return _issue(world, grant, {"refresh_token": grant.refresh} if grant.refresh else {})


def _holds(world: World, code: Code, form: dict[str, str]) -> bool:
    if code.used or world.store.now() > code.issued_at + CODE_LIFE:
        return False
    if form.get("redirect_uri") != code.redirect_uri:
        return False
    found = pkce_challenge(form.get("code_verifier", ""), method="S256")
    return not code.challenge or hmac.compare_digest(found.encode(), code.challenge.encode())


def refresh(world: World, request: Request, call: Call) -> Response:
    """Give a new access token; the refresh token stays as it is."""
    problem = _client_problem(world, request)
    if problem:
        return problem
    sent = request.form().get("refresh_token", "")
    grant = next((one for one in state.of(world).grants if sent and one.refresh == sent), None)
    if grant is None or not _is_alive(world, grant):
        return oauth_error("invalid_grant", "Token has been expired or revoked.")
    _name(world, grant, call)
    rules.look_at_grant(world, grant, call)
    return _issue(world, grant, {})


def revoke(world: World, request: Request, call: Call) -> Response:
    """End a grant at the app's wish (https://oauth2.googleapis.com/revoke)."""
    sent = request.form().get("token", "")
    for grant in state.of(world).grants:
        if sent and (sent == grant.refresh or sent in grant.access) and not grant.revoked:
            grant.revoked = True
            _name(world, grant, call)
            return Response.json({})
    return oauth_error("invalid_token", "Token expired or revoked")


def _is_alive(world: World, grant: Grant) -> bool:
    return not grant.revoked and (grant.dies_at is None or world.store.now() < grant.dies_at)


def _name(world: World, grant: Grant, call: Call) -> None:
    account = state.of(world).account(grant.account)
    call.grant, call.user = grant.number, account.email if account else ""


def _issue(world: World, grant: Grant, more: dict[str, Any]) -> Response:
    now = world.store.now()
    token = f"ya29.a0{secrets.token_urlsafe(120)}"
    grant.access[token] = now + ACCESS_LIFE
    content = {"access_token": token, "expires_in": ACCESS_LIFE, **more, "scope": " ".join(grant.scopes)}
    content["token_type"] = "Bearer"
    if grant.dies_at is not None:
        content["refresh_token_expires_in"] = int(grant.dies_at - now)
    if "openid" in grant.scopes:
        content["id_token"] = _id_token(world, grant)
    return Response.json(content)


def _id_token(world: World, grant: Grant) -> str:
    account = state.of(world).account(grant.account)
    claims: dict[str, Any] = {
        "iss": "https://accounts.google.com",
        "aud": state.of(world).app.client_id,
        "sub": account.sub if account else "",
        "email": account.email if account else "",
        "email_verified": True,
        "exp": int(world.store.now()) + ACCESS_LIFE,
    }
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256", "typ": "JWT"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in [*parts, b"sandbox"])


def userinfo(world: World, request: Request, call: Call) -> Response:
    """Answer whose account it is."""
    grant = grant_of(world, request, call)
    account = state.of(world).account(grant.account) if grant else None
    if grant is None or account is None or not {"openid", state.USERINFO_EMAIL} & set(grant.scopes):
        return oauth_error("invalid_request", "Invalid Credentials", status=401)
    content: dict[str, Any] = {
        "sub": account.sub,
        "picture": "https://lh3.googleusercontent.example/a/EXAMPLE",
    }
    if state.USERINFO_EMAIL in grant.scopes:
        content |= {"email": account.email, "email_verified": True}
    return Response.json(content)
