from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.availability.caps import FullPeriod
from timetuna.availability.interval import Interval
from timetuna.availability.policy import Cap, CapScope, Period, Policy
from timetuna.availability.slots import Busy, Code, Diary, Kind, is_open, open_slots, why_not
from timetuna.availability.teams import all_of, any_of

calm = settings(derandomize=True, max_examples=100, deadline=None, database=None)

HALF_HOURS = Policy(duration=30, increment=30)
SPAN = (0, 400)


def listed(diary: Diary, policy: Policy = HALF_HOURS) -> list[int]:
    return open_slots(diary, policy=policy, now_minute=0, span=SPAN)


def test_all_meet_when_everyone_is_free() -> None:
    alice = Diary([(0, 180)], [Busy(0, 30)])
    bob = Diary([(0, 120)], [Busy(65, 70, Kind.BOOKING, 0, 10)])

    assert listed(all_of([alice, bob])) == [30, 90]


def test_times_are_counted_from_where_the_common_hours_begin() -> None:
    berlin, kathmandu = Diary([(0, 180)]), Diary([(75, 300)])

    assert listed(all_of([berlin, kathmandu])) == [75, 105, 135]


def test_a_group_is_told_why_not() -> None:
    group = all_of([Diary([(0, 180)]), Diary([(0, 180)], [Busy(60, 90)])])

    reasons = why_not(group, minute=60, policy=HALF_HOURS, now_minute=0)

    assert [reason.code for reason in reasons] == [Code.CALENDAR_BUSY]


def test_what_stops_one_stops_the_group() -> None:
    alice, full = Diary([(0, 180)]), FullPeriod(0, 60, Cap(Period.DAY, CapScope.HOST, 1))

    assert listed(all_of([alice, Diary([(0, 180)], full=[full])])) == [60, 90, 120, 150]
    assert listed(all_of([alice, Diary([(0, 180)], unreadable=("Work",))])) == []
    assert listed(all_of([alice, Diary([(0, 180)], usable=False)])) == []


def test_nobody_never_meets() -> None:
    assert listed(all_of([])) == []
    assert any_of({}, policy=HALF_HOURS, now_minute=0, span=SPAN) == {}


def test_any_names_who_can_in_the_order_given() -> None:
    hosts = {"bob": Diary([(0, 90)], [Busy(30, 60)]), "alice": Diary([(30, 100)])}

    found = any_of(hosts, policy=HALF_HOURS, now_minute=0, span=SPAN)

    assert list(found.items()) == [(0, ("bob",)), (30, ("alice",)), (60, ("bob", "alice"))]


openings = st.sampled_from(
    ([(0, 200)], [(0, 60), (60, 180), (200, 260)], [(7, 90), (95, 300)], [(50, 55), (55, 222)])
)
busy_times = st.builds(
    lambda start, length, before: Busy(start, start + length, Kind.BOOKING, before, 5),
    st.integers(0, 300),
    st.integers(0, 50),
    st.integers(0, 15),
)
policies = st.builds(
    Policy, duration=st.integers(1, 60), increment=st.integers(1, 30), buffer_after=st.integers(0, 9)
)
some_diaries = st.builds(
    Diary,
    openings,
    st.lists(busy_times, max_size=3),
    events=st.lists(busy_times.map(lambda busy: busy[:2]), max_size=2),
)
busy_lists = st.lists(st.lists(busy_times, max_size=3), min_size=1, max_size=4)


@calm
@given(openings, busy_lists, policies)
def test_with_common_hours_all_meet_exactly_when_each_can(
    hours: list[Interval], busy: list[list[Busy]], policy: Policy
) -> None:
    diaries = [Diary(hours, taken) for taken in busy]

    each = [set(listed(diary, policy)) for diary in diaries]

    assert listed(all_of(diaries), policy) == sorted(reduce(set.intersection, each))


@calm
@given(st.lists(some_diaries, min_size=1, max_size=4), policies)
def test_a_groups_time_suits_everyone_but_for_their_own_grids(diaries: list[Diary], policy: Policy) -> None:
    for minute in listed(all_of(diaries), policy):
        for diary in diaries:
            reasons = why_not(diary, minute=minute, policy=policy, now_minute=0)
            assert {reason.code for reason in reasons} <= {Code.INCREMENT}


@calm
@given(st.lists(some_diaries, max_size=4), policies)
def test_any_lists_exactly_who_is_open(diaries: list[Diary], policy: Policy) -> None:
    hosts = dict(enumerate(diaries))

    found = any_of(hosts, policy=policy, now_minute=0, span=SPAN)

    assert list(found) == sorted(found)
    for minute in range(*SPAN):
        can = tuple(
            host
            for host, diary in hosts.items()
            if is_open(diary, minute=minute, policy=policy, now_minute=0)
        )
        assert found.get(minute, ()) == can


def test_nobody_is_named_at_a_time_that_is_not_offered() -> None:
    openings = any_of({"ann": Diary(((600, 660),))}, policy=HALF_HOURS, now_minute=0, span=(0, 1440))

    assert 615 not in openings
    assert openings.get(660) is None
    assert dict(openings) == {600: ("ann",), 630: ("ann",)}
