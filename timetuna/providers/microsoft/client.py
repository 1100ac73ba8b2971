"""Microsoft Graph: one call, one list in pages. Nothing is repeated in here."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from timetuna.lib.http import Body, HttpClient, HttpError
from timetuna.providers.errors import ProviderError
from timetuna.providers.microsoft.refusals import fields_of, refusal, unreachable, unreadable

_SUCCESS, _NO_CONTENT = range(200, 300), 204
_MOST_PAGES, _MOST_BYTES = 400, 20_000_000
_PREFER = 'IdType="ImmutableId", outlook.timezone="UTC"'
NEXT = "@odata.nextLink"


class GraphApi:
    """Calls Graph with ready access tokens. Ids are immutable ones, times are UTC."""

    def __init__(self, api_url: str, *, http: HttpClient) -> None:
        self._base = f"{api_url.rstrip('/')}/v1.0"
        # A calendar's id stands for its owner, and it stands in the path.
        self._http = replace(http, log_paths=False, max_bytes=_MOST_BYTES)

    def call(
        self,
        method: str,
        address: str,
        *,
        credential: str,
        body: Any = None,
        creates: bool = False,
        prefer: str = "",
    ) -> dict[str, Any]:
        """Make a call and return the answer's object. Raises ProviderError (often MicrosoftRefused), NeedsReconnect.

        address: a path with its query (see `with_query`), or a link that Graph gave.  prefer: beside what is always
        preferred.
        """
        headers = {
            "Authorization": f"Bearer {credential}",
            "Accept": "application/json",
            "Prefer": f"{_PREFER}, {prefer}" if prefer else _PREFER,
        }
        sent = None if body is None else Body.json(body)
        try:
            response = self._http.request(method, self._whole(address), headers=headers, body=sent)
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

    def pages(self, address: str, *, credential: str, prefer: str = "") -> Iterator[dict[str, Any]]:
        """Yield a list's pages, each with its `value`. Raises as `call` does, also in the middle of the list."""
        address = self._whole(address)
        seen = {address}
        for _ in range(_MOST_PAGES):
            page = self.call("GET", address, credential=credential, prefer=prefer)
            rows = page.get("value")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise unreadable("with a list that is not whole")
            yield page
            address = page.get(NEXT, "")
            if NEXT not in page:
                return
            if not isinstance(address, str) or address in seen:
                raise unreadable("with a list that does not end")
            seen.add(address)
        raise unreadable("with more than can be read")

    def leads_here(self, link: str) -> bool:
        """Tell whether a link that was given or kept leads to Graph; the access token goes nowhere else."""
        try:
            found, home = urlsplit(link), urlsplit(self._base)
        except ValueError:
            return False
        same = (found.scheme, found.netloc) == (home.scheme, home.netloc)
        return same and found.path.startswith(f"{home.path}/") and "\\" not in link

    def _whole(self, address: str) -> str:
        if address.startswith("/"):
            return self._base + address
        if self.leads_here(address):
            return address
        raise unreadable("with a link that leads elsewhere")


def with_query(path: str, query: Mapping[str, str]) -> str:
    """Return the path with its query, spaces written as %20, which all of OData's expressions survive."""
    return f"{path}?{urlencode(query, quote_via=quote)}"


def calendar_path(calendar: str) -> str:
    """Return the path of a calendar."""
    return f"/me/calendars/{quote(calendar, safe='')}"


def event_path(calendar: str, reference: str) -> str:
    """Return the path of an event."""
    if not reference:
        raise ProviderError(
            "This event has no number at Microsoft.", code="microsoft:no-reference", permanent=True
        )
    return f"{calendar_path(calendar)}/events/{quote(reference, safe='')}"
