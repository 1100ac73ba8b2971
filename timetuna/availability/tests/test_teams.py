from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.availability.caps import FullPeriod
from timetuna.availability.hours import Cap, CapScope, Period, Policy, day_start, open_hours
from timetuna.availability.interval import Interval, merge
from timetuna.availability.slots import Busy, Code, Diary, Kind, Reason, open_slots, why_not
from timetuna.availability.teams import (
    Part,
    Seat,
    Staff,
    Why,
    able,
    is_offered,
    offered,
    start_times,
    why_missing,
)
from timetuna.availability.tests.strategies import any_hours, zones
from timetuna.availability.tests.wall_clock import is_listed

calm = settings(derandomize=True, max_examples=150, deadline=None, database=None)

UTC_ZONE = ZoneInfo("UTC")
REQUIRED, ROTATING, OPTIONAL = Part.REQUIRED, Part.ROTATING, Part.OPTIONAL
HALF_HOURS = Policy(duration=30, increment=30)
SPAN = (0, 400)
ANN, BOB, CAT = 1, 2, 3


def seat(host: int, part: Part, hours: list[Interval], *busy: Interval, leads: bool = True) -> Seat:
    return Seat(host, part, Diary(hours, events=busy), HALF_HOURS, leads)


def team(*seats: Seat, needed: int = 0) -> Staff:
    return Staff(seats, needed, UTC_ZONE)


def listed(asked: Staff, span: Interval = SPAN) -> list[int]:
    return offered(asked, now_minute=0, span=span)


def missing(asked: Staff, minute: int) -> Why:
    return why_missing(asked, minute=minute, now_minute=0)


def codes(why: Why) -> dict[int | None, list[Code]]:
    """None stands for the page."""
    told = {None: why.page} | dict(why.hosts)
    return {who: [reason.code for reason in reasons] for who, reasons in told.items() if reasons}


def test_all_meet_when_everyone_is_free() -> None:
    both = team(seat(ANN, REQUIRED, [(0, 180)], (0, 30)), seat(BOB, REQUIRED, [(0, 120)], (65, 70)))

    assert listed(both) == [30, 90]


def test_one_alone_keeps_the_grid_of_their_hours() -> None:
    hours = [(10, 75), (90, 150)]

    assert listed(Staff([seat(ANN, REQUIRED, hours)])) == [10, 40, 90, 120]
    assert listed(Staff([seat(ANN, ROTATING, hours)], needed=1)) == [10, 40, 90, 120]


def test_several_meet_on_one_grid_wherever_their_hours_begin() -> None:
    berlin, kathmandu = seat(ANN, REQUIRED, [(0, 180)]), seat(BOB, REQUIRED, [(75, 300)])
    early, late = seat(ANN, ROTATING, [(10, 100)]), seat(BOB, ROTATING, [(25, 120)])

    assert listed(team(berlin, kathmandu)) == [90, 120, 150]
    assert listed(team(early, late, needed=1)) == [30, 60, 90]


def test_the_grid_begins_anew_at_the_pages_midnight_on_days_of_any_length() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first, last = (day_start(date(2027, 3, day), zone=berlin) for day in (28, 30))
    policy = Policy(duration=15, increment=50)
    asked = Staff([Seat(ANN, ROTATING, Diary([(first, last)]), policy)], 1, berlin)

    starts = listed(asked, (first, last))

    second = day_start(date(2027, 3, 29), zone=berlin)
    assert second - first == 23 * 60
    assert starts == [*range(first, second, 50), *range(second, last - 14, 50)]


def test_a_meeting_may_go_on_over_the_pages_midnight() -> None:
    asked = team(seat(ANN, REQUIRED, [(23 * 60 + 10, 25 * 60)]))

    assert listed(asked, (0, 2_000)) == [23 * 60 + 30, 24 * 60, 24 * 60 + 30]


def test_any_is_offered_while_somebody_can() -> None:
    both = team(seat(BOB, ROTATING, [(0, 90)], (30, 60)), seat(ANN, ROTATING, [(30, 100)]), needed=1)

    assert listed(both) == [0, 30, 60]
    assert [[one.host for one in able(both, minute=at, now_minute=0)] for at in (0, 30, 60, 15)] == [
        [BOB],
        [ANN],
        [BOB, ANN],
        [],
    ]


def test_somebody_has_to_come_and_two_of_the_others() -> None:
    hours = [(0, 180)]
    asked = team(
        seat(ANN, REQUIRED, hours, (0, 30)),
        seat(BOB, ROTATING, hours, (30, 60)),
        seat(CAT, ROTATING, hours),
        seat(4, ROTATING, hours, (60, 90)),
        needed=2,
    )

    assert listed(asked) == [30, 60, 90, 120, 150]
    assert listed(replace(asked, needed=3)) == [90, 120, 150]


def test_who_joins_if_they_can_decides_about_nothing() -> None:
    asked = team(seat(ANN, REQUIRED, [(0, 90)]), seat(BOB, OPTIONAL, [(0, 90)], (0, 60)))

    assert listed(asked) == [0, 30, 60]
    assert [one.host for one in able(asked, minute=30, now_minute=0)] == [ANN]
    assert missing(asked, 30) == Why()


def test_one_who_leads_is_needed() -> None:
    hours = [(0, 90)]
    guide, other = seat(ANN, ROTATING, hours, (0, 30)), seat(BOB, ROTATING, hours, leads=False)

    assert listed(team(guide, other, needed=1)) == [30, 60]
    assert listed(team(guide, other, seat(CAT, ROTATING, hours, leads=False), needed=2)) == [30, 60]
    assert listed(team(replace(other, part=REQUIRED), guide, needed=1)) == []
    assert listed(team(replace(other, part=REQUIRED), replace(guide, part=REQUIRED))) == [30, 60]


def test_nobody_never_meets() -> None:
    assert listed(team()) == []
    assert listed(team(seat(ANN, OPTIONAL, [(0, 90)]))) == []
    assert listed(team(seat(ANN, ROTATING, [(0, 90)]))) == []
    assert listed(team(seat(ANN, ROTATING, [(0, 90)]), needed=2)) == []


def test_each_is_told_what_is_in_their_way() -> None:
    asked = team(seat(ANN, REQUIRED, [(0, 180)], (60, 90)), seat(BOB, REQUIRED, [(0, 45)]))

    assert codes(missing(asked, 60)) == {ANN: [Code.CALENDAR_BUSY], BOB: [Code.HOURS]}
    assert codes(missing(asked, 30)) == {BOB: [Code.DURATION_DOES_NOT_FIT]}
    assert codes(missing(asked, 10)) == {None: [Code.INCREMENT]}
    assert missing(asked, 70).page == (Reason(Code.INCREMENT, 60),)


def test_nothing_is_said_of_those_who_could_be_spared() -> None:
    asked = team(
        seat(ANN, REQUIRED, [(0, 180)], (60, 90)),
        seat(BOB, ROTATING, [(0, 180)], (60, 90)),
        seat(CAT, ROTATING, [(0, 180)]),
        needed=1,
    )

    assert codes(missing(asked, 60)) == {ANN: [Code.CALENDAR_BUSY]}
    assert codes(missing(replace(asked, needed=2), 60)) == {
        ANN: [Code.CALENDAR_BUSY],
        BOB: [Code.CALENDAR_BUSY],
    }


def test_what_is_the_pages_is_said_once() -> None:
    full = FullPeriod(0, 1_440, Cap(Period.DAY, CapScope.PAGE, 1))
    seats = [
        Seat(host, ROTATING, Diary([(0, 180)], full=[full], usable=False), replace(HALF_HOURS, notice=90))
        for host in (ANN, BOB)
    ]
    asked = team(*seats, needed=1)

    assert codes(missing(asked, 60)) == {None: [Code.NOTICE, Code.CAP_DAY, Code.NO_MEETING_TYPE]}
    own = replace(seats[0], policy=replace(HALF_HOURS, notice=60, horizon=30))
    assert codes(missing(team(own, seats[1], needed=1), 0)) == {
        None: [Code.CAP_DAY, Code.NO_MEETING_TYPE],
        ANN: [Code.NOTICE],
        BOB: [Code.NOTICE],
    }


def test_a_page_without_enough_hosts_says_so() -> None:
    assert codes(missing(team(), 0)) == {None: [Code.TOO_FEW_HOSTS]}
    assert codes(missing(Staff([]), 0)) == {None: [Code.TOO_FEW_HOSTS]}
    assert codes(missing(team(seat(ANN, ROTATING, [(0, 90)]), needed=2), 0)) == {None: [Code.TOO_FEW_HOSTS]}
    assert codes(missing(team(seat(ANN, REQUIRED, [(0, 90)], leads=False)), 0)) == {ANN: [Code.NO_CONNECTION]}


def test_whoever_is_shut_is_never_open_and_says_why() -> None:
    resting = Seat(ANN, ROTATING, Diary([(0, 90)], shut=(Code.PAUSED,)), HALF_HOURS)

    assert listed(team(resting, seat(BOB, ROTATING, [(30, 60)]), needed=1)) == [30]
    assert codes(missing(team(resting, seat(BOB, ROTATING, [(30, 60)]), needed=1), 0)) == {
        ANN: [Code.PAUSED],
        BOB: [Code.HOURS],
    }


busy_times = st.builds(
    lambda start, length, before: Busy(start, start + length, Kind.BOOKING, before, 5),
    st.integers(0, 300),
    st.integers(0, 50),
    st.integers(0, 15),
)
openings = st.sampled_from(
    ([(0, 200)], [(0, 60), (60, 180), (200, 260)], [(7, 90), (95, 300)], [(50, 55), (55, 222)], [(91, 99)])
)
diaries = st.builds(
    Diary,
    openings,
    st.lists(busy_times, max_size=3),
    events=st.lists(busy_times.map(lambda busy: busy[:2]), max_size=2),
    full=st.lists(st.just(FullPeriod(100, 150, Cap(Period.DAY, CapScope.PAGE, 1))), max_size=1),
    usable=st.sampled_from([True] * 7 + [False]),
    shut=st.sampled_from([()] * 7 + [(Code.PAUSED,)]),
)
rules = st.builds(
    Policy,
    duration=st.integers(1, 60),
    increment=st.integers(1, 30),
    buffer_after=st.integers(0, 9),
    notice=st.sampled_from([0, 0, 20]),
    horizon=st.sampled_from([None, None, 180]),
)


@st.composite
def teams(draw: st.DrawFn, zone: st.SearchStrategy[ZoneInfo | None] | None = None) -> Staff:
    """Up to five hosts with one length and grid, whose buffers and notice are their own."""
    policy = draw(rules)
    seats = [
        Seat(
            host,
            draw(st.sampled_from(Part)),
            draw(diaries),
            replace(policy, buffer_after=draw(st.integers(0, 9)), notice=draw(st.sampled_from([0, 0, 20]))),
            leads=draw(st.sampled_from([True, True, False])),
        )
        for host in range(draw(st.integers(0, 5)))
    ]
    midnights = draw(zone or st.sampled_from([None, UTC_ZONE, ZoneInfo("Asia/Kathmandu")]))
    return Staff(seats, draw(st.integers(0, 3)), midnights)


def could(asked: Staff, minute: int) -> bool:
    """Say by the rules, minute by minute, whether a meeting can start."""
    free = {}
    for one in asked.seats:
        any_start = replace(one.policy, increment=1)
        free[one.host] = (
            is_listed(one.diary, minute=minute, policy=any_start, now_minute=0)
            if asked.midnights
            else is_listed(one.diary, minute=minute, policy=one.policy, now_minute=0)
        )
    if asked.midnights and asked.seats:
        local = datetime.fromtimestamp(minute * 60, asked.midnights)
        if (60 * local.hour + local.minute) % asked.seats[0].policy.increment:
            return False
    required = [one for one in asked.seats if one.part is REQUIRED]
    rotating = [one for one in asked.seats if one.part is ROTATING and free[one.host]]
    led = any(one.leads for one in (required or rotating))
    return (
        all(free[one.host] for one in required)
        and len(rotating) >= asked.needed
        and bool(required or asked.needed)
        and led
    )


@calm
@given(teams())
def test_listed_is_bookable_is_without_reason(asked: Staff) -> None:
    starts = listed(asked)

    assert starts == [minute for minute in range(*SPAN) if could(asked, minute)]
    assert set(starts) <= set(start_times(asked, span=SPAN))
    for minute in range(*SPAN, 7):
        is_listed = minute in starts
        assert is_listed == is_offered(asked, minute=minute, now_minute=0)
        assert is_listed == (not missing(asked, minute))


@calm
@given(diaries, rules)
def test_one_host_is_asked_as_a_host_alone_is(diary: Diary, policy: Policy) -> None:
    alone = Staff([Seat(ANN, REQUIRED, diary, policy)])

    assert listed(alone) == open_slots(diary, policy=policy, now_minute=0, span=SPAN)
    for minute in range(*SPAN, 7):
        reasons = why_not(diary, minute=minute, policy=policy, now_minute=0)
        assert missing(alone, minute).every() == reasons


@calm
@given(st.lists(any_hours, min_size=1, max_size=3), zones, st.sampled_from([5, 20, 45, 60, 90]))
def test_in_any_zone_hours_on_the_grid_are_those_of_the_hosts(
    hours: list, zone: ZoneInfo, increment: int
) -> None:
    first, last = date(2027, 3, 26), date(2027, 3, 30)
    span = tuple(int(datetime(2027, 3, day, tzinfo=UTC).timestamp()) // 60 for day in (25, 31))
    policy = Policy(duration=30, increment=increment)
    opened = [open_hours(one, first=first, last=last) for one in hours]
    asked = Staff([Seat(n, ROTATING, Diary(one), policy) for n, one in enumerate(opened)], 1, zone)

    starts = offered(asked, now_minute=0, span=span)

    midnights = [day_start(date(2027, 3, 23) + timedelta(days=more), zone=zone) for more in range(10)]
    grid = {minute for begin, end in pairwise(midnights) for minute in range(begin, end, increment)}
    free = {
        minute
        for one in opened
        for begin, end in merge(one)
        for minute in range(begin, end - policy.duration + 1)
    }
    assert starts == sorted(grid & free & {*range(*span)})
