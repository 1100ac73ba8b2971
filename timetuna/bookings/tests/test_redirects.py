"""Links to a page go on working when its address, or its host's, has changed."""

import pytest

from timetuna.accounts.actions.change_profile import change_profile
from timetuna.bookings.models import Booking
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.bookings.tests.test_public import details
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.actions.give_address import give_address
from timetuna.pages.models import BookingPage, FormerSlug
from timetuna.pages.slugs import MOST_FORMER

pytestmark = pytest.mark.django_db


def way_from(client, address):
    answer = client.get(address)
    return answer["Location"] if answer.status_code == 302 else answer.status_code


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("/alice/intro", "/alice/hello"),
        ("/ALICE/Intro?month=2027-01&zone=Asia/Tokyo", "/alice/hello?month=2027-01&zone=Asia/Tokyo"),
        ("/alice/intro/book?start=x", "/alice/hello/book?start=x"),
        ("/api/pages/alice/intro/times?month=2027-01", "/api/pages/alice/hello/times?month=2027-01"),
    ],
)
def test_the_old_address_of_a_page_leads_to_the_new_one(client, page, address, leads_to):
    give_address(page, "hello")

    assert way_from(client, address) == leads_to
    assert client.get(leads_to.replace("start=x", f"start={write_start(tomorrow())}")).status_code == 200


def test_all_old_addresses_lead_straight_to_the_present_one(client, page):
    for slug in ("second", "third", "fourth"):
        give_address(page, slug)

    ways = {way_from(client, f"/alice/{slug}") for slug in ("intro", "second", "third")}

    assert ways == {"/alice/fourth"}


def test_a_page_that_takes_its_old_address_back_is_there(client, page):
    give_address(page, "hello")
    give_address(page, "intro")

    assert client.get("/alice/intro").status_code == 200
    assert way_from(client, "/alice/hello") == "/alice/intro"


def test_another_page_may_take_the_old_address_and_then_has_it(client, alice, page):
    give_address(page, "hello")
    other = make_page(alice, slug="intro")

    assert client.get("/alice/intro").context["path"] == "/alice/intro"
    give_address(other, "workshop")
    assert way_from(client, "/alice/intro") == "/alice/workshop", "the last who had it"


def test_old_addresses_lead_nowhere_once_their_page_is_deleted(client, page):
    give_address(page, "hello")

    delete_page(page)

    assert way_from(client, "/alice/intro") == 404
    assert set(FormerSlug.objects.values_list("slug", "page")) == {("intro", None), ("hello", None)}


def test_an_old_address_is_the_hosts_own(client, page, charlie):
    give_address(page, "hello")

    assert way_from(client, "/charlie/intro") == 404


def test_a_form_that_was_open_meanwhile_still_books(client, page):
    sent = details(client, page)
    give_address(page, "hello")
    BookingPage.objects.get().meeting_types.update(enabled=True)

    answer = client.post("/alice/intro/book", sent)
    followed = client.post("/alice/intro/book", sent, follow=True)

    assert (answer.status_code, answer["Location"]) == (307, "/alice/hello/book")
    assert followed.status_code == 200
    assert Booking.objects.count() == 1


def test_old_handles_lead_on_and_old_addresses_below_them_too(client, alice, page):
    give_address(page, "hello")
    change_profile(alice, name="Alice Host", handle="alicia", time_zone="Europe/Berlin")

    assert way_from(client, "/alice/hello") == "/alicia/hello"
    assert way_from(client, "/alice/intro") == "/alicia/hello"
    assert way_from(client, "/api/pages/alice/intro/times") == "/api/pages/alicia/hello/times"


def test_nobody_is_led_to_a_host_who_is_switched_off(client, alice, page):
    give_address(page, "hello")
    alice.is_active = False
    alice.save()

    assert way_from(client, "/alice/intro") == 404
    assert client.get("/api/pages/alice/intro/times").json() == {"error": "There is no such page."}


def test_a_page_keeps_its_latest_addresses(page):
    for number in range(MOST_FORMER + 5):
        give_address(page, f"name{number}")
        page.refresh_from_db()

    kept = set(FormerSlug.objects.values_list("slug", flat=True))
    assert kept == {f"name{number}" for number in range(4, MOST_FORMER + 4)}
