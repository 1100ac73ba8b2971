import re
from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timetuna.availability.caps import FullPeriod
from timetuna.availability.hours import (
    Cap,
    CapScope,
    DayKind,
    Hours,
    Period,
    Policy,
    SpecialDay,
    open_hours_around,
)
from timetuna.availability.interval import Interval
from timetuna.availability.slots import Busy, Code, Diary, Kind, Reason, open_slots, why_not
from timetuna.availability.tests.wall_clock import is_listed, keeps_its_distance

calm = settings(derandomize=True, max_examples=150, deadline=None, database=None)

HALF_HOURS = Policy(duration=30, increment=30)
NINE_TO_NOON = Diary([(540, 720)])


def listed(
    diary: Diary, policy: Policy = HALF_HOURS, *, now: int = 0, span: Interval = (0, 1440)
) -> list[int]:
    return open_slots(diary, policy=policy, now_minute=now, span=span)


def reasons(diary: Diary, minute: int, policy: Policy = HALF_HOURS, *, now: int = 0) -> tuple[Reason, ...]:
    return why_not(diary, minute=minute, policy=policy, now_minute=now)


def test_a_free_morning() -> None:
    assert listed(NINE_TO_NOON) == [540, 570, 600, 630, 660, 690]


def test_the_increment_sets_start_times_only() -> None:
    assert listed(NINE_TO_NOON, Policy(duration=60, increment=45)) == [540, 585, 630]


def test_start_times_are_counted_from_where_the_hours_begin() -> None:
    assert listed(Diary([(550, 640), (655, 720)])) == [550, 580, 610, 655, 685]


def test_a_busy_time_does_not_move_the_grid() -> None:
    assert listed(Diary([(540, 720)], [Busy(575, 625)])) == [540, 630, 660, 690]


def test_busy_times_come_in_any_order_and_may_overlap() -> None:
    busy = [Busy(700, 710), Busy(560, 600), Busy(500, 570), Busy(545, 550), Busy(560, 600)]

    assert listed(Diary([(540, 720)], busy)) == [600, 630, 660]


def test_a_busy_time_without_length_takes_nothing() -> None:
    assert listed(Diary([(540, 600)], [Busy(555, 555, Kind.CALENDAR, 30, 30)])) == [540, 570]


def test_an_event_takes_time_as_a_busy_time_without_wishes_does() -> None:
    diary = Diary([(540, 720)], events=[(575, 580), (640, 640), (650, 660)])

    assert listed(diary, replace(HALF_HOURS, buffer_after=5)) == [540, 600, 660, 690]
    assert reasons(diary, 570) == (Reason(Code.CALENDAR_BUSY, busy=Busy(575, 580)),)


def test_one_long_busy_time_reaches_over_several_openings() -> None:
    diary = Diary([(0, 60), (100, 160), (200, 260)], [Busy(30, 230), Busy(110, 120)])

    assert listed(diary) == [0, 230]


def test_a_meeting_may_run_over_midnight_and_the_grid_begins_anew_there() -> None:
    diary = Diary([(1300, 1440), (1440, 1500)])

    assert listed(diary, Policy(duration=60, increment=50), span=(1300, 1600)) == [1300, 1350, 1400, 1440]


def test_a_meeting_does_not_run_over_a_gap() -> None:
    assert listed(Diary([(600, 640), (641, 700)])) == [600, 641]


def test_a_meeting_may_run_over_openings_shorter_than_itself() -> None:
    assert listed(Diary([(0, 10), (10, 20), (20, 35)])) == [0]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param(0, 0, [540, 555, 630, 645], id="none"),
        pytest.param(15, 0, [540, 555, 645], id="before ours: after theirs"),
        pytest.param(0, 15, [540, 630, 645], id="after ours: before theirs"),
        pytest.param(15, 15, [540, 645], id="both"),
    ],
)
def test_the_policys_buffers(before: int, after: int, expected: list[int]) -> None:
    policy = Policy(duration=30, increment=15, buffer_before=before, buffer_after=after)

    assert listed(Diary([(540, 675)], [Busy(585, 630)]), policy) == expected


@pytest.mark.parametrize(
    ("wish", "first"),
    [pytest.param(5, 610, id="ours is larger"), pytest.param(20, 620, id="theirs is larger")],
)
def test_of_two_wishes_the_larger_holds_and_never_the_sum(wish: int, first: int) -> None:
    policy = Policy(duration=30, increment=10, buffer_before=10)

    assert listed(Diary([(540, 660)], [Busy(540, 600, Kind.BOOKING, 0, wish)]), policy)[0] == first


def test_buffers_may_lie_outside_the_hours() -> None:
    assert listed(NINE_TO_NOON, Policy(duration=180, increment=30, buffer_before=60, buffer_after=60)) == [
        540
    ]


def test_notice_and_horizon_are_counted_from_now() -> None:
    policy = Policy(duration=30, increment=30, notice=60, horizon=120)

    assert listed(NINE_TO_NOON, policy, now=540) == [600, 630]
    assert listed(NINE_TO_NOON, policy, now=541) == [630, 660]


def test_the_span_cuts_the_list_and_nothing_else() -> None:
    assert listed(NINE_TO_NOON, span=(541, 630)) == [570, 600]
    assert listed(NINE_TO_NOON, span=(630, 541)) == []


def test_no_hours_no_times() -> None:
    assert listed(Diary([])) == []


def test_a_clock_change_inside_an_opening_does_not_move_the_grid() -> None:
    hours = Hours(zone=ZoneInfo("Europe/Berlin"), weekly=((6, 0, 300),))
    span = tuple(int(datetime(2027, 3, day, tzinfo=UTC).timestamp()) // 60 for day in (27, 29))
    diary = Diary(open_hours_around(hours, span=(span[0], span[1])))

    starts = listed(diary, Policy(duration=60, increment=45), span=(span[0], span[1]))

    local = [datetime.fromtimestamp(minute * 60, hours.zone) for minute in starts]
    assert {moment.date() for moment in local} == {date(2027, 3, 28)}
    assert [f"{moment:%H:%M}" for moment in local] == ["00:00", "00:45", "01:30", "03:15", "04:00"]


@pytest.mark.parametrize(
    ("minute", "expected"),
    [
        (540, ()),
        (480, (Reason(Code.HOURS),)),
        (760, (Reason(Code.HOURS),)),
        (570, (Reason(Code.CALENDAR_BUSY, busy=Busy(575, 580)),)),
        (585, (Reason(Code.INCREMENT, 570), Reason(Code.BUFFER, 590, Busy(575, 580)))),
        (690, (Reason(Code.BUFFER, 705, Busy(725, 740, Kind.HOLD, 20)),)),
        (
            705,
            (
                Reason(Code.DURATION_DOES_NOT_FIT, 720),
                Reason(Code.INCREMENT, 690),
                Reason(Code.HELD, busy=Busy(725, 740, Kind.HOLD, 20)),
            ),
        ),
        (
            635,
            (
                Reason(Code.INCREMENT, 630),
                Reason(Code.OWN_BOOKING, busy=Busy(640, 650, Kind.BOOKING)),
            ),
        ),
    ],
)
def test_every_reason_is_told(minute: int, expected: tuple[Reason, ...]) -> None:
    busy = [Busy(725, 740, Kind.HOLD, 20), Busy(575, 580), Busy(640, 650, Kind.BOOKING)]
    policy = replace(HALF_HOURS, buffer_before=10)

    assert reasons(Diary([(540, 720)], busy), minute, policy) == expected


def test_the_moment_can_be_wrong_in_three_ways() -> None:
    policy = replace(HALF_HOURS, notice=60, horizon=120)

    assert reasons(NINE_TO_NOON, 540, policy, now=560) == (Reason(Code.PAST, 560),)
    assert reasons(NINE_TO_NOON, 570, policy, now=560) == (Reason(Code.NOTICE, 620),)
    assert reasons(NINE_TO_NOON, 690, policy, now=560) == (Reason(Code.HORIZON, 680),)


def test_a_closed_date_says_what_closed_it() -> None:
    special = [
        SpecialDay(0, 200, DayKind.OUT_OF_OFFICE, "Fishing"),
        SpecialDay(200, 400, DayKind.HOLIDAY, "Spring Day"),
        SpecialDay(400, 500, DayKind.OVERRIDE),
        SpecialDay(500, 800, DayKind.OVERRIDE),
    ]
    diary = replace(NINE_TO_NOON, special=special)

    assert reasons(diary, 100) == (Reason(Code.OUT_OF_OFFICE, 200, label="Fishing"),)
    assert reasons(diary, 200) == (Reason(Code.HOLIDAY, 400, label="Spring Day"),)
    assert reasons(diary, 400) == (Reason(Code.OVERRIDE),)
    assert reasons(diary, 510) == (Reason(Code.OVERRIDE, 540),)
    assert reasons(diary, 540) == ()
    assert reasons(diary, 900) == (Reason(Code.HOURS),)


def test_a_full_day_week_and_month_offer_nothing_and_say_how_many_are_wanted() -> None:
    day, week, month = (Cap(period, CapScope.PAGE, most) for most, period in enumerate(Period, 2))
    full = [FullPeriod(540, 600, day), FullPeriod(500, 630, week), FullPeriod(0, 660, month)]
    diary = replace(NINE_TO_NOON, full=full)

    assert listed(diary) == [660, 690]
    assert reasons(diary, 540) == (
        Reason(Code.CAP_DAY, 600, cap=day),
        Reason(Code.CAP_WEEK, 630, cap=week),
        Reason(Code.CAP_MONTH, 660, cap=month),
    )


def test_a_meeting_may_run_into_a_full_day() -> None:
    full = [FullPeriod(600, 720, Cap(Period.DAY, CapScope.HOST, 1))]

    assert listed(replace(NINE_TO_NOON, full=full), replace(HALF_HOURS, duration=60)) == [540, 570]


def test_unknown_is_not_free() -> None:
    diary = replace(NINE_TO_NOON, unreadable=("Work", "Home"), usable=False)

    assert listed(diary) == []
    assert reasons(diary, 540) == (
        Reason(Code.PROVIDER_UNREADABLE, label="Work"),
        Reason(Code.PROVIDER_UNREADABLE, label="Home"),
        Reason(Code.NO_MEETING_TYPE),
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"duration": 0}, "A meeting lasts from 1 to 1440 minutes, not 0."),
        ({"duration": 1441}, "A meeting lasts from 1 to 1440 minutes, not 1441."),
        ({"increment": 0}, "Start times are at least 1 minute apart, not 0."),
        ({"buffer_before": -1}, "A buffer cannot be shorter than 0 minutes."),
        ({"buffer_after": -1}, "A buffer cannot be shorter than 0 minutes."),
        ({"notice": -5}, "The notice cannot be shorter than 0 minutes, -5 is."),
        ({"horizon": -5}, "The horizon cannot lie in the past, -5 minutes does."),
    ],
)
def test_a_policy_that_cannot_be_is_refused(change: dict[str, int], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        replace(HALF_HOURS, **change)


END = 200
small = st.integers(0, 12)
busy_times = st.builds(
    lambda start, length, kind, before, after: Busy(start, start + length, kind, before, after),
    st.integers(-20, END + 20),
    st.integers(0, 60),
    st.sampled_from(Kind),
    small,
    small,
)
policies = st.builds(
    Policy,
    duration=st.integers(1, 50),
    increment=st.integers(1, 20),
    buffer_before=small,
    buffer_after=small,
    notice=small,
    horizon=st.none() | st.integers(0, 250),
)


@st.composite
def openings(draw: st.DrawFn) -> list[Interval]:
    """Draw disjoint openings, many of which touch."""
    opened, cursor = [], 0
    for gap, length in draw(
        st.lists(st.tuples(st.sampled_from((0, 0, 1, 7, 40)), st.integers(1, 70)), max_size=5)
    ):
        opened.append((cursor + gap, cursor + gap + length))
        cursor += gap + length
    return opened


minutes = st.integers(-20, END + 20)
caps = st.builds(Cap, st.sampled_from(Period), st.sampled_from(CapScope), st.integers(1, 9))
special = st.builds(SpecialDay, minutes, minutes, st.sampled_from(DayKind), st.just("Fishing"))
diaries = st.builds(
    Diary,
    openings(),
    st.lists(busy_times, max_size=6),
    st.lists(st.builds(FullPeriod, minutes, minutes, caps), max_size=1),
    st.lists(special, max_size=2),
    st.sampled_from(((), (), (), ("Work",))),
    st.sampled_from((True, True, True, False)),
    st.lists(busy_times.map(lambda busy: busy[:2]), max_size=3),
)


def oracle(diary: Diary, minute: int, policy: Policy, now: int) -> bool:
    """Decide by the sentences at the top of slots.py, a minute at a time."""
    open_minutes = {each for opened in diary.hours for each in range(*opened)}
    anchors = [opened[0] for opened in diary.hours if minute in range(*opened)]
    return (
        all(each in open_minutes for each in range(minute, minute + policy.duration))
        and (minute - anchors[0]) % policy.increment == 0
        and minute >= now + policy.notice
        and (policy.horizon is None or minute < now + policy.horizon)
        and all(keeps_its_distance(minute, one, policy) for one in diary.busy)
        and all(keeps_its_distance(minute, Busy(*one), policy) for one in diary.events)
        and not any(minute in range(one.start_minute, one.end_minute) for one in diary.full)
        and diary.usable
        and diary.unreadable == ()
    )


@calm
@given(diaries, policies, st.integers(-20, 60))
def test_listed_exactly_if_open_exactly_if_no_reason(diary: Diary, policy: Policy, now: int) -> None:
    every = range(-5, END)

    expected = [minute for minute in every if oracle(diary, minute, policy, now)]

    assert listed(diary, policy, now=now, span=(-5, END)) == expected
    assert [m for m in every if is_listed(diary, minute=m, policy=policy, now_minute=now)] == expected
    assert [m for m in every if not reasons(diary, m, policy, now=now)] == expected


@calm
@given(diaries, policies, st.integers(0, END), st.integers(0, END))
def test_a_span_shows_a_part_of_the_same_list(diary: Diary, policy: Policy, start: int, end: int) -> None:
    whole = listed(diary, policy, span=(0, END))

    assert listed(diary, policy, span=(start, end)) == [minute for minute in whole if start <= minute < end]


@calm
@given(diaries, policies, busy_times)
def test_more_busy_time_never_opens_a_time(diary: Diary, policy: Policy, more: Busy) -> None:
    fuller = replace(diary, busy=[*diary.busy, more])

    assert set(listed(fuller, policy)) <= set(listed(diary, policy))


@calm
@given(diaries, policies)
def test_a_buffer_is_said_only_where_the_busy_time_itself_is_not_touched(
    diary: Diary, policy: Policy
) -> None:
    for minute in range(END):
        for reason in reasons(diary, minute, policy):
            if reason.code == Code.BUFFER and reason.minute is not None and reason.busy:
                before = minute + policy.duration <= reason.busy.start_minute
                moved = reason.minute - policy.duration if before else reason.minute
                alone = Diary([(-500, 1000)], [reason.busy])
                relaxed = replace(policy, increment=1, notice=0, horizon=None)
                assert is_listed(alone, minute=moved, policy=relaxed, now_minute=-500)
                assert not is_listed(
                    alone, minute=moved + (1 if before else -1), policy=relaxed, now_minute=-500
                )


@calm
@given(
    st.sampled_from(["Europe/Berlin", "Africa/Cairo", "Australia/Lord_Howe"]), policies, st.integers(0, 8999)
)
def test_what_a_month_shows_one_minute_confirms(zone: str, policy: Policy, start: int) -> None:
    hours = Hours(zone=ZoneInfo(zone), weekly=tuple((day, 0, 1440) for day in range(7)))
    begin = int(datetime(2027, 3, 26, tzinfo=UTC).timestamp()) // 60
    month, moment = (begin - 3000, begin + 9000), (begin + start, begin + start + 1)
    relaxed = replace(policy, horizon=None)

    shown = listed(Diary(open_hours_around(hours, span=month)), relaxed, span=month)
    confirmed = listed(Diary(open_hours_around(hours, span=moment)), relaxed, span=moment)

    assert bool(confirmed) == (moment[0] in shown)
