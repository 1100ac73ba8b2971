"""Google's API: its lists, its addresses, and what its errors mean.

https://developers.google.com/workspace/calendar/api/guides/errors
"""

from typing import Any
from urllib.parse import quote

from timetuna.providers.errors import ProviderError
from timetuna.providers.rest import Json, JsonApi, OnlineService, parts, text

_SWITCHED_OFF = {"accessNotConfigured", "SERVICE_DISABLED"}
_AFTER = "&pageToken="


def _words(error: Json) -> list[str]:
    """The reasons, the newer form's (`details`) after the older form's (`errors`)."""
    return [text(row, "reason") for name in ("errors", "details") for row in parts(error, name)]


def _own(words: set[str]) -> ProviderError | None:
    if not words & _SWITCHED_OFF:
        return None
    return ProviderError(
        "The Google Calendar API is not switched on for this server's Google project. "
        "Whoever runs this server has to enable it.",
        code="google:api-off",
        operator=True,
    )


GOOGLE = OnlineService(
    slug="google",
    company="Google",
    name="Google Calendar",
    label="Google Calendar",
    allow="tick every permission",
    sharing="at Google",
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
        raise ProviderError("This event has no number at Google.", code="google:no-reference", permanent=True)
    return f"{calendar_path(calendar)}/{quote(reference, safe='')}"
