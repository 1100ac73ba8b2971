"""What a guest is asked for before a booking is made while unusually many are made; nothing while a page is quiet.

What is counted is what was let in: bookings of the page, and bookings from the guest's network on any page. They are
read under the host's lock, so that forms sent at the same time cannot slip through together. The rate of a page only
raises what is asked; a network is refused at last, and only where it can be told from others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

from django.conf import settings

from timetuna.bookings.models import Booking
from timetuna.lib.crypto import hmac_hex
from timetuna.rate_limits.limits import Client, Limit, spend, used


class Proof(IntEnum):
    """Each asks for more than the one before."""

    NONE = 0
    WORK = 1
    """The browser calculates for a moment; without JavaScript a code by mail."""
    HARD_WORK = 2
    CODE = 3
    """A code by mail."""


class Threshold(NamedTuple):
    """How many bookings within so long ask for what."""

    within: timedelta
    work: int
    hard_work: int
    code: int

    def proof(self, moments: Iterable[datetime], now: datetime) -> Proof:
        """What is asked after bookings at these moments."""
        count = sum(moment > now - self.within for moment in moments)
        return Proof(sum(count >= most for most in (self.work, self.hard_work, self.code)))


_BRIEFLY, _HOUR, _DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)
OF_NETWORK = (Threshold(_BRIEFLY, 3, 6, 10), Threshold(_DAY, 10, 20, 40))
OF_PAGE = (Threshold(_BRIEFLY, 8, 20, 50), Threshold(_HOUR, 20, 50, 100), Threshold(_DAY, 40, 100, 200))
MOST_OF_NETWORK = ((60, _HOUR), (150, _DAY))
"""With codes, too: whoever owns a domain owns as many mailboxes as they like."""
WIDER_NETWORK = Limit("bookings by wider network", (10_000, 600), (10_000, 86_400))
"""Never closed; counted for what is asked."""
_OF_WIDER_NETWORK = ((12, 24, 40), (40, 80, 160))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a form brings along. work: a solved challenge, or "".

    confirmed: its guest has shown that mails to their address reach them.  suspicious: it looks as if a program had
    filled it in; that alone is no reason to ask.
    """

    work: str = ""
    confirmed: bool = False
    suspicious: bool = False


NOTHING_SHOWN = Evidence()


@dataclass(frozen=True, slots=True)
class Rates:
    """How busy the guest's network and the page are, as what is asked because of it."""

    network: Proof = Proof.NONE
    page: Proof = Proof.NONE
    refused: bool = False

    def asked(self, *, suspicious: bool = False, brings_others: bool = False) -> Proof:
        """Who brings others has them mailed, so then it is the code at once."""
        most = max(self.network, self.page)
        if most is Proof.NONE:
            return most
        return Proof.CODE if brings_others else Proof(min(most + suspicious, Proof.CODE))


def rates(page_id: int, client: Client, *, now: datetime) -> Rates:
    """Two queries; none where nobody knows who asks, as for the host's own programs."""
    if not client.network or not settings.BOOKING_PROOFS:
        return Rates()
    of_network = _moments(now, _most(OF_NETWORK, MOST_OF_NETWORK), source_network=client.network)
    of_page = _moments(now, _most(OF_PAGE), page_id=page_id)
    network = max(one.proof(of_network, now) for one in OF_NETWORK)
    refused = any(
        sum(moment > now - within for moment in of_network) >= most for most, within in MOST_OF_NETWORK
    )
    return Rates(
        network=max(network, _of_wider(client)),
        page=max(one.proof(of_page, now) for one in OF_PAGE),
        refused=refused and not client.shared,
    )


def count_booking(client: Client) -> None:
    """Where counting the bookings themselves does not do it."""
    if client.wide:
        spend(WIDER_NETWORK, client.wide)


def _of_wider(client: Client) -> Proof:
    if not client.wide:
        return Proof.NONE
    counts = [used(WIDER_NETWORK, client.wide, window=number) for number in (0, 1)]
    return Proof(
        max(
            sum(count >= most for most in steps)
            for count, steps in zip(counts, _OF_WIDER_NETWORK, strict=True)
        )
    )


def _moments(now: datetime, most: int, **which: object) -> list[datetime]:
    rows = Booking.objects.filter(created_at__gt=now - _DAY, **which).exclude(source_network="")
    return list(rows.order_by("-created_at").values_list("created_at", flat=True)[:most])


def _most(thresholds: Sequence[Threshold], limits: Sequence[tuple[int, timedelta]] = ()) -> int:
    return max(*(one.code for one in thresholds), *(most for most, _ in limits))


def mailbox_hash(mailbox: str) -> str:
    """What stands for a mailbox where codes are kept."""
    return hmac_hex(settings.SECRET_KEY, f"mailbox\n{mailbox}")
