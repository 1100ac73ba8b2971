"""Fetching a feed: one file, whole, within 20 seconds and 10 MB."""

from dataclasses import replace

from timetuna.lib.http import Budget, HttpClient, HttpError, Response
from timetuna.lib.urls import RedirectRefused, get
from timetuna.providers.icalfeed.cursor import FeedCursor
from timetuna.providers.icalfeed.refusals import misled, refusal, unreachable

_LARGEST = 10_000_000
_BUDGET = Budget(connect_seconds=5.0, read_seconds=10.0, total_seconds=20.0)
_OK, NOT_MODIFIED = 200, 304
_ACCEPT = {"Accept": "text/calendar, */*;q=0.5"}


def bounded(http: HttpClient, *, allow_private: bool) -> HttpClient:
    """For feeds, whose paths are passwords and stay out of the log."""
    return replace(http, allow_private=allow_private, max_bytes=_LARGEST, budget=_BUDGET, log_paths=False)


def fetch(http: HttpClient, address: str, *, known: FeedCursor | None = None) -> Response:
    """Return the file, or the status NOT_MODIFIED where it is as it was. What type it claims to be does not matter.

    Raises ProviderError.
    """
    conditions = known.headers() if known else {}
    try:
        response = get(http, address, headers=_ACCEPT | conditions, budget=_BUDGET)
    except HttpError as error:
        raise unreachable(error) from None
    except RedirectRefused as error:
        raise misled(error) from None
    if response.status == _OK or (conditions and response.status == NOT_MODIFIED):
        return response
    raise refusal(response)
