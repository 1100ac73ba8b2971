"""What the calendars of online services have in common: what is remembered of a reading, and how events are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime
from timetuna.lib.http import HttpClient, Json, is_https, text
from timetuna.lib.text import find_zone, spoken
from timetuna.providers.base import BusySource, CalendarWriter, Directory, Entry, Identity, Written
from timetuna.providers.cursors import ReadingCursor
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.oauth import OAuthClient, OAuthSettings
from timetuna.providers.rest import JsonApi, OnlineService, Refused

MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenCursor(ReadingCursor):
    """How to ask for changes: a sync token, or a delta link.  read_at: when, in UTC minutes."""

    token: str = ""
    read_at: int = 0


class ReadingWindow(NamedTuple):
    """What is read: a calendar, a span in UTC minutes, the host's zone, an access token."""

    calendar: str
    span: Interval
    time_zone: str
    credential: str

    @property
    def zone(self) -> ZoneInfo:
        """The zone of all-day events."""
        zone = find_zone(self.time_zone)
        if zone is None:
            raise ValueError("The zone has to be one that there is.")
        return zone

    def cursor(self, token: str, *, read_at: int = 0) -> str:
        """Empty without a token."""
        if not token:
            return ""
        return TokenCursor(span=self.span, time_zone=self.time_zone, token=token, read_at=read_at).text()


class EventWriter:
    """Writes the events of one calendar. A service's own says in `write` how."""

    service: ClassVar[OnlineService]
    meeting_types: ClassVar[Mapping[str, str]]

    def __init__(self, api: JsonApi, calendar: str, *, credential: str) -> None:
        self._api = api
        self._calendar = calendar
        self._credential = credential
        self._has_made = False

    def put(self, entry: Entry, *, reference: str) -> Written:
        """Write the event. Safe to repeat: what an earlier call made is found."""
        if entry.start.tzinfo is None:
            raise ValueError("An event's start needs a time zone.")
        if entry.meeting_type and entry.meeting_type not in self.meeting_types:
            raise ValueError(f"{self.service.company} has no meetings of this type.")
        try:
            return self.write(entry, reference)
        except (ProviderError, NeedsReconnect) as error:
            error.outcome_unknown = error.outcome_unknown or self._has_made
            raise

    def write(self, entry: Entry, reference: str) -> Written:
        """Write the event, and set `_has_made` once one was made."""
        raise NotImplementedError

    def remove(self, reference: str) -> None:
        """Delete the event; one that is gone is as good."""
        try:
            self.delete(reference)
        except Refused as refused:
            if not refused.absent:
                raise

    def delete(self, reference: str) -> None:
        """Delete the event. Raises ProviderError, NeedsReconnect."""
        raise NotImplementedError

    def written(self, event: Json, *, uid: str, link: str) -> Written:
        """Raises ProviderError where guests cannot be sent to the link."""
        if link and not is_https(link):
            raise ProviderError(
                spoken("%(company)s’s event has no meeting link that can be used; this is tried again.")
                % {"company": self.service.company},
                code=f"{self.service.slug}:link",
            )
        return Written(text(event, "id"), ical_uid=text(event, uid), join_url=link)


class OnlineCalendars(OAuthClient, Identity, Directory, BusySource, CalendarWriter):
    """A service's calendars, for one OAuth client. Credentials are access tokens; each service reads in its own way."""

    writer: ClassVar[type[EventWriter]]

    def __init__(self, settings: OAuthSettings, api: JsonApi, *, http: HttpClient) -> None:
        super().__init__(settings, http=http)
        self._api = api

    def meeting_types(self) -> Mapping[str, str]:
        return self.writer.meeting_types

    def put(self, entry: Entry, *, calendar: str, reference: str, credential: str) -> Written:
        return self.writer(self._api, calendar, credential=credential).put(entry, reference=reference)

    def remove(self, reference: str, *, calendar: str, credential: str) -> None:
        self.writer(self._api, calendar, credential=credential).remove(reference)


def clipped(
    start: float, end: float, span: Interval, *, tentative: bool = False, uid: str = ""
) -> BusyTime | None:
    """Moments are seconds since the epoch, the result is whole minutes; None where nothing of it is in the span."""
    first, last = max(int(start // MINUTE), span[0]), min(int(-(-end // MINUTE)), span[1])
    return BusyTime(first, last, tentative, uid) if start < end and first < last else None


def moment(minute: int) -> str:
    """RFC 3339."""
    return datetime.fromtimestamp(minute * MINUTE, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
