"""Zones that are offered, and zones as people type them."""

import pytest

from timetuna.lib.text import find_zone, zone_meant, zone_names


def test_each_place_is_offered_once_under_its_present_name():
    offered = zone_names()

    assert offered[0] == "UTC"
    assert {"Europe/Kyiv", "Asia/Kolkata", "America/Argentina/Buenos_Aires", "Europe/Zurich"} <= set(offered)
    assert not {"Europe/Kiev", "Asia/Calcutta", "America/Buenos_Aires", "Australia/North"} & set(offered)
    assert all(find_zone(name) for name in offered)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        (" new  york ", "America/New_York"),
        ("utc", "UTC"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("Atlantis", ""),
        ("../UTC", ""),
        ("", ""),
    ],
)
def test_a_city_is_enough(typed: str, meant: str):
    assert zone_meant(typed) == meant
