"""Finds an account's calendars: RFC 6764 (well-known address), RFC 5397 (principal), RFC 4791 (home).

Where to look comes out of what a host typed: an address, a server's name, a mail address.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

import httpx2

from timetuna.lib.http import HttpClient, HttpError, Response
from timetuna.lib.text import single_line, spoken
from timetuna.lib.urls import joined, read_web_url
from timetuna.providers.base import Login, Profile
from timetuna.providers.caldav.account import CaldavAccount
from timetuna.providers.caldav.multistatus import CALDAV, DAV, Resource, read_multistatus
from timetuna.providers.caldav.server import (
    MULTISTATUS,
    SIGN_IN_REFUSED,
    UNAUTHORIZED,
    Server,
    propfind_body,
    refusal,
    unreachable,
    xml_body,
)
from timetuna.providers.errors import NeedsReconnect, ProviderError

# Services whose mail domain does not lead to their calendars over https alone; finding them by DNS (SRV records,
# RFC 6764 section 3) would need a resolver of our own.
_SERVICES = {
    **dict.fromkeys(("icloud.com", "me.com", "mac.com"), "caldav.icloud.com"),
    **dict.fromkeys(("fastmail.com", "fastmail.fm"), "caldav.fastmail.com"),
    "mailbox.org": "dav.mailbox.org",
    "posteo.de": "posteo.de:8443",
    "gmx.net": "caldav.gmx.net",
    "web.de": "caldav.web.de",
    "yahoo.com": "caldav.calendar.yahoo.com",
}
_BY_OAUTH = {
    "gmail.com": "Google",
    "googlemail.com": "Google",
    "outlook.com": "Microsoft",
    "hotmail.com": "Microsoft",
}
# Where the common servers are when nothing leads there: Nextcloud, Baïkal, SOGo, and others.
_USUAL = ("/", "/remote.php/dav/", "/dav.php/", "/SOGo/dav/", "/dav/", "/caldav/")


@dataclass(frozen=True, slots=True)
class TypedServer:
    """A server, and the path that was typed, "" where none was."""

    origin: str
    path: str = ""

    def paths(self, *, found: str) -> tuple[str, ...]:
        """The paths to look at, in order; `found` is where the server's well-known address led, or ""."""
        return tuple(dict.fromkeys(one for one in (self.path, found, *_USUAL) if one))


def read_place(typed: str, *, allow_http: bool) -> TypedServer:
    """Read what was typed. Raises ProviderError with a sentence that says what to type instead."""
    text = typed.strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "https", text
    rest = rest.rpartition("@")[2] if "/" not in rest.partition("@")[0] else rest
    host = rest.lower().rstrip("./")
    if host in _BY_OAUTH:
        raise _wrong(
            spoken("%(company)s’s calendars are connected with %(company)s, not here.")
            % {"company": _BY_OAUTH[host]}
        )
    scheme = {"caldav": "http", "caldavs": "https", "webcal": "https"}.get(scheme.lower(), scheme.lower())
    if scheme == "http" and not allow_http:
        raise _wrong(
            spoken(
                "The address begins with http:, which would send your password readable by others. Type https: instead."
            )
        )
    address = read_web_url(f"{scheme}://{_SERVICES.get(host, rest)}")
    if address is None or not text.isprintable() or set(text) & set(" \\"):
        raise _wrong(
            spoken(
                "This is not the address of a calendar server. Type one such as https://cloud.example.org, "
                "or your email address there."
            )
        )
    path = address.raw_path.partition(b"?")[0].decode("ascii")
    return TypedServer(f"{scheme}://{address.netloc.decode('ascii')}", "" if path == "/" else path)


def _wrong(sentence: str) -> ProviderError:
    return ProviderError(sentence, code="caldav:address", permanent=True)


_PRINCIPAL, _HOME = f"{DAV}current-user-principal", f"{CALDAV}calendar-home-set"
_ADDRESSES, _NAME, _KIND = f"{CALDAV}calendar-user-address-set", f"{DAV}displayname", f"{DAV}resourcetype"
_ASKED = (_PRINCIPAL, _HOME, _ADDRESSES, _NAME, _KIND)
_WELL_KNOWN = "/.well-known/caldav"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PAUSE = frozenset({429, 503})
_HOPS, _LONGEST = 3, 200
_LONGEST_ADDRESS = 254  # RFC 5321 section 4.5.3.1.3


@dataclass(frozen=True, slots=True)
class _Spot:
    """A resource that was found: on which server, where, and what is said of it."""

    server: Server
    path: str
    resource: Resource


class Discovery:
    """Looks for one account.

    The password goes to the server that was typed and, as at iCloud, to where that server, asked with it, says that
    the account is. A redirect to another server is told and not followed.
    """

    def __init__(self, *, user: str, password: str, http: HttpClient, allow_http: bool) -> None:
        self._user, self._password = user, password
        self._http = http
        self._allow_http = allow_http

    def log_in(self, place: TypedServer) -> Login:
        """Find the account. Raises ProviderError whose sentence says what to change."""
        try:
            return self._login(self._principal(self._start(place)))
        except NeedsReconnect as error:
            raise ProviderError(str(error), code=error.code, permanent=True) from None

    def _start(self, place: TypedServer) -> _Spot:
        """The first resource that knows who is asking, or that is a calendar itself."""
        server = self._server(place.origin)
        led, elsewhere = self._well_known(place.origin)
        for path in place.paths(found=led):
            spot = self._look(server, path)
            if spot and (spot.resource.hrefs(_PRINCIPAL) or spot.resource.hrefs(_HOME) or _is_calendar(spot)):
                return spot
        if elsewhere:
            raise _not_found(
                spoken(
                    "This server keeps its calendars at %(elsewhere)s. If you trust that address, type it instead."
                )
                % {"elsewhere": elsewhere}
            )
        raise _not_found(
            spoken(
                "No calendars were found there. Type the address that your provider gives for CalDAV, such as "
                "https://cloud.example.org/remote.php/dav."
            )
        )

    def _principal(self, start: _Spot) -> _Spot:
        hrefs = start.resource.hrefs(_PRINCIPAL)
        if not hrefs:
            return start
        server, path = self._lead(start, hrefs[0])
        found = server.propfind(path, *_ASKED, depth=0).resources
        if not found:
            raise _not_found(spoken("The calendar server says nothing of this account."))
        return _Spot(server, path, found[0])

    def _login(self, principal: _Spot) -> Login:
        leads = [self._lead(principal, href) for href in principal.resource.hrefs(_HOME)]
        if not leads and _is_calendar(principal):
            leads = [(principal.server, principal.path)]
        if not leads:
            raise _not_found(spoken("This account has no calendars on this server."))
        origin = leads[0][0].origin
        addresses = _mail_addresses(principal.resource) or _addresses((self._user,))
        account = CaldavAccount(
            origin=origin,
            homes=tuple(path for server, path in leads if server.origin == origin),
            user=self._user,
            password=self._password,
            addresses=addresses,
        )
        host = principal.server.host
        name = principal.resource.text(_NAME) or self._user
        profile = Profile(
            user_id=_identity(host, principal.path),
            account_id=host[:_LONGEST],
            email=addresses[0] if addresses else "",
            display_name=single_line(name, max_length=_LONGEST),
        )
        return Login(account.credential(), profile)

    def _look(self, server: Server, path: str) -> _Spot | None:
        """What is there, None when it is nothing of a calendar server. Follows redirects on the server."""
        for _ in range(_HOPS):
            body, headers = xml_body(propfind_body(*_ASKED)), {"Depth": "0"}
            response = server.ask("PROPFIND", path, body=body, headers=headers)
            if response.status == MULTISTATUS:
                return _spot(server, path, response)
            if response.status == UNAUTHORIZED:
                raise _refused(response)
            if response.status in _PAUSE:
                raise refusal(response)
            target = _target(response, server.origin + path)
            if target is None or target.host != server.host:
                return None
            path = _path(target)
        return None

    def _well_known(self, origin: str) -> tuple[str, str]:
        """Ask without a password where the calendars are: a path on this server, or else the address of another."""
        host, path = httpx2.URL(origin).host, _WELL_KNOWN
        for hop in range(_HOPS):
            response = self._ask_openly(origin + path)
            target = _target(response, origin + path)
            if target is None:
                there = hop > 0 or response.status in {MULTISTATUS, UNAUTHORIZED}
                return (path if there else ""), ""
            if target.host != host:
                return "", f"https://{target.host}"
            path = _path(target)
        return "", ""

    def _ask_openly(self, url: str) -> Response:
        body, headers = xml_body(propfind_body(_PRINCIPAL)), {"Depth": "0"}
        try:
            return self._http.request("PROPFIND", url, body=body, headers=headers)
        except HttpError as error:
            raise unreachable(error) from None

    def _lead(self, spot: _Spot, href: str) -> tuple[Server, str]:
        target = joined(spot.server.origin + spot.path, href)
        if target is None:
            raise _not_found(spoken("The calendar server gave an address that is none."))
        if target.host == spot.server.host:
            return spot.server, _path(target)
        if target.scheme != "https" and not (self._allow_http and target.scheme == "http"):
            raise _not_found(spoken("The calendar server sent us to an address without encryption."))
        return self._server(f"{target.scheme}://{target.netloc.decode('ascii')}"), _path(target)

    def _server(self, origin: str) -> Server:
        return Server(origin, user=self._user, password=self._password, http=self._http)


def _spot(server: Server, path: str, response: Response) -> _Spot | None:
    try:
        found = read_multistatus(response.body).resources
    except ProviderError:
        return None
    if found and f"{DAV}unauthenticated" in found[0].children(_PRINCIPAL):
        raise _refused(response)
    return _Spot(server, path, found[0]) if found else None


def _identity(host: str, path: str) -> str:
    """What tells accounts apart: where the server says that its owner is, shortened where that is long."""
    whole = f"{host}{path}"
    if len(whole) <= _LONGEST:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()
    return f"{whole[: _LONGEST - len(digest) - 1]}#{digest}"


def _is_calendar(spot: _Spot) -> bool:
    return f"{CALDAV}calendar" in spot.resource.children(_KIND)


def _target(response: Response, url: str) -> httpx2.URL | None:
    """Where a redirect leads, whatever scheme and port a proxy made of it."""
    if response.status not in _REDIRECTS:
        return None
    return joined(url, response.headers.get("location", ""))


def _path(url: httpx2.URL) -> str:
    return url.raw_path.partition(b"?")[0].decode("ascii") or "/"


def _mail_addresses(principal: Resource) -> tuple[str, ...]:
    """The mail addresses among the owner's (RFC 6638 section 2.4.1), the preferred one first."""
    found = principal.properties.get(_ADDRESSES)
    elements = [] if found is None else sorted(found, key=lambda one: one.get("preferred", "0") != "1")
    texts = [(one.text or "").strip() for one in elements]
    addresses = (unquote(text[len("mailto:") :]) for text in texts if text.lower().startswith("mailto:"))
    return _addresses(addresses)


def _addresses(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in texts if "@" in one and len(one) <= _LONGEST_ADDRESS)


def _refused(response: Response) -> ProviderError:
    offered = response.headers.get("www-authenticate", "").lower()
    if "digest" in offered and "basic" not in offered:
        return ProviderError(
            spoken(
                "This server asks for Digest sign-in, which TimeTuna does not speak. Let its operator switch to Basic."
            ),
            code="caldav:digest",
            permanent=True,
        )
    return ProviderError(SIGN_IN_REFUSED, code=f"http:{UNAUTHORIZED}", permanent=True)


def _not_found(sentence: str) -> ProviderError:
    return ProviderError(sentence, code="caldav:not-found", permanent=True)
