"""What the apps that stand on this one know and calendars need: they say it through functions they register.

Pages know how far ahead anybody may ask, and bookings which events are our own; calendars may import neither.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, ParamSpec, TypeVar

from django.db.models import QuerySet

from timetuna.availability.interval import Interval
from timetuna.calendars.models import Calendar
from timetuna.jobs import queue

LEAST_DAYS, MOST_DAYS = 60, 730


@dataclass(frozen=True, slots=True)
class Wants:
    """What a host's pages want of calendars.

    days: how many days ahead they ask.  patience: how old knowledge may get before they offer nothing.
    chosen: ids of the calendars that pages have chosen to be blocked by, beside those that block everywhere.
    zone: in which the host's whole days are meant; "" where nobody says.
    """

    days: int = LEAST_DAYS
    patience: timedelta = timedelta(hours=24)
    chosen: frozenset[int] = frozenset()
    zone: str = ""

    def counts_until(self, row: Calendar) -> datetime | None:
        """Until when what is known of a calendar counts; None where nothing is, or it is of another zone."""
        elsewhere = self.zone and row.known_zone not in {"", self.zone}
        return row.read_at + self.patience if row.read_at and not elsewhere else None


@dataclass(frozen=True, slots=True)
class CardBeside:
    """A row of Connected providers that another app has. template: what shows `card`."""

    template: str
    card: object


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One account of which something does not work. link: where it is mended; action: what the link says."""

    title: str
    lines: tuple[str, ...]
    link: str
    action: str


@dataclass(frozen=True, slots=True)
class BroughtTime:
    """A booking at another product, for its host alone. title: as in "Intro call with Kim".  product: its name.

    path: of ours, where its host says what becomes of it.
    """

    span: Interval
    title: str
    product: str
    path: str


P = ParamSpec("P")
R = TypeVar("R")
Connected = Callable[[int, str], None]
_connected: list[Connected] = []


class Hook(Generic[P, R]):
    """A question that another app answers; until it has registered itself, the answer is what `ask` gives."""

    def __init__(self, ask: Callable[P, R]) -> None:
        self.ask = ask

    def register(self, ask: Callable[P, R]) -> None:
        self.ask = ask

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self.ask(*args, **kwargs)


wants_of: Hook[[int], Wants] = Hook(lambda _host_id: Wants())
"""What a host's pages want."""
losses_of: Hook[[int], Mapping[int, list[str]]] = Hook(lambda _host_id: {})
"""What would be lost with each of a host's accounts: sentences by account's id."""
own_times: Hook[[int, Collection[str]], dict[str, list[Interval]]] = Hook(lambda _host_id, _uids: {})
"""Of uids that are bookings of this host, at which UTC minutes their event is ours."""
brought_times: Hook[[int, Interval], Sequence["BroughtTime"]] = Hook(lambda _host_id, _span: ())
"""Of a host the times that they have brought along and that can be named, within UTC minutes, in order."""

cards_beside: Hook[[int], Sequence[CardBeside]] = Hook(lambda _host_id: ())
"""What else a host can connect."""
form_targets_beside: Hook[[], tuple[str, ...]] = Hook(tuple)
"""Where connecting it leads, for the content security policy."""
wrong_beside: Hook[[int], QuerySet[Any] | None] = Hook(lambda _host_id: None)
"""Rows of one column, an id, where something of that does not work; none where all is well."""
banners_beside: Hook[[int], Sequence[Banner]] = Hook(lambda _host_id: ())
"""What their host should know of it."""


def on_connected(listener: Connected) -> Connected:
    """Have a function called when a host has connected an account; it gets the host's id and the provider's name.

    It is called in the transaction that stores the account. Its module is listed in its app's `jobs.py`.
    """
    _connected.append(listener)
    return listener


def connected(host_id: int, provider: str) -> None:
    queue.load()
    for listener in _connected:
        listener(host_id, provider)
