import subprocess
import sys
from datetime import date

import pytest
from django.utils.translation import override

from timetuna.pages.holidays import PublicHolidays, countries, holidays_between, known, regions

CHRISTMAS = {"first": date(2026, 12, 24), "last": date(2027, 1, 6)}


def test_a_countrys_holidays_are_found_over_the_end_of_a_year() -> None:
    assert holidays_between("DE", "", **CHRISTMAS) == {
        date(2026, 12, 25): "Christmas Day",
        date(2026, 12, 26): "Second Day of Christmas",
        date(2027, 1, 1): "New Year's Day",
    }


def test_a_region_has_more_of_its_own() -> None:
    assert date(2027, 1, 6) in holidays_between("DE", "BY", **CHRISTMAS)


@pytest.mark.parametrize(("country", "region"), [("", ""), ("XX", ""), ("DE", "Mars"), ("os", "path")])
def test_what_is_not_known_has_none(country: str, region: str) -> None:
    assert holidays_between(country, region, **CHRISTMAS) == {}
    assert not known(country, region)


def test_years_out_of_all_bounds_cost_nothing() -> None:
    assert holidays_between("DE", "", first=date(9000, 1, 1), last=date(9999, 12, 31)) == {}


def test_they_are_shown_in_the_language_that_is_spoken_and_kept_in_english() -> None:
    christmas, bastille = date(2026, 12, 25), date(2026, 7, 14)
    german = PublicHolidays("DE", "", frozenset({"Second Day of Christmas"}))

    with override("de"):
        assert german[christmas] == "Erster Weihnachtstag"
        assert date(2026, 12, 26) not in german, "it was opened by its English name"
        assert PublicHolidays("FR")[bastille] == "National Day", "the package has no German there"
        assert ("DE", "Deutschland") in countries()
    assert german[christmas] == "Christmas Day"


def test_countries_and_regions_have_names() -> None:
    assert ("GB", "United Kingdom") in countries()
    assert ("IM", "Isle of Man") in countries()
    assert ("BY", "Bayern") in regions("DE")
    assert regions("XX") == ()


def test_the_package_is_not_loaded_until_it_is_needed() -> None:
    code = "import sys, timetuna.pages.holidays; sys.exit('holidays' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
