"""Bookings made elsewhere: what they take here, what they become, and how they go."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of, moment_of
from timetuna.availability.slots import Code
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.models import Booking
from timetuna.bookings.slots.availability import SlotQuery, bookable
from timetuna.bookings.slots.explain import lines_for
from timetuna.bookings.tests.conftest import make_page, order, work_off
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.models import Calendar
from timetuna.imports.actions.forget import forget_old
from timetuna.imports.actions.free_time import free_time
from timetuna.imports.actions.keep_ics import keep_ics, remove_ics
from timetuna.imports.actions.move_here import move_here
from timetuna.imports.actions.shadows import publish_shadows
from timetuna.imports.models import BusyShadow
from timetuna.imports.queries import uploaded
from timetuna.pages.calendar_use import blocking_of, blocking_of_host, known_busy, telling, times_of_calendars
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.queries import page_settings
from timetuna.providers.errors import ProviderError

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(alice: User) -> BookingPage:
    return make_page(alice)


def tomorrow(hour: int) -> Any:
    return (present() + timedelta(days=2)).replace(hour=hour, minute=0, second=0, microsecond=0)


@pytest.fixture
def shadow(page: BookingPage) -> BusyShadow:
    row = BusyShadow.objects.create(
        host=page.host,
        product="calendly",
        outside_id="https://api.calendly.com/scheduled_events/1",
        page=page,
        start_minute=minute_of(tomorrow(10)),
        minutes=30,
        title="Intro call",
        guest_name="Kim",
        guest_email="kim@guests.example",
        guest_zone="Asia/Kolkata",
        others=[{"name": "Lee", "email": "lee@guests.example"}],
        answers=[["Your firm", "Acme"], ["Anything else?", "No"]],
        join_url="https://zoom.us/j/1",
        cancel_url="https://calendly.com/cancellations/1",
    )
    publish_shadows(page.host, "calendly", now=present())
    return row


def is_free(page: BookingPage, hour: int) -> bool:
    found = page_settings(page.pk)
    assert found is not None
    return bookable(SlotQuery(page=found, minutes=30, now=present()), start_minute=minute_of(tomorrow(hour)))


def test_it_takes_time_on_every_page_and_says_what_it_is_to_its_host_alone(
    shadow: BusyShadow, page: BookingPage, bob: User
) -> None:
    PageHost.objects.update(own_calendars=True)
    found = page_settings(page.pk)
    assert found is not None

    def lines(reader: int) -> Any:
        query = SlotQuery(page=found, minutes=30, now=present())
        return lines_for(query, start_minute=shadow.start_minute, reader=reader, hours_path="/x")

    assert (is_free(page, 10), is_free(page, 11)) == (False, True)
    with pytest.raises(SlotTaken):
        book(order(page, tomorrow(10)), now=present())
    [line] = lines(page.host_id)
    assert line.code is Code.CALENDAR_BUSY
    assert line.text.startswith("“Intro call with Kim”, booked at Calendly, takes ")
    assert line.links[0].url == f"/settings/import/bookings/{shadow.pk}"
    assert "Kim" not in str(lines(bob.pk))


def test_its_host_sees_what_it_is_in_the_agenda(shadow: BusyShadow, page: BookingPage) -> None:
    """Two that touch are two."""
    later = BusyShadow.objects.get()
    later.pk, later.outside_id, later.guest_name = None, "2", "Lee"
    later.start_minute += 30
    later.save()
    publish_shadows(page.host, "calendly", now=present())

    found = times_of_calendars(blocking_of_host(page.host), (0, 2**40), now=present())

    assert [(one.name, one.busy) for one in found if one.busy] == [
        ("Intro call with Kim", [(shadow.start_minute, shadow.start_minute + 30)]),
        ("Intro call with Lee", [(later.start_minute, later.start_minute + 30)]),
    ]


def test_it_is_no_calendar_that_says_when_somebody_is_free(shadow: BusyShadow, page: BookingPage) -> None:
    """Where several host, who has no other counts as busy."""
    row = page.page_hosts.get()

    known = known_busy(blocking_of(row, page.host), (0, 2**40), now=present())

    assert (known.silent, len(known.busy)) == (True, 1)
    assert not telling(row).exists()


def test_it_goes_on_to_count_when_its_calendar_is_read(shadow: BusyShadow, page: BookingPage) -> None:
    calendar = Calendar.objects.get()

    assert refresh(calendar.pk)

    calendar.refresh_from_db()
    assert (calendar.problem, calendar.busy_count) == ("", 1)
    assert not is_free(page, 10)


Letters = list[dict[str, str]]


def test_moved_here_it_is_a_booking_and_nobody_is_mailed(
    shadow: BusyShadow, page: BookingPage, letters: Letters
) -> None:
    page.questions.create(key="firm", label="Your firm")

    made = move_here(shadow.pk, page, told=False, now=present())

    again = move_here(shadow.pk, page, told=True, now=present())
    assert again == made == Booking.objects.get()
    assert (made.status, made.minutes, made.meeting_type, made.location) == (
        "confirmed",
        30,
        "link",
        "https://zoom.us/j/1",
    )
    assert (made.booker.email, made.booker.time_zone) == ("kim@guests.example", "Asia/Kolkata")
    assert {one.clock for one in made.attendees.all()} == {"12"}
    assert [one.email for one in made.attendees.filter(is_booker=False)] == ["lee@guests.example"]
    answers = {one.label: (one.text, one.question_id is not None) for one in made.booker.answers.all()}
    assert answers == {"Your firm": ("Acme", True), "Anything else?": ("No", False)}
    work_off()
    assert letters == []
    assert not Calendar.objects.exists()
    assert not is_free(page, 10)
    shadow.refresh_from_db()
    assert (shadow.state, shadow.guest_email, shadow.title, shadow.answers) == ("moved", "", "", [])
    assert shadow.cancel_url


def test_with_an_invitation_both_sides_are_mailed_once(
    shadow: BusyShadow, page: BookingPage, letters: Letters
) -> None:
    move_here(shadow.pk, page, told=True, now=present())
    work_off()

    assert sorted(mail["to"].split("<")[-1].strip(">") for mail in letters) == [
        page.host.email,
        "kim@guests.example",
        "lee@guests.example",
    ]
    assert Booking.objects.get().meeting_type == "in_person"


def test_what_cannot_be_moved_keeps_its_time(shadow: BusyShadow, page: BookingPage) -> None:
    BusyShadow.objects.update(guest_email="nobody")
    with pytest.raises(NotPossible, match="mail address"):
        move_here(shadow.pk, page, told=False, now=present())
    BusyShadow.objects.update(guest_email="kim@guests.example", minutes=3_000)
    with pytest.raises(NotPossible, match="a day at most"):
        move_here(shadow.pk, page, told=False, now=present())
    BusyShadow.objects.update(minutes=30, start_minute=minute_of(present()) - 5)
    with pytest.raises(NotPossible, match="has begun"):
        move_here(shadow.pk, page, told=False, now=present())

    assert BusyShadow.objects.get().state == "busy"
    assert not Booking.objects.exists()


def test_freed_it_takes_no_time_and_says_nothing_of_its_guest(
    shadow: BusyShadow, page: BookingPage, alice: User
) -> None:
    free_time(shadow.pk, host_id=alice.pk, now=present())
    free_time(shadow.pk, host_id=alice.pk, now=present())

    assert is_free(page, 10)
    shadow.refresh_from_db()
    assert (shadow.state, shadow.guest_name, shadow.others) == ("freed", "", [])
    with pytest.raises(NotPossible):
        move_here(shadow.pk, page, told=False, now=present())


def test_it_goes_by_itself_when_it_is_over_and_its_words_with_the_guest(
    shadow: BusyShadow, page: BookingPage
) -> None:
    booked = book(order(page, tomorrow(14), email="kim@guests.example"), now=present())
    Booking.objects.update(start_at=present() - timedelta(days=1))
    erase(booked.pk, actor="host", now=present())
    shadow.refresh_from_db()
    assert shadow.guest_name == "Kim"  # it is still to come

    BusyShadow.objects.update(start_minute=minute_of(present()) - 60)
    other = book(order(page, tomorrow(15), email="kim@guests.example"), now=present())
    Booking.objects.filter(pk=other.pk).update(start_at=present() - timedelta(days=1))
    erase(other.pk, actor="host", now=present())
    shadow.refresh_from_db()
    assert (shadow.guest_name, shadow.answers) == ("", [])

    forget_old(now=present() + timedelta(hours=8))
    assert not BusyShadow.objects.exists()


FILE = """BEGIN:VCALENDAR\r
VERSION:2.0\r
X-WR-CALNAME:Choir\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:20260101T000000Z\r
DTSTART;TZID=Europe/Berlin:{start}T110000\r
DTEND;TZID=Europe/Berlin:{start}T120000\r
RRULE:FREQ=DAILY\r
SUMMARY:Rehearsal\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_a_calendar_file_takes_time_until_it_is_replaced_or_removed(page: BookingPage, alice: User) -> None:
    start = (present() - timedelta(days=400)).strftime("%Y%m%d")
    content = FILE.format(start=start).encode()

    keep_ics(alice, content, name="choir", now=present())
    keep_ics(alice, content, name="choir", now=present())

    calendar = uploaded(alice.pk)
    assert calendar is not None
    assert (calendar.name, Calendar.objects.count()) == ("Choir", 1)
    taken = known_busy(blocking_of(page.page_hosts.get(), alice), (0, 2**40), now=present()).busy
    assert len(taken) > 60
    busy = next(span for span in taken if span[0] > minute_of(present()))
    assert moment_of(busy[0]).astimezone().minute == 0
    with pytest.raises(ProviderError, match="not an iCalendar file"):
        keep_ics(alice, b"BEGIN:NOTHING", name="x", now=present())
    with pytest.raises(ProviderError, match="larger than 2 MB"):
        keep_ics(alice, b"x" * 2_000_001, name="x", now=present())
    assert Calendar.objects.get().name == "Choir"
    assert remove_ics(alice.pk)
    assert not Calendar.objects.exists()


def test_nobody_sees_or_changes_anothers(shadow: BusyShadow, charlie: User, client: Client) -> None:
    client.force_login(charlie)
    path = f"/settings/import/bookings/{shadow.pk}"

    assert client.get(path).status_code == client.post(f"{path}/free").status_code == 404
    assert "Kim" not in client.get("/settings/import/bookings").content.decode()
