from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.forms import rows_sent as sent
from tests.forms import submit
from timetuna.accounts.models import User
from timetuna.availability.hours import Away, Cap, CapScope, Period, Trip
from timetuna.lib.text import find_zone
from timetuna.pages.models import BookingPage, HostRules, OutOfOffice, Schedule, TravelZone
from timetuna.pages.queries import page_settings

URL = "/settings/availability"
FIRST, LAST = date(2095, 7, 13), date(2095, 7, 20)
SKIING = {"first": FIRST.isoformat(), "last": LAST.isoformat(), "note": "Skiing."}
TRIP = {"first": FIRST.isoformat(), "last": LAST.isoformat(), "time_zone": "tokyo"}
RULES = {
    "holiday_country": "DE",
    "holiday_region": "BY",
    "cap_day": 3,
    "cap_week": "",
    "cap_month": 20,
}


def typed(
    away: list[dict[str, Any]] | None = None, travel: list[dict[str, Any]] | None = None, **changes: Any
) -> dict[str, Any]:
    return sent(away or [], "away") | sent(travel or [], "travel") | RULES | changes


def shown(client: Client) -> str:
    return client.get(URL).content.decode()


def test_saving_stores_everything_for_all_pages(as_alice: Client, page: BookingPage) -> None:
    response = submit(as_alice, URL, typed([SKIING], [TRIP]))

    found = page_settings(page.pk)
    assert response["Location"] == URL
    assert found is not None
    assert found.own.opening.away == (Away(FIRST, LAST, "Skiing."),)
    assert found.own.opening.travel == (Trip(FIRST, LAST, find_zone("Asia/Tokyo")),)
    assert found.own.opening.holidays[date(2027, 1, 6)] == "Epiphany"
    assert found.own.caps == (Cap(Period.DAY, CapScope.HOST, 3), Cap(Period.MONTH, CapScope.HOST, 20))


def test_the_tab_shows_what_is_stored(as_alice: Client) -> None:
    submit(as_alice, URL, typed([SKIING], [TRIP]))

    text = shown(as_alice)

    assert f'name="away-0-first" value="{FIRST.isoformat()}"' in text
    assert 'name="away-0-note" value="Skiing."' in text
    assert 'name="travel-0-time_zone" value="Japan, Tokyo"' in text
    assert '<option value="DE" selected>Germany</option>' in text
    assert '<option value="BY" selected>Bayern</option>' in text
    assert text.count("Next:") == 1
    assert 'name="cap_day" value="3"' in text


def test_a_row_is_removed_without_javascript(as_alice: Client, alice: User) -> None:
    submit(as_alice, URL, typed([SKIING], [TRIP]))

    submit(as_alice, URL, typed([SKIING | {"DELETE": "on"}], [TRIP | {"DELETE": "on"}]))

    assert not OutOfOffice.objects.filter(host=alice).exists()
    assert not TravelZone.objects.filter(host=alice).exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (typed([SKIING | {"last": "2001-01-01"}]), "The last day cannot come before the first."),
        (typed([SKIING | {"first": "2027-02-30"}]), "Enter a date from 2000 to 2100."),
        (typed([SKIING | {"last": "9999-12-31"}]), "Enter a date from 2000 to 2100."),
        (typed([SKIING | {"last": ""}]), "Enter a date."),
        (typed([SKIING | {"note": "x" * 201}]), "This can have 200 characters at most."),
        (typed([SKIING] * 51), "There can be 50 rows at most."),
        (typed(travel=[TRIP | {"time_zone": "EST"}]), "Choose one, such as United States, New York; "),
        (typed(travel=[TRIP | {"time_zone": "Atlantis"}]), "There is no time zone of this name."),
        (typed(travel=[TRIP | {"time_zone": ""}]), "Choose a time zone."),
        (typed(travel=[TRIP, TRIP]), "On this day you are on another trip already."),
        (typed(holiday_country="XX"), "Choose one from the list."),
        (typed(cap_week=0), "Enter a whole number from 1 to 1000."),
        (typed(cap_month="many"), "Enter a whole number from 1 to 1000."),
        ({}, "A part of this form did not arrive"),
    ],
)
def test_what_cannot_be_saved_comes_back_as_it_was_typed(
    as_alice: Client, data: dict[str, Any], sentence: str
) -> None:
    changed = data | {"cap_day": 17}

    response = submit(as_alice, URL, changed)

    text = response.content.decode()
    assert response.status_code == 422
    assert "Nothing is saved yet." in text
    assert sentence in text
    assert 'name="cap_day" value="17"' in text
    assert all(
        f'value="{value}"' in text for name, value in data.items() if name.startswith("away-0-") and value
    )
    assert not HostRules.objects.exists()


def test_ten_thousand_rows_are_refused(as_alice: Client) -> None:
    response = submit(as_alice, URL, typed() | {"away-TOTAL_FORMS": 10_000})

    assert response.status_code == 422
    assert not HostRules.objects.exists()


def test_another_country_forgets_the_region_of_the_last(as_alice: Client, alice: User) -> None:
    submit(as_alice, URL, typed())

    submit(as_alice, URL, typed(holiday_country="FR"))

    rules = HostRules.objects.get(host=alice)
    assert (rules.holiday_country, rules.holiday_region) == ("FR", "")


def test_the_regions_of_a_country_are_shown_before_it_is_saved(as_alice: Client) -> None:
    text = as_alice.get(f"{URL}/holidays", {"holiday_country": "GB"}).content.decode()

    assert '<option value="SCT">Scotland</option>' in text
    assert "Next:" in text
    assert "<html" not in text
    assert not HostRules.objects.exists()


@pytest.mark.parametrize("query", [{}, {"holiday_country": "XX"}, {"holiday_country": "../x"}])
def test_without_a_known_country_there_are_no_regions(as_alice: Client, query: dict[str, str]) -> None:
    response = as_alice.get(f"{URL}/holidays", query)

    assert response.status_code == 200
    assert '<input type="hidden" name="holiday_region" value="">' in response.content.decode()


def test_what_is_over_is_neither_shown_nor_read(as_alice: Client, alice: User, page: BookingPage) -> None:
    past = date(2001, 1, 1)
    OutOfOffice.objects.create(host=alice, first=past, last=past, note="Long ago")
    TravelZone.objects.create(host=alice, first=past, last=past, time_zone="Asia/Tokyo")

    found = page_settings(page.pk)

    assert found is not None
    assert (found.own.opening.away, found.own.opening.travel, found.own.caps) == ((), (), ())
    assert "Long ago" not in shown(as_alice)


def test_each_host_has_settings_of_their_own(as_alice: Client, as_charlie: Client) -> None:
    submit(as_alice, URL, typed([SKIING]))

    assert "Skiing." not in shown(as_charlie)


def test_nobody_gets_in_without_signing_in() -> None:
    for url in (URL, f"{URL}/holidays", f"{URL}/schedules/1"):
        assert Client().get(url)["Location"] == f"/signin?next={url}"


def test_looking_makes_no_schedule(as_alice: Client, alice: User) -> None:
    text = shown(as_alice)

    assert "Set your working hours" in text
    assert not Schedule.objects.filter(host=alice).exists()


@pytest.mark.parametrize(("typed_hours", "stored"), [("72", 72), ("1", 1), ("168", 168), ("", 24)])
def test_how_long_a_reading_counts_is_set(
    as_alice: Client, alice: User, typed_hours: str, stored: int
) -> None:
    submit(as_alice, URL, typed(calendar_patience_hours=typed_hours))

    assert HostRules.objects.get(host=alice).calendar_patience_hours == stored


@pytest.mark.parametrize("typed_hours", ["0", "169", "a day"])
def test_how_long_a_reading_counts_has_bounds(as_alice: Client, typed_hours: str) -> None:
    answer = submit(as_alice, URL, typed(calendar_patience_hours=typed_hours))

    assert answer.status_code == 422
    assert "Enter a whole number from 1 to 168." in answer.content.decode()
    assert not HostRules.objects.exists()
