"""Google's API: one call, one list in pages. Nothing is repeated in here."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode

from timetuna.lib.http import Body, HttpClient, HttpError
from timetuna.providers.errors import ProviderError
from timetuna.providers.google.refusals import fields_of, refusal, unreachable, unreadable

_SUCCESS, _NO_CONTENT = range(200, 300), 204
_MOST_PAGES, _MOST_BYTES = 200, 5_000_000


class GoogleApi:
    """Calls the API with ready access tokens."""

    def __init__(self, api_url: str, *, http: HttpClient) -> None:
        self._api_url = api_url.rstrip("/")
        # A calendar's id is often somebody's mail address, and it stands in the path.
        self._http = replace(http, log_paths=False, max_bytes=_MOST_BYTES)

    def call(
        self,
        method: str,
        path: str,
        *,
        credential: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        creates: bool = False,
    ) -> dict[str, Any]:
        """Make a call and return the answer's object. Raises ProviderError (often GoogleRefused), NeedsReconnect."""
        address = f"{self._api_url}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {credential}", "Accept": "application/json"}
        sent = None if body is None else Body.json(body)
        try:
            response = self._http.request(method, address, headers=headers, body=sent)
        except HttpError as error:
            raise unreachable(error, creates=creates) from None
        if response.status == _NO_CONTENT:
            return {}
        if response.status not in _SUCCESS:
            raise refusal(response, creates=creates)
        found = fields_of(response)
        if not found:
            raise unreadable(creates=creates)
        return found

    def pages(self, path: str, *, credential: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Yield a list's pages, each with its `items`. Raises as `call` does, also in the middle of the list."""
        asked = dict(query)
        for _ in range(_MOST_PAGES):
            page = self.call("GET", path, credential=credential, query=asked)
            items = page.get("items")
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise unreadable("with a list that is not whole")
            yield page
            token = page.get("nextPageToken")
            if not token:
                return
            if not isinstance(token, str) or token == asked.get("pageToken"):
                raise unreadable("with a list that does not end")
            asked["pageToken"] = token
        raise unreadable("with more than can be read")


def calendar_path(calendar: str) -> str:
    """Return the path of a calendar's events."""
    return f"/calendar/v3/calendars/{quote(calendar, safe='')}/events"


def event_path(calendar: str, reference: str) -> str:
    """Return the path of an event."""
    if not reference:
        raise ProviderError("This event has no number at Google.", code="google:no-reference", permanent=True)
    return f"{calendar_path(calendar)}/{quote(reference, safe='')}"
