"""What it means when a feed cannot be fetched. No sentence holds the address or anything of the answer."""

from datetime import UTC, datetime

from timetuna.lib.http import HttpError, Kind, Response, parse_retry_after
from timetuna.lib.urls import RedirectRefused
from timetuna.providers.errors import ProviderError

CLOSED, _MISSING = frozenset({401, 403}), frozenset({404, 410})
_LATER = frozenset({408, 425, 429})
_SERVER_ERROR = 500
_UNREACHABLE: dict[Kind, str] = {
    "address": "This is not the address of an iCal feed. It begins with https:// or webcal://, and often ends in .ics.",
    "refused_address": "This address is not on the public internet. The operator of this TimeTuna can allow private "
    "addresses with ICALFEED_ALLOW_PRIVATE.",
    "off_limits": "This address belongs to the machinery that TimeTuna runs on. It is never asked, not even where "
    "private addresses are allowed.",
    "dns": "No server has the name in this address. Look for a typing mistake.",
    "tls": "The feed's server has no certificate that this TimeTuna trusts.",
    "timeout": "The feed's server did not give the calendar within 20 seconds.",
    "too_large": "The feed is larger than 10 MB, more than TimeTuna reads.",
    "protocol": "The feed's server closed the connection before the calendar was whole.",
    "reset": "The feed's server closed the connection before the calendar was whole.",
    "encoding": "The feed is packed in a way that TimeTuna does not read, or is not whole.",
}
_LASTING = frozenset({"address", "refused_address", "off_limits"})


def unreachable(error: HttpError) -> ProviderError:
    """When no whole answer came."""
    return ProviderError(
        _UNREACHABLE.get(error.kind, "The feed's server cannot be reached."),
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
            "The feed's server does not accept the address any more. If that does not pass, copy the calendar's "
            "present iCal address and add it again.",
            code=code,
            permanent=True,
        )
    if status in _MISSING:
        return ProviderError(
            "There is no calendar at this address, or not any more. Copy its present iCal address and add it again.",
            code="gone",
            permanent=True,
        )
    if status in _LATER or status >= _SERVER_ERROR:
        told = response.headers.get("retry-after", "")
        return ProviderError(
            "The feed's server has a problem at the moment, or asks for a pause; this is tried again.",
            code=code,
            retry_after=parse_retry_after(told, now=datetime.now(UTC)),
        )
    return ProviderError(f"The feed's server does not give the calendar (answer {status}).", code=code)


def gone() -> ProviderError:
    """For a calendar that a feed does not have."""
    return ProviderError("A feed holds one calendar, and this is another.", code="gone", permanent=True)
