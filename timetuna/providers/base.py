"""What a provider may be: small protocols named for our need, and the values they exchange.

A capability is having the protocol. Nobody outside a provider asks which one it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from timetuna.availability.interval import Interval
from timetuna.ical.answer import BusyTime, Note


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave. `expires_at` is aware UTC, counted from before the request was sent.

    grant_expires_at: when the whole grant dies however often it is renewed, where the service says so (Google gives
    apps in testing mode seven days); None where it does not.
    clock_ahead: by how much the service's clock is ahead of ours, as the `Date` of its answer shows; none where the two
    agree to within two seconds, or it does not say.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]
    grant_expires_at: datetime | None = None
    clock_ahead: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the outside account belongs to. `user_id` is the stable key; `email` and `display_name` are labels."""

    user_id: str
    account_id: str
    email: str
    display_name: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting to be made. `start` is an aware datetime; `agenda` is plain text."""

    topic: str
    start: datetime
    minutes: int
    agenda: str = ""


@dataclass(frozen=True, slots=True)
class CreatedConference:
    """A meeting that was made. `passcode` is "" where the link carries it or none is needed."""

    reference: str
    join_url: str
    passcode: str = field(default="", repr=False)


class Ability(StrEnum):
    """What a grant allows a `Conferencing` to do."""

    CREATE = "create"
    MOVE = "move"
    REMOVE = "remove"


@runtime_checkable
class OAuth(Protocol):
    """OAuth 2 authorization-code grant with PKCE (RFC 6749, RFC 7636, S256)."""

    def authorize_url(self, *, state: str, code_challenge: str) -> str:
        """Return the address the host's browser is sent to."""

    def exchange(self, *, code: str, code_verifier: str) -> Tokens:
        """Trade the code for tokens. Raises ProviderError, or NeedsReconnect when a needed scope was not granted."""

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade the refresh token for new tokens. Raises ProviderError, or NeedsReconnect when the grant is dead."""


@runtime_checkable
class Identity(Protocol):
    """Tells whose account was connected."""

    def profile(self, access_token: str) -> Profile:
        """Read the profile, once per authorization. Raises ProviderError."""


@runtime_checkable
class Conferencing(Protocol):
    """Makes online meetings with a link."""

    def abilities(self, scopes: frozenset[str]) -> frozenset[Ability]:
        """Say what a grant with these scopes allows."""

    def create(self, meeting: Meeting, *, access_token: str) -> CreatedConference:
        """Make the meeting, with one request and no second. Raises ProviderError, NeedsReconnect."""

    def move(self, reference: str, meeting: Meeting, *, access_token: str) -> None:
        """Change time and topic of a meeting made before; safe to repeat."""

    def remove(self, reference: str, *, access_token: str) -> None:
        """Delete a meeting made before; a meeting that is already gone is no error."""


@dataclass(frozen=True, slots=True)
class Deauthorization:
    """An outside account withdrew its grant. `at` is aware UTC, None where the event has no readable time.

    `at` is by the service's clock.  `acknowledgement` is the body to send back once the data is gone, "" where none is
    asked for.
    """

    user_id: str
    account_id: str
    at: datetime | None
    acknowledgement: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """What the receiving view answers, and what it has to do first.

    untimely: the call is the service's own, but not of `now`; by the service's clock it may be.
    """

    status: int
    body: dict[str, str] = field(default_factory=dict)
    deauthorization: Deauthorization | None = None
    untimely: bool = False


@runtime_checkable
class Webhooks(Protocol):
    """Verifies and reads the calls an outside service makes to us."""

    def read_webhook(self, body: bytes, headers: dict[str, str], *, now: datetime) -> WebhookReply:
        """Verify over the raw bytes (header names in lower case) and say what to answer. Never raises on bad input.

        now: the present, by the service's clock where that is known (aware UTC).
        """

    def acknowledge_deauthorization(self, acknowledgement: str) -> None:
        """Tell the service that the data is gone. Raises ProviderError."""


@dataclass(frozen=True, slots=True)
class LoginField:
    """One thing a form asks for, to connect an account without OAuth.

    kind: text, url, email or password, as HTML's input types.  secret: never shown again.
    """

    name: str
    label: str
    kind: str = "text"
    help: str = ""
    required: bool = True
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Login:
    """An account that was connected by a form. `credential` is all that later calls need, as one text."""

    credential: str = field(repr=False)
    profile: Profile


@runtime_checkable
class LoginForm(Protocol):
    """Connects an account by what its host types: an address, a name, an app password."""

    def answers(self) -> tuple[LoginField, ...]:
        """Return what the form asks for, in order."""

    def log_in(self, given: Mapping[str, str]) -> Login:
        """Try what was typed against the service. Raises ProviderError whose sentence says what to change."""


@runtime_checkable
class OwnNames(Protocol):
    """Keeps in the credential what its host calls an account."""

    def renamed(self, name: str, *, credential: str) -> str:
        """Return the credential of the same account under that name, which is one line. Nobody is asked."""


@dataclass(frozen=True, slots=True)
class OutsideCalendar:
    """One calendar of an outside account.

    color: "#rrggbb" or "".  selected: it is the account's own and shown in its list, so it blocks time by itself.
    meeting_types: kinds of online meetings that an event in it can carry, of those `CalendarWriter.meeting_types` has.
    """

    id: str
    name: str
    color: str = ""
    primary: bool = False
    writable: bool = False
    selected: bool = True
    time_zone: str = ""
    meeting_types: frozenset[str] = frozenset()


@runtime_checkable
class Directory(Protocol):
    """Knows which calendars an account has."""

    def calendars(self, *, credential: str) -> tuple[OutsideCalendar, ...]:
        """Return all of them, every page of the list. Raises ProviderError, NeedsReconnect."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a calendar says of a span. busy: None means that nothing has changed since the cursor's reading.

    cursor: given back at the next reading (sync token, delta link, ETag); "" where the service has none. It holds
    what it needs to know for which span it was made.
    notes: what the host should know of it: guesses it rests on, events whose time is not known. Not where busy is None.
    """

    busy: tuple[BusyTime, ...] | None
    cursor: str = ""
    notes: tuple[Note, ...] = ()


@runtime_checkable
class BusySource(Protocol):
    """Tells when a calendar is taken."""

    def busy(
        self, calendar: str, span: Interval, *, time_zone: str, credential: str, cursor: str = ""
    ) -> Reading:
        """Read all busy time that touches `span` (UTC minutes, end exclusive), clipped to it, in order.

        Free (transparent), cancelled and declined events are left out; tentative ones are marked. All-day events take
        the local days of `time_zone`, the host's IANA zone, as do floating times. An answer that is not whole (a page
        missing, an error inside, a file cut off) is a ProviderError and never a shorter reading. A cursor that the
        service does not know any more leads to a full reading. A calendar that is not there any more is a permanent
        ProviderError with the code "gone".
        """


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part. The name may be hostile. accepted: they said yes, by booking themselves.

    leads: the first among several hosts.
    """

    name: str
    email: str
    accepted: bool = True
    leads: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A booking as an event of a calendar. Texts are plain; start is aware UTC.

    booking: the booking's uid, kept in a private property.  ical_uid: the UID of our invitation, used for the event
    where the service lets us.  meeting_type: the kind of online meeting the event shall carry, "" for none.
    time_zone: the host's IANA zone, for services that show it.  tentative: not confirmed yet.
    organizer: who invites, where that is not the calendar's owner; then `hosts` are all hosts, the owner first. For
    services that do not make the owner the organizer of everything.
    guest_word: what a guest is called in the text of the event, in its host's language.
    unchanged: it says what was written last, so it is written only to repair: time, place and link are put right, and
    an event that is gone is made again; title, text and guests stay as its host may have changed them.
    """

    booking: str
    ical_uid: str
    revision: int
    title: str
    start: datetime
    minutes: int
    time_zone: str
    guests: tuple[Person, ...] = ()
    organizer: Person | None = None
    hosts: tuple[Person, ...] = ()
    location: str = ""
    description: str = ""
    meeting_type: str = ""
    tentative: bool = False
    guest_word: str = "Guest"
    unchanged: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """An event that was written. ical_uid: as the service calls it.  join_url: "" while the service still makes it."""

    reference: str
    ical_uid: str = ""
    join_url: str = ""


@runtime_checkable
class CalendarWriter(Protocol):
    """Writes events. The service's own invitations stay off: our mail carries the invite."""

    def meeting_types(self) -> Mapping[str, str]:
        """Return the kinds of online meetings its events can carry, with the words people read; may be empty."""

    def put(self, entry: Entry, *, calendar: str, reference: str, credential: str) -> Written:
        """Write the event, or change the one of `reference`; safe to repeat.

        Without a reference an event of this booking that an earlier call made is found and used. An event that its
        host has deleted is made again. Raises ProviderError, NeedsReconnect, each with `outcome_unknown` wherever an
        event may stand there that only another `put` finds.
        """

    def remove(self, reference: str, *, calendar: str, credential: str) -> None:
        """Delete the event; one that is already gone is no error."""
