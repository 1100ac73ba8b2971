"""A new host's first steps: each does what it says, can be skipped, and comes back."""

import re
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from tests.forms import main_form, submit
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.models import BookingPage, FirstSteps, MeetingType, Schedule
from timetuna.pages.queries import public_page


def states(client: Client) -> list[str]:
    """What is said of each step on the list of pages."""
    text = client.get("/booking-pages").content.decode()
    return re.findall(r'<span class="sr">\((to do|done|skipped)\)</span>', text)


def sent(client: Client, path: str, **changes: str) -> Any:
    form = main_form(client.get(path).content.decode())
    return client.post(path, dict(form.with_values(**changes)))


def test_from_nothing_to_a_page_that_is_shared(as_alice: Client, alice: User) -> None:
    assert states(as_alice) == ["to do"] * 4
    assert as_alice.get("/setup")["Location"] == "/setup/hours"
    assert 'name="day0" value="09:00–17:00"' in as_alice.get("/setup/hours").content.decode()
    assert not Schedule.objects.exists(), "looking makes nothing"
    assert as_alice.get("/setup/meeting")["Location"] == "/setup/hours"

    hours = sent(as_alice, "/setup/hours", day0="10-12", time_zone="Tokyo")

    page = BookingPage.objects.get()
    alice.refresh_from_db()
    shown = public_page("alice", page.slug)
    assert hours["Location"] == "/setup"
    assert shown is not None
    assert shown.own.opening.weekly[:2] == ((0, 600, 720), (1, 540, 1_020))
    assert shown.meeting_types, "it can be booked"
    assert (alice.time_zone, page.schedule.time_zone) == ("Asia/Tokyo", "Asia/Tokyo")
    assert states(as_alice) == ["done", "to do", "to do", "to do"]

    assert as_alice.get("/setup")["Location"] == "/setup/calendar"
    as_alice.post("/setup/calendar/skip")
    assert as_alice.get("/setup")["Location"] == "/setup/meeting"
    missing = sent(as_alice, "/setup/meeting", kind="link")
    assert missing.status_code == 422
    sent(as_alice, "/setup/meeting", kind="in_person", place="Room 1")
    assert [(row.kind, row.detail) for row in MeetingType.objects.filter(enabled=True)] == [
        ("in_person", "Room 1")
    ]
    assert as_alice.get("/setup")["Location"] == "/setup/share"
    assert page.address() in as_alice.get("/setup/share").content.decode()
    assert as_alice.post("/setup/share")["Location"] == "/booking-pages"
    assert states(as_alice) == [], "nothing is asked for any more"


def test_a_calendar_is_done_once_it_is_connected(as_alice: Client, alice: User) -> None:
    sent(as_alice, "/setup/hours")
    as_alice.post("/setup/calendar/skip")
    account = CalendarAccount.objects.create(
        host=alice, provider="caldav", provider_user_id="a", expires_at=present()
    )
    before = as_alice.get("/setup/share").content.decode()
    Calendar.objects.create(account=account, outside_id="c", name="Work", blocks=True)
    after = as_alice.get("/setup/share").content.decode()

    assert "It is connected." in before, "it has not been read yet"
    assert "“Work” is connected." in after, "what was skipped was done later"


def test_hours_that_are_sent_twice_make_one_page(as_alice: Client) -> None:
    form = main_form(as_alice.get("/setup/hours").content.decode())

    answers = [as_alice.post("/setup/hours", dict(form.fields)) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert BookingPage.objects.count() == Schedule.objects.count() == 1


def test_a_mistake_makes_no_page(as_alice: Client) -> None:
    answer = submit(as_alice, "/setup/hours", {"day0": "whenever", "time_zone": "Berlin"})

    assert answer.status_code == 422
    assert "“whenever” is not clear." in answer.content.decode()
    assert not BookingPage.objects.exists()


def test_a_zone_that_nobody_has_said_is_guessed_or_asked_for(as_alice: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(time_zone="UTC")

    text = as_alice.get("/setup/hours").content.decode()
    refused = sent(as_alice, "/setup/hours")

    assert "data-guess-zone" in text
    assert "Choose a time zone." in refused.content.decode()


def test_they_can_be_put_away_and_come_back(as_alice: Client, alice: User) -> None:
    as_alice.post("/setup/away")
    hidden = states(as_alice)
    as_alice.post("/setup/away", {"away": "no"})

    assert hidden == []
    assert states(as_alice) == ["to do"] * 4
    assert FirstSteps.objects.get(host=alice).put_away is False


@pytest.mark.parametrize(
    "path", ["/setup/nothing", "/setup/hours/connect/zoom", "/setup/meeting/connect/nobody"]
)
def test_what_is_no_step_is_not_there(as_alice: Client, path: str) -> None:
    assert as_alice.get(path).status_code == 404
    assert as_alice.post("/setup/nothing/skip").status_code == 404


def test_how_one_meets_says_how_guests_pay(as_alice: Client) -> None:
    sent(as_alice, "/setup/hours")

    text = " ".join(as_alice.get("/setup/meeting").content.decode().split())

    assert "connect Stripe, then set a price on the page’s tab Booking." in text
    assert '<a href="/settings/providers#stripe" target="_blank" rel="noopener"> Connect Stripe' in text
