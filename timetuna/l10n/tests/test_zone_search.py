"""What people type to find their zone, and how a zone is written everywhere."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from timetuna.l10n.datetimes import zone_label, zone_name
from timetuna.l10n.zone_search import find_zones, usual_zones, zone_meant
from timetuna.lib.text import zone_names

WINTER, SUMMER = (datetime(2026, month, 24, 12, tzinfo=UTC) for month in (11, 7))
ENGLISH = {
    "Munich": "Europe/Berlin",
    "San Francisco": "America/Los_Angeles",
    "Nepal": "Asia/Kathmandu",
    "Kiev": "Europe/Kyiv",
    "kyiv": "Europe/Kyiv",
    "Calcutta": "Asia/Kolkata",
    "Mumbai": "Asia/Kolkata",
    "bombay": "Asia/Kolkata",
    "Bangalore": "Asia/Kolkata",
    "PST": "America/Los_Angeles",
    "pdt": "America/Los_Angeles",
    "CET": "Europe/Berlin",
    "EST": "America/New_York",
    "Eastern Time": "America/New_York",
    "Pacific time": "America/Los_Angeles",
    "PT": "America/Los_Angeles",
    "IST": "Asia/Kolkata",
    "BST": "Europe/London",
    "JST": "Asia/Tokyo",
    "SGT": "Asia/Singapore",
    "AEDT": "Australia/Sydney",
    "GMT": "Europe/London",
    "UTC": "UTC",
    "Zulu": "UTC",
    "UTC+5:45": "Asia/Kathmandu",
    "gmt +9": "Asia/Tokyo",
    "UTC-3": "America/Sao_Paulo",
    "UK": "Europe/London",
    "england": "Europe/London",
    "USA": "America/New_York",
    "texas": "America/Chicago",
    "Boston": "America/New_York",
    "washington": "America/New_York",
    "st louis": "America/Chicago",
    "india": "Asia/Kolkata",
    "Saigon": "Asia/Ho_Chi_Minh",
    "Burma": "Asia/Yangon",
    "Holland": "Europe/Amsterdam",
    "Dubai": "Asia/Dubai",
    "UAE": "Asia/Dubai",
    "Sao Paulo": "America/Sao_Paulo",
    "rio": "America/Sao_Paulo",
    "beijing": "Asia/Shanghai",
    "Tel Aviv": "Asia/Jerusalem",
    "Cape Town": "Africa/Johannesburg",
    "Asia/Calcutta": "Asia/Kolkata",
    "US/Pacific": "America/Los_Angeles",
    "new york usa": "America/New_York",
    "Hawaii": "Pacific/Honolulu",
    "Bali": "Asia/Makassar",
    "Ivory Coast": "Africa/Abidjan",
}
GERMAN = {
    "München": "Europe/Berlin",
    "muenchen": "Europe/Berlin",
    "Zürich": "Europe/Zurich",
    "Mailand": "Europe/Rome",
    "Kiew": "Europe/Kyiv",
    "Indien": "Asia/Kolkata",
    "MEZ": "Europe/Berlin",
    "Vereinigte Staaten": "America/New_York",
    "Südkorea": "Asia/Seoul",
    "Kapstadt": "Africa/Johannesburg",
    "Schottland": "Europe/London",
    "Japan": "Asia/Tokyo",
    "Teneriffa": "Atlantic/Canary",
    "Elfenbeinküste": "Africa/Abidjan",
}


def test_what_people_type_is_found_at_once():
    assert len(ENGLISH) + len(GERMAN) >= 60
    missed = [
        (language, typed, [found.zone.key for found in first])
        for language, table in (("en", ENGLISH), ("de", GERMAN))
        for typed, meant in table.items()
        for moment in (WINTER, SUMMER)
        if not _is_meant(meant, first := _first(language, typed, moment))
    ]

    assert missed == []


def _first(language, typed, moment):
    with override(language):
        return find_zones(typed, now=moment)[:3]


def _is_meant(meant, first):
    return meant in [found.zone.key for found in first]


def test_every_zone_is_known_by_the_name_it_is_shown_by():
    """Forms carry that name."""
    for language in ("en", "de"):
        with override(language):
            names = {name: zone_label(ZoneInfo(name), at=WINTER) for name in zone_names()}
            wrong = {
                label: name
                for name, label in names.items()
                if zone_meant(label, now=WINTER) != ZoneInfo(name)
            }
            assert wrong == {}


@pytest.mark.parametrize(
    ("name", "english", "german"),
    [
        ("Asia/Kolkata", "India, Kolkata (UTC+5:30)", "Indien, Kalkutta (UTC+5:30)"),
        ("Asia/Calcutta", "India, Kolkata (UTC+5:30)", "Indien, Kalkutta (UTC+5:30)"),
        ("Asia/Ho_Chi_Minh", "Vietnam, Ho Chi Minh City (UTC+7)", "Vietnam, Ho-Chi-Minh-Stadt (UTC+7)"),
        ("Asia/Hong_Kong", "Hong Kong (UTC+8)", "Hongkong (UTC+8)"),
        ("America/New_York", "United States, New York (UTC-5)", "Vereinigte Staaten, New York (UTC-5)"),
        ("Europe/London", "United Kingdom, London (UTC)", "Vereinigtes Königreich, London (UTC)"),
        ("UTC", "UTC", "UTC"),
        ("Etc/GMT+5", "UTC-5", "UTC-5"),
        ("CET", "CET (UTC+1)", "CET (UTC+1)"),
    ],
)
def test_a_zone_is_written_in_one_way(name, english, german):
    for language, written in (("en", english), ("de", german)):
        with override(language):
            assert zone_label(ZoneInfo(name), at=WINTER) == written


def test_the_distance_is_that_of_the_day_in_question():
    assert zone_label(ZoneInfo("Europe/Berlin"), at=SUMMER) == "Germany, Berlin (UTC+2)"
    assert next(zone_name(one.zone) for one in find_zones("UTC+1", now=SUMMER)) == "United Kingdom, London"


def test_nothing_is_chosen_where_several_fit():
    meant = {
        typed: zone_meant(typed, now=WINTER) for typed in ("United States", "EST", "Mars", "Atlantis", "")
    }

    assert meant == dict.fromkeys(meant)
    assert zone_meant(" munich", now=WINTER) == ZoneInfo("Europe/Berlin")
    assert zone_meant("UTC-5", now=WINTER) == ZoneInfo("Etc/GMT+5")
    assert zone_meant("Asia/Calcutta", now=WINTER) == ZoneInfo("Asia/Calcutta")


def test_what_is_offered_before_anything_is_typed_shows_each_clock_once():
    clocks = [WINTER.astimezone(zone).utcoffset() for zone in usual_zones(now=WINTER)]

    assert clocks == sorted(set(clocks))
    assert 20 < len(clocks) < 40


@pytest.mark.parametrize(
    "typed", ["", " ", "\x00", "🐟", "(" * 9_999, "+" * 99, "UTC+99", "%00", "a" * 5_000]
)
def test_odd_texts_find_little_and_break_nothing(typed):
    assert find_zones(typed, now=WINTER) == []
    assert zone_meant(typed, now=WINTER) is None
