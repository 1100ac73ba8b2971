"""What Zoom's error answers mean. Branches on status and number; texts only where Zoom gives nothing else."""

import logging
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from timetuna.lib.http import Json, Response, bounded, parse_retry_after, parts, text
from timetuna.lib.text import log_value, spoken
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError
from timetuna.providers.rest import BAD_REQUEST, NOT_FOUND, SERVER_ERROR, SUCCESS, TOO_MANY, UNAUTHORIZED

log = logging.getLogger(__name__)

_TOKEN_REFUSED, _SCOPE_MISSING, _TOKEN_PROBLEM = 124, 4711, 4700
_USER_MISSING, _MEETING_MISSING, _INVALID = 1001, 3001, 300
_SHORT_WAIT = timedelta(seconds=2)
_UNKNOWN_WAIT = timedelta(seconds=60)
_SCOPES = re.compile(r"scopes:\s*\[([a-z0-9_:, ]{1,200})\]")

_REFUSED = {
    3161: spoken(
        "Zoom refused: your Zoom account is not allowed to schedule meetings. Ask your Zoom administrator."
    ),
    3000: spoken(
        "Zoom refused: your Zoom account cannot schedule this meeting. Look at your account in Zoom."
    ),
    3001: spoken("Zoom refused: this meeting does not exist any more."),
    300: spoken("Zoom refused: it did not accept the details of this meeting."),
    200: spoken("Zoom refused: your Zoom account has no permission for this."),
}
_PASSCODE_RULES = spoken(
    "Zoom refused: the passcode rules of your Zoom account do not allow this meeting. Look at them in Zoom."
)


def refusal(response: Response, *, repeatable: bool = False) -> ProviderError | NeedsReconnect:
    """Return the error to raise for an answer that is none.

    repeatable: asking the same again does no harm, so that an unknown outcome need not be told apart.
    """
    body = response.fields()
    number = _number(body.get("code"))
    message = text(body, "message")
    _note(response, number, body)
    if number == _SCOPE_MISSING or (number == _TOKEN_PROBLEM and "scope" in message):
        return _scope_missing(message)
    if response.status == UNAUTHORIZED or number == _TOKEN_REFUSED:
        return AccessTokenRefused(spoken("Zoom does not accept the access token any more."), code="zoom:124")
    if TOO_MANY in {response.status, number}:
        return _too_many(response, message)
    if number == _USER_MISSING:
        return NeedsReconnect(
            spoken("Zoom does not know your user any more. Connect Zoom again."), code="zoom:1001"
        )
    if response.status < SERVER_ERROR and number in _REFUSED:
        return ProviderError(_sentence(number, body), code=f"zoom:{number}", permanent=True)
    return _other(response, number, repeatable=repeatable)


def is_missing_meeting(response: Response) -> bool:
    return response.status == NOT_FOUND and _number(response.fields().get("code")) == _MEETING_MISSING


def _other(response: Response, number: int, *, repeatable: bool) -> ProviderError:
    code = f"zoom:{number}" if number else f"http:{response.status}"
    if response.status >= SERVER_ERROR or response.status in SUCCESS:  # 5xx, or a 2xx that is no good answer
        return ProviderError(
            spoken("Zoom has a problem at the moment, and did not say whether it made the meeting.")
            if not repeatable
            else spoken("Zoom has a problem at the moment; this is tried again."),
            code=code,
            outcome_unknown=not repeatable,
        )
    if number and response.status >= BAD_REQUEST:
        return ProviderError(
            spoken("Zoom refused (error %(number)s).") % {"number": number}, code=code, permanent=True
        )
    return ProviderError(spoken("Zoom did not answer as it should; this is tried again."), code=code)


def _number(value: Any) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _sentence(number: int, body: Json) -> str:
    return _PASSCODE_RULES if number == _INVALID and "password" in _fields(body) else _REFUSED[number]


def _fields(body: Json) -> list[str]:
    return [str(row.get("field", "")) for row in parts(body, "errors")[:10]]


def _note(response: Response, number: int, body: Json) -> None:
    fields = log_value(" ".join(_fields(body)) or "-")
    log.warning("zoom refused: status %s, code %s, fields %s", response.status, number or "-", fields)


def _scope_missing(message: str) -> NeedsReconnect:
    found = _SCOPES.search(message)
    named = f" ({found[1].strip()})" if found else ""
    return NeedsReconnect(
        spoken(
            "Zoom was not given a permission that is needed%(named)s. Connect Zoom again and allow everything it asks."
        )
        % {"named": named},
        code="zoom:4711",
    )


def _too_many(response: Response, message: str) -> ProviderError:
    return ProviderError(
        spoken("Zoom’s limit of requests is reached; this is tried again when Zoom allows it."),
        code="zoom:429",
        retry_after=_when(response, message.lower(), datetime.now(UTC)),
    )


def _when(response: Response, message: str, now: datetime) -> datetime:
    """Find the moment: the daily limit of a user comes without any header, and ends at 00:00 UTC."""
    reset = response.headers.get("x-ratelimit-reset", "").strip()
    if "daily rate limit (100)" in message:
        return _midnight(now)
    if wanted := parse_retry_after(response.headers.get("retry-after", ""), now=now):
        return wanted
    if reset.isascii() and reset.isdigit():
        return bounded(datetime.fromtimestamp(int(reset[:10]), UTC), now=now)
    if "per-second" in message or "concurrent" in message:
        return now + _SHORT_WAIT
    return _midnight(now) if message else now + _UNKNOWN_WAIT


def _midnight(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
