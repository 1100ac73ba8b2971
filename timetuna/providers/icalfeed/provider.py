"""iCal feeds: a calendar that can be read at an address, and by whoever knows the address."""

import time
from collections.abc import Mapping
from dataclasses import replace

from timetuna.availability.interval import Interval
from timetuna.ical.answer import CalendarFile, Unreadable
from timetuna.ical.reading import read_busy
from timetuna.lib.http import HttpClient
from timetuna.lib.text import single_line, spoken
from timetuna.providers.base import (
    BusySource,
    Directory,
    Login,
    LoginField,
    LoginForm,
    OutsideCalendar,
    OwnNames,
    Profile,
    Reading,
)
from timetuna.providers.errors import ProviderError
from timetuna.providers.icalfeed.cursor import FeedCursor
from timetuna.providers.icalfeed.fetching import (
    CLOSED,
    NOT_MODIFIED,
    bounded,
    fetch,
    fingerprint,
    gone,
    host_of,
    read_address,
)
from timetuna.providers.registry import Config

FEED = "feed"
_READ_SECONDS = 5.0
_NAME_LENGTH = 100
_EMPTY_MINUTES = 60
_YES = "yes"


class ICalFeed(LoginForm, OwnNames, Directory, BusySource):
    """Everything we do with feeds. The credential is the address, and in a second line what its host calls it."""

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._allow_http = config["allow_http"] == _YES
        self._http = bounded(http, allow_private=config["allow_private"] == _YES)

    def answers(self) -> tuple[LoginField, ...]:
        return (
            LoginField(
                "address",
                spoken("Address of the feed"),
                kind="url",
                help=spoken(
                    "Begins with https:// or webcal://. Google: Settings, Integrate calendar, Secret address in iCal "
                    "format. Outlook: Settings, Calendar, Shared calendars, Publish, ICS. It works like a password, so "
                    "it is not shown again."
                ),
                secret=True,
            ),
            LoginField(
                "name",
                "Name",
                help=spoken(
                    "What you call it, such as Football club. Left empty, it is what the feed calls itself. You can "
                    "change it later."
                ),
                required=False,
            ),
        )

    def log_in(self, given: Mapping[str, str]) -> Login:
        address = read_address(given["address"], allow_http=self._allow_http)
        try:
            name = self._name(address)
        except ProviderError as error:
            if error.code not in {f"http:{status}" for status in CLOSED}:
                raise
            raise ProviderError(
                spoken(
                    "The feed’s server does not accept this address. Copy the calendar’s secret iCal address, not "
                    "the one "
                    "of its web page."
                ),
                code=error.code,
                permanent=True,
            ) from None
        own = _own_name(given.get("name", ""))
        profile = Profile(user_id=fingerprint(address), account_id="", email="", display_name=own or name)
        return Login(_credential(address, own), profile)

    def renamed(self, name: str, *, credential: str) -> str:
        return _credential(credential.partition("\n")[0], _own_name(name))

    def calendars(self, *, credential: str) -> tuple[OutsideCalendar, ...]:
        name = self._name(self._address(credential))
        own = _own_name(credential.partition("\n")[2])
        return (OutsideCalendar(FEED, own or name, primary=False, writable=False),)

    def busy(
        self, calendar: str, span: Interval, *, time_zone: str, credential: str, cursor: str = ""
    ) -> Reading:
        """Fetch the file unless it is as it was, and read it."""
        if calendar not in {"", FEED}:
            raise gone()
        last = FeedCursor.read(cursor)
        # Where the feed is empty now and was not, its server is not to say that nothing has changed since.
        known = last if last and last.covers(span, time_zone) and not last.emptied_at else None
        response = fetch(self._http, self._address(credential), known=known)
        if known is not None and response.status == NOT_MODIFIED:
            return Reading(None, known.text())
        fresh = FeedCursor.of(response, span, time_zone=time_zone)
        if known is not None and fresh.digest == known.digest:
            return Reading(None, replace(fresh, span=known.span, events=known.events).text())
        read = _read(response.body, span, time_zone=time_zone)
        if last and last.events and not read.events and (waiting := _waiting(last)):
            return Reading(None, waiting.text())
        return Reading(read.busy, replace(fresh, events=read.events).text(), read.notes)

    def _address(self, credential: str) -> str:
        """Judge the kept address again: what the operator allows may have changed."""
        return read_address(credential.partition("\n")[0], allow_http=self._allow_http)

    def _name(self, address: str) -> str:
        now = int(time.time() // 60)
        # What is said here ends up where operators read: in it no event is named.
        read = _read(fetch(self._http, address).body, (now, now + 1), time_zone="UTC", naming=False)
        return single_line(read.name, max_length=_NAME_LENGTH) or host_of(address)


def _credential(address: str, own: str) -> str:
    return f"{address}\n{own}" if own else address


def _own_name(text: str) -> str:
    return single_line(text, max_length=_NAME_LENGTH)


def _waiting(last: FeedCursor) -> FeedCursor | None:
    """Return the reading that goes on to count, of a feed in which there is suddenly nothing; None after an hour of it.

    Services in trouble publish calendars without events.
    """
    now = int(time.time() // 60)
    emptied_at = last.emptied_at or now
    return replace(last, emptied_at=emptied_at) if 0 <= now - emptied_at < _EMPTY_MINUTES else None


def _read(body: bytes, span: Interval, *, time_zone: str, naming: bool = True) -> CalendarFile:
    try:
        return read_busy(body, span, time_zone=time_zone, seconds=_READ_SECONDS)
    except Unreadable as error:
        said = error.naming if naming else str(error)
        raise ProviderError(said, code=f"ical:{error.code}") from None
