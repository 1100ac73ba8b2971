"""A calendar server, asked with a user name and a password (RFC 7617) and never at another address than its own."""

import base64
from collections.abc import Mapping
from urllib.parse import unquote

import httpx2

from timetuna.lib.http import Body, HttpClient, HttpError, Response
from timetuna.lib.urls import joined
from timetuna.providers.caldav.multistatus import Multistatus, read_multistatus
from timetuna.providers.caldav.refusals import gone, refusal, unreachable
from timetuna.providers.errors import ProviderError

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
            "What answered is not a calendar server; this is tried again.", code=f"http:{response.status}"
        )
    raise refusal(response)


def same_path(one: str, other: str) -> bool:
    return unquote(one).rstrip("/") == unquote(other).rstrip("/")
