"""What can go wrong at Zoom, and what it does to an answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.base.faults import (
    Fault,
    before,
    missing_scope,
    not_json,
    page_of_html,
    reset_now,
    shape,
    without,
)
from sandbox.base.wire import Response
from sandbox.zoom.answers import error, oauth_error, user_limit

Json = dict[str, Any]
EVERYTHING = ("token", "revoke", "compliance", "v2")
TOKEN = ("token",)
V2 = ("v2",)
CREATE = ("v2.create",)
PROFILE = ("v2.users_me",)
COMPLIANCE = ("compliance",)
_BUSY = {"X-RateLimit-Category": "Medium", "X-RateLimit-Remaining": "0"}
_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
_DAILY = (
    "You have reached the maximum daily rate limit for this API. "
    "Refer to the response header for details on when you can make another request."
)
_HOSTING = "Your user account is not allowed meeting hosting and scheduling capabilities."
_SCOPE = "Invalid access token, does not contain scopes:[meeting:write:meeting]."
_MEGABYTES = 8
_BROKEN = page_of_html(500, "500 Internal Server Error")
_GATEWAY = page_of_html(502, "502 Bad Gateway")
_UNAVAILABLE = page_of_html(503, "503 Service Temporarily Unavailable")


def _second(args: Json) -> Response:
    reset = str(int(args["now"] + float(args["reset_in"])))
    response = error(429, _SECOND, status=429)
    response.headers.update(
        _BUSY | {"X-RateLimit-Type": "QPS", "X-RateLimit-Limit": "20", "X-RateLimit-Reset": reset}
    )
    return response


def _daily(args: Json) -> Response:
    today = datetime.fromtimestamp(args["now"], UTC).date()
    retry_after = args["retry_after"] or f"{today + timedelta(days=1)}T00:00:00Z"
    response = error(429, _DAILY, status=429)
    response.headers.update(_BUSY | {"X-RateLimit-Type": "Daily-limit", "X-RateLimit-Limit": "2000"})
    response.headers["Retry-After"] = str(retry_after)
    return response


def _users_me_fails(args: Json) -> Response:
    return error(int(args["code"]), str(args["message"]), status=int(args["status"]))


def _validation(args: Json) -> Response:
    found = [{"field": args["field"], "message": args["message"]}]
    return error(300, "Validation Failed.", errors=found)


_PREAPPROVAL = (
    "<h1>This app needs approval</h1><p>Ask your Zoom administrator to approve the app, then try again.</p>"
)


def _extra_fields(content: Json, _: Json) -> None:
    content.update({"zz_unknown": {"nested": [1, None, "x"]}, "aa_flag": True, "quota_left": 1e300})


def _expires_in(content: Json, args: Json) -> None:
    if "expires_in" in content:
        content["expires_in"] = args["seconds"]


def _old_texts(content: Json, _: Json) -> None:
    if content.get("error") == "invalid_grant":
        content["error"] = "invalid_request"


def _bare(content: Json, _: Json) -> None:
    if "error" in content:
        content.pop("reason", None)


def _start_shifted(content: Json, args: Json) -> None:
    if "start_time" in content:
        moment = datetime.fromisoformat(content["start_time"]) + timedelta(minutes=args["minutes"])
        content["start_time"] = moment.isoformat().replace("+00:00", "Z")


def _instead(name: str, make: Callable[[Json], Any]) -> Callable[[Json, Json], None]:
    def replace(content: Json, _: Json) -> None:
        if name in content:
            content[name] = make(content)

    return replace


_PASSCODES = ("password", "h323_password", "pstn_password", "encrypted_password")


def _no_password(content: Json, args: Json) -> None:
    without(*_PASSCODES)(content, args)
    _bare_link(content, args)


_bare_link = _instead("join_url", lambda content: content["join_url"].split("?")[0])

FAULTS: dict[str, Fault] = {
    "expire_access_token": Fault("Every access token expires now", "now"),
    "revoke_grant": Fault("Every grant is revoked now, and no event is sent", "now"),
    "slow": Fault("The answer is slow", "slow", EVERYTHING, {"seconds": 4}),
    "reset_before": before("The connection is reset before anything is done", CREATE, reset_now),
    "reset_after": Fault(
        "The meeting is made, then the connection is reset", "after", CREATE, {"ending": "reset"}
    ),
    "dropped_after": Fault(
        "The meeting is made, then the connection closes without an answer",
        "after",
        CREATE,
        {"ending": "dropped"},
    ),
    "truncated": Fault(
        "The answer breaks off in the middle of its body", "after", EVERYTHING, {"ending": "truncated"}
    ),
    "http_500_html": before("500 with a page of HTML", V2, _BROKEN),
    "http_502_html": before("502 with a page of HTML", V2, _GATEWAY),
    "http_503_html": before("503 with a page of HTML", V2, _UNAVAILABLE),
    "http_502_after": Fault(
        "The meeting is made, then a gateway answers 502", "after", CREATE, {"status": 502}
    ),
    "not_json": before("200 with text that is no JSON", V2, not_json),
    "huge_body": before(
        "200 with eight megabytes of JSON",
        V2,
        lambda _: Response.json({"filler": "x" * (_MEGABYTES * 1024 * 1024)}),
    ),
    "redirect": before(
        "A redirect to another host",
        V2,
        lambda args: Response.redirect(str(args["location"]), status=307),
        location="https://elsewhere.example/",
    ),
    "error_200": before(
        "200 with a body shaped like an error", V2, lambda _: error(300, "Validation Failed.", status=200)
    ),
    "xml_errors": Fault("Error bodies are XML whatever Accept says", "rule", V2),
    "extra_fields": shape("Answers carry fields nobody has heard of", EVERYTHING, _extra_fields),
    "rotate_drop": Fault(
        "A refresh rotates the tokens, then the connection drops",
        "after",
        ("token.refresh",),
        {"ending": "dropped"},
    ),
    "token_500_html": before("The token endpoint answers 500 with HTML", TOKEN, _BROKEN),
    "token_502_html": before("The token endpoint answers 502 with HTML", TOKEN, _GATEWAY),
    "token_429": before(
        "The token endpoint answers 429",
        TOKEN,
        lambda _: oauth_error("rate_limited", "Too many requests", status=429),
    ),
    "token_missing_scope": shape(
        "The token answer lacks a scope", TOKEN, missing_scope, scope="meeting:write:meeting"
    ),
    "token_without_refresh": shape("The token answer lacks refresh_token", TOKEN, without("refresh_token")),
    "expires_in": shape("expires_in says 3600 instead of 3599", TOKEN, _expires_in, seconds=3600),
    "old_error_texts": shape(
        "Token errors read invalid_request, as they once did", TOKEN, _old_texts, status=400
    ),
    "bare_error": shape("Token errors lack their reason", TOKEN, _bare),
    "invalid_client": before(
        "The token endpoint knows the app no more",
        TOKEN,
        lambda args: oauth_error(
            "invalid_client", "Invalid client_id or client_secret", status=int(args["status"])
        ),
        status=400,
    ),
    "invalid_grant": before(
        "The token endpoint refuses code or token",
        TOKEN,
        lambda args: oauth_error("invalid_grant", "Invalid Token!", status=int(args["status"])),
        status=400,
    ),
    "old_access_dies": Fault("A refresh kills the access token before it", "rule", ("token.refresh",)),
    "unauthorized": before(
        "401, the access token is not accepted",
        V2,
        lambda args: error(124, str(args["message"]), status=401),
        message="Invalid access token.",
    ),
    "rate_limit_second": before("429, the limit of this second", V2, _second, reset_in=1),
    "rate_limit_daily": before("429, the account's limit of this day", V2, _daily, retry_after=""),
    "rate_limit_user": before(
        "429, this user's hundred meetings of the day, without headers", CREATE, lambda _: user_limit()
    ),
    "rate_limit_concurrent": before(
        "429, too many requests at once",
        V2,
        lambda _: error(429, "Too many concurrent requests. Try again later.", status=429),
    ),
    "users_me_fails": before(
        "The profile cannot be read", PROFILE, _users_me_fails, status=400, code=200, message="No permission."
    ),
    "no_display_name": shape("The profile lacks display_name", PROFILE, without("display_name")),
    "no_names": shape(
        "The profile lacks every name", PROFILE, without("display_name", "first_name", "last_name")
    ),
    "no_user_id": shape("The profile lacks the user's id", PROFILE, without("id")),
    "cannot_host": before("3161, this user may not host meetings", CREATE, lambda _: error(3161, _HOSTING)),
    "validation_300": before(
        "300, the passcode breaks the account's rules",
        CREATE,
        _validation,
        field="password",
        message="Password does not meet the account's requirements.",
    ),
    "create_4711": before("4711, the token lacks the scope", CREATE, lambda _: error(4711, _SCOPE)),
    "user_missing": before(
        "1001, the user does not exist", V2, lambda _: error(1001, "User does not exist: me.", status=404)
    ),
    "no_password": shape("The meeting has no passcode", CREATE, _no_password),
    "empty_password": shape(
        "The meeting's passcode is an empty text", CREATE, _instead("password", lambda _: "")
    ),
    "join_url_without_pwd": shape("The join link does not carry the passcode", CREATE, _bare_link),
    "join_url_missing": shape("The meeting has no join link", CREATE, without("join_url")),
    "join_url_javascript": shape(
        "The join link is a javascript: address",
        CREATE,
        _instead("join_url", lambda _: "javascript:alert(document.domain)"),
    ),
    "join_url_http": shape(
        "The join link is plain http",
        CREATE,
        _instead("join_url", lambda content: content["join_url"].replace("https:", "http:", 1)),
    ),
    "no_uuid": shape("The meeting has no uuid", CREATE, without("uuid")),
    "id_as_text": shape(
        "The meeting's id is a text", CREATE, _instead("id", lambda content: str(content["id"]))
    ),
    "start_time_shifted": shape("The meeting comes back an hour later", CREATE, _start_shifted, minutes=60),
    "start_time_missing": shape("The meeting comes back without a start", CREATE, without("start_time")),
    "unknown_timezone_error": Fault("An unknown time zone is refused, not guessed", "rule", CREATE),
    "preapproval": before(
        "An administrator must approve the app first", ("authorize",), lambda _: Response.html(_PREAPPROVAL)
    ),
    "lenient_scope": Fault("A scope parameter is tolerated at authorize", "rule", ("authorize",)),
    "decline_without_redirect": Fault(
        "After Decline the person is left on Zoom's page", "rule", ("consent",)
    ),
    "decline_without_state": Fault("After Decline the redirect lacks the state", "rule", ("consent",)),
    "compliance_404": before(
        "The compliance call is gone", COMPLIANCE, lambda _: error(404, "Not Found", status=404)
    ),
    "compliance_500": before("The compliance call fails", COMPLIANCE, _BROKEN),
    "compliance_timeout": Fault("The compliance call hangs", "slow", COMPLIANCE, {"seconds": 30}),
    "event_duplicate": Fault("The event comes twice", "event", (), {"duplicate": 2}),
    "event_late": Fault(
        "The event comes an hour late", "event", (), {"event_time_offset": -3600, "timestamp_offset": -3600}
    ),
    "event_held": Fault("The event is held back until it is let go", "event", (), {"hold": True}),
    "event_lost": Fault("The event never comes", "event", (), {"lost": True}),
    "event_bad_signature": Fault(
        "The event is signed with another key", "event", (), {"bad_signature": True}
    ),
    "event_no_signature": Fault("The event is not signed", "event", (), {"no_signature": True}),
    "event_reindented": Fault("The event is re-indented after signing", "event", (), {"reindent": True}),
    "event_emoji": Fault("The event carries a fish and umlauts", "event", (), {"emoji": True}),
    "event_legacy": Fault("The event has the shape of 2019", "event", (), {"shape": "legacy"}),
    "event_other_client": Fault("The event is for another app", "event", (), {"other_client": True}),
    "event_without_user": Fault("The event names no user", "event", (), {"without_user": True}),
    "retry_4xx": Fault("Events answered with 3xx or 4xx are sent again as well", "rule", ("event",)),
    "stale_retries": Fault("Repeated events keep their first timestamp", "rule", ("event",)),
}
