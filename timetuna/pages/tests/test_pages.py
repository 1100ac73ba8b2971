import pytest
from django.test import Client

from timetuna.accounts.models import User
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage
from timetuna.pages.queries import public_page


def listed(client: Client) -> str:
    return client.get("/booking-pages").content.decode()


def test_a_new_host_sees_four_steps(as_alice: Client) -> None:
    text = listed(as_alice)

    assert text.count("(to do)") == 4
    assert "New booking page" in text


def test_one_press_makes_a_page_that_can_be_booked(as_alice: Client) -> None:
    response = as_alice.post("/booking-pages/new")

    page = public_page("alice", "meeting")
    assert page is not None
    assert page.meeting_types
    assert response["Location"] == f"/booking-pages/{page.id}/booking"


def test_the_steps_go_on_after_the_first_page(as_alice: Client) -> None:
    as_alice.post("/booking-pages/new")

    text = listed(as_alice)

    assert (text.count("(done)"), text.count("(to do)")) == (1, 3)


def test_a_page_is_listed_with_its_address_and_what_it_offers(alice: User, as_alice: Client) -> None:
    create_page(alice, title="Intro", minutes=(15, 30), meeting_types={"in_person": "Main Street 1"})

    text = listed(as_alice)

    assert 'data-copy="http://localhost:8000/alice/intro"' in text
    assert "15 and 30 min · In person · 0 this week" in text
    assert "No usable meeting type" not in text


def test_a_page_without_a_usable_type_says_so(alice: User, as_alice: Client) -> None:
    create_page(alice, meeting_types={"zoom": ""})

    assert "No usable meeting type" in listed(as_alice)


def test_other_hosts_pages_are_not_listed(as_charlie: Client, page: BookingPage) -> None:
    assert page.title not in listed(as_charlie)


def test_a_title_may_be_given_with_the_new_page(as_alice: Client) -> None:
    as_alice.post("/booking-pages/new", {"title": "Office hours\r\nx"})

    assert public_page("alice", "office-hours-x") is not None


def test_a_copy_opens_in_the_editor(as_alice: Client, page: BookingPage) -> None:
    response = as_alice.post(f"/booking-pages/{page.pk}/duplicate", follow=True)

    assert "Copy of Intro call" in response.content.decode()
    assert BookingPage.objects.count() == 2


def test_deleting_names_what_is_lost_and_keeps_bookings(as_alice: Client, page: BookingPage) -> None:
    before = listed(as_alice)

    response = as_alice.post(f"/booking-pages/{page.pk}/delete", follow=True)

    assert "Bookings already made stay." in before
    assert "is deleted. Its bookings stay." in response.content.decode()
    assert not BookingPage.objects.exists()


@pytest.mark.parametrize("verb", ["duplicate", "delete"])
def test_a_stranger_cannot_touch_a_page(as_charlie: Client, page: BookingPage, verb: str) -> None:
    assert as_charlie.post(f"/booking-pages/{page.pk}/{verb}").status_code == 404
    assert list(BookingPage.objects.all()) == [page]


@pytest.mark.parametrize("path", ["new", "1/duplicate", "1/delete"])
def test_looking_changes_nothing(as_alice: Client, page: BookingPage, path: str) -> None:
    response = as_alice.get(f"/booking-pages/{path}")

    assert response["Location"] == "/booking-pages"
    assert list(BookingPage.objects.all()) == [page]


@pytest.mark.parametrize("tab", ["", "/1/booking", "/1/availability", "/1/notifications"])
@pytest.mark.usefixtures("page")
def test_a_visitor_is_asked_to_sign_in(client: Client, tab: str) -> None:
    response = client.get(f"/booking-pages{tab}")

    assert response["Location"] == f"/signin?next=/booking-pages{tab}"


@pytest.mark.parametrize("path", ["new", "1/duplicate", "1/delete", "1/booking"])
def test_a_visitor_changes_nothing(client: Client, page: BookingPage, path: str) -> None:
    response = client.post(f"/booking-pages/{path}")

    assert response["Location"].startswith("/signin?next=")
    assert list(BookingPage.objects.all()) == [page]


def test_a_request_from_elsewhere_is_refused(alice: User, page: BookingPage) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    assert client.post(f"/booking-pages/{page.pk}/delete").status_code == 403
    assert BookingPage.objects.exists()


def test_a_number_no_page_can_have_is_not_found(as_alice: Client) -> None:
    assert as_alice.get("/booking-pages/99999999999999999999999/booking").status_code == 404


def test_the_bare_number_leads_to_the_first_tab(as_alice: Client, page: BookingPage) -> None:
    response = as_alice.get(f"/booking-pages/{page.pk}")

    assert response["Location"] == f"/booking-pages/{page.pk}/booking"


def test_the_list_of_pages_says_where_guests_find_them_and_which_they_do_not(
    as_alice: Client, page: BookingPage
) -> None:
    shown = as_alice.get("/booking-pages").content.decode()
    BookingPage.objects.update(listed=False)
    hidden = as_alice.get("/booking-pages").content.decode()

    assert '<a href="/alice">localhost:8000/alice</a>' in shown
    assert "Not listed" not in shown
    assert 'href="/alice"' not in hidden
    assert "Not listed" in hidden


def test_a_copy_is_not_listed_yet(as_alice: Client, page: BookingPage) -> None:
    as_alice.post(f"/booking-pages/{page.pk}/duplicate")

    assert list(BookingPage.objects.order_by("pk").values_list("listed", flat=True)) == [True, False]
