"""The rules an app must keep at Microsoft, as far as they can be seen from outside."""

from typing import Any
from urllib.parse import unquote

from sandbox.base.state import Call
from sandbox.base.wire import Request
from sandbox.base.world import World
from sandbox.microsoft import state
from sandbox.microsoft.state import Grant

RULES: dict[str, str] = {
    "microsoft-pkce-not-s256": "Microsoft's authorize was called without an S256 code challenge.",
    "microsoft-state-missing": "Microsoft's authorize was called without a state.",
    "microsoft-state-repeated": "The same state was used for two authorizations at Microsoft.",
    "microsoft-scope-too-many": "More was asked of Microsoft than the profile and the calendars.",
    "microsoft-no-account-choice": "Microsoft's authorize was called without prompt=select_account.",
    "microsoft-parameters-in-query": "Token parameters stood in the query string.",
    "microsoft-token-in-url": "A token or secret stood in a URL.",
    "microsoft-code-reused": "A code of Microsoft's was exchanged twice.",
    "microsoft-attendees": "An event was written with attendees: Microsoft mails each of them by itself.",
    "microsoft-no-transaction": "An event was made without a transactionId.",
    "microsoft-second-event": "A second event was made for a booking that has one.",
    "microsoft-meeting-lost": "An event's text was replaced without its Teams part, which ends the meeting.",
    "microsoft-mutable-ids": "Events were asked for without immutable ids.",
    "microsoft-use-after-disconnect": "A grant of Microsoft's was used after the app knew that it was gone.",
    "microsoft-other-call": "A call was made that the app has no need for.",
}
_WANTED = {state.OFFLINE, state.PROFILE, state.CALENDARS}
_WITH_IDS = ("microsoft.events", "microsoft.view", "microsoft.delta")
_MARK = "name timetuna"
_STATES_KEPT = 5000


def look(world: World, request: Request, call: Call) -> None:
    """Check what can be seen from the request alone."""
    asked = request.query()
    secrets = [state.of(world).app.client_secret, *state.secrets_of(state.of(world))]
    if any(secret in unquote(request.target) for secret in secrets) or "access_token" in asked:
        world.violation(call, "microsoft-token-in-url", f"{call.method} {call.path}")
    if call.kind.startswith("microsoft.token") and asked:
        world.violation(call, "microsoft-parameters-in-query", ", ".join(sorted(asked)))
    if call.kind == "microsoft.authorize":
        _check_authorize(world, asked, call)
    if call.kind.startswith(_WITH_IDS) and 'idtype="immutableid"' not in request.header("Prefer").lower():
        world.violation(call, "microsoft-mutable-ids", f"{call.method} {call.path}")
    if call.kind == "microsoft.other":
        world.violation(call, "microsoft-other-call", f"{call.method} {call.path}")


def _check_authorize(world: World, asked: dict[str, str], call: Call) -> None:
    more = set(asked.get("scope", "").split()) - _WANTED
    if more:
        world.violation(call, "microsoft-scope-too-many", ", ".join(sorted(more)))
    if not asked.get("state"):
        world.violation(call, "microsoft-state-missing", "No state was sent.")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        method = asked.get("code_challenge_method") or "absent"
        world.violation(call, "microsoft-pkce-not-s256", f"method {method}")
    if asked.get("prompt") != "select_account":
        world.violation(call, "microsoft-no-account-choice", "A second account cannot be connected.")


def look_at_state(world: World, value: str, call: Call) -> None:
    """Check that a decided authorization's state was never used before."""
    seen = state.of(world).states_seen
    if value and value in seen:
        world.violation(call, "microsoft-state-repeated", "The state had been used before.")
    elif value:
        seen.append(value)
        del seen[:-_STATES_KEPT]


def look_at_grant(world: World, grant: Grant, call: Call) -> None:
    """Check that the app does not use what it let go."""
    if grant.disconnected:
        world.violation(call, "microsoft-use-after-disconnect", f"{call.kind} with grant {grant.number}")


def look_at_event(world: World, account: str, body: dict[str, Any], call: Call) -> None:
    """Check that a new event mails nobody, can be repeated, and is the only one of its booking."""
    look_at_attendees(world, body, call)
    if not body.get("transactionId"):
        world.violation(call, "microsoft-no-transaction", "A repeat would make a second event.")
    rows = body.get("singleValueExtendedProperties") or []
    booking = next((str(row["value"]) for row in rows if str(row["id"]).lower().endswith(_MARK)), "")
    mine = [one for one in state.of(world).events if one.account == account and one.alive]
    if booking and any(booking in one.marks.values() for one in mine):
        world.violation(call, "microsoft-second-event", "The booking's event stands there already.")


def look_at_attendees(world: World, body: dict[str, Any], call: Call) -> None:
    """Check that nobody is mailed by Microsoft."""
    if body.get("attendees"):
        world.violation(call, "microsoft-attendees", f"{len(body['attendees'])} of them")
