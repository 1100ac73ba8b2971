"""A month of times as JSON says what the page says."""

import json
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import make_page, order, tomorrow
from timetuna.pages.models import MeetingType

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


def ask(client, *, handle="alice", slug="intro", **query):
    month = f"{tomorrow():%Y-%m}"
    return client.get(f"/api/pages/{handle}/{slug}/times", {"month": month, "zone": "UTC"} | query)


def starts(answer):
    return [datetime.fromisoformat(time) for times in answer.json()["days"].values() for time in times]


def test_times_are_told_by_local_day_with_their_offset(client, page):
    answer = ask(client, zone="Asia/Kathmandu")

    told = answer.json()
    assert answer.status_code == 200
    assert answer["Content-Type"] == "application/json"
    assert {name: told[name] for name in ("zone", "month", "duration")} == {
        "zone": "Asia/Kathmandu",
        "month": f"{tomorrow():%Y-%m}",
        "duration": 30,
    }
    for day, times in told["days"].items():
        assert day.startswith(told["month"])
        assert times == sorted(times)
        assert all(time.startswith(day) and time.endswith(":00+05:45") for time in times)
    assert tomorrow() in starts(answer)


def test_the_page_and_the_json_agree(client, page):
    day = tomorrow().date()

    shown = client.get(f"/alice/intro?zone=America/New_York&day={day}").context["slots"].times
    told = ask(client, zone="America/New_York", month=f"{day:%Y-%m}").json()["days"]

    assert [time.label for time in shown] == [time[11:16] for time in told[day.isoformat()]]


def test_a_booked_time_is_gone(client, page):
    booking = book(order(page), now=present())

    assert booking.start_at not in starts(ask(client, month=f"{booking.start_at:%Y-%m}"))


def test_without_a_zone_it_is_the_pages(client, page):
    assert ask(client, zone="").json()["zone"] == "Europe/Berlin"


def test_a_page_with_several_lengths_needs_one(client, alice):
    make_page(alice, slug="long", lengths=(30, 60))

    assert ask(client, slug="long", duration="60").json()["duration"] == 60
    refused = ask(client, slug="long")
    assert refused.status_code == 400
    assert refused.json() == {"error": "duration should be one of the page’s lengths: 30, 60."}


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"month": ""}, "month should be like 2026-12."),
        ({"month": "2026-13"}, "month should be like 2026-12."),
        ({"month": "9999-01"}, "month should be like 2026-12."),
        ({"month": "2026-12-01"}, "month should be like 2026-12."),
        ({"month": "\0"}, "month should be like 2026-12."),
        ({"zone": "Mars/Olympus"}, "This time zone is not known; zone should be like Europe/Berlin."),
        ({"zone": "../../etc/passwd"}, "This time zone is not known; zone should be like Europe/Berlin."),
        ({"duration": "0"}, "duration should be one of the page’s lengths: 30."),
        ({"duration": "9" * 500}, "duration should be one of the page’s lengths: 30."),
    ],
)
def test_what_cannot_be_read_gets_a_sentence(client, page, query, sentence):
    answer = ask(client, **query)

    assert answer.status_code == 400
    assert json.loads(answer.content) == {"error": sentence}


@pytest.mark.parametrize("address", [("alice", "nothing"), ("nobody", "intro")])
def test_an_unknown_page_is_404(client, page, address):
    answer = ask(client, handle=address[0], slug=address[1])

    assert (answer.status_code, answer.json()) == (404, {"error": "There is no such page."})


def test_nothing_is_offered_without_a_way_to_meet(client, page):
    MeetingType.objects.update(enabled=False)

    assert ask(client).json()["days"] == {}


def test_months_far_away_are_empty(client, page):
    assert ask(client, month="2100-01").json()["days"] == {}
    assert ask(client, month="2000-01").json()["days"] == {}


def test_only_looking_is_allowed(client, page):
    assert client.post("/api/pages/alice/intro/times").status_code == 405
    assert not Booking.objects.exists()


def test_looking_costs_the_same_number_of_queries_however_much_is_booked(client, page):
    ask(client)
    with CaptureQueriesContext(connection) as before:
        ask(client)
    for hour in range(10):
        email = f"guest{hour}@guest.example"
        book(order(page, tomorrow(hour), email=email), now=present())
    with CaptureQueriesContext(connection) as afterwards:
        ask(client)

    assert len(afterwards) == len(before)
