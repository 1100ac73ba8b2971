"""Who is asking, and how often something may be done: the one place where that is counted, whole across all processes.

    SIGN_UPS = Limit("sign-up", (30, 3_600), (100, 86_400))
    wait = spend(SIGN_UPS, client.network)      # 0.0: go on; otherwise say when to come back

Subjects (a network, a mailbox, a host's id) are stored as keyed hashes, cut to 128 bits. docs/decisions/0030 says why
it counts as it does.
"""

import logging
import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import ngettext

from timetuna.lib.crypto import hmac_hex
from timetuna.rate_limits.store import Counted, CounterRow, StoreAway, store

Address = IPv4Address | IPv6Address
# By the address's version: what one customer is given, within which addresses can be changed at will; and what one
# customer can have besides.
_PREFIX, _WIDE_PREFIX = {4: 32, 6: 64}, {4: 24, 6: 48}
_SHARED = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "::1/128", "fc00::/7", "fe80::/10",
    )
)  # fmt: skip
"""Addresses of machines of one's own, and of networks behind a carrier's."""
UNKNOWN = "unknown"
log = logging.getLogger("timetuna.web")


class Client(NamedTuple):
    """What a client is remembered by: keyed hashes of its address, and of that together with its browser.

    Neither proves anything: guests behind one address with equal browsers are one client. "" is nobody.
    visit: of that together with what the addresses of one visit carry, which tells such guests apart.
    wide: of the network around the address (IPv4 /24, IPv6 /48), which one customer may have as a whole.
    shared: many may be behind the address, as behind that of a proxy that TIMETUNA_TRUSTED_PROXIES does not name.
    """

    fingerprint: str = ""
    network: str = ""
    visit: str = ""
    wide: str = ""
    shared: bool = False


NOBODY = Client()


def client_of(request: HttpRequest, *, visit: str = "") -> Client:
    """Who is asking, without anything the address could be read from; `visit` is any text, or ""."""
    nearest = _nearest(request)
    network = hmac_hex(settings.SECRET_KEY, f"client\n{_within(nearest, _PREFIX)}")
    wide = hmac_hex(settings.SECRET_KEY, f"clients\n{_within(nearest, _WIDE_PREFIX)}")
    fingerprint = hmac_hex(network, request.headers.get("User-Agent", ""))
    shared = nearest is None or any(nearest in one for one in _SHARED)
    return Client(fingerprint, network, hmac_hex(fingerprint, visit) if visit else "", wide, shared)


def client_address(request: HttpRequest) -> str:
    """Return the client's IPv4 address, or its IPv6 network ("2001:db8:1:2::/64").

    `X-Forwarded-For` is believed only as far as it was written by the proxies in TIMETUNA_TRUSTED_PROXIES: it is read
    from the right, and the first address that is not one of them is the client. What cannot be read ends the reading.
    """
    return _within(_nearest(request), _PREFIX)


def _nearest(request: HttpRequest) -> Address | None:
    proxies = _networks(tuple(settings.TRUSTED_PROXIES))
    nearest = _address(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "")
    if forwarded and nearest and _within_any(nearest, _SHARED) and not _within_any(nearest, proxies):
        _tell_of_proxy(str(nearest))
    for text in reversed(forwarded.split(",")):
        if nearest is None or not _within_any(nearest, proxies):
            break
        further = _address(text)
        if further is None:
            break
        nearest = further
    return nearest


def _within_any(address: Address, networks: tuple[IPv4Network | IPv6Network, ...]) -> bool:
    return any(address in network for network in networks)


@lru_cache(maxsize=8)  # once for each, and never for ever new ones that somebody may invent
def _tell_of_proxy(address: str) -> None:
    log.warning(
        "%s says for whom it asks, but TIMETUNA_TRUSTED_PROXIES does not name it: "
        "all who come through it count as one network",
        address,
    )


@lru_cache(maxsize=8)
def _networks(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)


def _address(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):  # "[2001:db8::1]:443", as some proxies write it
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _within(address: Address | None, prefixes: dict[int, int]) -> str:
    """The network around the address, or the address alone where the network is no larger."""
    if address is None:
        return UNKNOWN
    prefix = prefixes[address.version]
    whole = prefix == address.max_prefixlen
    return str(address) if whole else str(ip_network((int(address), prefix), strict=False))


_KEY_LENGTH = 32
_MINUTE, _HOUR = 60, 3_600


class LimitWindow(NamedTuple):
    """At most so much within so many seconds of the first."""

    most: int
    seconds: int


class Limit:
    """A number for each of one or several windows.

    strict: while the counts cannot be reached StoreAway is raised, which people read as a busy server. Right where one
    try too many does harm (a password, a mail to somebody who did not ask), wrong where a guest would be sent away.
    """

    def __init__(self, name: str, *windows: tuple[int, int], strict: bool = False) -> None:
        self.name, self.strict = name, strict
        self.windows = tuple(LimitWindow(*window) for window in windows)

    def asked(self, subject: str, cost: int) -> list[CounterRow]:
        return [
            CounterRow(_key(self.name, window.seconds, subject), cost, window.most, window.seconds)
            for window in self.windows
        ]


@dataclass(frozen=True, slots=True)
class GrowingDelay:
    """Nothing to wait for `free` times; then `first` seconds after the last one, doubled each time up to `longest`.

    It is forgotten once nothing was counted for `memory` seconds. What comes too early is not counted.
    """

    name: str
    free: int
    first: int
    longest: int
    memory: int
    strict: bool = True

    def asked(self, subject: str, cost: int) -> list[CounterRow]:
        key = _key(self.name, self.memory, subject)
        return [CounterRow(key, cost, self.free, self.memory, self.first, self.longest)]


AnyLimit = Limit | GrowingDelay
Pair = tuple[AnyLimit, str]


def spend(limit: AnyLimit, subject: str, cost: int = 1) -> float:
    """Count it, and return 0.0; or count nothing, and return in how many seconds it is allowed again."""
    return spend_all((limit, subject), cost=cost)


def spend_all(*pairs: Pair, cost: int = 1, at: float | None = None) -> float:
    """Count it for all of them, and return 0.0; or for none, and return the longest of their waits in seconds.

    Nobody can use up one limit by tries that another one refuses. at: `now()`, for whoever may give it back.
    """
    asked, moment = _asked(pairs, cost), now() if at is None else at
    if too_much := [row.seconds for row in asked if row.cost > row.most and not row.longest]:
        return float(max(too_much))  # it will never fit
    try:
        done = store().add(asked, now=moment)
        if len(done) == len(asked):
            return 0.0
        if done:  # another process was faster at one of them
            store().take_back([row for row in asked if row.key in done], at=moment)
        return max(_longest_wait(asked, store().read(asked), moment), 1.0)
    except StoreAway:
        if _strict(pairs):
            raise
        return 0.0


def wait(*pairs: Pair) -> float:
    """In how many seconds all of them allow it, without counting; 0.0: now."""
    asked, moment = _asked(pairs, 1), now()
    try:
        return _longest_wait(asked, store().read(asked), moment)
    except StoreAway:
        if _strict(pairs):
            raise
        return 0.0


def used(limit: AnyLimit, subject: str, *, window: int = 0) -> int:
    """Return how much was counted in the window that is under way: the limit's first one, or another by its place.

    0 where the counts cannot be reached.
    """
    asked, moment = limit.asked(subject, 0)[window], now()
    try:
        rows = store().read([asked])
    except StoreAway:
        return 0
    return sum(row.used for row in rows.values() if row.counts(asked, moment))


def standing(limit: Limit, subject: str) -> tuple[int, float]:
    """How much of the limit's first window is left, and in how many seconds it is whole again.

    All of it where the counts cannot be reached.
    """
    (asked, *_), moment = limit.asked(subject, 0), now()
    try:
        rows = store().read([asked])
    except StoreAway:
        rows = {}
    for row in rows.values():
        if row.counts(asked, moment):
            return max(0, asked.most - row.used), max(0.0, row.ends_at - moment)
    return asked.most, float(asked.seconds)


def spend_told(limit: Limit, subject: str) -> tuple[float, int, float]:
    """As `spend` and `standing`, in one statement where there is something left. limit: of one window."""
    (asked, *_), moment = limit.asked(subject, 1), now()
    try:
        done = store().add([asked], now=moment)
    except StoreAway:
        if limit.strict:
            raise
        return 0.0, asked.most, float(asked.seconds)
    if row := done.get(asked.key):
        return 0.0, max(0, asked.most - row.used), max(0.0, row.ends_at - moment)
    return max(wait((limit, subject)), 1.0), *standing(limit, subject)


def give_back(*pairs: Pair, cost: int = 1, at: float | None = None) -> None:
    """Take back what was counted a moment ago, as if it had not happened.

    at: when it was counted; a delay then runs again from what was counted before, unless another came after it.
    """
    with suppress(StoreAway):
        store().take_back(_asked(pairs, cost), at=at)


def forget(limit: AnyLimit, subject: str) -> None:
    with suppress(StoreAway):
        store().forget(limit.asked(subject, 0))


def _asked(pairs: Iterable[Pair], cost: int) -> list[CounterRow]:
    # In the order of keys: two processes that count the same rows never wait for each other.
    return sorted({row for limit, subject in pairs for row in limit.asked(subject, cost)})


def _longest_wait(asked: list[CounterRow], rows: dict[str, Counted], now: float) -> float:
    return max((rows[row.key].wait(row, now) for row in asked if row.key in rows), default=0.0)


def _strict(pairs: Iterable[Pair]) -> bool:
    return any(limit.strict for limit, _ in pairs)


def _key(name: str, seconds: int, subject: str) -> str:
    return hmac_hex(settings.SECRET_KEY, f"rate limit\n{name}\n{seconds}\n{subject}")[:_KEY_LENGTH]


def now() -> float:
    """In seconds since the epoch."""
    return timezone.now().timestamp()


def room_in(moments: Sequence[datetime], most: int, within: timedelta, *, now: datetime) -> float:
    """In how many seconds fewer than `most` of these moments, the latest first, lie within that time; 0.0: now."""
    if most < 1:
        return within.total_seconds()
    if len(moments) < most:
        return 0.0
    return max(0.0, (moments[most - 1] + within - now).total_seconds())


def wait_in_words(seconds: float) -> str:
    """As in "40 seconds", "3 minutes" or "5 hours", rounded up and in the language of the moment."""
    if seconds <= 1.5 * _MINUTE:
        number = max(1, math.ceil(seconds))
        return ngettext("%(number)d second", "%(number)d seconds", number) % {"number": number}
    if seconds <= 1.5 * _HOUR:
        number = math.ceil(seconds / _MINUTE)
        return ngettext("%(number)d minute", "%(number)d minutes", number) % {"number": number}
    number = math.ceil(seconds / _HOUR)
    return ngettext("%(number)d hour", "%(number)d hours", number) % {"number": number}
