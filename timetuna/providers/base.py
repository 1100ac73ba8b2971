"""What a provider may be: small protocols named for our need, and the values they exchange.

A capability is having the protocol. Nobody outside a provider asks which one it is.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a token endpoint gave. `expires_at` is aware UTC, counted from before the request was sent."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    scopes: frozenset[str]


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
class Conference:
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

    def create(self, meeting: Meeting, *, access_token: str) -> Conference:
        """Make the meeting, with one request and no second. Raises ProviderError, NeedsReconnect."""

    def move(self, reference: str, meeting: Meeting, *, access_token: str) -> None:
        """Change time and topic of a meeting made before; safe to repeat."""

    def remove(self, reference: str, *, access_token: str) -> None:
        """Delete a meeting made before; a meeting that is already gone is no error."""


@dataclass(frozen=True, slots=True)
class Deauthorization:
    """An outside account withdrew its grant. `at` is aware UTC, None where the event has no readable time.

    `acknowledgement` is the body to send back once the data is gone, "" where none is asked for.
    """

    user_id: str
    account_id: str
    at: datetime | None
    acknowledgement: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """What the receiving view answers, and what it has to do first."""

    status: int
    body: dict[str, str] = field(default_factory=dict)
    deauthorization: Deauthorization | None = None


@runtime_checkable
class Webhooks(Protocol):
    """Verifies and reads the calls an outside service makes to us."""

    def read_webhook(self, body: bytes, headers: dict[str, str], *, now: datetime) -> WebhookReply:
        """Verify over the raw bytes (header names in lower case) and say what to answer. Never raises on bad input."""

    def acknowledge_deauthorization(self, acknowledgement: str) -> None:
        """Tell the service that the data is gone. Raises ProviderError."""
