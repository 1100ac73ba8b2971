"""Where to look for the calendars, out of what a host typed: an address, a server's name, a mail address."""

from dataclasses import dataclass

from timetuna.lib.urls import read_web_url
from timetuna.providers.errors import ProviderError

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
        raise _wrong(f"{_BY_OAUTH[host]}'s calendars are connected with {_BY_OAUTH[host]}, not here.")
    scheme = {"caldav": "http", "caldavs": "https", "webcal": "https"}.get(scheme.lower(), scheme.lower())
    if scheme == "http" and not allow_http:
        raise _wrong(
            "The address begins with http:, which would send your password readable by others. Type https: instead."
        )
    address = read_web_url(f"{scheme}://{_SERVICES.get(host, rest)}")
    if address is None or not text.isprintable() or set(text) & set(" \\"):
        raise _wrong(
            "This is not the address of a calendar server. Type one such as https://cloud.example.org, or your mail "
            "address there."
        )
    path = address.raw_path.partition(b"?")[0].decode("ascii")
    return TypedServer(f"{scheme}://{address.netloc.decode('ascii')}", "" if path == "/" else path)


def _wrong(sentence: str) -> ProviderError:
    return ProviderError(sentence, code="caldav:address", permanent=True)
