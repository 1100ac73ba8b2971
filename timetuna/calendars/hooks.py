"""What the apps that stand on this one know and calendars need: they say it through functions they register.

Pages know how far ahead anybody may ask, and bookings which events are our own; calendars may import neither.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

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


WantsOf = Callable[[int], Wants]
OwnOf = Callable[[int, Collection[str]], dict[str, list[Interval]]]
LossesOf = Callable[[int], Mapping[int, list[str]]]
Connected = Callable[[int, str], None]
_wants: list[WantsOf] = []
_own: list[OwnOf] = []
_losses: list[LossesOf] = []
_connected: list[Connected] = []


def register_wants(ask: WantsOf) -> None:
    """Have a function asked what a host's pages want; it gets the host's id."""
    _wants[:] = [ask]


def register_own(ask: OwnOf) -> None:
    """Have a function asked when bookings of a host are, by their uids; it gets the host's id and uids as text."""
    _own[:] = [ask]


def register_losses(ask: LossesOf) -> None:
    """Have a function asked what would be lost with each of a host's accounts; it gets the host's id."""
    _losses[:] = [ask]


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


def losses_of(host_id: int) -> Mapping[int, list[str]]:
    """In sentences, by account's id."""
    return next((ask(host_id) for ask in _losses), {})


def wants_of(host_id: int) -> Wants:
    return next((ask(host_id) for ask in _wants), Wants())


def own_times(host_id: int, uids: Collection[str]) -> dict[str, list[Interval]]:
    """Return, of those uids that are bookings of this host, at which UTC minutes their event is ours."""
    return next((ask(host_id, uids) for ask in _own), {}) if uids else {}
