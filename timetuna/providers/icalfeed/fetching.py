"""Fetching a feed: its address as it is typed, one file, whole, within 20 seconds and 10 MB, or why there is none.

The address is a secret: whoever has it reads the calendar. No sentence holds it or anything of the answer.
"""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import httpx2

from timetuna.lib.http import Budget, HttpClient, HttpError, Kind, Response, parse_retry_after
from timetuna.lib.text import spoken
from timetuna.lib.urls import RedirectRefused, get, read_web_url
from timetuna.providers.errors import ProviderError
from timetuna.providers.icalfeed.cursor import FeedCursor

CLOSED, _MISSING = frozenset({401, 403}), frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
_SERVER_ERROR = 500
_UNREACHABLE: dict[Kind, str] = {
    "address": spoken(
        "This is not the address of an iCal feed. It begins with https:// or webcal://, and often ends in .ics."
    ),
    "refused_address": spoken(
        "This address is not on the public internet. The operator of this TimeTuna can allow private "
        "addresses with ICALFEED_ALLOW_PRIVATE."
    ),
    "off_limits": spoken(
        "This address belongs to the machinery that TimeTuna runs on. It is never asked, not even where "
        "private addresses are allowed."
    ),
    "dns": spoken("No server has the name in this address. Look for a typing mistake."),
    "tls": spoken("The feed’s server has no certificate that this TimeTuna trusts."),
    "timeout": spoken("The feed’s server did not give the calendar within 20 seconds."),
    "too_large": spoken("The feed is larger than 10 MB, more than TimeTuna reads."),
    "protocol": spoken("The feed’s server closed the connection before the calendar was whole."),
    "reset": spoken("The feed’s server closed the connection before the calendar was whole."),
    "encoding": spoken("The feed is packed in a way that TimeTuna does not read, or is not whole."),
}
_LASTING = frozenset({"address", "refused_address", "off_limits"})


def unreachable(error: HttpError) -> ProviderError:
    """When no whole answer came."""
    return ProviderError(
        _UNREACHABLE.get(error.kind, spoken("The feed’s server cannot be reached.")),
        code=f"network:{error.kind}",
        permanent=error.kind in _LASTING,
    )


def misled(error: RedirectRefused) -> ProviderError:
    """When the address leads to where it may not."""
    return ProviderError(str(error), code="icalfeed:redirect")


def refusal(response: Response) -> ProviderError:
    """Return the error to raise for an answer that is no calendar by its status.

    One that does not let us in is asked again as well: there is no grant that could be dead, and servers that are
    asked too often say 403, too.
    """
    status, code = response.status, f"http:{response.status}"
    if status in CLOSED:
        return ProviderError(
            spoken(
                "The feed’s server does not accept the address any more. If that does not pass, copy the calendar’s "
                "present iCal address and add it again."
            ),
            code=code,
            permanent=True,
        )
    if status in _MISSING:
        return ProviderError(
            spoken(
                "There is no calendar at this address, or not any more. Copy its present iCal address and add it again."
            ),
            code="gone",
            permanent=True,
        )
    if status in _LATER or status >= _SERVER_ERROR:
        told = response.headers.get("retry-after", "")
        return ProviderError(
            spoken(
                "The feed’s server has a problem at the moment, or asks for a pause; this is tried again."
            ),
            code=code,
            retry_after=parse_retry_after(told, now=datetime.now(UTC)),
        )
    return ProviderError(
        spoken("The feed’s server does not give the calendar (answer %(status)s).") % {"status": status},
        code=code,
    )


def gone() -> ProviderError:
    """For a calendar that a feed does not have."""
    return ProviderError(
        spoken("A feed holds one calendar, and this is another."), code="gone", permanent=True
    )


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


_SCHEMES = {"webcal": "https", "webcals": "https", "ical": "https", "feed": "https"}
_LONGEST = 2_000


def read_address(typed: str, *, allow_http: bool) -> str:
    """The address to fetch. Raises ProviderError with a sentence that says what to type instead."""
    text = typed.strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "https", text
    scheme = _SCHEMES.get(scheme.lower(), scheme.lower())
    if scheme == "http" and not allow_http:
        raise _wrong(
            spoken(
                "The address begins with http:, so everybody on the way could read your calendar. Type https: instead."
            )
        )
    address = _parsed(f"{scheme}://{rest}")
    if address is None:
        raise _wrong(
            spoken(
                "This is not the address of an iCal feed. It begins with https:// or webcal://, and often ends in .ics."
            )
        )
    if address.userinfo:
        raise _wrong(
            spoken(
                "The address holds a user name or a password. Use one that works without, or connect by CalDAV."
            )
        )
    return str(address.copy_with(fragment=None))


def host_of(address: str) -> str:
    """The only part of the address that may be shown."""
    return httpx2.URL(address).host


def fingerprint(address: str) -> str:
    """It tells addresses apart and does not give them away."""
    return hashlib.sha256(b"icalfeed:" + address.encode()).hexdigest()[:40]


def _parsed(text: str) -> httpx2.URL | None:
    odd = len(text) > _LONGEST or not text.isprintable() or set(text) & set(" \\")
    return None if odd else read_web_url(text)


def _wrong(sentence: str) -> ProviderError:
    return ProviderError(sentence, code="icalfeed:address", permanent=True)
