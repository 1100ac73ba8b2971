"""What Microsoft Graph's error answers mean (https://learn.microsoft.com/graph/errors)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from timetuna.lib.http import HttpError, NotJsonError, Response
from timetuna.lib.retry_after import parse_retry_after
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError

BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, NOT_ALLOWED = 400, 401, 403, 404, 405
CONFLICT, GONE, TOO_MANY, SERVER_ERROR = 409, 410, 429, 500
_MINUTE = timedelta(minutes=1)
_WORD = re.compile("[A-Za-z0-9_.]{1,80}")
_SCOPE = {"ErrorInsufficientPermissionsInAccessToken", "ErrorInsufficientPermissions"}
_NO_MAILBOX = {
    "MailboxNotEnabledForRESTAPI",
    "MailboxNotSupportedForRESTAPI",
    "RESTAPINotEnabledForComponentSharedMailbox",
    "ErrorNonExistentMailbox",
    "MailboxInfoStale",
}
# With immutable ids a deleted event is still found in the mailbox, and refuses to be deleted again.
_NOT_THERE = {
    "ErrorItemNotFound",
    "ErrorInvalidIdMalformed",
    "ErrorInvalidId",
    "ErrorFolderNotFound",
    "ErrorCannotDeleteObject",
}


class MicrosoftRefused(ProviderError):  # noqa: N818 - it names what happened
    """Microsoft answered with an error status. `status` and `absent` are for the rest of this package.

    absent: what was asked for is not there.
    """

    def __init__(self, message: str, *, response: Response, permanent: bool, code: str = "") -> None:
        reason = reason_of(response)
        self.status = response.status
        self.absent = response.status in {NOT_FOUND, GONE} or reason in _NOT_THERE
        super().__init__(message, code=code or f"microsoft:{reason or self.status}", permanent=permanent)


def fields_of(response: Response) -> dict[str, Any]:
    """Return the answer's JSON object, empty where it is HTML, cut off or something else."""
    try:
        body = response.json()
    except NotJsonError:
        return {}
    return body if isinstance(body, dict) else {}


def reason_of(response: Response) -> str:
    """Return the error's code, or an empty text."""
    code = _problem(response).get("code")
    return code if isinstance(code, str) and _WORD.fullmatch(code) else ""


def refusal(response: Response, *, creates: bool = False) -> ProviderError | NeedsReconnect:
    """Return the error to raise for an answer that is none.

    creates: something new may have been made although no good answer came.
    """
    reason = reason_of(response)
    if response.status == UNAUTHORIZED:
        return AccessTokenRefused(
            "Microsoft does not accept the access token any more.", code="microsoft:401"
        )
    if reason in _SCOPE:
        return NeedsReconnect(
            "Microsoft was not given a permission that is needed. "
            "Connect Microsoft 365 / Outlook again and accept what is asked for.",
            code="microsoft:scope",
        )
    if response.status == TOO_MANY:
        return ProviderError(
            "Microsoft's limit of requests is reached; this is tried again when Microsoft allows it.",
            code="microsoft:429",
            retry_after=_when(response) or datetime.now(UTC) + _MINUTE,
        )
    if reason in _NO_MAILBOX:
        return ProviderError(
            "This Microsoft account has no mailbox in the cloud, so it has no calendar that can be reached. "
            "Connect an account whose mail is in Microsoft 365 or Outlook.com.",
            code="microsoft:no-mailbox",
            permanent=True,
        )
    return _other(response, reason, creates=creates)


def unreachable(error: HttpError, *, creates: bool) -> ProviderError:
    """Return the error for a call that got no answer."""
    unknown = error.sent and creates
    return ProviderError(
        "Microsoft did not answer, and may or may not have made the event; this is looked up and tried again."
        if unknown
        else "Microsoft could not be reached; this is tried again.",
        code=f"network:{error.kind}",
        outcome_unknown=unknown,
    )


def unreadable(what: str = "with something that cannot be read", *, creates: bool = False) -> ProviderError:
    """Return the error for a good status with an answer that is not whole."""
    return ProviderError(
        f"Microsoft answered {what}; this is tried again.", code="protocol", outcome_unknown=creates
    )


def _other(response: Response, reason: str, *, creates: bool) -> ProviderError:
    if response.status in {NOT_FOUND, GONE} or reason in _NOT_THERE:
        words = "Microsoft does not know this calendar any more."
        return MicrosoftRefused(words, response=response, permanent=True, code="gone")
    if response.status >= SERVER_ERROR:
        return ProviderError(
            "Microsoft has a problem at the moment; this is tried again.",
            code=f"http:{response.status}",
            retry_after=_when(response),
            outcome_unknown=creates,
        )
    if response.status == FORBIDDEN:
        words = "Microsoft refused: this account may not do that with this calendar. Look at its sharing in Outlook."
        return MicrosoftRefused(words, response=response, permanent=True)
    if response.status == BAD_REQUEST and "onlinemeeting" in _message(response):
        words = "Microsoft refused: this calendar cannot have Teams meetings."
        return MicrosoftRefused(words, response=response, permanent=True, code="microsoft:no-teams")
    if response.status == BAD_REQUEST:
        words = f"Microsoft did not accept the details of this request ({reason or BAD_REQUEST})."
        return MicrosoftRefused(words, response=response, permanent=True)
    words = "Microsoft did not answer as it should; this is tried again."
    return MicrosoftRefused(words, response=response, permanent=False)


def _when(response: Response) -> datetime | None:
    return parse_retry_after(response.headers.get("retry-after", ""), now=datetime.now(UTC))


def _problem(response: Response) -> dict[str, Any]:
    problem = fields_of(response).get("error")
    return problem if isinstance(problem, dict) else {}


def _message(response: Response) -> str:
    message = _problem(response).get("message")
    return message.lower() if isinstance(message, str) else ""
