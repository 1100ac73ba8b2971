"""Rules are expanded as dateutil expands them, wherever dateutil can, and end where it would not."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from timetuna.ical.answer import Unreadable
from timetuna.ical.expansion import Bounds, times
from timetuna.ical.refusals import Steps
from timetuna.ical.rules import rule

EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
YEARS = 5


@pytest.fixture(scope="module", autouse=True)
def _no_far_future() -> Iterator[None]:
    """Let dateutil give up in 2030: for rules that name nothing it looks through all years until 9999."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("datetime.MAXYEAR", 2030)
        yield


def seconds(moment: datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def listed(numbers: st.SearchStrategy[int], most: int = 3) -> st.SearchStrategy[str]:
    found = st.lists(numbers, min_size=1, max_size=most, unique=True)
    return found.map(lambda some: ",".join(map(str, some)))


def signed(most: int) -> st.SearchStrategy[int]:
    return st.one_of(st.integers(1, most), st.integers(-most, -1))


WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
PARTS = {
    "INTERVAL": st.integers(1, 5).map(str),
    "WKST": st.sampled_from(WEEKDAYS),
    "BYMONTH": listed(st.integers(1, 12)),
    "BYMONTHDAY": listed(signed(31)),
    "BYHOUR": listed(st.integers(0, 23)),
    "BYMINUTE": listed(st.integers(0, 59), most=2),
    "BYSETPOS": listed(signed(4), most=2),
}
PLAIN_DAYS = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=4, unique=True).map(",".join)
PLACED_DAYS = st.lists(
    st.tuples(signed(4), st.sampled_from(WEEKDAYS)).map(lambda one: f"{one[0]}{one[1]}"),
    min_size=1, max_size=3, unique=True,
).map(",".join)  # fmt: skip
MORE = {
    "YEARLY": {"BYDAY": st.one_of(PLAIN_DAYS, PLACED_DAYS), "BYYEARDAY": listed(signed(366))},
    "MONTHLY": {"BYDAY": st.one_of(PLAIN_DAYS, PLACED_DAYS)},
    "WEEKLY": {"BYDAY": PLAIN_DAYS},
    "DAILY": {"BYDAY": PLAIN_DAYS},
    "HOURLY": {"BYDAY": PLAIN_DAYS},
}


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(sorted(MORE)))
    parts = PARTS | MORE[frequency]
    names = draw(st.lists(st.sampled_from(sorted(parts)), max_size=4, unique=True))
    if "BYSETPOS" in names and not any(name.startswith("BY") for name in set(names) - {"BYSETPOS"}):
        names.remove("BYSETPOS")  # which dateutil does not take alone
    return ";".join([f"FREQ={frequency}", *(f"{name}={draw(parts[name])}" for name in names)])


starts = st.datetimes(datetime(2019, 1, 1), datetime(2021, 12, 31)).map(  # noqa: DTZ001
    lambda one: one.replace(microsecond=0)
)


def expanded(text: str, start: datetime, bounds: Bounds) -> list[int]:
    found = rule(text)
    last = found.until and found.until.wall
    return list(times(found, seconds(start), last=last, bounds=bounds, steps=Steps()))


@settings(max_examples=400)
@given(rules(), starts, st.integers(0, 900), st.integers(1, 200))
def test_as_dateutil_does_in_any_window(text: str, start: datetime, after: int, days: int) -> None:
    first = start + timedelta(days=after)
    last = first + timedelta(days=days)

    theirs = rrulestr(text, dtstart=start).between(first, last - timedelta(seconds=1), inc=True)

    assert expanded(text, start, Bounds(seconds(first), seconds(last))) == [seconds(one) for one in theirs]


@settings(max_examples=100)
@given(rules(), starts, st.integers(1, 30))
def test_as_many_as_dateutil_counts(text: str, start: datetime, count: int) -> None:
    end = start + timedelta(days=366 * YEARS)
    theirs = [seconds(one) for one in rrulestr(text, dtstart=start).between(start, end, inc=True)[:count]]
    assume(len(theirs) == count)

    assert expanded(f"{text};COUNT={count}", start, Bounds(seconds(start), seconds(end))) == theirs
    assert expanded(f"{text};COUNT={count}", start, Bounds(theirs[-1], seconds(end))) == theirs[-1:]


@pytest.mark.parametrize("week_start", WEEKDAYS)
@pytest.mark.parametrize("week", [1, 9, 30, -1, -10])
def test_weeks_are_numbered_as_dateutil_does(week: int, week_start: str) -> None:
    start, end = datetime(2018, 1, 1, 9), datetime(2029, 1, 1)  # noqa: DTZ001
    text = f"FREQ=YEARLY;BYWEEKNO={week};WKST={week_start};BYDAY={','.join(WEEKDAYS)}"

    theirs = rrulestr(text, dtstart=start).between(start, end, inc=True)

    assert expanded(text, start, Bounds(seconds(start), seconds(end))) == [seconds(one) for one in theirs]


@pytest.mark.parametrize("week", [1, 51, 52, 53])
def test_weeks_over_the_turn_of_the_year_are_those_of_iso_8601(week: int) -> None:
    """There dateutil leaves out the days in January of the year before's last week."""
    start = datetime(2018, 1, 1, 9)  # noqa: DTZ001
    days = [start + timedelta(days=day) for day in range(6000)]
    text = f"FREQ=YEARLY;BYWEEKNO={week};BYDAY={','.join(WEEKDAYS)}"

    found = expanded(text, start, Bounds(seconds(start), seconds(days[-1]) + 1))

    assert found == [seconds(day) for day in days if day.isocalendar().week == week]


def test_what_the_rule_leaves_open_is_as_it_began() -> None:
    start = datetime(2026, 3, 11, 9, 30)  # noqa: DTZ001 - a Wednesday
    bounds = Bounds(seconds(start), seconds(datetime(2027, 12, 31)))  # noqa: DTZ001

    found = expanded("FREQ=YEARLY;BYWEEKNO=11,12", start, bounds)

    expected = [(2026, 3, 11), (2026, 3, 18), (2027, 3, 17), (2027, 3, 24)]
    assert found == [seconds(datetime(*day, 9, 30)) for day in expected]  # noqa: DTZ001


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=SECONDLY",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MINUTELY",
        "FREQ=MINUTELY;COUNT=2147483647;BYSECOND=0,30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;BYHOUR=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19;BYMINUTE="
        + ",".join(map(str, range(60))) + ";BYSECOND=" + ",".join(map(str, range(60))),
        "FREQ=YEARLY;BYSETPOS=366;COUNT=2147483647",
        "FREQ=SECONDLY;INTERVAL=999999999;BYMONTH=2;COUNT=1000000",
    ],
)  # fmt: skip
def test_no_rule_goes_on_for_ever(text: str) -> None:
    steps = Steps()
    start = seconds(datetime(1, 1, 2))  # noqa: DTZ001
    bounds = Bounds(seconds(datetime(2026, 1, 1)), seconds(datetime(2028, 1, 1)))  # noqa: DTZ001

    with suppress(Unreadable):
        assert sum(1 for _ in times(rule(text), start, last=None, bounds=bounds, steps=steps)) <= 800
