"""Whether a text may go: each layer narrows before the next one does, and all that was let through is counted.

Whoever owns numbers that earn by texts asks for codes by the thousand and types none. So numbers, networks, pages and
prefixes get so many an hour, what confirms too little is stopped for a day, first a prefix or a network and only then
all; and a part of a page's texts and of the day's is kept for prefixes to which none has gone. No limit is tied to
anything that who asks can choose for others: nobody is locked out, since where no text goes a mail does.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from timetuna.bookings.models import NumberCode
from timetuna.bookings.proofs.numbers import number_hash, prefix_hash
from timetuna.rate_limits.limits import Client, Limit, spend_all, used

_HOUR, _DAY = 3_600, 86_400
TO_NUMBER = Limit("texts to a number", (3, 600), (6, _DAY), strict=True)
TO_PREFIX = Limit("texts to a prefix", (5, _HOUR), strict=True)
FROM_NETWORK = Limit("texts from a network", (10, _HOUR), (30, _DAY), strict=True)
FROM_SHARED_NETWORK = Limit("texts from a shared network", (30, _HOUR), (120, _DAY), strict=True)
FROM_WIDER_NETWORK = Limit("texts from a wider network", (30, _HOUR), (90, _DAY), strict=True)
OF_PAGE = Limit("texts of a page", (30, _HOUR), strict=True)
REMINDERS_OF_PAGE = Limit("reminders by text of a page", (60, _HOUR), strict=True)
"""To numbers that nobody has shown to be theirs."""
KEPT = 5
"""One in so many texts of a page and of the day is kept for prefixes to which none has gone."""
LEAST_CONFIRMED = 5
"""One in so many codes has to be typed."""
FEW, MANY = 5, 20
"""From so many on it tells something: of a prefix or a network, and of all."""
TYPED_WITHIN = timedelta(minutes=4)
"""A code that is younger may still be typed."""
_MOST_READ = 5_000


def of_day() -> Limit:
    """How many texts this server sends a day."""
    return Limit("texts of a day", (settings.SMS_DAILY_LIMIT, _DAY), strict=True)


class Row(NamedTuple):
    prefix: str
    network: str
    asked_at: datetime
    typed: bool


class Stopped(NamedTuple):
    """What confirms too little. all: also without those prefixes and networks."""

    prefixes: frozenset[str]
    networks: frozenset[str]
    all: bool


def stopped(rows: Iterable[Row], now: datetime) -> Stopped:
    """By the texts of the last day; for all, by those of the last hour."""
    old = [row for row in rows if row.typed or row.asked_at < now - TYPED_WITHIN]
    prefixes, networks = (_failing((row[place], row.typed) for row in old) for place in (0, 1))
    hour = now - timedelta(seconds=_HOUR)
    rest = [
        row.typed
        for row in old
        if row.asked_at > hour and row.prefix not in prefixes and row.network not in networks
    ]
    return Stopped(prefixes, networks, len(rest) >= MANY and sum(rest) * LEAST_CONFIRMED < len(rest))


def may_text(
    page_id: int, prefix: str, number: str, *, client: Client, now: datetime
) -> tuple[bool, Stopped]:
    """Whether a text may go to a number now, given by its hashes; then it is counted."""
    rows = recent(now)
    halted = stopped(rows, now)
    if prefix in halted.prefixes or client.network in halted.networks:
        return False, halted
    fresh = all(row.prefix != prefix for row in rows)
    day, page = (of_day(), ""), (OF_PAGE, str(page_id))
    if not fresh and (halted.all or _is_kept(*day) or _is_kept(*page)):
        return False, halted
    of_network = FROM_SHARED_NETWORK if client.shared else FROM_NETWORK
    pairs = [day, page, (TO_NUMBER, number), (TO_PREFIX, prefix), (of_network, client.network)]
    if client.wide and not client.shared:
        pairs.append((FROM_WIDER_NETWORK, client.wide))
    return not spend_all(*pairs), halted


def may_remind(page_id: int, number: str, *, network: str, shown: bool, now: datetime) -> bool:
    """Whether a reminder may go to a number by text now; then it is counted. Codes have what is kept of the day.

    shown: its guest has typed a code that was texted to it, so that the layers have let it through before.
    network: that the booking came from.
    """
    day, hashed = (of_day(), ""), number_hash(number)
    pairs = [day, (TO_NUMBER, hashed)]
    if not shown:
        halted, prefix = stopped(recent(now), now), prefix_hash(number)
        if halted.all or prefix in halted.prefixes or network in halted.networks:
            return False
        pairs += [(TO_PREFIX, prefix), (REMINDERS_OF_PAGE, str(page_id))]
    return not _is_kept(*day) and not spend_all(*pairs)


def recent(now: datetime) -> list[Row]:
    """The texts of the last day, the newest first."""
    rows = NumberCode.objects.filter(way=NumberCode.Way.TEXT, asked_at__gt=now - timedelta(days=1))
    columns = rows.order_by("-asked_at").values_list("prefix_hash", "network", "asked_at", "used_at")
    return [
        Row(prefix, network, at, typed is not None) for prefix, network, at, typed in columns[:_MOST_READ]
    ]


def _failing(rows: Iterable[tuple[object, bool]]) -> frozenset[str]:
    sent, typed = Counter[str](), Counter[str]()
    for name, was_typed in rows:
        sent[str(name)] += 1
        typed[str(name)] += was_typed
    return frozenset(
        name for name, count in sent.items() if count >= FEW and typed[name] * LEAST_CONFIRMED < count
    )


def _is_kept(limit: Limit, subject: str) -> bool:
    """Whether what is left of it is kept for prefixes to which no text has gone."""
    most = limit.windows[0].most
    return used(limit, subject) >= most - most // KEPT
