"""What holds for all pages of a host: holidays, limits, guests' data."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.forms import main_form, submit
from timetuna.accounts.models import User
from timetuna.availability.hours import Cap, CapScope, Period
from timetuna.pages.models import BookingPage, HostRules
from timetuna.pages.queries import page_settings

HOLIDAYS, LIMITS = "/availability/holidays", "/availability/limits"
BAVARIA = {"holiday_country": "DE", "holiday_region": "BY"}
CAPS = {"cap_day": 3, "cap_week": "", "cap_month": 20}


def holidays_of(page: BookingPage) -> Any:
    found = page_settings(page.pk)
    assert found is not None
    return found.own.opening.holidays


def choose(client: Client, **states: str) -> None:
    """Save the holidays that are set, with another state of some: by their dates, as the form names them."""
    form = main_form(client.get(HOLIDAYS).content.decode())
    changes = {f"on_{day.replace('_', '-')}": state for day, state in states.items()}
    assert client.post(HOLIDAYS, dict(form.with_values(**changes))).status_code == 302


def test_holidays_and_limits_hold_for_all_pages(as_alice: Client, page: BookingPage) -> None:
    submit(as_alice, HOLIDAYS, BAVARIA)
    submit(as_alice, LIMITS, CAPS)

    found = page_settings(page.pk)
    assert found is not None
    assert holidays_of(page)[date(2027, 1, 6)] == "Epiphany"
    assert found.own.caps == (Cap(Period.DAY, CapScope.HOST, 3), Cap(Period.MONTH, CapScope.HOST, 20))
    text = as_alice.get(HOLIDAYS).content.decode() + as_alice.get(LIMITS).content.decode()
    assert '<option value="DE" selected>Germany</option>' in text
    assert '<option value="BY" selected>Bayern</option>' in text
    assert 'name="cap_day" value="3"' in text


def test_a_holiday_is_open_once_or_every_year(as_alice: Client, alice: User, page: BookingPage) -> None:
    submit(as_alice, HOLIDAYS, BAVARIA)
    kept = holidays_of(page)
    days = sorted(day for day, name in kept.items() if name == "Epiphany")
    coming = [
        name.removeprefix("on_")
        for name in main_form(as_alice.get(HOLIDAYS).content.decode()).names()
        if name.startswith("on_2")
    ]
    first, second = (date.fromisoformat(one) for one in coming[:2])
    names = kept[first], kept[second]

    choose(as_alice, **{coming[0]: "once", coming[1]: "always"})

    found = holidays_of(page)
    years = [first.replace(year=first.year + more) for more in range(4)]
    assert first not in found
    assert any(kept.get(day) == names[0] and day in found for day in kept if day.year > years[0].year)
    assert names[1] not in {found[day] for day in found if day.year in range(2026, 2031)}
    assert days
    choose(as_alice, **{coming[0]: "closed", coming[1]: "closed"})
    assert holidays_of(page) == kept
    assert HostRules.objects.get(host=alice).holidays_open == ""


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        (HOLIDAYS, {"holiday_country": "XX"}, "Choose one from the list."),
        (LIMITS, CAPS | {"cap_week": 0}, "Enter a whole number from 1 to 1000."),
        (LIMITS, CAPS | {"cap_month": "many"}, "Enter a whole number from 1 to 1000."),
        (LIMITS, CAPS | {"calendar_patience_hours": 0}, "Enter a whole number from 1 to 168."),
        (LIMITS, CAPS | {"calendar_patience_hours": "a day"}, "Enter a whole number from 1 to 168."),
    ],
)
def test_what_cannot_be_saved_comes_back_as_it_was_typed(
    as_alice: Client, path: str, data: dict[str, Any], sentence: str
) -> None:
    response = submit(as_alice, path, data)

    text = response.content.decode()
    assert response.status_code == 422
    assert "Nothing is saved yet." in text
    assert sentence in text
    assert path == HOLIDAYS or 'name="cap_day" value="3"' in text
    assert not HostRules.objects.exists()


def test_a_form_that_did_not_arrive_whole_is_refused(as_alice: Client) -> None:
    for path in (HOLIDAYS, LIMITS):
        assert "A part of this form did not arrive" in as_alice.post(path, {}).content.decode()
    assert not HostRules.objects.exists()


def test_what_other_forms_have_saved_stays(as_alice: Client, alice: User) -> None:
    submit(as_alice, LIMITS, CAPS)
    submit(as_alice, HOLIDAYS, BAVARIA)
    submit(as_alice, "/settings/guests-data", {"retention_days": 30})

    rules = HostRules.objects.get(host=alice)
    assert (rules.cap_day, rules.holiday_region, rules.retention_days) == (3, "BY", 30)


def test_another_country_forgets_the_region_of_the_last(as_alice: Client, alice: User) -> None:
    submit(as_alice, HOLIDAYS, BAVARIA)

    submit(as_alice, HOLIDAYS, BAVARIA | {"holiday_country": "FR"})

    rules = HostRules.objects.get(host=alice)
    assert (rules.holiday_country, rules.holiday_region) == ("FR", "")


def test_the_regions_of_a_country_are_shown_before_it_is_saved(as_alice: Client) -> None:
    text = as_alice.get(f"{HOLIDAYS}/choice", {"holiday_country": "GB"}).content.decode()

    assert '<option value="SCT">Scotland</option>' in text
    assert "Open every year" in text
    assert "<html" not in text
    assert not HostRules.objects.exists()


@pytest.mark.parametrize("query", [{}, {"holiday_country": "XX"}, {"holiday_country": "../x"}])
def test_without_a_known_country_there_are_no_regions(as_alice: Client, query: dict[str, str]) -> None:
    response = as_alice.get(f"{HOLIDAYS}/choice", query)

    assert response.status_code == 200
    assert '<input type="hidden" name="holiday_region" value="">' in response.content.decode()


@pytest.mark.parametrize(("typed_hours", "stored"), [("72", 72), ("1", 1), ("168", 168), ("", 24)])
def test_how_long_a_reading_counts_is_set(
    as_alice: Client, alice: User, typed_hours: str, stored: int
) -> None:
    submit(as_alice, LIMITS, CAPS | {"calendar_patience_hours": typed_hours})

    assert HostRules.objects.get(host=alice).calendar_patience_hours == stored


def test_former_addresses_lead_there(as_alice: Client) -> None:
    assert as_alice.get("/settings/availability")["Location"] == "/availability"
    assert (
        as_alice.get("/settings/availability/schedules/7?a=b")["Location"] == "/availability/schedules/7?a=b"
    )


def test_nobody_gets_in_without_signing_in() -> None:
    for url in (HOLIDAYS, f"{HOLIDAYS}/choice", LIMITS, "/availability", "/availability/schedules/1"):
        assert Client().get(url)["Location"] == f"/signin?next={url}"
