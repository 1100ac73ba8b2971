"""The place Availability as its host uses it: dates, absences with the bookings that lie in them, trips, and undo."""

import re
from datetime import date, timedelta

import pytest
from django.test import Client

from tests.clock import present
from tests.forms import forms_of, submit
from timetuna.accounts.models import User
from timetuna.accounts.tests.teams import join, make_team
from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import make_page, order
from timetuna.pages.actions.assign_page import assign_page
from timetuna.pages.actions.create_schedule import create_schedule
from timetuna.pages.models import BookingPage, DateOverride, Schedule

pytestmark = pytest.mark.django_db
DAY = date(2095, 7, 13)


@pytest.fixture
def page(alice: User) -> BookingPage:
    return make_page(alice)


@pytest.fixture
def as_alice(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def undo(client: Client, shown: str) -> str:
    """Press the button that a message has; return what is said then."""
    token = re.search(r'name="token" value="(\w+)"', shown)
    assert token is not None, "nothing to undo"
    return client.post("/availability/undo", {"token": token[1]}, follow=True).content.decode()


def dates_of(schedule: Schedule) -> dict[date, list[list[int]]]:
    return dict(DateOverride.objects.filter(schedule=schedule).values_list("date", "windows"))


def test_dates_get_other_hours_and_lose_them_and_each_can_be_undone(
    as_alice: Client, page: BookingPage
) -> None:
    path = f"/availability/schedules/{page.schedule_id}/dates"
    days = [DAY + timedelta(days=more) for more in range(3)]
    chosen = as_alice.get(path, {"first": days[2], "last": days[0]})["Location"]

    said = submit(as_alice, chosen, {"state": "other", "hours": "9-12, 14-15:30"}, follow=True)

    assert chosen == f"{path}/{days[0]}..{days[2]}"
    assert "13 to 15 July 2095 are open at other hours." in said.content.decode()
    other = {day: [[540, 720], [840, 930]] for day in days}
    assert dates_of(page.schedule) == other
    assert "09:00 to 12:00, 14:00 to 15:30; other hours than usual" in text(as_alice, f"{path}?month=2095-07")

    removed = as_alice.post(f"{path[:-6]}/usual", {"first": days[1], "last": days[1]}, follow=True)
    assert len(dates_of(page.schedule)) == 2
    assert "It is as it was before." in undo(as_alice, removed.content.decode())
    assert dates_of(page.schedule) == other
    assert "nothing to undo" in undo(as_alice, removed.content.decode()), "once"

    closed = submit(as_alice, f"{path}/{DAY}", {"state": "closed", "hours": "nonsense"}, follow=True)
    submit(as_alice, f"{path}/{DAY}", {"state": "other", "hours": "20-21"})
    assert "nothing to undo" in undo(as_alice, closed.content.decode()), "only the last thing"
    assert dates_of(page.schedule)[DAY] == [[1_200, 1_260]]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"state": "other", "hours": ""}, "Enter the hours, such as 09:00–12:30, or choose Closed."),
        ({"state": "other", "hours": "22-2"}, "A date ends at midnight (24:00)."),
        ({"state": "other", "hours": "soon"}, "“soon” is not clear."),
        ({"state": "never", "hours": ""}, "Choose what holds on these dates."),
    ],
)
def test_dates_that_cannot_be(
    as_alice: Client, page: BookingPage, sent: dict[str, str], sentence: str
) -> None:
    path = f"/availability/schedules/{page.schedule_id}/dates/{DAY}"

    answer = submit(as_alice, path, sent)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert dates_of(page.schedule) == {}


@pytest.mark.parametrize("days", ["2095-02-30", "never", "1999-01-01", "2095-01-01..x" * 40])
def test_dates_that_are_none_are_not_there(as_alice: Client, page: BookingPage, days: str) -> None:
    path = f"/availability/schedules/{page.schedule_id}/dates"

    assert as_alice.get(f"{path}/{days}").status_code in {200, 404}
    assert as_alice.get(path, {"first": days, "month": days}).status_code == 200


def test_an_absence_asks_what_becomes_of_the_bookings_in_it(
    as_alice: Client, alice: User, page: BookingPage
) -> None:
    booked = book(order(page), now=present())
    day = moment_of(booked.booking_hosts.get().start_minute).date()
    sent = {"first": day - timedelta(days=1), "last": day, "note": "Skiing."}

    saved = submit(as_alice, "/availability/out-of-office", sent, follow=True)

    shown = saved.content.decode()
    assert "1 booking lies in it" in shown
    assert f'href="/bookings/{booked.pk}/move"' in shown
    assert f'href="/bookings/{booked.pk}#cancel"' in shown
    assert f"/bookings/{booked.pk}/hand-over" not in shown, "nobody else takes it"
    assert Booking.objects.get().is_off() is False
    before = submit(
        as_alice, "/availability/out-of-office", sent | {"last": "", "start": "9:30"}, follow=True
    )
    assert "Your pages are closed then." in before.content.decode(), "the day before has no booking"
    removed = as_alice.post(f"{saved.redirect_chain[-1][0].partition('#')[0]}/remove", follow=True)
    assert alice.out_of_office.count() == 1
    undo(as_alice, removed.content.decode())
    hours = alice.out_of_office.filter(note="Skiing.").values_list("start_minute", "end_minute")
    assert sorted(hours) == [(0, 1_440), (570, 1_440)]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"first": ""}, "Enter a date."),
        ({"first": "2095-02-01", "last": "2095-01-31"}, "The last day cannot come before the first."),
        ({"first": "2095-02-01", "start": "17:00", "end": "9"}, "It has to end after it begins."),
        ({"first": "2095-02-01", "start": "noon"}, "Enter a time, such as 09:30 or 2 pm."),
        ({"first": "2095-02-01", "start": "24:00"}, "A day begins at 00:00."),
        ({"first": "2095-02-01", "note": "x" * 201}, "This can have 200 characters at most."),
    ],
)
def test_absences_that_cannot_be(as_alice: Client, alice: User, sent: dict[str, str], sentence: str) -> None:
    answer = submit(as_alice, "/availability/out-of-office", sent)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not alice.out_of_office.exists()


def test_an_absence_that_is_sent_twice_is_one(as_alice: Client, alice: User) -> None:
    for _ in range(2):
        submit(as_alice, "/availability/out-of-office", {"first": DAY, "end": "5 pm"})

    assert list(alice.out_of_office.values_list("last", "end_minute")) == [(DAY, 1_020)]


def test_trips_do_not_meet_and_come_back(as_alice: Client, alice: User) -> None:
    trip = {"first": DAY, "last": DAY + timedelta(days=3), "time_zone": "Tokyo"}
    submit(as_alice, "/availability/trips", trip)
    refused = submit(as_alice, "/availability/trips", trip | {"first": DAY + timedelta(days=3), "last": ""})
    vague = submit(as_alice, "/availability/trips", trip | {"time_zone": "EST", "first": "2096-01-01"})
    row = alice.travel_zones.get()

    removed = as_alice.post(f"/availability/trips/{row.pk}/remove", follow=True).content.decode()
    gone = alice.travel_zones.count()
    undo(as_alice, removed)

    assert "you are on another trip already" in refused.content.decode()
    assert vague.status_code == 422
    assert gone == 0
    assert alice.travel_zones.get().time_zone == "Asia/Tokyo"
    assert "Japan, Tokyo" in text(as_alice, "/availability/trips")


def test_a_schedule_comes_back_with_its_hours(as_alice: Client, alice: User, page: BookingPage) -> None:
    spare = create_schedule(alice)
    spare.overrides.create(date=DAY, windows=[[60, 120]])
    hours = list(spare.weekly_hours.values_list("weekday", "start_minute", "end_minute"))

    gone = as_alice.post(f"/availability/schedules/{spare.pk}/delete", follow=True).content.decode()
    assert not Schedule.objects.filter(name=spare.name).exists()
    undo(as_alice, gone)

    back = Schedule.objects.get(name=spare.name)
    assert list(back.weekly_hours.values_list("weekday", "start_minute", "end_minute")) == hours
    assert dates_of(back) == {DAY: [[60, 120]]}
    assert page.schedule != back


def test_who_runs_a_page_sets_dates_of_its_own_hours_and_learns_nothing_of_its_owners_bookings(
    as_alice: Client, alice: User, bob: User, page: BookingPage
) -> None:
    secret = book(order(page, name="Very Secret"), now=present())
    own = Schedule.objects.create(host=alice, page=page, time_zone="Europe/Berlin")
    BookingPage.objects.filter(pk=page.pk).update(schedule=own)
    day = moment_of(secret.booking_hosts.get().start_minute).date()
    team = make_team(alice)
    join(team, bob, "member")
    assign_page(page, team)
    teammate = Client()
    teammate.force_login(bob)
    path = f"/availability/schedules/{own.pk}/dates/{day}"

    assert submit(teammate, path, {"state": "closed"}).status_code == 302

    assert dates_of(own) == {day: []}
    assert "Very Secret" in text(as_alice, path)
    assert "Very Secret" not in text(teammate, path)
    assert "1 booking" not in text(teammate, path)
    assert teammate.get(f"/availability/schedules/{page.schedule_id}/dates").status_code == 404


def test_who_runs_a_page_reads_when_its_hosts_are_out_of_office(
    alice: User, bob: User, page: BookingPage, as_alice: Client
) -> None:
    page.page_hosts.create(host=bob)
    soon = present().date() + timedelta(days=2)
    bob.out_of_office.create(first=soon, last=soon, note="For guests only")
    bob.out_of_office.create(first=soon + timedelta(days=90), last=soon + timedelta(days=91))

    shown = text(as_alice, f"/booking-pages/{page.pk}/booking")

    assert shown.count("Out of office") == 1
    assert f"Out of office {soon.day} " in shown
    assert "For guests only" not in shown


def test_what_comes_up_is_said_beside_the_hours(as_alice: Client, alice: User, page: BookingPage) -> None:
    soon = present().date() + timedelta(days=2)
    alice.out_of_office.create(first=soon, last=soon, start_minute=780, note="Dentist")
    page.schedule.overrides.create(date=soon + timedelta(days=1))
    alice.travel_zones.create(first=soon, last=soon + timedelta(days=4), time_zone="Asia/Tokyo")

    shown = text(as_alice, "/availability")

    for said in ("13:00 to 24:00", "Dentist", "Closed", "Japan, Tokyo", f"<bdi>{page.title}</bdi>"):
        assert said in shown
    assert forms_of(shown)
