"""What Google's error answers mean (https://developers.google.com/workspace/calendar/api/guides/errors)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from timetuna.lib.http import HttpError, NotJsonError, Response
from timetuna.lib.retry_after import parse_retry_after
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 400, 401, 403, 404
CONFLICT, GONE, TOO_MANY, SERVER_ERROR = 409, 410, 429, 500
_MINUTE = timedelta(minutes=1)
_WORD = re.compile("[A-Za-z0-9_]{1,60}")
_LIMITS = {
    "rateLimitExceeded",
    "userRateLimitExceeded",
    "calendarUsageLimitsExceeded",
    "quotaExceeded",
    "dailyLimitExceeded",
    "dailyLimitExceededUnreg",
    "variableTermLimitExceeded",
    "RATE_LIMIT_EXCEEDED",
}
_SCOPE = {"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}
_SWITCHED_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}


class GoogleRefused(ProviderError):  # noqa: N818 - it names what happened
    """Google answered with an error status. `status` and `reason` are for the rest of this package."""

    def __init__(self, message: str, *, response: Response, permanent: bool, code: str = "") -> None:
        self.status = response.status
        self.reason = next(iter(reasons_of(response)), "")
        super().__init__(message, code=code or _code(self.status, self.reason), permanent=permanent)


def fields_of(response: Response) -> dict[str, Any]:
    """Return the answer's JSON object, empty where it is HTML, cut off or something else."""
    try:
        body = response.json()
    except NotJsonError:
        return {}
    return body if isinstance(body, dict) else {}


def reasons_of(response: Response) -> list[str]:
    """Return the words that say why, the newer form's (`details`) after the older form's (`errors`)."""
    problem = _problem(response)
    rows = [row for name in ("errors", "details") for row in _rows(problem.get(name))]
    return [
        row["reason"] for row in rows if isinstance(row.get("reason"), str) and _WORD.fullmatch(row["reason"])
    ]


def refusal(response: Response, *, creates: bool = False) -> ProviderError | NeedsReconnect:
    """Return the error to raise for an answer that is none.

    creates: something new may have been made although no good answer came.
    """
    found = set(reasons_of(response))
    if response.status == UNAUTHORIZED:
        return AccessTokenRefused("Google does not accept the access token any more.", code="google:401")
    if found & _SCOPE:
        return NeedsReconnect(
            "Google was not given a permission that is needed. "
            "Connect Google Calendar again and tick every permission.",
            code="google:scope",
        )
    if response.status == TOO_MANY or (response.status == FORBIDDEN and found & _LIMITS):
        return _too_many(response)
    if found & _SWITCHED_OFF:
        return ProviderError(
            "The Google Calendar API is not switched on for this server's Google project. "
            "Whoever runs this server has to enable it.",
            code="google:api-off",
            operator=True,
        )
    if response.status in {NOT_FOUND, GONE}:
        return GoogleRefused(
            "Google does not know this calendar any more.", response=response, permanent=True, code="gone"
        )
    return _other(response, creates=creates)


def unreachable(error: HttpError, *, creates: bool) -> ProviderError:
    """Return the error for a call that got no answer."""
    unknown = error.sent and creates
    return ProviderError(
        "Google Calendar did not answer, and may or may not have made the event; this is looked up and tried again."
        if unknown
        else "Google Calendar could not be reached; this is tried again.",
        code=f"network:{error.kind}",
        outcome_unknown=unknown,
    )


def unreadable(what: str = "with something that cannot be read", *, creates: bool = False) -> ProviderError:
    """Return the error for a good status with an answer that is not whole."""
    return ProviderError(
        f"Google Calendar answered {what}; this is tried again.", code="protocol", outcome_unknown=creates
    )


def _other(response: Response, *, creates: bool) -> ProviderError:
    reason = next(iter(reasons_of(response)), "")
    if response.status >= SERVER_ERROR:
        return ProviderError(
            "Google Calendar has a problem at the moment; this is tried again.",
            code=f"http:{response.status}",
            retry_after=_when(response),
            outcome_unknown=creates,
        )
    if response.status == FORBIDDEN:
        words = (
            "Google refused: this account may not do that with this calendar. Look at its sharing at Google."
        )
        return GoogleRefused(words, response=response, permanent=True)
    if response.status == CONFLICT:
        return GoogleRefused(
            "Google knows this event already; this is tried again.", response=response, permanent=False
        )
    if response.status == BAD_REQUEST and "conference" in _message(response):
        words = "Google refused: this calendar cannot have Google Meet meetings."
        return GoogleRefused(words, response=response, permanent=True, code="google:conference-type")
    if response.status == BAD_REQUEST:
        words = f"Google did not accept the details of this request ({reason or BAD_REQUEST})."
        return GoogleRefused(words, response=response, permanent=True)
    return GoogleRefused(
        "Google Calendar did not answer as it should; this is tried again.",
        response=response,
        permanent=False,
    )


def _too_many(response: Response) -> ProviderError:
    return ProviderError(
        "Google's limit of requests is reached; this is tried again when Google allows it.",
        code="google:429",
        retry_after=_when(response) or datetime.now(UTC) + _MINUTE,
    )


def _when(response: Response) -> datetime | None:
    return parse_retry_after(response.headers.get("retry-after", ""), now=datetime.now(UTC))


def _code(status: int, reason: str) -> str:
    return f"google:{reason or status}"


def _problem(response: Response) -> dict[str, Any]:
    problem = fields_of(response).get("error")
    return problem if isinstance(problem, dict) else {}


def _message(response: Response) -> str:
    message = _problem(response).get("message")
    return message.lower() if isinstance(message, str) else ""


def _rows(value: Any) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
