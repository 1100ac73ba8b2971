from collections.abc import Callable

import pytest
from allauth.account.models import EmailAddress
from pytest_django import DjangoAssertNumQueries

from timetuna.accounts.models import User
from timetuna.calendars.models import CalendarAccount
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage, Duration, MeetingType, WeeklyHours
from timetuna.pages.permissions import pages_for
from timetuna.pages.public import PageDuration
from timetuna.pages.queries import MeetingChoice, by_title, page_settings, public_page

pytestmark = pytest.mark.vendor

QUERIES = 2
"""The page with all that belongs to it; Zoom."""
OF_A_LIST = 3
"""Which they are; the pages with all that belongs to them; Zoom."""


def test_a_page_is_read_as_values(alice: User, page: BookingPage) -> None:
    found = public_page("alice", "intro-call")

    assert found is not None
    assert (found.id, found.host_id, found.host_name, found.handle) == (
        page.pk,
        alice.pk,
        "Alice",
        "alice",
    )
    assert found.durations == (PageDuration(30),)
    assert found.own.opening.weekly == tuple((day, 540, 1020) for day in range(5))
    assert found.meeting_types == (MeetingChoice("phone", "Phone call"),)
    assert found.time_zone == "Europe/Berlin"
    assert found.address() == "http://localhost:8000/alice/intro-call"


def test_the_address_is_found_in_any_case(page: BookingPage) -> None:
    found = public_page("ALICE", "Intro-Call")

    assert found is not None
    assert found.id == page.pk


@pytest.mark.parametrize(("handle", "slug"), [("alice", "other"), ("bob", "intro-call"), ("", "")])
@pytest.mark.usefixtures("page")
def test_an_unknown_address_is_none(handle: str, slug: str) -> None:
    assert public_page(handle, slug) is None


def test_a_host_who_is_not_active_is_not_shown(alice: User, page: BookingPage) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    assert public_page("alice", "intro-call") is None
    assert page_settings(page.pk) is not None


@pytest.mark.usefixtures("page")
def test_a_host_without_a_verified_address_is_not_shown(alice: User) -> None:
    EmailAddress.objects.filter(user=alice).update(verified=False)

    assert public_page("alice", "intro-call") is None


@pytest.mark.parametrize(
    ("kind", "detail", "label"),
    [
        ("phone", "+49 30 1", "Phone call"),
        ("in_person", "Main Street 1", "In person"),
        ("link", "https://meet.example.org/alice", "Online"),
    ],
)
def test_guests_read_their_own_words_for_a_type(alice: User, kind: str, detail: str, label: str) -> None:
    create_page(alice, title="A", meeting_types={kind: detail})

    found = public_page("alice", "a")

    assert found is not None
    assert found.meeting_types == (MeetingChoice(kind, label, detail),)


@pytest.mark.parametrize("kind", ["zoom", "in_person", "link", "gone"])
def test_a_type_that_cannot_be_used_is_left_out(alice: User, kind: str) -> None:
    create_page(alice, title="A", meeting_types={kind: ""})

    found = public_page("alice", "a")

    assert found is not None
    assert found.meeting_types == ()


def test_zoom_is_offered_while_it_is_connected(
    alice: User, connect_zoom: Callable[..., CalendarAccount]
) -> None:
    page = create_page(alice, title="A", meeting_types={"phone": "", "zoom": ""})
    account = connect_zoom(alice)

    while_connected = page_settings(page.pk)
    account.needs_reconnect = True
    account.save()
    afterwards = page_settings(page.pk)

    assert while_connected is not None
    assert afterwards is not None
    assert while_connected.meeting_types == (
        MeetingChoice("zoom", "Zoom"),
        MeetingChoice("phone", "Phone call"),
    )
    assert afterwards.meeting_types == (MeetingChoice("phone", "Phone call"),)


def test_somebody_elses_zoom_does_not_count(
    alice: User, charlie: User, connect_zoom: Callable[..., CalendarAccount]
) -> None:
    page = create_page(alice, meeting_types={"zoom": ""})
    connect_zoom(charlie)

    found = page_settings(page.pk)

    assert found is not None
    assert found.meeting_types == ()


def test_the_number_of_queries_does_not_depend_on_what_is_on_the_page(
    alice: User,
    connect_zoom: Callable[..., CalendarAccount],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    connect_zoom(alice)
    page = create_page(alice, title="Big", minutes=range(10, 20), meeting_types={"zoom": "", "phone": ""})
    WeeklyHours.objects.bulk_create(
        WeeklyHours(schedule=page.schedule, weekday=6, start_minute=60 * hour, end_minute=60 * hour + 30)
        for hour in range(20)
    )

    with django_assert_num_queries(QUERIES):
        assert public_page("alice", "big") is not None
    with django_assert_num_queries(QUERIES):
        assert page_settings(page.pk) is not None


def test_a_list_takes_as_many_queries_for_three_pages_as_for_one(
    alice: User,
    connect_zoom: Callable[..., CalendarAccount],
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    connect_zoom(alice)
    for title in "CAB":
        create_page(alice, title=title)

    with django_assert_num_queries(OF_A_LIST):
        pages = by_title(pages_for(alice))

    assert [page.title for page in pages] == ["A", "B", "C"]


def test_rows_are_the_owners_alone(alice: User, charlie: User, page: BookingPage) -> None:
    assert list(pages_for(alice)) == [page]
    assert not pages_for(charlie).exists()
    assert by_title(pages_for(charlie)) == []


def test_a_duration_without_a_title_is_called_by_its_length(page: BookingPage) -> None:
    Duration.objects.create(page=page, minutes=60, title="Deep dive")
    MeetingType.objects.filter(page=page).update(enabled=False)

    found = page_settings(page.pk)

    assert found is not None
    assert [duration.label() for duration in found.durations] == ["30 minutes", "Deep dive"]
    assert found.meeting_types == ()
