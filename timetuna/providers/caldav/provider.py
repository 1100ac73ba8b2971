"""CalDAV: calendars on any server that speaks it, by address and app password (RFC 4791)."""

from collections.abc import Mapping
from dataclasses import replace

from timetuna.availability.interval import Interval
from timetuna.lib.http import Budget, HttpClient, trust
from timetuna.lib.text import spoken
from timetuna.providers.base import (
    BusySource,
    CalendarWriter,
    Directory,
    Entry,
    Login,
    LoginField,
    LoginForm,
    OutsideCalendar,
    Reading,
    Written,
)
from timetuna.providers.caldav.account import CaldavAccount
from timetuna.providers.caldav.directory import read_calendars
from timetuna.providers.caldav.discovery import Discovery, read_place
from timetuna.providers.caldav.reading import CaldavCalendar
from timetuna.providers.caldav.server import Server
from timetuna.providers.caldav.writing import Events
from timetuna.providers.errors import ProviderError
from timetuna.providers.registry import Config

_LARGEST = 20_000_000  # a calendar of some thousand events comes in one answer
_LARGEST_OF_ONE = 1_000_000  # what is said of one resource, when an account is looked for
_BUDGET = Budget(connect_seconds=5.0, read_seconds=15.0, total_seconds=30.0)
_YES = "yes"


class CalDAV(LoginForm, Directory, BusySource, CalendarWriter):
    """Everything we do with calendar servers, whose addresses hosts type."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._allow_http = config["allow_http"] == _YES
        self._authorities = config["ca"]
        self._client = replace(
            http,
            allow_private=config["allow_private"] == _YES,
            max_bytes=_LARGEST,
            budget=_BUDGET,
            log_paths=False,
        )

    def answers(self) -> tuple[LoginField, ...]:
        """Ask for the address, the user name and the password."""
        return (
            LoginField(
                "server",
                spoken("Server or email address"),
                help=spoken(
                    "icloud.com, fastmail.com, your email address there, or an address such as "
                    "https://cloud.example.org (Nextcloud)."
                ),
            ),
            LoginField(
                "user", spoken("User name"), help=spoken("iCloud and Fastmail: your whole email address.")
            ),
            LoginField(
                "password",
                spoken("App password"),
                kind="password",
                help=spoken(
                    "Make one for TimeTuna: iCloud: account.apple.com, Sign-In and Security, App-Specific Passwords. "
                    "Fastmail: Settings, Privacy & Security. Nextcloud: Settings, Security."
                ),
                secret=True,
            ),
        )

    def log_in(self, given: Mapping[str, str]) -> Login:
        """Find the account's calendars and sign in to them."""
        user, password = given["user"].strip(), given["password"].strip()
        if ":" in user or not user.isprintable() or not password.isprintable():
            raise ProviderError(
                spoken("The user name or the password has a character in it that cannot be sent."),
                code="caldav:characters",
                permanent=True,
            )
        place = read_place(given["server"], allow_http=self._allow_http)
        http = replace(self._http(), max_bytes=_LARGEST_OF_ONE)
        discovery = Discovery(user=user, password=password, http=http, allow_http=self._allow_http)
        return discovery.log_in(place)

    def calendars(self, *, credential: str) -> tuple[OutsideCalendar, ...]:
        account = CaldavAccount.read(credential)
        return read_calendars(self._server(account), account.homes)

    def busy(
        self, calendar: str, span: Interval, *, time_zone: str, credential: str, cursor: str = ""
    ) -> Reading:
        """Read the events of the span, unless the server says that nothing has changed."""
        account = CaldavAccount.read(credential)
        server = self._server(account)
        reader = CaldavCalendar(
            server, server.path(calendar), addresses=account.addresses, time_zone=time_zone
        )
        return reader.read(span, cursor=cursor)

    def meeting_types(self) -> Mapping[str, str]:
        return {}

    def put(self, entry: Entry, *, calendar: str, reference: str, credential: str) -> Written:
        return self._events(calendar, credential).put(entry, reference=reference)

    def remove(self, reference: str, *, calendar: str, credential: str) -> None:
        self._events(calendar, credential).remove(reference)

    def _events(self, calendar: str, credential: str) -> Events:
        account = CaldavAccount.read(credential)
        organizer = account.addresses[0] if account.addresses else ""
        return Events(self._server(account), calendar, organizer=organizer)

    def _server(self, account: CaldavAccount) -> Server:
        return Server(account.origin, user=account.user, password=account.password, http=self._http())

    def _http(self) -> HttpClient:
        """With the operator's own authorities beside the system's."""
        if not self._authorities:
            return self._client
        try:
            return replace(self._client, tls=trust(self._authorities))
        except (OSError, ValueError):  # SSLError is an OSError
            raise ProviderError(
                spoken("The certificates of CALDAV_CA cannot be read."), code="caldav:ca", operator=True
            ) from None
