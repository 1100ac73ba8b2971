"""A host's own part of a page: calendars, hours, rules and a pause, seen and changed by nobody else."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from tests.forms import submit
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.actions.create_schedule import create_schedule
from timetuna.pages.calendar_impact import HostTrouble, Silence, losses_of, silences, troubles_on
from timetuna.pages.models import FOR_GOOD, BookingPage, PageHost
from timetuna.pages.tests.conftest import host, signed_in

HOUR = timedelta(hours=1)
RULES = {"schedule": "", "buffer_before_minutes": "", "buffer_after_minutes": "", "notice": "", "cap_day": ""}


@pytest.fixture
def bob() -> User:
    return host("Bob", time_zone="Asia/Tokyo")


@pytest.fixture
def as_bob(bob: User) -> Client:
    return signed_in(bob)


@pytest.fixture
def both(page: BookingPage, bob: User) -> BookingPage:
    """A page that alice and bob host by turns."""
    page.page_hosts.create(host=bob, position=1)
    return staffed(page, "any")


def staffed(page: BookingPage, staffing: str) -> BookingPage:
    page.staffing = staffing
    page.save()
    return page


def calendar(of: User, name: str, **fields: Any) -> Calendar:
    account, _ = CalendarAccount.objects.get_or_create(
        host=of,
        provider="google",
        defaults={
            "provider_user_id": of.handle,
            "email": f"{of.handle}@gmail.example",
            "expires_at": present() + HOUR,
            "calendars_read_at": present(),
        },
    )
    values = {"outside_id": name, "name": name, "writable": True, "read_at": present()}
    return Calendar.objects.create(account=account, **values | fields)


def tab(page: BookingPage, name: str = "your-part") -> str:
    return f"/booking-pages/{page.pk}/{name}"


def words(client: Client, path: str) -> str:
    return " ".join(client.get(path).content.decode().split())


def part(page: BookingPage, of: User) -> PageHost:
    return page.page_hosts.get(host=of)


def test_each_host_sees_and_chooses_their_own_calendars(alice, bob, both, as_alice, as_bob):
    work, club = calendar(alice, "Alice's work"), calendar(bob, "Bob's club")

    mine, theirs = words(as_alice, tab(both, "calendars")), words(as_bob, tab(both, "calendars"))
    assert ("Alice&#x27;s work" in mine, "Bob&#x27;s club" in mine) == (True, False)
    assert ("Alice&#x27;s work" in theirs, "Bob&#x27;s club" in theirs) == (False, True)

    chosen = {"blocked_by": "these", "calendars": [club.pk], "writes": str(club.pk)}
    assert submit(as_bob, tab(both, "calendars"), chosen).status_code == 302
    row, other = part(both, bob), part(both, alice)
    assert (row.own_calendars, row.writes, row.write_calendar) == (True, "chosen", club)
    assert [one.calendar for one in row.calendars.all()] == [club]
    assert (other.own_calendars, other.writes, other.calendars.count()) == (False, "default", 0)
    stolen = {"blocked_by": "these", "calendars": [work.pk], "writes": str(work.pk)}
    assert submit(as_bob, tab(both, "calendars"), stolen).status_code == 422


def test_what_a_host_sets_for_themselves_is_stored_and_taken_back(bob, both, as_bob):
    evenings = create_schedule(bob)
    own = {"schedule": str(evenings.pk), "buffer_before_minutes": "5", "buffer_after_minutes": "0"}
    own |= {"notice": "2", "notice_unit": "days", "cap_day": "3"}

    assert submit(as_bob, tab(both), own)["Location"] == tab(both)

    row = part(both, bob)
    assert (row.schedule, row.buffer_before_minutes, row.buffer_after_minutes) == (evenings, 5, 0)
    assert (row.notice_minutes, row.cap_day) == (2 * 1_440, 3)
    text = words(as_bob, tab(both))
    assert 'name="notice" value="2"' in text
    assert '<option value="days" selected>' in text

    submit(as_bob, tab(both), RULES | {"notice_unit": "hours"})
    row.refresh_from_db()
    empty = (
        row.schedule,
        row.buffer_before_minutes,
        row.buffer_after_minutes,
        row.notice_minutes,
        row.cap_day,
    )
    assert empty == (None,) * 5


def test_what_is_empty_is_as_the_page_has_it_and_says_so(both, as_bob):
    BookingPage.objects.update(buffer_before_minutes=15, notice_minutes=2 * 1_440)

    text = words(as_bob, tab(both))

    assert "Left empty, 15 minutes, as the page has it." in text
    assert "Left empty, 2 days, as the page has it." in text
    assert 'placeholder="15"' in text


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"notice": "91", "notice_unit": "days"}, "The notice can be 90 days at most."),
        ({"buffer_before_minutes": "-1"}, "Enter a whole number from 0 to 240."),
        ({"cap_day": "0"}, "Enter a whole number from 1 to 1000."),
    ],
)
def test_what_cannot_be_is_refused(both, as_bob, wrong, sentence):
    answer = submit(as_bob, tab(both), RULES | {"notice_unit": "hours"} | wrong)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_hours_of_others_are_not_to_be_had(alice, both, as_bob):
    answer = submit(as_bob, tab(both), RULES | {"notice_unit": "hours", "schedule": str(both.schedule_id)})

    assert answer.status_code == 422
    assert alice.schedules.get().name not in words(as_bob, tab(both))


def test_one_click_pauses_and_one_comes_back(bob, both, as_bob):
    until = present().date() + timedelta(days=10)

    said = as_bob.post(f"{tab(both)}/pause", {"pause": "until", "until": str(until)}, follow=True).content
    assert part(both, bob).paused_until == until
    assert f"You are paused until {until.day} {until:%B}" in said.decode()
    assert "Take part again" in said.decode()

    as_bob.post(f"{tab(both)}/pause", {"pause": "over"})
    assert part(both, bob).paused_until is None

    as_bob.post(f"{tab(both)}/pause", {"pause": "for_good"})
    assert part(both, bob).paused_until == FOR_GOOD
    assert "You are paused until further notice" in words(as_bob, tab(both))


@pytest.mark.parametrize("until", ["", "2020-01-01", "2099-01-01", "soon"])
def test_a_pause_needs_a_day_to_come(bob, both, as_bob, until):
    said = as_bob.post(f"{tab(both)}/pause", {"pause": "until", "until": until}, follow=True)

    assert part(both, bob).paused_until is None
    assert 'class="notice notice-error"' in said.content.decode()


def test_the_day_is_the_one_of_the_hosts_own_clock(alice, bob, both, as_bob):
    """What is today in Berlin may be yesterday in Tokyo already."""
    tokyo = (present() + timedelta(hours=9)).date()

    as_bob.post(f"{tab(both)}/pause", {"pause": "until", "until": str(tokyo)})
    assert part(both, bob).paused_until == tokyo
    as_bob.post(f"{tab(both)}/pause", {"pause": "over"})
    as_bob.post(f"{tab(both)}/pause", {"pause": "until", "until": str(tokyo - timedelta(days=1))})
    assert part(both, bob).paused_until is None


def test_whose_part_is_over_has_none_to_see(bob, both, as_bob):
    both.page_hosts.filter(host=bob).update(active=False)

    for path in (tab(both), tab(both, "calendars"), tab(both, "calendars/connect"), f"{tab(both)}/pause"):
        assert as_bob.get(path).status_code == 404
    assert as_bob.post(f"{tab(both)}/pause", {"pause": "for_good"}).status_code == 404
    assert part(both, bob).paused_until is None


def test_the_tab_is_there_where_several_host(page, bob, as_alice):
    assert "Your part" not in words(as_alice, tab(page, "booking"))

    page.page_hosts.create(host=bob)
    assert f'href="{tab(page)}"' in words(as_alice, tab(page, "booking"))


def test_tabs_that_a_host_may_change_come_first(both, as_alice, as_bob):
    def tabs(client):
        return [one.label for one in client.get(tab(both)).context["tabs"]]

    assert tabs(as_alice)[:4] == ["Booking", "Availability", "Calendars", "Your part"]
    assert tabs(as_bob)[:4] == ["Calendars", "Your part", "Booking", "Availability"]


def test_a_page_opens_where_there_is_something_to_change(both, as_alice, as_bob, as_charlie):
    assert as_alice.get(f"/booking-pages/{both.pk}")["Location"] == tab(both, "booking")
    assert as_bob.get(f"/booking-pages/{both.pk}")["Location"] == tab(both, "calendars")
    assert as_charlie.get(f"/booking-pages/{both.pk}").status_code == 404


@pytest.mark.parametrize(
    ("staffing", "own", "words_of_it"),
    [
        ("any", "rotating", "You take turns"),
        ("any", "required", "You are at every meeting"),
        ("all", "rotating", "You are at every meeting"),
        ("all", "optional", "You join when you are free"),
        ("solo", "rotating", "Others take the meetings"),
    ],
)
def test_a_host_reads_as_what_they_take_part(both, bob, as_bob, staffing, own, words_of_it):
    staffed(both, staffing)
    both.page_hosts.filter(host=bob).update(part=own)

    assert f'<h2 id="part"> {words_of_it} </h2>' in words(as_bob, tab(both))


def test_without_a_calendar_a_host_of_several_is_told_that_they_count_as_busy(alice, bob, both, as_bob):
    calendar(alice, "Work")
    sentence = "You are not booked here, because no calendar says when you are busy."

    assert silences(bob.pk, now=present()) == {both.pk: Silence((), first=False, needed=False)}
    assert silences(alice.pk, now=present()) == {}
    for path in (tab(both), tab(both, "calendars")):
        text = words(as_bob, path)
        assert sentence in text
        assert ">Connect a calendar<" in text
    assert "you count as busy and nothing is booked with you until one is." in words(
        as_bob, tab(both, "calendars")
    )

    staffed(both, "all")
    assert "Offers no times, because no calendar says when you are busy." in words(as_bob, tab(both))
    calendar(bob, "Club")
    assert silences(bob.pk, now=present()) == {}


def test_who_hosts_alone_may_do_without_calendars(alice, bob, both):
    staffed(both, "solo")

    assert (silences(alice.pk, now=present()), silences(bob.pk, now=present())) == ({}, {})


def test_others_read_what_is_the_matter_and_no_calendars_name(alice, bob, both, as_alice):
    calendar(alice, "Work")
    theirs = part(both, bob).pk
    assert troubles_on(both.pk, now=present()) == {theirs: HostTrouble("No calendar connected", silent=True)}

    secret = calendar(bob, "Therapy", read_at=None, failing_since=present())
    assert troubles_on(both.pk, now=present())[theirs].text == "Calendar cannot be read"
    CalendarAccount.objects.filter(pk=secret.account_id).update(needs_reconnect=True)
    staffed(both, "all")

    text = words(as_alice, tab(both, "booking"))

    assert "Offers no times without Bob, who has a calendar that needs reconnecting." in text
    assert "Therapy" not in text
    assert "gmail" not in text


def test_a_pause_of_who_is_needed_is_told_to_whoever_runs_the_page(alice, bob, both, as_alice):
    calendar(alice, "Work"), calendar(bob, "Club")
    both.page_hosts.filter(host=bob).update(paused_until=date(2999, 12, 31))
    assert "Offers no times" not in words(as_alice, tab(both, "booking"))

    staffed(both, "all")

    assert "Offers no times without Bob, who is paused until further notice." in words(
        as_alice, tab(both, "booking")
    )


def test_a_host_loses_their_time_with_their_last_calendar(alice, bob, both):
    calendar(alice, "Work")
    club = calendar(bob, "Club", writable=False)

    assert losses_of(bob.pk)[club.account_id] == [
        "Nobody can then book you on “Intro call”: no calendar would say when you are busy."
    ]


def test_calendars_for_all_pages_are_asked_of_by_a_constant_number_of_queries(
    alice, bob, both, django_assert_num_queries
):
    for name in ("a", "b"):
        calendar(alice, f"alice {name}")
        calendar(bob, f"bob {name}")
    for number in range(3):
        both.page_hosts.create(host=host(f"host{number}"))

    with django_assert_num_queries(4):
        found = troubles_on(both.pk, now=present())

    assert len(found) == 3


def test_whoever_runs_the_page_reads_how_it_stands_with_each_host(alice, bob, both, as_alice, as_bob):
    calendar(alice, "Work")
    both.page_hosts.filter(host=bob).update(paused_until=FOR_GOOD)

    runs, reads = words(as_alice, tab(both, "booking")), words(as_bob, tab(both, "booking"))

    assert '<span class="badge badge-warn">Paused until further notice</span>' in runs
    assert '<span class="badge badge-warn">No calendar connected</span>' in runs
    assert "Paused until further notice" not in reads
    assert '">No calendar connected<' not in reads


def test_hours_that_a_page_does_not_have_are_its_owners_affair(alice, both, as_alice, as_bob):
    evenings = create_schedule(alice)
    evenings.name = "Secret evenings"
    evenings.save()

    assert "Secret evenings" in words(as_alice, tab(both, "availability"))
    assert "Secret evenings" not in words(as_bob, tab(both, "availability"))
