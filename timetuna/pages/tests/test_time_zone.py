"""A host moves to another time zone: what becomes of the hours is asked, and done."""

from typing import Any

import pytest
from django.test import Client

from tests.forms import main_form
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.actions.create_schedule import create_schedule
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.models import BookingPage, Schedule, TravelZone

URL = "/settings/profile"


@pytest.fixture
def hours(alice: User, page: BookingPage) -> dict[str, Schedule]:
    """A shared schedule, a page's own hours, and a schedule that is meant somewhere else."""
    elsewhere = create_schedule(alice)
    Schedule.objects.filter(pk=elsewhere.pk).update(name="Tokyo days", time_zone="Asia/Tokyo")
    own = Schedule.objects.create(host=alice, page=page, time_zone="Europe/Berlin")
    return {"shared": default_schedule(alice), "own": own, "elsewhere": elsewhere}


def zones(hours: dict[str, Schedule]) -> dict[str, str]:
    stored = dict(Schedule.objects.values_list("pk", "time_zone"))
    return {name: stored[row.pk] for name, row in hours.items()}


def send(client: Client, pairs: list[tuple[str, str]]) -> Any:
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return client.post(URL, data)


def moved_to(client: Client, zone: str) -> Any:
    """Type another zone and press Save; return the answer."""
    return send(client, main_form(client.get(URL).content.decode()).with_values(time_zone=zone))


def test_another_zone_asks_first(as_alice: Client, alice: User, hours: dict[str, Schedule]) -> None:
    before = zones(hours)

    asked = moved_to(as_alice, "new york")

    alice.refresh_from_db()
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "do your hours move to the new time zone?" in text
    assert "Hours that move to United States, New York" in text
    assert "Own hours of “Intro call”" in text
    assert "Tokyo days" not in text
    assert (alice.time_zone, zones(hours)) == ("Europe/Berlin", before)


def test_they_move_unless_the_host_says_otherwise(
    as_alice: Client, alice: User, hours: dict[str, Schedule]
) -> None:
    form = main_form(moved_to(as_alice, "America/New_York").content.decode())

    answer = send(as_alice, form.fields)

    alice.refresh_from_db()
    assert answer.status_code == 302
    assert alice.time_zone == "America/New_York"
    assert zones(hours) == {
        "shared": "America/New_York",
        "own": "America/New_York",
        "elsewhere": "Asia/Tokyo",
    }


def test_what_is_unticked_stays(as_alice: Client, alice: User, hours: dict[str, Schedule]) -> None:
    form = main_form(moved_to(as_alice, "America/New_York").content.decode())
    kept = [pair for pair in form.fields if pair != ("moves", str(hours["own"].pk))]

    send(as_alice, kept)

    alice.refresh_from_db()
    assert alice.time_zone == "America/New_York"
    assert zones(hours) == {"shared": "America/New_York", "own": "Europe/Berlin", "elsewhere": "Asia/Tokyo"}


def test_the_answer_holds_for_the_zone_that_was_asked_about(
    as_alice: Client, hours: dict[str, Schedule]
) -> None:
    before = zones(hours)
    form = main_form(moved_to(as_alice, "America/New_York").content.decode())

    answer = send(as_alice, form.with_values(time_zone="Asia/Tokyo"))

    assert answer.status_code == 422
    assert "Hours that move to Japan, Tokyo" in answer.content.decode()
    assert zones(hours) == before


def test_a_form_without_the_answer_moves_nothing_and_leaves_nothing_behind(
    as_alice: Client, alice: User, hours: dict[str, Schedule]
) -> None:
    before = zones(hours)
    form = main_form(moved_to(as_alice, "America/New_York").content.decode())

    for dropped in ("moves", "asked_for", "time_zone"):
        answer = send(as_alice, [pair for pair in form.fields if pair[0] != dropped])
        assert answer.status_code == 422

    alice.refresh_from_db()
    assert (alice.time_zone, zones(hours)) == ("Europe/Berlin", before)


def test_nothing_is_asked_where_no_hours_are_concerned(as_alice: Client, alice: User) -> None:
    assert moved_to(as_alice, "Asia/Tokyo").status_code == 302

    alice.refresh_from_db()
    assert alice.time_zone == "Asia/Tokyo"


def test_trips_stay_and_calendars_are_read_by_the_new_clock(
    as_alice: Client, alice: User, page: BookingPage
) -> None:
    TravelZone.objects.create(host=alice, first="2099-01-01", last="2099-01-02", time_zone="Europe/Berlin")
    account = CalendarAccount.objects.create(host=alice, provider="google", expires_at="2099-01-01T00:00Z")
    calendar = Calendar.objects.create(account=account, outside_id="c", next_read_at="2099-01-01T00:00Z")
    form = main_form(moved_to(as_alice, "Asia/Tokyo").content.decode())

    send(as_alice, form.fields)

    calendar.refresh_from_db()
    assert page.schedule_id
    assert TravelZone.objects.get().time_zone == "Europe/Berlin"
    assert calendar.next_read_at.year < 2099
