"""Microsoft Graph: its lists, its addresses, its good answers, checked at the door, and what its errors mean.

https://learn.microsoft.com/graph/errors
"""

from typing import Any
from urllib.parse import quote

from timetuna.lib.http import HttpClient, Json, part, text
from timetuna.lib.text import single_line, spoken
from timetuna.providers.base import OutsideCalendar, Profile
from timetuna.providers.errors import ProviderError
from timetuna.providers.microsoft.signin import LABEL
from timetuna.providers.rest import ID, NAME_LENGTH, JsonApi, OnlineService, color

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
        spoken(
            "This Microsoft account has no mailbox in the cloud, so it has no calendar that can be reached. "
            "Connect an account whose mail is in Microsoft 365 or Outlook.com."
        ),
        code="microsoft:no-mailbox",
        permanent=True,
    )


MICROSOFT = OnlineService(
    slug="microsoft",
    company="Microsoft",
    name="Microsoft",
    label=LABEL,
    allow=spoken("accept what is asked for"),
    sharing=spoken("in Outlook"),
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
            spoken("This event has no number at Microsoft."), code="microsoft:no-reference", permanent=True
        )
    return f"{calendar_path(calendar)}/events/{quote(reference, safe='')}"


TEAMS = "teams"
TEAMS_PROVIDER = "teamsForBusiness"
_COLORS = {  # what Outlook shows for the names that come without a hexColor
    "lightblue": "#a6d1f5",
    "lightgreen": "#87d28e",
    "lightorange": "#fcab73",
    "lightgray": "#c0c0c0",
    "lightyellow": "#f5e2a2",
    "lightteal": "#4adacc",
    "lightpink": "#f08cc0",
    "lightbrown": "#cba287",
    "lightred": "#f88c9b",
    "maxcolor": "#a6d1f5",
}


def read_profile(body: Json) -> Profile:
    """Return whose account it is. Raises ProviderError.

    `mail` is empty for many personal accounts; the name by which one signs in is an address there.
    """
    addresses = [text(body, name) for name in ("mail", "userPrincipalName")]
    email = next((one for one in addresses if "@" in one), "")
    return MICROSOFT.profile(text(body, "id"), email, text(body, "displayName"))


def read_calendars(rows: list[Json]) -> tuple[OutsideCalendar, ...]:
    """Return the account's calendars. Raises ProviderError.

    Graph does not say which ones are shown in Outlook. Those of other people, which are in the list when they were
    shared, count as not selected, and so do birthdays and holidays, which Exchange lists under the person's own name.
    """
    mine = {_owner(row) for row in rows if row.get("isDefaultCalendar") is True} | {""}
    return tuple(_calendar(row, selected=_is_own(row, mine)) for row in rows)


def _calendar(row: Json, *, selected: bool) -> OutsideCalendar:
    calendar_id = text(row, "id")
    if not ID.fullmatch(calendar_id):
        raise MICROSOFT.unreadable("with a calendar that has no id")
    kinds, writable = row.get("allowedOnlineMeetingProviders"), row.get("canEdit") is True
    has_teams = writable and isinstance(kinds, list) and TEAMS_PROVIDER in kinds
    return OutsideCalendar(
        id=calendar_id,
        name=single_line(text(row, "name"), max_length=NAME_LENGTH) or "Calendar",
        color=_color(row),
        primary=row.get("isDefaultCalendar") is True,
        writable=writable,
        selected=selected,
        meeting_types=frozenset({TEAMS} if has_teams else ()),
    )


def _is_own(row: Json, mine: set[str]) -> bool:
    """What Exchange fills itself cannot be edited, so it is not the person's own."""
    return row.get("isDefaultCalendar") is True or (row.get("canEdit") is True and _owner(row) in mine)


def _owner(row: Json) -> str:
    return text(part(row, "owner"), "address").casefold()


def _color(row: Json) -> str:
    return color(text(row, "hexColor")) or _COLORS.get(text(row, "color").lower(), "")


def join_url(event: Json) -> str:
    """As Microsoft says it, or an empty text while there is none."""
    return text(part(event, "onlineMeeting"), "joinUrl")
