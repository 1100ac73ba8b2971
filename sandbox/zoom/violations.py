"""The rules an app must keep, checked on every request (zoom.md, section 13)."""

from urllib.parse import unquote

from sandbox.base.state import Call, Grant
from sandbox.base.wire import Request
from sandbox.base.world import World

RULES: dict[str, str] = {
    "basic-outside-oauth": "Client credentials went to a call that is not /oauth/*.",
    "bearer-outside-v2": "An access token went to a call that is not /v2/*.",
    "secret-in-body": "The client secret was sent in the body instead of the Basic header.",
    "token-in-url": "A token or secret stood in a URL.",
    "accept-not-json": "The Accept header did not ask for JSON.",
    "scope-at-authorize": "A scope parameter was sent at authorize.",
    "state-missing": "Authorize was called without a state.",
    "state-repeated": "The same state was used for two authorizations.",
    "pkce-not-s256": "Authorize was called without an S256 code challenge.",
    "parameters-in-query": "Token parameters stood in the query string.",
    "code-reused": "An authorization code was sent a second time.",
    "profile-read-again": "/users/me was read more than once for one code exchange.",
    "second-meeting": "A second meeting was made for a booking that already had its answer.",
    "second-retry": "A create of unknown outcome was repeated more than once.",
    "superseded-refresh": "A refresh was tried with a token that had been replaced.",
    "use-after-disconnect": "A grant was used after the app knew that it was gone.",
    "start-time-not-utc": "start_time was not UTC with a literal Z.",
    "start-time-not-understood": "start_time was missing or not understood: Zoom scheduled now.",
    "outside-test-plan": "A call was made that is not in the test plan.",
    "compliance-not-asked": "The compliance call was made though the event did not ask for it.",
    "compliance-malformed": "The compliance call does not repeat the event it answers.",
}

_STATES_KEPT = 5000
_SECRET_NAMES = {"access_token", "refresh_token", "client_secret", "token"}
_BASIC = ("token", "revoke", "compliance", "oauth.other")


def look(world: World, request: Request, call: Call) -> None:
    """Check what can be seen from the request alone."""
    _check_auth(world, request, call)
    _check_url(world, request, call)
    api = call.kind.startswith(("token", "v2")) or call.kind in {"revoke", "compliance"}
    if api and "json" not in request.header("Accept").lower():
        world.violation(call, "accept-not-json", f"Accept: {request.header('Accept') or 'absent'}")
    if call.kind in {"v2.other", "oauth.other", "revoke"}:
        world.violation(call, "outside-test-plan", f"{call.method} {call.path}")
    if call.kind == "authorize":
        _check_authorize(world, request, call)


def look_at_state(world: World, state: str, call: Call) -> None:
    """Check that a decided authorization's state was never used before."""
    with world.store.lock:
        seen = world.store.data.states_seen
        if state and state in seen:
            world.violation(call, "state-repeated", "The state had been used in an earlier authorization.")
        elif state:
            seen.append(state)
            del seen[:-_STATES_KEPT]


def look_at_grant(world: World, grant: Grant, call: Call) -> None:
    """Check that the app does not use what it knows to be gone."""
    if grant.disconnected:
        world.violation(call, "use-after-disconnect", f"{call.kind} with grant {grant.number}")


def _check_auth(world: World, request: Request, call: Call) -> None:
    if call.auth == "basic" and not call.kind.startswith(_BASIC):
        world.violation(call, "basic-outside-oauth", f"{call.method} {call.path}")
    if call.auth == "bearer" and not call.kind.startswith("v2"):
        world.violation(call, "bearer-outside-v2", f"{call.method} {call.path}")
    if call.kind.startswith("token") and "client_secret" in request.form():
        world.violation(call, "secret-in-body", "client_secret in the form")


def _check_url(world: World, request: Request, call: Call) -> None:
    names = set(request.query())
    if call.kind.startswith("token") and names:
        world.violation(call, "parameters-in-query", ", ".join(sorted(names)))
    target = unquote(request.target)
    with world.store.lock:
        if names & _SECRET_NAMES or any(secret in target for secret in secrets_of(world)):
            world.violation(call, "token-in-url", f"{call.method} {call.path}")


def secrets_of(world: World) -> list[str]:
    """Return every token and secret that must stay out of URLs, logs and pages."""
    data = world.store.data
    found = [data.app.client_secret, data.app.webhook_token]
    for grant in data.grants:
        found += [token.value for token in grant.access]
        found += [grant.refresh, *grant.superseded]
    return [secret for secret in found if secret]


def _check_authorize(world: World, request: Request, call: Call) -> None:
    asked = request.query()
    if "scope" in asked:
        world.violation(call, "scope-at-authorize", asked["scope"])
    if not asked.get("state"):
        world.violation(call, "state-missing", "No state was sent.")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        world.violation(call, "pkce-not-s256", f"method {asked.get('code_challenge_method') or 'absent'}")
