"""Fair shares: by hand, by their laws, and over ninety simulated days."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.availability.shares import WHOLE, Candidate, Deal, Share, ShareRule, deal, ranked

calm = settings(derandomize=True, max_examples=150, deadline=None, database=None)

ANN, BOB, CAT, DAN, EVE = 1, 2, 3, 4, 5
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


def balances(dealt: Deal) -> dict[int, int]:
    return {entry.host: entry.change() for entry in dealt.shares}


def test_who_is_owed_most_takes_it_and_pays() -> None:
    found = deal([Candidate(ANN, balance=-200_000), Candidate(BOB, balance=200_000)])

    assert found.chosen == (BOB,)
    assert found.shares == (
        Share(BOB, 500_000, WHOLE, 200_000),
        Share(ANN, 500_000, 0, -200_000),
    )


def test_what_division_leaves_over_is_the_chosen_ones() -> None:
    found = deal([Candidate(ANN), Candidate(BOB), Candidate(CAT)])

    assert balances(found) == {ANN: -666_666, BOB: 333_333, CAT: 333_333}


def test_shares_are_by_weight_and_the_heavier_begins() -> None:
    found = deal([Candidate(ANN, weight=100), Candidate(BOB, weight=300)])

    assert found.chosen == (BOB,)
    assert balances(found) == {BOB: -250_000, ANN: 250_000}


def test_between_equals_the_last_turn_decides_then_the_order_of_the_page() -> None:
    ann = Candidate(ANN, last_turn=NOON, position=0)
    bob = Candidate(BOB, last_turn=NOON - timedelta(hours=1), position=1)

    assert deal([ann, bob]).chosen == (BOB,)
    assert deal([ann, bob, Candidate(CAT, position=2)]).chosen == (CAT,)
    assert deal([ann._replace(last_turn=None), Candidate(CAT, position=2)]).chosen == (ANN,)


def test_a_tier_is_asked_while_it_has_somebody_and_the_next_is_owed_nothing() -> None:
    first, second = Candidate(ANN, balance=-5 * WHOLE), Candidate(BOB, tier=2, balance=5 * WHOLE)

    assert balances(deal([first, second])) == {ANN: 0, BOB: 0}
    assert deal([first, second]).chosen == (ANN,)
    assert deal([second]).chosen == (BOB,)


def test_two_of_three_share_two_places() -> None:
    found = deal([Candidate(ANN), Candidate(BOB), Candidate(CAT, balance=1)], count=2)

    assert found.chosen == (CAT, ANN)
    assert balances(found) == {CAT: -333_334, ANN: -333_332, BOB: 666_666}


def test_nobody_is_owed_more_than_one_place_of_a_meeting() -> None:
    found = deal([Candidate(ANN, weight=1_000), Candidate(BOB), Candidate(CAT)], count=2)

    assert found.chosen == (ANN, BOB)
    assert balances(found) == {ANN: 0, BOB: -500_000, CAT: 500_000}


def test_tiers_fill_the_places_one_after_the_other() -> None:
    two = [Candidate(ANN), Candidate(BOB, tier=2), Candidate(CAT, tier=2), Candidate(DAN, tier=3)]

    found = deal(two, count=2)

    assert found.chosen == (ANN, BOB)
    assert balances(found) == {ANN: 0, BOB: -500_000, CAT: 500_000, DAN: 0}


def test_who_is_asked_for_comes_and_it_costs_nobody_anything() -> None:
    everyone = [Candidate(ANN, balance=WHOLE), Candidate(BOB), Candidate(CAT)]

    assert deal(everyone, named={BOB}).chosen == (BOB,)
    assert balances(deal(everyone, named={BOB})) == {ANN: 0, BOB: 0, CAT: 0}
    two = deal(everyone, named={BOB}, count=2)
    assert two.chosen == (BOB, ANN)
    assert balances(two) == {BOB: 0, ANN: -500_000, CAT: 500_000}


def test_one_of_those_who_lead_comes_along() -> None:
    everyone = [Candidate(ANN, balance=3), Candidate(BOB, balance=2), Candidate(CAT, balance=1)]

    assert deal(everyone, count=2, leaders={BOB}).chosen == (ANN, BOB)
    forced = deal(everyone, count=2, leaders={CAT})
    assert forced.chosen == (CAT, ANN)
    assert balances(forced) == {CAT: 0, ANN: -500_000, BOB: 500_000}


def test_fewest_this_month_goes_by_weight_and_leaves_the_ledger_alone() -> None:
    everyone = [
        Candidate(ANN, weight=100, taken=2, balance=9 * WHOLE),
        Candidate(BOB, weight=300, taken=5),
        Candidate(CAT, weight=100, taken=3),
    ]

    found = deal(everyone, rule=ShareRule.FEWEST)

    assert found.chosen == (BOB,)
    assert set(balances(found).values()) == {0}
    assert {entry.host: entry.compared for entry in found.shares} == {ANN: 2, BOB: 5, CAT: 3}
    even = [one._replace(taken=one.weight // 100, last_turn=NOON) for one in everyone]
    assert deal([*even, Candidate(DAN, taken=1)], rule=ShareRule.FEWEST).chosen == (DAN,)


candidates = st.lists(
    st.builds(
        Candidate,
        host=st.integers(1, 9),
        weight=st.integers(1, 1_000),
        tier=st.integers(1, 3),
        balance=st.integers(-2 * WHOLE, 2 * WHOLE),
        last_turn=st.sampled_from([None, NOON, NOON + timedelta(days=1)]),
        position=st.integers(0, 3),
        taken=st.integers(0, 40),
    ),
    min_size=1,
    max_size=8,
    unique_by=lambda one: one.host,
)


@calm
@given(candidates, st.data())
def test_a_deal_changes_the_sum_of_all_balances_by_nothing(
    able: list[Candidate], data: st.DataObject
) -> None:
    hosts = [one.host for one in able]
    count = data.draw(st.integers(1, len(able)))
    named = data.draw(st.sets(st.sampled_from(hosts), max_size=count - 1))
    leaders = data.draw(st.none() | st.sets(st.sampled_from(hosts), min_size=1))
    rule = data.draw(st.sampled_from(ShareRule))

    found = deal(able, count=count, named=named, leaders=leaders, rule=rule)

    assert sum(balances(found).values()) == 0
    assert len(set(found.chosen)) == len(found.chosen) == count
    assert named <= set(found.chosen)
    assert leaders is None or leaders & set(found.chosen)
    assert {entry.host for entry in found.shares} == set(hosts)
    for entry in found.shares:
        assert 0 <= entry.credit <= WHOLE + len(able)
        assert entry.debit == (WHOLE if entry.host in found.chosen else 0)
    assert found == deal(able[::-1], count=count, named=named, leaders=leaders, rule=rule)


@calm
@given(
    st.lists(st.tuples(st.sets(st.integers(0, 4), min_size=1), st.integers(1, 2), st.booleans()), max_size=60)
)
def test_whatever_is_taken_back_all_balances_are_nothing_together(steps: list) -> None:
    held = dict.fromkeys(range(5), 0)
    done: list[tuple[Share, ...]] = []
    for hosts, count, takes_back in steps:
        before = dict(held)
        able = [Candidate(host, weight=100 + 50 * host, balance=held[host]) for host in hosts]
        shares = deal(able, count=min(count, len(able))).shares
        for entry in shares:
            held[entry.host] += entry.change()
        done.append(shares)
        if takes_back:
            for entry in done.pop():
                held[entry.host] -= entry.change()
            assert held == before
        assert sum(held.values()) == 0
    for shares in done:
        for entry in shares:
            held[entry.host] -= entry.change()
    assert set(held.values()) == {0}


class Simulation:
    """Five hosts, ten bookings a day. free: says who can take the next one, on which day."""

    def __init__(
        self, free: Callable[[Random, int], set[int]], weights: dict[int, int] | None = None
    ) -> None:
        self.free, self.weights, self.dice = free, weights or {}, Random(4)  # noqa: S311 - the same in every run
        self.held = dict.fromkeys((ANN, BOB, CAT, DAN, EVE), 0)
        self.fair: dict[int, Fraction] = dict.fromkeys(self.held, Fraction())
        self.taken, self.last, self.order = Counter[int](), dict[int, datetime](), list[int]()
        self.lost, self.farthest = 0, Fraction()

    def run(self, days: int = 90) -> "Simulation":
        for day in range(days):
            for number in range(10):
                self.book(day, NOON + timedelta(days=day, minutes=number))
        return self

    def book(self, day: int, now: datetime) -> None:
        able = [
            Candidate(one, self.weights.get(one, 100), balance=self.held[one], last_turn=self.last.get(one))
            for one in sorted(self.free(self.dice, day))
        ]
        if not able:
            self.lost += 1
            return
        found = deal(able)
        for entry in found.shares:
            self.held[entry.host] += entry.change()
        for one in able:
            self.fair[one.host] += Fraction(one.weight, sum(each.weight for each in able))
        (chosen,) = found.chosen
        self.taken[chosen] += 1
        self.last[chosen] = now
        self.order.append(chosen)
        self.farthest = max(self.farthest, *(abs(self.taken[one] - self.fair[one]) for one in self.held))


def often(dice: Random) -> set[int]:
    return {one for one in (ANN, BOB, CAT, DAN, EVE) if dice.random() < 0.9}


def all_free_nine_times_in_ten(dice: Random, _day: int) -> set[int]:
    return often(dice)


def one_three_weeks_away(dice: Random, day: int) -> set[int]:
    return often(dice) - ({EVE} if 30 <= day < 51 else set())


def one_joins_on_day_45(dice: Random, day: int) -> set[int]:
    return often(dice) - ({EVE} if day < 45 else set())


def one_never_free(dice: Random, _day: int) -> set[int]:
    return often(dice) - {EVE}


CASES = (all_free_nine_times_in_ten, one_three_weeks_away, one_joins_on_day_45, one_never_free)


@pytest.mark.parametrize("free", CASES, ids=lambda case: case.__name__)
@pytest.mark.parametrize("weights", [{}, {ANN: 300, BOB: 50}], ids=["equal", "weighted"])
def test_over_ninety_days_nobody_is_a_booking_away_from_their_fair_share(free, weights) -> None:
    found = Simulation(free, weights).run()

    assert found.farthest <= 1
    assert (found.lost, sum(found.held.values())) == (0, 0)


def test_who_comes_back_or_joins_takes_what_everybody_takes() -> None:
    back = Simulation(one_three_weeks_away).run()
    joined = Simulation(one_joins_on_day_45).run()

    for found, day in ((back, 51), (joined, 45)):
        following = Counter(found.order[10 * day : 10 * day + 100])
        assert 18 <= following[EVE] <= 22
    assert Simulation(one_never_free).run().taken[EVE] == 0


def test_ranking_names_the_next_ones_too() -> None:
    able = [Candidate(ANN, balance=1), Candidate(BOB, balance=3), Candidate(CAT, balance=2)]

    assert [one.host for one in ranked(able)] == [BOB, CAT, ANN]
