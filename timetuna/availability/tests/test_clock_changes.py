"""A sample of what `python benchmarks/clock_changes.py` compares for every zone and year."""

from zoneinfo import ZoneInfo

import pytest

from timetuna.availability.tests.clock_changes import clock_changes, differences
from timetuna.availability.tests.strategies import ZONES


@pytest.mark.parametrize("name", ZONES)
def test_the_times_around_a_clock_change_are_those_of_the_wall_clock(name: str) -> None:
    zone = ZoneInfo(name)

    for change in clock_changes(zone)[-4:]:
        compared, different = differences(zone, change)
        assert (compared > 200, different) == (True, set()), change


@pytest.mark.parametrize(
    ("name", "changes"),
    [("Europe/Berlin", 26), ("Asia/Kathmandu", 0), ("America/Asuncion", 0), ("Australia/Lord_Howe", 26)],
)
def test_every_clock_change_of_thirteen_years_is_found(name: str, changes: int) -> None:
    assert len(clock_changes(ZoneInfo(name))) == changes
