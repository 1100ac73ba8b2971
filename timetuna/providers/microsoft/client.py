"""Microsoft Graph: its lists, its addresses, and what its errors mean (https://learn.microsoft.com/graph/errors)."""

from typing import Any
from urllib.parse import quote

from timetuna.lib.http import HttpClient
from timetuna.providers.errors import ProviderError
from timetuna.providers.microsoft.signin import LABEL
from timetuna.providers.rest import Json, JsonApi, OnlineService, text

NEXT = "@odata.nextLink"
_NO_MAILBOX = {
    "MailboxNotEnabledForRESTAPI",
    "MailboxNotSupportedForRESTAPI",
    "RESTAPINotEnabledForComponentSharedMailbox",
    "ErrorNonExistentMailbox",
    "MailboxInfoStale",
}


def _own(words: set[str]) -> ProviderError | None:
    if not words & _NO_MAILBOX:
        return None
    return ProviderError(
        "This Microsoft account has no mailbox in the cloud, so it has no calendar that can be reached. "
        "Connect an account whose mail is in Microsoft 365 or Outlook.com.",
        code="microsoft:no-mailbox",
        permanent=True,
    )


MICROSOFT = OnlineService(
    slug="microsoft",
    company="Microsoft",
    name="Microsoft",
    label=LABEL,
    allow="accept what is asked for",
    sharing="in Outlook",
    meetings="Teams",
    no_meetings=("onlinemeeting", "microsoft:no-teams"),
    words=lambda error: [text(error, "code")],
    own=_own,
    scope=frozenset({"ErrorInsufficientPermissionsInAccessToken", "ErrorInsufficientPermissions"}),
    # With immutable ids a deleted event is still found in the mailbox, and refuses to be deleted again.
    absent=frozenset(
        {
            "ErrorItemNotFound",
            "ErrorInvalidIdMalformed",
            "ErrorInvalidId",
            "ErrorFolderNotFound",
            "ErrorCannotDeleteObject",
        }
    ),
)


class GraphApi(JsonApi):
    """Calls Graph. Ids are immutable ones, times are UTC."""

    service = MICROSOFT
    rows = "value"
    most_pages, most_bytes = 400, 20_000_000
    prefer = 'IdType="ImmutableId", outlook.timezone="UTC"'

    def __init__(self, api_url: str, *, http: HttpClient) -> None:
        super().__init__(f"{api_url.rstrip('/')}/v1.0", http=http)

    def following(self, page: Json, address: str) -> Any:  # noqa: ARG002
        return page[NEXT] or "" if NEXT in page else None


def calendar_path(calendar: str) -> str:
    return f"/me/calendars/{quote(calendar, safe='')}"


def event_path(calendar: str, reference: str) -> str:
    if not reference:
        raise ProviderError(
            "This event has no number at Microsoft.", code="microsoft:no-reference", permanent=True
        )
    return f"{calendar_path(calendar)}/events/{quote(reference, safe='')}"
