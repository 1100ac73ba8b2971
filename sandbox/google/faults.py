"""What can go wrong at Google, and what it does to an answer."""

from collections.abc import Callable
from typing import Any

from sandbox.base.faults import Fault
from sandbox.base.serving import struck
from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.google import state
from sandbox.google.answers import error, not_found, oauth_error, scope_missing

Json = dict[str, Any]
API = ("google.calendars", "google.events", "google.freebusy", "google.userinfo")
EVERYTHING = ("google.token", *API)
LISTS = ("google.events.list", "google.calendars.list")
INSERT = ("google.events.insert",)
TOKEN = ("google.token",)
WRITES = ("google.events.insert", "google.events.patch", "google.events.update")

FAULTS: dict[str, Fault] = {
    "google_expire_access": Fault("Every access token of Google's expires now", "now"),
    "google_revoke": Fault("Every grant of Google's is revoked now", "now"),
    "google_expire_sync": Fault("Every sync token is too old now", "now"),
    "google_slow": Fault("Google is slow", "slow", EVERYTHING, {"seconds": 4}),
    "google_list_slow": Fault(
        "The list of calendars is slow", "slow", ("google.calendars.list",), {"seconds": 4}
    ),
    "google_401": Fault("401, the access token is not accepted", "before", API),
    "google_403_rate": Fault("403, this user's limit of requests", "before", API),
    "google_403_quota": Fault("403, the project's limit of the day", "before", API),
    "google_403_scope": Fault("403, the token lacks the scope", "before", API),
    "google_403_forbidden": Fault(
        "403, this calendar's events may not be read", "before", ("google.events.list",)
    ),
    "google_403_api_off": Fault("403, the Calendar API is not switched on", "before", API),
    "google_404": Fault("404, there is no such thing", "before", API),
    "google_410": Fault("410, it has been deleted", "before", ("google.events.get", "google.events.patch")),
    "google_429": Fault("429 with Retry-After", "before", API, {"retry_after": "30"}),
    "google_500": Fault("500, a problem in the backend", "before", API),
    "google_503": Fault("503 with a page of HTML", "before", API),
    "google_not_json": Fault("200 with text that is no JSON", "before", API),
    "google_reset": Fault("The connection is reset before anything is done", "before", API),
    "google_token_503": Fault("The token endpoint answers 503", "before", TOKEN),
    "google_invalid_grant": Fault("The token endpoint refuses code or token", "before", TOKEN),
    "google_invalid_client": Fault("The token endpoint does not know the app", "before", TOKEN),
    "google_truncated": Fault(
        "The answer breaks off in the middle of its body", "after", EVERYTHING, {"ending": "truncated"}
    ),
    "google_lost": Fault(
        "The event is made, then the connection is reset", "after", INSERT, {"ending": "reset"}
    ),
    "google_lost_502": Fault(
        "The event is made, then a gateway answers 502", "after", INSERT, {"status": 502}
    ),
    "google_missing_scope": Fault(
        "The token answer lacks a scope", "shape", TOKEN, {"scope": state.CALENDAR_LIST}
    ),
    "google_without_refresh": Fault("The token answer lacks refresh_token", "shape", ("google.token.code",)),
    "google_without_items": Fault("A list comes without its items", "shape", LISTS),
    "google_without_start": Fault("Events come without their start", "shape", ("google.events.list",)),
    "google_without_sync": Fault("A list comes without its sync token", "shape", ("google.events.list",)),
    "google_link_http": Fault("The Meet link is plain http", "shape", WRITES),
    "google_link_javascript": Fault("The Meet link is a javascript: address", "shape", WRITES),
    "google_second_page_fails": Fault("The second page of a list answers 503", "rule", LISTS),
    "google_second_page_missing": Fault(
        "The second page of a list is empty of all it should have", "rule", LISTS
    ),
    "google_sync_gone": Fault("410 for sync tokens", "rule", ("google.events.list",)),
    "google_freebusy_error": Fault(
        "An error of one calendar inside a good availability answer",
        "rule",
        ("google.freebusy",),
        {"reason": "internalError"},
    ),
    "google_freebusy_missing": Fault(
        "The availability answer lacks the calendar", "rule", ("google.freebusy",)
    ),
    "google_conference_pending": Fault("The Meet link takes its time", "rule", WRITES, {"looks": 2}),
    "google_conference_fails": Fault("The Meet link cannot be made", "rule", WRITES),
    "google_testing": Fault("The app is in testing mode: new grants live seven days", "rule", TOKEN),
}


def second_page(world: World, request: Request, call: Call) -> Response | None:
    """Answer where a list's second page shall fail."""
    answers = {
        "google_second_page_fails": error(503, "backendError", "Backend Error"),
        "google_second_page_missing": Response.json({"kind": "calendar#events"}),
    }
    if "pageToken" not in request.query():
        return None
    return struck(world, call, answers)


def deed(world: World, name: str, args: Json) -> int:
    """Expire access tokens, revoke grants or age sync tokens, of `args["user"]` or everybody's."""
    data = state.of(world)
    with world.store.lock:
        chosen = data.account(str(args["user"])) if args.get("user") else None
        if name == "google_expire_sync":
            for calendar in data.calendars:
                calendar.oldest_change = data.next_change()
            return len(data.calendars)
        grants = [one for one in data.grants if not one.revoked and (not chosen or one.account == chosen.key)]
        for grant in grants:
            grant.revoked = name == "google_revoke"
            grant.access = {token: min(end, world.store.now()) for token, end in grant.access.items()}
        return len(grants)


def _busy(_: World, args: Json) -> Response:
    response = error(429, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits")
    response.headers["Retry-After"] = str(args["retry_after"])
    return response


def _usage(status: int, reason: str, message: str) -> Callable[[World, Json], Response]:
    return lambda _world, _args: error(status, reason, message, domain="usageLimits")


BEFORE: dict[str, Callable[[World, Json], Response]] = {
    "google_401": lambda _world, _args: error(401, "authError", "Invalid Credentials"),
    "google_403_rate": _usage(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
    "google_403_quota": _usage(403, "quotaExceeded", "Calendar usage limits exceeded."),
    "google_403_scope": lambda _world, _args: scope_missing(),
    "google_403_forbidden": lambda _world, _args: error(403, "forbidden", "Forbidden"),
    "google_403_api_off": _usage(403, "accessNotConfigured", "Google Calendar API has not been used before."),
    "google_404": lambda _world, _args: not_found(),
    "google_410": lambda _world, _args: error(410, "deleted", "Resource has been deleted"),
    "google_429": _busy,
    "google_500": lambda _world, _args: error(500, "backendError", "Backend Error"),
    "google_503": lambda _world, _args: Response.html("<title>Error 503</title>\n", status=503),
    "google_not_json": lambda _world, _args: Response(
        200, b"All is well.", {"Content-Type": "application/json"}
    ),
    "google_reset": lambda _world, _args: Response(ending="reset"),
    "google_token_503": lambda _world, _args: Response.html("<title>Error 503</title>\n", status=503),
    "google_invalid_grant": lambda _world, _args: oauth_error(
        "invalid_grant", "Token has been expired or revoked."
    ),
    "google_invalid_client": lambda _world, _args: oauth_error(
        "invalid_client", "The OAuth client was not found.", status=401
    ),
}


def _missing_scope(content: Json, args: Json) -> None:
    if "scope" in content:
        content["scope"] = " ".join(one for one in content["scope"].split() if one != args["scope"])


def _without(name: str) -> Callable[[Json, Json], None]:
    return lambda content, _args: content.pop(name, None)


def _startless(content: Json, _: Json) -> None:
    for row in content.get("items", []):
        row.pop("start", None)


def _linked(link: str) -> Callable[[Json, Json], None]:
    def change(content: Json, _: Json) -> None:
        if "hangoutLink" in content:
            content["hangoutLink"] = link
        for point in content.get("conferenceData", {}).get("entryPoints", []):
            if point.get("entryPointType") == "video":
                point["uri"] = link

    return change


SHAPES: dict[str, Callable[[Json, Json], None]] = {
    "google_missing_scope": _missing_scope,
    "google_without_refresh": _without("refresh_token"),
    "google_without_items": _without("items"),
    "google_without_start": _startless,
    "google_without_sync": _without("nextSyncToken"),
    "google_link_http": _linked("http://meet.google.example/abc-defg-hij"),
    "google_link_javascript": _linked("javascript:alert(document.domain)"),
}
