"""What can go wrong at Google, and what it does to an answer."""

from typing import Any

from sandbox.base.faults import (
    Answer,
    Change,
    Fault,
    before,
    missing_scope,
    not_json,
    page_of_html,
    reset_now,
    shape,
    without,
    without_in_rows,
)
from sandbox.base.parts import struck
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


def second_page(world: World, request: Request, call: Call) -> Response | None:
    """Answer where a list's second page shall fail."""
    answers = {
        "google_second_page_fails": error(503, "backendError", "Backend Error"),
        "google_second_page_missing": Response.json({"kind": "calendar#events"}),
    }
    if "pageToken" not in request.query():
        return None
    return struck(world, call, answers)


def _busy(args: Json) -> Response:
    response = error(429, "rateLimitExceeded", "Rate Limit Exceeded", domain="usageLimits")
    response.headers["Retry-After"] = str(args["retry_after"])
    return response


def _usage(status: int, reason: str, message: str) -> Answer:
    return lambda _: error(status, reason, message, domain="usageLimits")


def _linked(link: str) -> Change:
    def change(content: Json, _: Json) -> None:
        if "hangoutLink" in content:
            content["hangoutLink"] = link
        for point in content.get("conferenceData", {}).get("entryPoints", []):
            if point.get("entryPointType") == "video":
                point["uri"] = link

    return change


FAULTS: dict[str, Fault] = {
    "google_expire_access": Fault("Every access token of Google's expires now", "now"),
    "google_revoke": Fault("Every grant of Google's is revoked now", "now"),
    "google_expire_sync": Fault("Every sync token is too old now", "now"),
    "google_slow": Fault("Google is slow", "slow", EVERYTHING, {"seconds": 4}),
    "google_list_slow": Fault(
        "The list of calendars is slow", "slow", ("google.calendars.list",), {"seconds": 4}
    ),
    "google_401": before(
        "401, the access token is not accepted", API, lambda _: error(401, "authError", "Invalid Credentials")
    ),
    "google_403_rate": before(
        "403, this user's limit of requests",
        API,
        _usage(403, "userRateLimitExceeded", "User Rate Limit Exceeded"),
    ),
    "google_403_quota": before(
        "403, the project's limit of the day",
        API,
        _usage(403, "quotaExceeded", "Calendar usage limits exceeded."),
    ),
    "google_403_scope": before("403, the token lacks the scope", API, lambda _: scope_missing()),
    "google_403_forbidden": before(
        "403, this calendar's events may not be read",
        ("google.events.list",),
        lambda _: error(403, "forbidden", "Forbidden"),
    ),
    "google_403_api_off": before(
        "403, the Calendar API is not switched on",
        API,
        _usage(403, "accessNotConfigured", "Google Calendar API has not been used before."),
    ),
    "google_404": before("404, there is no such thing", API, lambda _: not_found()),
    "google_410": before(
        "410, it has been deleted",
        ("google.events.get", "google.events.patch"),
        lambda _: error(410, "deleted", "Resource has been deleted"),
    ),
    "google_429": before("429 with Retry-After", API, _busy, retry_after="30"),
    "google_500": before(
        "500, a problem in the backend", API, lambda _: error(500, "backendError", "Backend Error")
    ),
    "google_503": before("503 with a page of HTML", API, page_of_html(503)),
    "google_not_json": before("200 with text that is no JSON", API, not_json),
    "google_reset": before("The connection is reset before anything is done", API, reset_now),
    "google_token_503": before("The token endpoint answers 503", TOKEN, page_of_html(503)),
    "google_invalid_grant": before(
        "The token endpoint refuses code or token",
        TOKEN,
        lambda _: oauth_error("invalid_grant", "Token has been expired or revoked."),
    ),
    "google_invalid_client": before(
        "The token endpoint does not know the app",
        TOKEN,
        lambda _: oauth_error("invalid_client", "The OAuth client was not found.", status=401),
    ),
    "google_truncated": Fault(
        "The answer breaks off in the middle of its body", "after", EVERYTHING, {"ending": "truncated"}
    ),
    "google_lost": Fault(
        "The event is made, then the connection is reset", "after", INSERT, {"ending": "reset"}
    ),
    "google_lost_502": Fault(
        "The event is made, then a gateway answers 502", "after", INSERT, {"status": 502}
    ),
    "google_missing_scope": shape(
        "The token answer lacks a scope", TOKEN, missing_scope, scope=state.CALENDAR_LIST
    ),
    "google_without_refresh": shape(
        "The token answer lacks refresh_token", ("google.token.code",), without("refresh_token")
    ),
    "google_without_items": shape("A list comes without its items", LISTS, without("items")),
    "google_without_start": shape(
        "Events come without their start", ("google.events.list",), without_in_rows("items", "start")
    ),
    "google_without_sync": shape(
        "A list comes without its sync token", ("google.events.list",), without("nextSyncToken")
    ),
    "google_link_http": shape(
        "The Meet link is plain http", WRITES, _linked("http://meet.google.example/abc-defg-hij")
    ),
    "google_link_javascript": shape(
        "The Meet link is a javascript: address", WRITES, _linked("javascript:alert(document.domain)")
    ),
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
