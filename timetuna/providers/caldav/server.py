"""A calendar server, asked with a user name and a password (RFC 7617) and never at another address than its own.

And what it means when it refuses, or cannot be reached.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import unquote

import httpx2

from timetuna.lib.http import Body, HttpClient, HttpError, Kind, Response, parse_retry_after
from timetuna.lib.text import spoken
from timetuna.lib.urls import joined
from timetuna.providers.caldav.multistatus import Multistatus, read_multistatus
from timetuna.providers.errors import NeedsReconnect, ProviderError

UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT, GONE, PRECONDITION = 401, 403, 404, 409, 410, 412
_TOO_MANY, _SERVER_ERROR, _UNAVAILABLE, _NO_SPACE = 429, 500, 503, 507
_REDIRECTS, _CLIENT_ERRORS = range(300, 400), range(400, 500)
_ANOTHER_TIME = frozenset({408, 409, 412, 423, 425})

SIGN_IN_REFUSED = spoken(
    "The calendar server does not accept this user name and password. Accounts with two-step sign-in need an app "
    "password, which you make in the account’s security settings."
)
_PAUSE = spoken("The calendar server asks for a pause; this is tried again.")
_LATER = {
    _TOO_MANY: _PAUSE,
    _UNAVAILABLE: _PAUSE,
    _NO_SPACE: spoken("The calendar server has no room for this, or too much of it; this is tried again."),
}
_UNREACHABLE: dict[Kind, str] = {
    "address": spoken(
        "This is not the address of a calendar server. Type one such as https://cloud.example.org."
    ),
    "refused_address": spoken(
        "This address is not on the public internet. The operator of this TimeTuna can allow private "
        "addresses with CALDAV_ALLOW_PRIVATE."
    ),
    "off_limits": spoken(
        "This address belongs to the machinery that TimeTuna runs on. It is never asked, not even where "
        "private addresses are allowed."
    ),
    "dns": spoken("No server has this name. Look for a typing mistake in the address."),
    "tls": spoken(
        "The calendar server has no certificate that this TimeTuna trusts. Its operator can name your own "
        "authority with CALDAV_CA_FILE."
    ),
    "too_large": spoken("The calendar server’s answer is larger than TimeTuna reads."),
}
_LASTING = frozenset({"address", "refused_address", "off_limits"})


def unreachable(error: HttpError) -> ProviderError:
    return ProviderError(
        _UNREACHABLE.get(
            error.kind, spoken("The calendar server could not be reached; this is tried again.")
        ),
        code=f"network:{error.kind}",
        permanent=error.kind in _LASTING,
    )


def refusal(response: Response) -> ProviderError | NeedsReconnect:
    status, code = response.status, f"http:{response.status}"
    if status == UNAUTHORIZED:
        return NeedsReconnect(
            spoken("%(refused)s Connect the account again.") % {"refused": SIGN_IN_REFUSED},
            code=code,
        )
    if status in _REDIRECTS:
        return NeedsReconnect(
            spoken("The calendars have moved to another address. Connect the account again."), code=code
        )
    if status in {NOT_FOUND, GONE}:
        return gone()
    if status >= _SERVER_ERROR or status in {_TOO_MANY, *_ANOTHER_TIME}:
        return _later(response)
    sentence = (
        spoken("The calendar server does not allow this. Look at what you may do in this calendar.")
        if status == FORBIDDEN
        else spoken("The calendar server refused (error %(status)s).") % {"status": status}
    )
    return ProviderError(sentence, code=code, permanent=status in _CLIENT_ERRORS)


def gone() -> ProviderError:
    return ProviderError(spoken("This calendar does not exist any more."), code="gone", permanent=True)


def incomplete() -> ProviderError:
    return ProviderError(
        spoken("The calendar server gave only a part of the calendar; this is tried again."),
        code="caldav:incomplete",
    )


def _later(response: Response) -> ProviderError:
    told = response.headers.get("retry-after", "")
    return ProviderError(
        _LATER.get(
            response.status, spoken("The calendar server has a problem at the moment; this is tried again.")
        ),
        code=f"http:{response.status}",
        retry_after=parse_retry_after(told, now=datetime.now(UTC)) if told else None,
    )


MULTISTATUS = 207
_XML = "application/xml; charset=utf-8"
_SUCCESS = range(200, 300)
_NOTHING: Mapping[str, str] = {}


class Server:
    """Makes calls to one origin. Nothing is repeated in here, and no redirect is followed."""

    def __init__(self, origin: str, *, user: str, password: str, http: HttpClient) -> None:
        self.origin = origin
        self.host = httpx2.URL(origin).host
        self._http = http
        self._basic = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")

    def has(self, reference: str) -> bool:
        """Whether an address is one of this server's: what others hold is not ours to ask."""
        try:
            return bool(self.path(reference))
        except ProviderError:
            return False

    def path(self, reference: str, *, base: str = "/") -> str:
        """Return a path on this server, out of a path or an address that may be relative to `base`.

        Scheme and port are this server's, whatever a proxy made of them. Raises ProviderError for an address of
        another server: the password goes there only where a host agreed to it.
        """
        address = joined(f"{self.origin}{base}", reference)
        if address is None or address.host != self.host or "\\" in reference:
            raise gone()
        return address.raw_path.decode("ascii")

    def ask(
        self, method: str, path: str, *, body: Body | None = None, headers: Mapping[str, str] = _NOTHING
    ) -> Response:
        """Make one call; an error status is an answer. Raises ProviderError when no answer comes."""
        url = self.origin + self.path(path)
        try:
            return self._http.request(
                method, url, headers={"Authorization": self._basic, **headers}, body=body
            )
        except HttpError as error:
            failure = unreachable(error)
            failure.outcome_unknown = error.sent and method == "PUT"
            raise failure from None

    def propfind(self, path: str, *properties: str, depth: int) -> Multistatus:
        """Read properties, named as ElementTree names them, of a resource and (depth 1) what is in it."""
        return self.multistatus("PROPFIND", path, xml=propfind_body(*properties), depth=depth)

    def multistatus(self, method: str, path: str, *, xml: str, depth: int) -> Multistatus:
        """Ask with an XML body for a 207. Raises ProviderError, NeedsReconnect."""
        return expect_multistatus(self.ask(method, path, body=xml_body(xml), headers={"Depth": str(depth)}))


def propfind_body(*properties: str) -> str:
    """The XML that asks for these properties (RFC 4918 section 9.1)."""
    names = (name[1:].split("}") for name in properties)
    asked = "".join(f'<{local} xmlns="{space}"/>' for space, local in names)
    return f'<D:propfind xmlns:D="DAV:"><D:prop>{asked}</D:prop></D:propfind>'


def xml_body(xml: str) -> Body:
    return Body(f'<?xml version="1.0" encoding="utf-8"?>{xml}'.encode(), _XML)


def expect_multistatus(response: Response) -> Multistatus:
    """Read a 207; refuse everything else."""
    if response.status == MULTISTATUS:
        return read_multistatus(response.body)
    if (
        response.status in _SUCCESS
    ):  # a sign-in page, a captive network, a web server with a page for everything
        raise ProviderError(
            spoken("What answered is not a calendar server; this is tried again."),
            code=f"http:{response.status}",
        )
    raise refusal(response)


def same_path(one: str, other: str) -> bool:
    return unquote(one).rstrip("/") == unquote(other).rstrip("/")
