"""What can go wrong at Microsoft, and what it does to an answer."""

from collections.abc import Callable
from typing import Any

from sandbox.base.faults import Fault
from sandbox.base.serving import struck
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

FAULTS: dict[str, Fault] = {
    "microsoft_expire_access": Fault("Every access token of Microsoft's expires now", "now"),
    "microsoft_revoke": Fault("Every grant of Microsoft's is revoked now", "now"),
    "microsoft_expire_delta": Fault("Every delta token is too old now", "now"),
    "microsoft_empty_bin": Fault("Deleted events are gone for good now", "now"),
    "microsoft_slow": Fault("Microsoft is slow", "slow", EVERYTHING, {"seconds": 4}),
    "microsoft_401": Fault("401, the access token is not accepted", "before", GRAPH),
    "microsoft_403": Fault("403, this account may not do that", "before", GRAPH),
    "microsoft_403_scope": Fault("403, the token lacks the permission", "before", GRAPH),
    "microsoft_404": Fault("404, there is no such thing", "before", GRAPH),
    "microsoft_404_mailbox": Fault("404, the account has no mailbox in the cloud", "before", GRAPH),
    "microsoft_429": Fault("429 with Retry-After", "before", GRAPH, {"retry_after": "30"}),
    "microsoft_429_bare": Fault("429 without a time", "before", GRAPH),
    "microsoft_500": Fault("500, a problem inside", "before", GRAPH),
    "microsoft_503": Fault("503 with Retry-After", "before", GRAPH, {"retry_after": "20"}),
    "microsoft_504": Fault("504 with a page of HTML", "before", GRAPH),
    "microsoft_not_json": Fault("200 with text that is no JSON", "before", GRAPH),
    "microsoft_reset": Fault("The connection is reset before anything is done", "before", GRAPH),
    "microsoft_delta_410": Fault("410 for delta links: resync", "rule", ("microsoft.delta",)),
    "microsoft_token_503": Fault("The token endpoint answers 503", "before", TOKEN),
    "microsoft_invalid_grant": Fault("The token endpoint refuses code or token", "before", TOKEN),
    "microsoft_interaction": Fault("The token endpoint wants the person back (MFA)", "before", TOKEN),
    "microsoft_consent": Fault("The token endpoint misses a consent (65001)", "before", TOKEN),
    "microsoft_admin": Fault("The token endpoint wants an administrator (90094)", "before", TOKEN),
    "microsoft_conditional": Fault("A rule of the organisation forbids it (53003)", "before", TOKEN),
    "microsoft_invalid_client": Fault("The client secret has expired", "before", TOKEN),
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
    "microsoft_missing_scope": Fault(
        "The token answer lacks a scope", "shape", TOKEN, {"scope": state.CALENDARS}
    ),
    "microsoft_without_refresh": Fault("The token answer lacks refresh_token", "shape", TOKEN),
    "microsoft_without_value": Fault("A list comes without its rows", "shape", LISTS),
    "microsoft_without_start": Fault("Events come without their start", "shape", ("microsoft.view",)),
    "microsoft_without_delta": Fault("A delta comes without its link", "shape", ("microsoft.delta",)),
    "microsoft_link_http": Fault("The Teams link is plain http", "shape", WITH_LINK),
    "microsoft_link_javascript": Fault("The Teams link is a javascript: address", "shape", WITH_LINK),
    "microsoft_second_page_fails": Fault("The second page of a list answers 503", "rule", LISTS),
    "microsoft_second_page_missing": Fault("The second page of a list lacks its rows", "rule", LISTS),
    "microsoft_link_elsewhere": Fault("The link to the next page leads to another host", "rule", LISTS),
    "microsoft_link_loops": Fault("The link to the next page leads to the same one", "rule", LISTS),
    "microsoft_meeting_late": Fault("The Teams link takes its time", "rule", WRITES, {"looks": 2}),
    "microsoft_meeting_missing": Fault("No Teams meeting is made, and nothing is said", "rule", WRITES),
    "microsoft_transaction_conflict": Fault("409 for a transactionId that is known", "rule", CREATE),
}


def second_page(world: World, request: Request, call: Call) -> Response | None:
    """Answer where a list's second page shall fail."""
    answers = {
        "microsoft_second_page_fails": error(503, "ServiceUnavailable", "Try again."),
        "microsoft_second_page_missing": Response.json({"@odata.context": "$metadata"}),
    }
    if not {"$skip", "$skiptoken"} & set(request.query()):
        return None
    return struck(world, call, answers)


def deed(world: World, name: str, args: Json) -> int:
    """Do what is done at once, to `args["user"]` or to everybody."""
    data = state.of(world)
    with world.store.lock:
        chosen = data.account(str(args["user"])) if args.get("user") else None
        if name == "microsoft_expire_delta":
            for calendar in data.calendars:
                calendar.oldest_change = data.next_change()
            return len(data.calendars)
        if name == "microsoft_empty_bin":
            binned = [one for one in data.events if one.binned]
            for event in binned:
                event.purged = True
            return len(binned)
        grants = [one for one in data.grants if not one.revoked and (not chosen or one.account == chosen.key)]
        for grant in grants:
            grant.revoked = name == "microsoft_revoke"
            grant.access = {token: min(end, world.store.now()) for token, end in grant.access.items()}
        return len(grants)


def _waiting(status: int, code: str) -> Callable[[World, Json], Response]:
    def answer(_: World, args: Json) -> Response:
        response = error(status, code, "Application is over its limit; try again later.")
        response.headers["Retry-After"] = str(args["retry_after"])
        return response

    return answer


def _says(response: Callable[[], Response]) -> Callable[[World, Json], Response]:
    return lambda _world, _args: response()


_HTML = "<html><title>{}</title></html>\n"
BEFORE: dict[str, Callable[[World, Json], Response]] = {
    "microsoft_401": _says(
        lambda: error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
    ),
    "microsoft_403": _says(denied),
    "microsoft_403_scope": _says(
        lambda: error(403, "ErrorInsufficientPermissionsInAccessToken", "The permissions are insufficient.")
    ),
    "microsoft_404": _says(not_found),
    "microsoft_404_mailbox": _says(
        lambda: error(404, "MailboxNotEnabledForRESTAPI", "The mailbox is inactive or hosted on-premise.")
    ),
    "microsoft_429": _waiting(429, "ApplicationThrottled"),
    "microsoft_429_bare": _says(lambda: error(429, "TooManyRequests", "Try again later.")),
    "microsoft_500": _says(lambda: error(500, "ErrorInternalServerError", "An internal error occurred.")),
    "microsoft_503": _waiting(503, "ServiceUnavailable"),
    "microsoft_504": _says(lambda: Response.html(_HTML.format("504 Gateway Timeout"), status=504)),
    "microsoft_not_json": _says(lambda: Response(200, b"All is well.", {"Content-Type": "application/json"})),
    "microsoft_reset": _says(lambda: Response(ending="reset")),
    "microsoft_token_503": _says(lambda: Response.html(_HTML.format("503"), status=503)),
    "microsoft_invalid_grant": _says(
        lambda: oauth_error("invalid_grant", 50173, "The grant has expired; the password was changed.")
    ),
    "microsoft_interaction": _says(
        lambda: oauth_error(
            "interaction_required",
            50076,
            "You must use multi-factor authentication.",
            suberror="basic_action",
        )
    ),
    "microsoft_consent": _says(
        lambda: oauth_error(
            "invalid_grant",
            65001,
            "The user or administrator has not consented to use the application.",
            suberror="consent_required",
        )
    ),
    "microsoft_admin": _says(
        lambda: oauth_error("invalid_grant", 90094, "The grant requires admin permission.")
    ),
    "microsoft_conditional": _says(
        lambda: oauth_error("access_denied", 53003, "Access has been blocked by Conditional Access policies.")
    ),
    "microsoft_invalid_client": _says(
        lambda: oauth_error(
            "invalid_client", 7000222, "The provided client secret keys are expired.", status=401
        )
    ),
}


def _missing_scope(content: Json, args: Json) -> None:
    if "scope" in content:
        kept = [one for one in content["scope"].split() if not one.endswith(str(args["scope"]))]
        content["scope"] = " ".join(kept)


def _without(name: str) -> Callable[[Json, Json], None]:
    return lambda content, _args: content.pop(name, None)


def _startless(content: Json, _: Json) -> None:
    for row in content.get("value", []):
        row.pop("start", None)


def _linked(link: str) -> Callable[[Json, Json], None]:
    def change(content: Json, _: Json) -> None:
        if content.get("onlineMeeting"):
            content["onlineMeeting"]["joinUrl"] = link

    return change


SHAPES: dict[str, Callable[[Json, Json], None]] = {
    "microsoft_missing_scope": _missing_scope,
    "microsoft_without_refresh": _without("refresh_token"),
    "microsoft_without_value": _without("value"),
    "microsoft_without_start": _startless,
    "microsoft_without_delta": _without("@odata.deltaLink"),
    "microsoft_link_http": _linked("http://teams.microsoft.example/l/meetup-join/1"),
    "microsoft_link_javascript": _linked("javascript:alert(document.domain)"),
}
