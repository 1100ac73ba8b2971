"""Whose turn it is: the carpool problem, where those who could drive are others each day (Fagin and Williams, 1983).

A meeting that several could take is shared out among them by weight, and whoever takes it pays for it: so a balance
says how much of a meeting somebody is owed. The next one goes to the largest balance. Who had no time, was away or had
not joined yet gets and owes nothing, and all balances together are 0, whatever happens and is taken back.

Balances are millionths of a meeting. What division leaves over goes to who was chosen.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

WHOLE = 1_000_000
MOST_WEIGHT = 1_000


class ShareRule(StrEnum):
    """By what a page chooses: what each is owed, or how few meetings they took this month for their weight."""

    LEDGER = "ledger"
    FEWEST = "fewest"


class Candidate(NamedTuple):
    """Somebody who takes turns and has time.

    weight: 1 to 1000, of their share.  tier: the smaller the sooner, whatever is owed.  last_turn: None is never.
    position: on the page.  taken: how many of its meetings they took this month.
    """

    host: int
    weight: int = 100
    tier: int = 1
    balance: int = 0
    last_turn: datetime | None = None
    position: int = 0
    taken: int = 0


class Share(NamedTuple):
    """What a meeting does to one balance.

    compared: the balance before or, by the other rule, how many meetings were taken this month.
    """

    host: int
    credit: int
    debit: int
    compared: int

    def change(self) -> int:
        return self.credit - self.debit


@dataclass(frozen=True, slots=True)
class Deal:
    """chosen: who takes the meeting, the first of them first.  shares: one for each who could, by whose turn it is.

    leader: who was chosen although it was others' turn, because none of them could have led the meeting.
    """

    chosen: tuple[int, ...]
    shares: tuple[Share, ...]
    leader: int | None = None


def deal(
    able: Iterable[Candidate],
    *,
    count: int = 1,
    rule: ShareRule = ShareRule.LEDGER,
    named: Collection[int] = (),
    leaders: Collection[int] | None = None,
) -> Deal:
    """Choose `count` of those who are able, at least as many as that.

    named: who comes in any case, because somebody asked for them: nobody else could have taken their place, so it costs
    and brings nothing.  leaders: those one of whom has to come, if nobody else leads the meeting.
    """
    everyone = list(able)
    settled = ranked((one for one in everyone if one.host in named), rule=rule)
    places = max(0, count - len(settled))
    others = ranked((one for one in everyone if one.host not in named), count=places, rule=rule)
    picked = others[:places]
    if leaders is not None and not any(one.host in leaders for one in (*settled, *picked)):
        leader = next(one for one in others if one.host in leaders)
        led = deal(everyone, count=count, rule=rule, named=(*named, leader.host))
        return replace(led, leader=leader.host)
    divided = _shares(others, places) if rule is ShareRule.LEDGER else {one.host: WHOLE for one in picked}
    chosen = (*settled, *picked)
    credits_ = _with_remainder(divided, picked) | {one.host: WHOLE for one in settled}
    shares = [
        Share(
            one.host,
            credits_.get(one.host, 0),
            WHOLE if one in chosen else 0,
            one.balance if rule is ShareRule.LEDGER else one.taken,
        )
        for one in (*settled, *others)
    ]
    return Deal(tuple(one.host for one in chosen), tuple(shares))


def ranked(
    able: Iterable[Candidate], *, count: int = 1, rule: ShareRule = ShareRule.LEDGER
) -> list[Candidate]:
    """Whose turn it is first: by tier, by what the rule says, whose last turn is longest ago, in the order of the page.

    What is owed includes the share of the meeting that is dealt: so who has more weight comes first from the first on.
    """
    everyone = list(able)
    shares = _shares(everyone, count) if rule is ShareRule.LEDGER else {}

    def place(one: Candidate) -> tuple[int, Fraction, float, int, int]:
        owed = (
            -Fraction(one.balance + shares[one.host])
            if rule is ShareRule.LEDGER
            else Fraction(one.taken, one.weight)
        )
        last = one.last_turn.timestamp() if one.last_turn else float("-inf")
        return one.tier, owed, last, one.position, one.host

    return sorted(everyone, key=place)


def _shares(able: Sequence[Candidate], count: int) -> dict[int, int]:
    """What each gets of `count` places, rounded down: those of the first tier take what they can, then the next."""
    shares, left = {one.host: 0 for one in able}, count
    for tier in sorted({one.tier for one in able}):
        members = [one for one in able if one.tier == tier]
        places = min(left, len(members))
        shares |= _by_weight(members, places)
        left -= places
    return shares


def _by_weight(members: Sequence[Candidate], places: int) -> dict[int, int]:
    """Nobody gets more than the whole of one meeting; what would be more goes to the others."""
    shares: dict[int, int] = {}
    rest = sorted(members, key=lambda one: -one.weight)
    while rest:
        total = sum(one.weight for one in rest)
        if places * rest[0].weight < total:
            break
        shares[rest.pop(0).host] = WHOLE
        places -= 1
    return shares | {one.host: places * WHOLE * one.weight // total for one in rest}


def _with_remainder(shares: dict[int, int], picked: Sequence[Candidate]) -> dict[int, int]:
    if not picked:
        return shares
    last, over = picked[-1].host, len(picked) * WHOLE - sum(shares.values())  # of the tier that was divided
    return shares | {last: shares[last] + over}
