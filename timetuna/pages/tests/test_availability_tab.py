from typing import Any

import pytest
from django.test import Client

from tests.forms import rows_sent as sent
from tests.forms import submit
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
    for day in range(7):
        rows = [{"start": start, "end": end} for start, end in hours.get(day, [])]
        data |= sent(rows, f"day{day}")
    return sent([], "dates") | data


def save(client: Client, page: BookingPage, data: dict[str, Any]) -> Any:
    return submit(client, f"/booking-pages/{page.pk}/availability", data)


def stored(page: BookingPage) -> PublicPage:
    return values(BookingPage.objects.get(pk=page.pk))


def test_the_tab_shows_what_is_stored(as_alice: Client, page: BookingPage) -> None:
    text = as_alice.get(f"/booking-pages/{page.pk}/availability").content.decode()

    assert 'value="Germany, Berlin"' in text
    assert '<input type="time" name="day0-0-start" value="09:00"' in text
    assert '<input type="time" name="day4-0-end" value="17:00"' in text
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
    assert '<input type="time" name="day6-0-end" value="00:00"' in text


def test_windows_may_touch(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed({2: [("12:00", "14:00"), ("09:00", "12:00")]}))

    assert stored(page).own.opening.weekly == ((2, 540, 720), (2, 720, 840))


@pytest.mark.parametrize(
    ("windows", "sentence"),
    [
        ([("09:00", "12:00"), ("11:00", "13:00")], "This overlaps 09:00 to 12:00. Change one of them."),
        ([("09:00", "17:00"), ("09:00", "17:00")], "This overlaps 09:00 to 17:00."),
        ([("10:00", "10:00")], "The end has to be after the start."),
        ([("17:00", "09:00")], "The end has to be after the start."),
        ([("09:00", "")], "Enter the end, such as 17:00, or remove this row."),
        ([("", "17:00")], "Enter the start, such as 09:00, or remove this row."),
        ([("noon", "17:00")], "Enter the start, such as 09:00, or remove this row."),
        ([("24:00", "24:00")], "Enter the start, such as 09:00, or remove this row."),
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
    data = typed({0: [("09:00", "10:00")], 5: [("20:00", "08:15")]}, time_zone="Mars/Olympus", notice="soon")

    text = save(as_alice, page, data).content.decode()

    assert '<input type="time" name="day0-0-end" value="10:00"' in text
    assert '<input type="time" name="day5-0-start" value="20:00"' in text
    assert 'name="day5-0-end" value="08:15"' in text
    assert 'value="Mars/Olympus"' in text
    assert 'value="soon"' in text
    assert "There is no time zone of this name." in text


def test_a_day_is_closed_by_removing_its_rows_without_javascript(as_alice: Client, page: BookingPage) -> None:
    data = typed({1: [("09:00", "17:00")]}) | {"day1-0-DELETE": "on"}

    save(as_alice, page, data)

    assert stored(page).own.opening.weekly == ()
    assert "No weekly hours" in as_alice.get("/booking-pages").content.decode()


def test_a_blank_row_is_no_window(as_alice: Client, page: BookingPage) -> None:
    save(as_alice, page, typed({1: [("", ""), ("08:00", "09:00"), ("", "")]}))

    assert stored(page).own.opening.weekly == ((1, 480, 540),)


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
        ("notice_unit", "weeks", "Select a valid choice."),
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
