"""What can go wrong at Microsoft, and what it does to an answer."""

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
from sandbox.microsoft import state
from sandbox.microsoft.answers import denied, error, not_found, oauth_error

Json = dict[str, Any]
LISTS = ("microsoft.calendars.list", "microsoft.view", "microsoft.delta", "microsoft.events.list")
GRAPH = ("microsoft.me", "microsoft.events", *LISTS)
TOKEN = ("microsoft.token",)
EVERYTHING = (*TOKEN, *GRAPH)
CREATE = ("microsoft.events.create",)
WRITES = ("microsoft.events.create", "microsoft.events.patch")
WITH_LINK = (*WRITES, "microsoft.events.get")


def second_page(world: World, request: Request, call: Call) -> Response | None:
    """Answer where a list's second page shall fail."""
    answers = {
        "microsoft_second_page_fails": error(503, "ServiceUnavailable", "Try again."),
        "microsoft_second_page_missing": Response.json({"@odata.context": "$metadata"}),
    }
    if not {"$skip", "$skiptoken"} & set(request.query()):
        return None
    return struck(world, call, answers)


def _waiting(status: int, code: str) -> Answer:
    def answer(args: Json) -> Response:
        response = error(status, code, "Application is over its limit; try again later.")
        response.headers["Retry-After"] = str(args["retry_after"])
        return response

    return answer


def _linked(link: str) -> Change:
    def change(content: Json, _: Json) -> None:
        if content.get("onlineMeeting"):
            content["onlineMeeting"]["joinUrl"] = link

    return change


FAULTS: dict[str, Fault] = {
    "microsoft_expire_access": Fault("Every access token of Microsoft's expires now", "now"),
    "microsoft_revoke": Fault("Every grant of Microsoft's is revoked now", "now"),
    "microsoft_expire_delta": Fault("Every delta token is too old now", "now"),
    "microsoft_empty_bin": Fault("Deleted events are gone for good now", "now"),
    "microsoft_slow": Fault("Microsoft is slow", "slow", EVERYTHING, {"seconds": 4}),
    "microsoft_401": before(
        "401, the access token is not accepted",
        GRAPH,
        lambda _: error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid."),
    ),
    "microsoft_403": before("403, this account may not do that", GRAPH, lambda _: denied()),
    "microsoft_403_scope": before(
        "403, the token lacks the permission",
        GRAPH,
        lambda _: error(
            403, "ErrorInsufficientPermissionsInAccessToken", "The permissions are insufficient."
        ),
    ),
    "microsoft_404": before("404, there is no such thing", GRAPH, lambda _: not_found()),
    "microsoft_404_mailbox": before(
        "404, the account has no mailbox in the cloud",
        GRAPH,
        lambda _: error(404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive or hosted on-premise."),
    ),
    "microsoft_429": before(
        "429 with Retry-After", GRAPH, _waiting(429, "ApplicationThrottled"), retry_after="30"
    ),
    "microsoft_429_bare": before(
        "429 without a time", GRAPH, lambda _: error(429, "TooManyRequests", "Try again later.")
    ),
    "microsoft_500": before(
        "500, a problem inside",
        GRAPH,
        lambda _: error(500, "ErrorInternalServerError", "An internal error occurred."),
    ),
    "microsoft_503": before(
        "503 with Retry-After", GRAPH, _waiting(503, "ServiceUnavailable"), retry_after="20"
    ),
    "microsoft_504": before("504 with a page of HTML", GRAPH, page_of_html(504, "504 Gateway Timeout")),
    "microsoft_not_json": before("200 with text that is no JSON", GRAPH, not_json),
    "microsoft_reset": before("The connection is reset before anything is done", GRAPH, reset_now),
    "microsoft_delta_410": Fault("410 for delta links: resync", "rule", ("microsoft.delta",)),
    "microsoft_token_503": before("The token endpoint answers 503", TOKEN, page_of_html(503)),
    "microsoft_invalid_grant": before(
        "The token endpoint refuses code or token",
        TOKEN,
        lambda _: oauth_error("invalid_grant", 50173, "The grant has expired; the password was changed."),
    ),
    "microsoft_interaction": before(
        "The token endpoint wants the person back (MFA)",
        TOKEN,
        lambda _: oauth_error(
            "interaction_required",
            50076,
            "You must use multi-factor authentication.",
            suberror="basic_action",
        ),
    ),
    "microsoft_consent": before(
        "The token endpoint misses a consent (65001)",
        TOKEN,
        lambda _: oauth_error(
            "invalid_grant",
            65001,
            "The user or administrator has not consented to use the application.",
            suberror="consent_required",
        ),
    ),
    "microsoft_admin": before(
        "The token endpoint wants an administrator (90094)",
        TOKEN,
        lambda _: oauth_error("invalid_grant", 90094, "The grant requires admin permission."),
    ),
    "microsoft_conditional": before(
        "A rule of the organisation forbids it (53003)",
        TOKEN,
        lambda _: oauth_error(
            "access_denied", 53003, "Access has been blocked by Conditional Access policies."
        ),
    ),
    "microsoft_invalid_client": before(
        "The client secret has expired",
        TOKEN,
        lambda _: oauth_error(
            "invalid_client", 7000222, "The provided client secret keys are expired.", status=401
        ),
    ),
    "microsoft_truncated": Fault(
        "The answer breaks off in the middle of its body", "after", EVERYTHING, {"ending": "truncated"}
    ),
    "microsoft_lost": Fault(
        "The event is made, then the connection is reset", "after", CREATE, {"ending": "reset"}
    ),
    "microsoft_lost_504": Fault(
        "The event is made, then a gateway answers 504", "after", CREATE, {"status": 504}
    ),
    "microsoft_rotate_drop": Fault(
        "Tokens are renewed, then the connection drops",
        "after",
        ("microsoft.token.refresh",),
        {"ending": "dropped"},
    ),
    "microsoft_missing_scope": shape(
        "The token answer lacks a scope", TOKEN, missing_scope, scope=state.CALENDARS
    ),
    "microsoft_without_refresh": shape(
        "The token answer lacks refresh_token", TOKEN, without("refresh_token")
    ),
    "microsoft_without_value": shape("A list comes without its rows", LISTS, without("value")),
    "microsoft_without_start": shape(
        "Events come without their start", ("microsoft.view",), without_in_rows("value", "start")
    ),
    "microsoft_without_delta": shape(
        "A delta comes without its link", ("microsoft.delta",), without("@odata.deltaLink")
    ),
    "microsoft_link_http": shape(
        "The Teams link is plain http", WITH_LINK, _linked("http://teams.microsoft.example/l/meetup-join/1")
    ),
    "microsoft_link_javascript": shape(
        "The Teams link is a javascript: address", WITH_LINK, _linked("javascript:alert(document.domain)")
    ),
    "microsoft_second_page_fails": Fault("The second page of a list answers 503", "rule", LISTS),
    "microsoft_second_page_missing": Fault("The second page of a list lacks its rows", "rule", LISTS),
    "microsoft_link_elsewhere": Fault("The link to the next page leads to another host", "rule", LISTS),
    "microsoft_link_loops": Fault("The link to the next page leads to the same one", "rule", LISTS),
    "microsoft_meeting_late": Fault("The Teams link takes its time", "rule", WRITES, {"looks": 2}),
    "microsoft_meeting_missing": Fault("No Teams meeting is made, and nothing is said", "rule", WRITES),
    "microsoft_transaction_conflict": Fault("409 for a transactionId that is known", "rule", CREATE),
}
