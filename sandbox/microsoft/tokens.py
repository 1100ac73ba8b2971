"""Microsoft's token endpoint."""

import base64
import binascii
import hmac
import secrets
from typing import Any

from sandbox.base.signing import pkce_challenge
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.microsoft import rules, state
from sandbox.microsoft.answers import oauth_error
from sandbox.microsoft.state import Code, Grant

CODE_LIFE, ACCESS_LIFE = 600, 4211
_GRAPH = "https://graph.microsoft.com/"


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
    return oauth_error("invalid_client", 7000215, "Invalid client secret provided.", status=401)


def refuse(world: World, request: Request, call: Call) -> Response:  # noqa: ARG001
    """Answer a token request of no known grant type."""
    return _client_problem(world, request) or oauth_error(
        "unsupported_grant_type", 70003, "The app requested an unsupported grant type."
    )


def exchange(world: World, request: Request, call: Call) -> Response:
    """Turn a code into a grant; earlier grants of the account live on."""
    problem = _client_problem(world, request)
    if problem:
        return problem
    form, data = request.form(), state.of(world)
    code = next((one for one in data.codes if one.value == form.get("code")), None)
    if code is not None and code.used:
        world.violation(call, "microsoft-code-reused", "The code had been exchanged before.")
        return oauth_error("invalid_grant", 54005, "OAuth2 Authorization code was already redeemed.")
    if code is None or not _holds(world, code, form):
        return oauth_error("invalid_grant", 70000, "The provided value for the code is not valid.")
    code.used = True
    grant = Grant(data.next_change(), code.account, code.scopes)
    data.grants.append(grant)
    return _issue(world, grant, call)


def _holds(world: World, code: Code, form: dict[str, str]) -> bool:
    if world.store.now() > code.issued_at + CODE_LIFE or form.get("redirect_uri") != code.redirect_uri:
        return False
    found = pkce_challenge(form.get("code_verifier", ""), method="S256")
    return not code.challenge or hmac.compare_digest(found.encode(), code.challenge.encode())


def refresh(world: World, request: Request, call: Call) -> Response:
    """Give new tokens; earlier refresh tokens stay good, as at Microsoft."""
    problem = _client_problem(world, request)
    if problem:
        return problem
    sent = request.form().get("refresh_token", "")
    grant = next((one for one in state.of(world).grants if sent and sent in one.refresh), None)
    if grant is None or grant.revoked:
        return oauth_error("invalid_grant", 50173, "The provided grant has expired or was revoked.")
    rules.look_at_grant(world, grant, call)
    return _issue(world, grant, call)


def _issue(world: World, grant: Grant, call: Call) -> Response:
    account = state.of(world).account(grant.account)
    call.grant, call.user = grant.number, account.upn if account else ""
    token = f"EwB4A8l6{secrets.token_urlsafe(900)}"
    grant.access[token] = world.store.now() + ACCESS_LIFE
    granted = sorted(scope for scope in grant.scopes if scope != state.OFFLINE)
    # Graph's scopes come back with its address for personal accounts, and by their names alone for the others.
    personal = account is not None and account.personal
    scopes = (
        [f"{_GRAPH}{scope}" for scope in granted] if personal else [*granted, "profile", "openid", "email"]
    )
    content: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": " ".join(scopes),
        "expires_in": ACCESS_LIFE,
        "ext_expires_in": ACCESS_LIFE,
        "access_token": token,
    }
    if state.OFFLINE in grant.scopes:
        grant.refresh.append(f"0.AXoA{secrets.token_urlsafe(700)}")
        content["refresh_token"] = grant.refresh[-1]
    return Response.json(content)
