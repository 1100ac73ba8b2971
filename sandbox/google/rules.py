"""The rules an app must keep at Google, as far as they can be seen from outside."""

from urllib.parse import unquote

from sandbox.base.state import Call
from sandbox.base.wire import Request
from sandbox.base.world import World
from sandbox.google import state
from sandbox.google.state import Grant

RULES: dict[str, str] = {
    "google-pkce-not-s256": "Google's authorize was called without an S256 code challenge.",
    "google-state-missing": "Google's authorize was called without a state.",
    "google-state-repeated": "The same state was used for two authorizations at Google.",
    "google-scope-too-many": "More was asked of Google than list, events and availability.",
    "google-not-offline": "Google's authorize was called without access_type=offline and prompt=consent.",
    "google-include-granted": "include_granted_scopes was used.",
    "google-parameters-in-query": "Token parameters stood in the query string.",
    "google-token-in-url": "A token or secret stood in a URL.",
    "google-code-reused": "A code of Google's was exchanged twice.",
    "google-invitations": "An event was written without sendUpdates=none: Google may mail the guests.",
    "google-conference-ignored": "conferenceData was sent without conferenceDataVersion=1.",
    "google-id-and-uid": "An event was made with both id and iCalUID.",
    "google-second-event": "A second event was made for a booking that has one.",
    "google-sync-parameters": "syncToken was sent beside parameters that do not go with it.",
    "google-use-after-disconnect": "A grant of Google's was used after the app knew that it was gone.",
    "google-other-call": "A call was made that the app has no need for.",
}
_WANTED = {"openid", "email", state.CALENDAR_LIST, state.EVENTS, state.FREE_BUSY}
_WRITES = {"google.events.insert", "google.events.patch", "google.events.update", "google.events.delete"}
_UNSYNCED = ("iCalUID", "orderBy", "privateExtendedProperty", "q", "timeMin", "timeMax", "updatedMin")
_STATES_KEPT = 5000


def look(world: World, request: Request, call: Call) -> None:
    """Check what can be seen from the request alone."""
    asked = request.query()
    secrets = [state.of(world).app.client_secret, *state.secrets_of(state.of(world))]
    if any(secret in unquote(request.target) for secret in secrets) or "access_token" in asked:
        world.violation(call, "google-token-in-url", f"{call.method} {call.path}")
    if call.kind.startswith("google.token") and asked:
        world.violation(call, "google-parameters-in-query", ", ".join(sorted(asked)))
    if call.kind == "google.authorize":
        _check_authorize(world, asked, call)
    if call.kind in _WRITES and asked.get("sendUpdates") != "none":
        world.violation(call, "google-invitations", f"sendUpdates {asked.get('sendUpdates') or 'absent'}")
    if "syncToken" in asked and set(_UNSYNCED) & set(asked):
        world.violation(call, "google-sync-parameters", ", ".join(sorted(set(_UNSYNCED) & set(asked))))
    if call.kind == "google.other":
        world.violation(call, "google-other-call", f"{call.method} {call.path}")


def _check_authorize(world: World, asked: dict[str, str], call: Call) -> None:
    more = set(asked.get("scope", "").split()) - _WANTED
    if more:
        world.violation(call, "google-scope-too-many", ", ".join(sorted(more)))
    if not asked.get("state"):
        world.violation(call, "google-state-missing", "No state was sent.")
    if asked.get("code_challenge_method") != "S256" or not asked.get("code_challenge"):
        world.violation(
            call, "google-pkce-not-s256", f"method {asked.get('code_challenge_method') or 'absent'}"
        )
    if (asked.get("access_type"), asked.get("prompt")) != ("offline", "consent"):
        world.violation(call, "google-not-offline", "A refresh token may not come.")
    if "include_granted_scopes" in asked:
        world.violation(call, "google-include-granted", "Earlier scopes would be in the grant.")


def look_at_state(world: World, value: str, call: Call) -> None:
    """Check that a decided authorization's state was never used before."""
    seen = state.of(world).states_seen
    if value and value in seen:
        world.violation(call, "google-state-repeated", "The state had been used before.")
    elif value:
        seen.append(value)
        del seen[:-_STATES_KEPT]


def look_at_grant(world: World, grant: Grant, call: Call) -> None:
    """Check that the app does not use what it let go."""
    if grant.disconnected:
        world.violation(call, "google-use-after-disconnect", f"{call.kind} with grant {grant.number}")


def look_at_event(world: World, account: str, body: dict[str, object], call: Call) -> None:
    """Check that a booking has one event in all of the account's calendars."""
    booking = booking_of(body)
    data = state.of(world)
    mine = {one.id for one in data.calendars if one.account == account}
    if booking and any(
        one.alive and one.calendar in mine and booking_of(one.body) == booking for one in data.events
    ):
        world.violation(call, "google-second-event", "The booking's event stands there already.")


def booking_of(body: dict[str, object]) -> str:
    """Return the booking that an event's private property names, or an empty text."""
    properties = body.get("extendedProperties")
    private = properties.get("private") if isinstance(properties, dict) else None
    return str(private.get("timetuna", "")) if isinstance(private, dict) else ""
