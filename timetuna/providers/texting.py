"""Texts to phones: what a service that sends them can do, and what it says of itself in errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from timetuna.lib.http import HttpError
from timetuna.lib.text import spoken
from timetuna.providers.errors import ProviderError

STOPPED = "stopped"
"""The code of a refusal because whoever has the number wants no texts of this sender."""


@runtime_checkable
class Texting(Protocol):
    """Sends texts (SMS)."""

    def send(self, number: str, text: str) -> None:
        """Send it, with one request and no second. number: E.164, without an extension.

        Raises ProviderError: permanent where this number gets none, operator where the settings are wrong,
        outcome_unknown where it may be on its way. Neither the number nor the text is in it.
        """


@dataclass(frozen=True, slots=True)
class InboundText:
    """What somebody answered. number: E.164."""

    number: str
    text: str


@dataclass(frozen=True, slots=True)
class Received:
    """What the service wants to hear once such a call has come."""

    body: str = ""
    content_type: str = "text/plain"


@runtime_checkable
class InboundTexts(Protocol):
    """Reads the calls by which a service hands on what people answer."""

    received: Received

    def hears(self) -> bool:
        """Whether people can answer, and the service can show that such a call is its own; by the settings alone."""

    def read_inbound(self, body: bytes, headers: Mapping[str, str], *, url: str) -> InboundText | None:
        """None unless it is the service's own. headers by lower-case name.  url: ours, as the service was given it."""


def unreachable(label: str, error: HttpError) -> ProviderError:
    return ProviderError(
        spoken("%(name)s did not answer.") % {"name": label},
        code=f"network:{error.kind}",
        outcome_unknown=error.sent,
    )


def refused(label: str, reason: object, *, permanent: bool = True, code: str = "") -> ProviderError:
    """reason: a number or a word of the service's, which says nothing of anybody."""
    return ProviderError(
        spoken("%(name)s refused to send a text (%(reason)s).") % {"name": label, "reason": reason},
        code=code or f"texts:{reason}",
        permanent=permanent,
    )


def wrong_settings(label: str) -> ProviderError:
    return ProviderError(
        spoken("%(name)s does not accept the settings of this server.") % {"name": label},
        code="texts:settings",
        operator=True,
        permanent=True,
    )


def broken(label: str, status: int) -> ProviderError:
    """The service has a problem: whether the text is on its way nobody knows."""
    return ProviderError(
        spoken("%(name)s has a problem at the moment.") % {"name": label},
        code=f"http:{status}",
        outcome_unknown=True,
    )
