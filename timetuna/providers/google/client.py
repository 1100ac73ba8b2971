"""Google's API: its lists, its addresses, its good answers, checked at the door, and what its errors mean.

https://developers.google.com/workspace/calendar/api/guides/errors
"""

from typing import Any
from urllib.parse import quote

from timetuna.lib.http import Json, part, parts, text
from timetuna.lib.text import find_zone, single_line, spoken
from timetuna.providers.base import OutsideCalendar, Profile
from timetuna.providers.errors import ProviderError
from timetuna.providers.rest import NAME_LENGTH, JsonApi, OnlineService, color

_SWITCHED_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
_AFTER = "&pageToken="


def _words(error: Json) -> list[str]:
    """The reasons, the newer form's (`details`) after the older form's (`errors`)."""
    return [text(row, "reason") for name in ("errors", "details") for row in parts(error, name)]


def _own(words: set[str]) -> ProviderError | None:
    if not words & _SWITCHED_OFF:
        return None
    return ProviderError(
        spoken(
            "The Google Calendar API is not switched on for this server’s Google project. "
            "Whoever runs this server has to enable it."
        ),
        code="google:api-off",
        operator=True,
    )


GOOGLE = OnlineService(
    slug="google",
    company="Google",
    name="Google Calendar",
    label="Google Calendar",
    allow=spoken("tick every permission"),
    sharing=spoken("at Google"),
    meetings="Google Meet",
    no_meetings=("conference", "google:conference-type"),
    words=_words,
    own=_own,
    scope=frozenset({"insufficientPermissions", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}),
    limits=frozenset(
        {
            "rateLimitExceeded",
            "userRateLimitExceeded",
            "calendarUsageLimitsExceeded",
            "quotaExceeded",
            "dailyLimitExceeded",
            "dailyLimitExceededUnreg",
            "variableTermLimitExceeded",
            "RATE_LIMIT_EXCEEDED",
        }
    ),
)


class GoogleApi(JsonApi):
    """Calls the API; a list's address has a query."""

    service = GOOGLE
    rows = "items"
    most_pages, most_bytes = 200, 5_000_000

    def following(self, page: Json, address: str) -> Any:
        token = page.get("nextPageToken") or None
        named = f"{address.partition(_AFTER)[0]}{_AFTER}"
        return named + quote(token, safe="") if isinstance(token, str) else token


def calendar_path(calendar: str) -> str:
    return f"/calendar/v3/calendars/{quote(calendar, safe='')}/events"


def event_path(calendar: str, reference: str) -> str:
    if not reference:
        raise ProviderError(
            spoken("This event has no number at Google."), code="google:no-reference", permanent=True
        )
    return f"{calendar_path(calendar)}/{quote(reference, safe='')}"


GOOGLE_MEET = "google_meet"
_MEET_SOLUTION = "hangoutsMeet"


def read_profile(body: Json) -> Profile:
    """`name` is there only where it was asked for. Raises ProviderError."""
    return GOOGLE.profile(text(body, "sub"), text(body, "email"), text(body, "name"))


def read_calendar(item: Json) -> OutsideCalendar | None:
    """None for one that was taken out of the list. Raises ProviderError."""
    if item.get("deleted") is True:
        return None
    calendar_id, role = text(item, "id"), text(item, "accessRole")
    if not calendar_id or len(calendar_id) > NAME_LENGTH * 5:
        raise GOOGLE.unreadable("with a calendar that has no id")
    name = single_line(text(item, "summaryOverride") or text(item, "summary"), max_length=NAME_LENGTH)
    zone = text(item, "timeZone")
    writable, primary = role in {"owner", "writer"}, item.get("primary") is True
    return OutsideCalendar(
        id=calendar_id,
        name=name or single_line(calendar_id, max_length=NAME_LENGTH),
        color=color(text(item, "backgroundColor")),
        primary=primary,
        writable=writable,
        selected=primary or (item.get("selected") is True and role == "owner" and _is_own(calendar_id)),
        time_zone=zone if find_zone(zone) else "",
        meeting_types=frozenset({GOOGLE_MEET} if writable and _has_meet(item) else ()),
    )


def _is_own(calendar_id: str) -> bool:
    """Tell a calendar that its owner has made from a colleague's or a room's, of which one may be an owner as well."""
    return calendar_id.partition("@")[2].startswith("group.calendar.")


def _has_meet(item: Json) -> bool:
    kinds = part(item, "conferenceProperties").get("allowedConferenceSolutionTypes")
    return isinstance(kinds, list) and _MEET_SOLUTION in kinds


def conference_state(event: Json) -> str:
    """`success`, `pending`, `failure`, or an empty text where the event has no meeting."""
    request = part(part(event, "conferenceData"), "createRequest")
    state = text(part(request, "status"), "statusCode")
    return state or ("success" if video_link(event) else "")


def request_id(event: Json) -> str:
    """Of the request by which the event's meeting was asked for."""
    return text(part(part(event, "conferenceData"), "createRequest"), "requestId")


def video_link(event: Json) -> str:
    """As Google says it, or an empty text."""
    points = parts(part(event, "conferenceData"), "entryPoints")
    videos = (text(point, "uri") for point in points if point.get("entryPointType") == "video")
    return next(videos, text(event, "hangoutLink"))
