import re
from typing import Any

import pytest
from django.test import Client

from tests.forms import days_sent, submit
from timetuna.pages.models import BookingPage
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import values

RULES = {
    "schedule": "own",
    "time_zone": "America/New_York",
    "buffer_before_minutes": 5,
    "buffer_after_minutes": 10,
    "increment_minutes": 15,
    "notice": 3,
    "notice_unit": "days",
    "horizon_kind": "rolling",
    "horizon_days": 90,
}


def typed(days: dict[int, list[tuple[str, str]]] | None = None, **changes: Any) -> dict[str, Any]:
    hours = {0: [("09:00", "12:00"), ("13:00", "17:30")]} if days is None else days
    data: dict[str, Any] = RULES | changes
    return days_sent(hours) | data


def save(client: Client, page: BookingPage, data: dict[str, Any]) -> Any:
    return submit(client, f"/booking-pages/{page.pk}/availability", data)


def stored(page: BookingPage) -> PublicPage:
    return values(BookingPage.objects.get(pk=page.pk))


def test_the_tab_shows_what_is_stored(as_alice: Client, page: BookingPage) -> None:
    text = as_alice.get(f"/booking-pages/{page.pk}/availability").content.decode()

    assert 'value="Germany, Berlin"' in text
    assert 'name="day0" value="09:00–17:00"' in text
    assert 'data-zones="/search/zones"' in text
    assert '<option value="hours" selected>' in text  # 240 minutes of notice are 4 hours


def test_saving_stores_everything(as_alice: Client, page: BookingPage) -> None:
    response = save(as_alice, page, typed())

    found = stored(page)
    rules = found.settings
    assert response["Location"] == f"/booking-pages/{page.pk}/availability"
    assert found.own.opening.weekly == ((0, 540, 720), (0, 780, 1050))
    assert found.time_zone == "America/New_York"
    assert (rules.buffer_before_minutes, rules.buffer_after_minutes, rules.increment_minutes) == (5, 10, 15)
    assert (rules.notice_minutes, found.horizon_days) == (3 * 1_440, 90)


@pytest.mark.parametrize("end", ["00:00", "24:00"])
def test_a_day_can_go_on_until_midnight(as_alice: Client, page: BookingPage, end: str) -> None:
    save(as_alice, page, typed({6: [("00:00", end)]}))

    text = as_alice.get(f"/booking-pages/{page.pk}/availability").content.decode()
    assert stored(page).own.opening.weekly == ((6, 0, 1_440),)
    assert 'name="day6" value="00:00–24:00"' in text


def test_windows_may_touch(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed({2: [("12:00", "14:00"), ("09:00", "12:00")]}))

    assert stored(page).own.opening.weekly == ((2, 540, 720), (2, 720, 840))


@pytest.mark.parametrize(
    ("windows", "sentence"),
    [
        ([("09:00", "12:00"), ("11:00", "13:00")], "11:00–13:00 overlaps 09:00–12:00. Change one of them."),
        ([("10:00", "10:00")], "begins when it ends."),
        ([("09:00", "")], "is not clear. Write hours like 09:00–12:30, 14–18."),
        ([("noon", "17:00")], "is not clear."),
        ([(f"{hour:02}:00", f"{hour:02}:30") for hour in range(11)], "A day can have 10 windows at most."),
    ],
)
def test_hours_that_cannot_be(
    as_alice: Client, page: BookingPage, windows: list[tuple[str, str]], sentence: str
) -> None:
    before = stored(page).own.opening.weekly

    response = save(as_alice, page, typed({3: windows}, horizon_days=77))

    text = response.content.decode()
    assert response.status_code == 422
    assert sentence in text
    assert 'value="77"' in text
    assert stored(page).own.opening.weekly == before


def test_a_failed_save_keeps_every_row(as_alice: Client, page: BookingPage) -> None:
    data = typed({0: [("09:00", "10:00")], 5: [("20:00", "late")]}, time_zone="Mars/Olympus", notice="soon")

    text = save(as_alice, page, data).content.decode()

    assert 'name="day0" value="09:00-10:00"' in text
    assert 'name="day5" value="20:00-late"' in text
    assert 'value="Mars/Olympus"' in text
    assert 'value="soon"' in text
    assert "There is no time zone of this name." in text


def test_a_day_is_closed_by_leaving_it_empty(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed({}))

    assert stored(page).own.opening.weekly == ()
    assert "No weekly hours" in as_alice.get("/booking-pages").content.decode()


def test_what_goes_on_after_midnight_ends_on_the_next_day(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed({6: [("20:00", "02:00")], 0: [("09:00", "10:00")]}))
    refused = save(as_alice, page, typed({1: [("22:00", "03:00")], 2: [("02:00", "04:00")]}))

    assert stored(page).own.opening.weekly == ((0, 0, 120), (0, 540, 600), (6, 1_200, 1_440))
    assert "02:00–04:00 overlaps 00:00–03:00." in refused.content.decode()


def test_a_day_is_copied_to_others_without_javascript(as_alice: Client, page: BookingPage) -> None:
    data = typed({0: [("08:00", "12:00")], 1: [("nonsense", "")]}) | {"also0": ["1", "3"]}

    save(as_alice, page, data)

    assert stored(page).own.opening.weekly == tuple((day, 480, 720) for day in (0, 1, 3))
    assert "checked" not in re.findall(
        r'<input[^>]*name="also[^>]*>',
        as_alice.get(f"/booking-pages/{page.pk}/availability").content.decode(),
    )


@pytest.mark.parametrize(
    ("typed_zone", "meant"),
    [
        ("Berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("asia/kolkata", "Asia/Kolkata"),
        ("UTC", "UTC"),
    ],
)
def test_a_zone_is_found_by_its_city(
    as_alice: Client, page: BookingPage, typed_zone: str, meant: str
) -> None:
    save(as_alice, page, typed(time_zone=typed_zone))

    assert stored(page).time_zone == meant


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("buffer_before_minutes", -1, "Enter a whole number from 0 to 240."),
        ("buffer_after_minutes", 241, "Enter a whole number from 0 to 240."),
        ("buffer_after_minutes", "", "Enter a whole number from 0 to 240."),
        ("increment_minutes", 4, "Enter a whole number from 5 to 240."),
        ("increment_minutes", "7.5", "Enter a whole number from 5 to 240."),
        ("horizon_days", 0, "Enter a whole number from 1 to 365."),
        ("horizon_days", 366, "Enter a whole number from 1 to 365."),
        ("notice", 91, "The notice can be 90 days at most."),
        ("notice_unit", "weeks", "Choose one of those that are offered."),
        ("time_zone", "", "Choose a time zone."),
        ("time_zone", "../etc/passwd", "There is no time zone of this name."),
    ],
)
def test_rules_that_cannot_be(
    as_alice: Client, page: BookingPage, field: str, value: Any, sentence: str
) -> None:
    before = stored(page)

    response = save(as_alice, page, typed(**{field: value}))

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert stored(page) == before


@pytest.mark.parametrize(
    ("minutes", "amount", "unit"),
    [(0, 0, "hours"), (45, 45, "minutes"), (120, 2, "hours"), (2_880, 2, "days")],
)
def test_the_notice_is_shown_in_its_largest_unit(
    as_alice: Client, page: BookingPage, minutes: int, amount: int, unit: str
) -> None:
    BookingPage.objects.filter(pk=page.pk).update(notice_minutes=minutes)

    text = as_alice.get(f"/booking-pages/{page.pk}/availability").content.decode()

    assert f'name="notice" value="{amount}"' in text
    assert f'<option value="{unit}" selected>' in text


def test_a_stranger_finds_nothing(as_charlie: Client, page: BookingPage) -> None:
    before = stored(page)

    assert as_charlie.get(f"/booking-pages/{page.pk}/availability").status_code == 404
    assert save(as_charlie, page, typed()).status_code == 404
    assert stored(page) == before
