"""What it means when a calendar server refuses, or cannot be reached."""

from datetime import UTC, datetime

from timetuna.lib.http import HttpError, Kind, Response, parse_retry_after
from timetuna.providers.errors import NeedsReconnect, ProviderError

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, GONE, PRECONDITION = 401, 403, 404, 409, 410, 412
_TOO_MANY, _SERVER_ERROR, _UNAVAILABLE, _NO_SPACE = 429, 500, 503, 507
_REDIRECTS, _CLIENT_ERRORS = range(300, 400), range(400, 500)
_ANOTHER_TIME = frozenset({408, 409, 412, 423, 425})

SIGN_IN_REFUSED = (
    "The calendar server does not accept this user name and password. Accounts with two-step sign-in need an app "
    "password, which you make in the account's security settings."
)
_PAUSE = "The calendar server asks for a pause; this is tried again."
_LATER = {
    _TOO_MANY: _PAUSE,
    _UNAVAILABLE: _PAUSE,
    _NO_SPACE: "The calendar server has no room for this, or too much of it; this is tried again.",
}
_UNREACHABLE: dict[Kind, str] = {
    "address": "This is not the address of a calendar server. Type one such as https://cloud.example.org.",
    "refused_address": "This address is not on the public internet. The operator of this TimeTuna can allow private "
    "addresses with CALDAV_ALLOW_PRIVATE.",
    "off_limits": "This address belongs to the machinery that TimeTuna runs on. It is never asked, not even where "
    "private addresses are allowed.",
    "dns": "No server has this name. Look for a typing mistake in the address.",
    "tls": "The calendar server has no certificate that this TimeTuna trusts. Its operator can name your own "
    "authority with CALDAV_CA_FILE.",
    "too_large": "The calendar server's answer is larger than TimeTuna reads.",
}
_LASTING = frozenset({"address", "refused_address", "off_limits"})


def unreachable(error: HttpError) -> ProviderError:
    return ProviderError(
        _UNREACHABLE.get(error.kind, "The calendar server could not be reached; this is tried again."),
        code=f"network:{error.kind}",
        permanent=error.kind in _LASTING,
    )


def refusal(response: Response) -> ProviderError | NeedsReconnect:
    status, code = response.status, f"http:{response.status}"
    if status == UNAUTHORIZED:
        return NeedsReconnect(f"{SIGN_IN_REFUSED} Connect the account again.", code=code)
    if status in _REDIRECTS:
        return NeedsReconnect(
            "The calendars have moved to another address. Connect the account again.", code=code
        )
    if status in {NOT_FOUND, GONE}:
        return gone()
    if status >= _SERVER_ERROR or status in {_TOO_MANY, *_ANOTHER_TIME}:
        return _later(response)
    sentence = (
        "The calendar server does not allow this. Look at what you may do in this calendar."
        if status == FORBIDDEN
        else f"The calendar server refused (error {status})."
    )
    return ProviderError(sentence, code=code, permanent=status in _CLIENT_ERRORS)


def gone() -> ProviderError:
    return ProviderError("This calendar does not exist any more.", code="gone", permanent=True)


def incomplete() -> ProviderError:
    return ProviderError(
        "The calendar server gave only a part of the calendar; this is tried again.", code="caldav:incomplete"
    )


def _later(response: Response) -> ProviderError:
    told = response.headers.get("retry-after", "")
    return ProviderError(
        _LATER.get(response.status, "The calendar server has a problem at the moment; this is tried again."),
        code=f"http:{response.status}",
        retry_after=parse_retry_after(told, now=datetime.now(UTC)) if told else None,
    )
