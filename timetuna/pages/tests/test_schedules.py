from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests.forms import days_sent, submit
from timetuna.accounts.models import User
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.create_schedule import create_schedule
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.actions.replace_hours import replace_hours
from timetuna.pages.forms.availability import AvailabilityForm
from timetuna.pages.models import BookingPage, Schedule
from timetuna.pages.queries import values
from timetuna.pages.schedule_lines import schedule_lines
from timetuna.pages.tests.test_availability_tab import typed as typed_tab

URL = "/availability"
COMING = date(2095, 7, 13)


def address(schedule: Schedule, what: str = "") -> str:
    return f"{URL}/schedules/{schedule.pk}{what}"


def typed(name: str = "Evenings", **days: Any) -> dict[str, Any]:
    return {"name": name, "time_zone": "Europe/Berlin"} | days_sent({}) | days


def test_the_first_schedule_is_the_default(as_alice: Client, alice: User) -> None:
    as_alice.post(f"{URL}/schedules/new")

    (line,) = schedule_lines(alice.pk)
    assert (line.name, line.is_default, line.pages) == ("Working hours", True, ())
    assert line.text == "Mon to Fri 09:00 to 17:00 · Germany, Berlin"


def test_a_second_one_begins_like_the_default(as_alice: Client, alice: User, page: BookingPage) -> None:
    response = as_alice.post(f"{URL}/schedules/new")

    first, second = schedule_lines(alice.pk)
    assert response["Location"] == f"{URL}/schedules/{second.id}"
    assert (first.name, first.pages) == ("Working hours", (page.title,))
    assert (second.name, second.is_default, second.text) == ("New schedule", False, first.text)


def test_there_are_fifty_at_most(as_alice: Client, alice: User) -> None:
    default_schedule(alice)
    Schedule.objects.bulk_create(Schedule(host=alice, name="x", time_zone="UTC") for _ in range(49))

    response = as_alice.post(f"{URL}/schedules/new", follow=True)

    assert "There can be 50 schedules at most." in response.content.decode()
    assert Schedule.objects.filter(host=alice).count() == 50


def test_saving_stores_name_and_hours(as_alice: Client, alice: User) -> None:
    schedule = default_schedule(alice)

    response = submit(as_alice, address(schedule), typed(day6="20-22"))

    assert response["Location"] == address(schedule)
    assert [(line.name, line.text) for line in schedule_lines(alice.pk)] == [
        ("Evenings", "Sun 20:00 to 22:00 · Germany, Berlin")
    ]


def test_hours_are_said_in_short(as_alice: Client, alice: User) -> None:
    schedule = default_schedule(alice)
    schedule.overrides.create(date=date(2099, 12, 31))

    submit(as_alice, address(schedule), typed(**dict.fromkeys(("day0", "day1", "day5"), "13-24, 9-12")))
    (full,) = schedule_lines(alice.pk)
    submit(as_alice, address(schedule), typed())
    (none,) = schedule_lines(alice.pk)

    windows = "09:00 to 12:00 and 13:00 to 24:00"
    assert full.text == f"Mon to Tue {windows}, Sat {windows}, 1 date with other hours · Germany, Berlin"
    assert none.text == "No weekly hours, 1 date with other hours · Germany, Berlin"


def test_the_editor_offers_every_schedule_of_the_host(
    as_alice: Client, page: BookingPage, charlie: User
) -> None:
    default_schedule(charlie)
    create_schedule(page.host)

    text = as_alice.get(f"/booking-pages/{page.pk}/availability").content.decode()

    assert text.count('name="schedule"') == 3
    assert "Working hours (default)" in text
    assert "Own hours for this page" in text


def test_a_schedule_needs_a_name(as_alice: Client, alice: User) -> None:
    response = submit(as_alice, address(default_schedule(alice)), typed(" "))

    assert response.status_code == 422
    assert "Give the schedule a name." in response.content.decode()


def test_another_default_is_chosen(as_alice: Client, alice: User, page: BookingPage) -> None:
    evenings = create_schedule(alice)

    as_alice.post(address(evenings, "/default"))

    assert create_page(alice).schedule == evenings
    assert page.schedule != evenings
    assert [line.is_default for line in schedule_lines(alice.pk)] == [True, False]


def test_a_schedule_that_pages_use_stays_and_they_are_named(as_alice: Client, alice: User) -> None:
    evenings = create_schedule(alice)
    evenings = create_schedule(alice)
    for title in ("A", "B"):
        BookingPage.objects.filter(pk=create_page(alice, title=title).pk).update(schedule=evenings)

    text = as_alice.post(address(evenings, "/delete"), follow=True).content.decode()

    assert "stays, because these pages use it: “A” and “B”. Choose other hours there first." in text
    assert Schedule.objects.filter(pk=evenings.pk).exists()


def test_the_default_stays(as_alice: Client, alice: User) -> None:
    schedule = default_schedule(alice)

    text = as_alice.post(address(schedule, "/delete"), follow=True).content.decode()

    assert "Make another one the default first." in text
    assert Schedule.objects.filter(pk=schedule.pk).exists()


def test_a_schedule_nobody_needs_is_deleted(as_alice: Client, alice: User, page: BookingPage) -> None:
    spare = create_schedule(alice)

    text = as_alice.post(address(spare, "/delete"), follow=True).content.decode()

    assert "is deleted." in text
    assert [line.pages for line in schedule_lines(alice.pk)] == [(page.title,)]


@pytest.mark.parametrize("what", ["/default", "/delete"])
def test_a_get_changes_nothing(as_alice: Client, alice: User, what: str) -> None:
    assert as_alice.get(address(default_schedule(alice), what)).status_code == 405
    assert as_alice.get(f"{URL}/schedules/new").status_code == 405


def test_a_stranger_finds_nothing(as_charlie: Client, alice: User) -> None:
    default_schedule(alice)
    spare = create_schedule(alice)

    assert as_charlie.get(address(spare)).status_code == 404
    for what in ("", "/default", "/delete"):
        assert as_charlie.post(address(spare, what), typed()).status_code == 404
    assert [line.name for line in schedule_lines(alice.pk)] == ["Working hours", "New schedule"]


def test_a_pages_own_hours_are_no_schedule_of_the_settings(as_alice: Client, page: BookingPage) -> None:
    submit(as_alice, f"/booking-pages/{page.pk}/availability", typed_tab())

    own = Schedule.objects.get(page=page)
    assert as_alice.get(address(own)).status_code == 404
    assert len(schedule_lines(page.host_id)) == 1


@pytest.mark.parametrize("which", ["nobody's", "somebody else's", ""])
def test_a_page_cannot_take_hours_that_are_not_its_hosts(
    as_alice: Client, charlie: User, page: BookingPage, which: str
) -> None:
    others = default_schedule(charlie)
    chosen = {"nobody's": "99999", "somebody else's": str(others.pk), "": ""}[which]

    response = submit(as_alice, f"/booking-pages/{page.pk}/availability", typed_tab(schedule=chosen))

    page.refresh_from_db()
    assert response.status_code == 422
    assert "Choose the hours." in response.content.decode()
    assert page.schedule.host_id == page.host_id


def test_a_schedule_deleted_a_moment_ago_is_not_taken(alice: User, page: BookingPage) -> None:
    spare = create_schedule(alice)
    fields = dict.fromkeys(AvailabilityForm(page).fields, "")
    form = AvailabilityForm(page, fields | typed_tab(schedule=str(spare.pk)))
    assert form.is_valid()
    spare.delete()

    assert not form.store()
    assert form.errors["schedule"] == ["These hours have just been deleted. Choose others."]


def test_a_failed_save_keeps_own_hours_that_were_typed(as_alice: Client, page: BookingPage) -> None:
    data = typed_tab({0: [("06:15", "07:00")]}, increment_minutes="x", cap_week="7", horizon_kind="date")

    text = submit(as_alice, f"/booking-pages/{page.pk}/availability", data).content.decode()

    assert 'name="day0" value="06:15-07:00"' in text
    assert 'name="cap_week" value="7"' in text
    assert '<option value="date" selected>' in text
    assert "Enter a date." in text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"horizon_kind": "date", "horizon_date": ""}, "Enter a date."),
        ({"horizon_kind": "date", "horizon_date": "2027-02-30"}, "Enter a date from 2000 to 2100."),
        ({"horizon_kind": "date", "horizon_date": "9999-01-01"}, "Enter a date from 2000 to 2100."),
        ({"horizon_kind": "rolling", "horizon_days": ""}, "Enter a whole number from 1 to 365."),
        ({"horizon_kind": "whenever"}, "Choose one of those that are offered."),
        ({"cap_day": "0"}, "Enter a whole number from 1 to 1000."),
    ],
)
def test_horizons_and_limits_that_cannot_be(
    as_alice: Client, page: BookingPage, changes: dict[str, str], sentence: str
) -> None:
    response = submit(as_alice, f"/booking-pages/{page.pk}/availability", typed_tab(**changes))

    assert response.status_code == 422
    assert sentence in response.content.decode()


def test_what_the_chosen_horizon_does_not_need_is_kept(as_alice: Client, page: BookingPage) -> None:
    data = typed_tab(horizon_kind="endless", horizon_days="", horizon_date="nonsense", holds="on")

    response = submit(as_alice, f"/booking-pages/{page.pk}/availability", data)

    page.refresh_from_db()
    assert response.status_code == 302
    assert (page.horizon_kind, page.horizon_days, page.horizon_date) == ("endless", 60, None)
    assert values(page).last_day(COMING) is None


@pytest.mark.parametrize("holds", [True, False])
def test_holding_times_is_switched_in_the_editor(as_alice: Client, page: BookingPage, holds: bool) -> None:  # noqa: FBT001
    submit(
        as_alice, f"/booking-pages/{page.pk}/availability", typed_tab(**({"holds": "on"} if holds else {}))
    )

    page.refresh_from_db()
    assert (page.holds, values(page).settings.holds) == (holds, holds)


def test_a_copy_has_own_hours_of_its_own(as_alice: Client, page: BookingPage) -> None:
    submit(as_alice, f"/booking-pages/{page.pk}/availability", typed_tab({0: [("06:00", "07:00")]}))
    page.refresh_from_db()

    copy = duplicate_page(page, by=page.host)
    replace_hours(page.schedule, [])

    copy = BookingPage.objects.get(pk=copy.pk)
    assert copy.schedule.page == copy
    assert values(copy).own.opening.weekly == ((0, 360, 420),)


def test_a_page_and_a_host_go_with_all_that_is_theirs(
    as_alice: Client, alice: User, page: BookingPage
) -> None:
    submit(as_alice, f"/booking-pages/{page.pk}/availability", typed_tab())

    BookingPage.objects.get(pk=page.pk).delete()
    left = list(Schedule.objects.values_list("name", flat=True))
    create_page(alice)
    User.objects.get(pk=alice.pk).delete()

    assert left == ["Working hours"]
    assert not Schedule.objects.exists()


def test_the_database_knows_one_default_a_host(alice: User) -> None:
    default_schedule(alice)

    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.create(host=alice, name="Second", time_zone="UTC", is_default=True)
