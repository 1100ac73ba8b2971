"""How a guest can be reached: the address that was meant, and a number that can be called."""

import re

import pytest

from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import make_page
from timetuna.bookings.tests.life import made
from timetuna.bookings.tests.test_public import details

pytestmark = pytest.mark.django_db
SLIP, MEANT = "sam@gmial.com", "sam@gmail.com"


def typed(client, page, **changes):
    return details(client, page) | changes


def send(client, data):
    return client.post("/alice/intro/book", data)


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split())


def booked():
    return Booking.objects.get().booker


def test_a_slip_is_asked_about_once_and_then_booked_as_typed(client, page):
    data = typed(client, page, email=SLIP)
    asked = send(client, data)

    assert asked.status_code == 422
    assert f"Did you mean {MEANT}? If not, just confirm again." in words(asked)
    assert f'name="meant" value="{MEANT}"' in " ".join(asked.content.decode().split())
    assert send(client, data | {"as_typed": SLIP}).status_code == 302
    assert booked().email == SLIP


def test_the_button_takes_the_address_that_was_meant(client, page):
    data = typed(client, page, email=SLIP)

    assert send(client, data | {"as_typed": SLIP, "meant": MEANT}).status_code == 302
    assert booked().email == MEANT


def test_what_was_meant_stays_in_a_form_that_comes_back(client, page):
    answer = send(client, typed(client, page, email=SLIP, meant=MEANT, name=""))

    assert answer.status_code == 422
    assert answer.context["form"]["email"].value() == MEANT


def test_a_pasted_address_is_cleaned(client, page):
    send(client, typed(client, page, email='"Guest; Ltd." <mailto:Sam@Guest.example>,'))

    assert booked().email == "sam@guest.example"


def test_the_browser_asks_about_the_domain_alone(client):
    assert client.get("/search/mail-domain", {"domain": "gmial.com"}).content == b"gmail.com"
    for domain in ("gmail.com", "guest.example", "", "<b>", "x" * 9_999, "@gmial.com@"):
        assert client.get("/search/mail-domain", {"domain": domain}).content in {b"", b"gmail.com"}


@pytest.fixture
def calls(alice):
    return make_page(alice, kinds=(("phone", ""),))


def test_a_number_counts_as_one_of_the_guests_country(client, calls, alice):
    form = client.get("/alice/intro/book", typed(client, calls, zone="Asia/Calcutta"))
    answer = send(client, typed(client, calls, kind="phone", zone="Asia/Calcutta", phone="022 2778 1234"))

    assert form.context["form"]["phone_country"].value() == "IN"
    assert answer.status_code == 302
    assert booked().phone == "+912227781234"
    assert "Alice Host calls +91 22 2778 1234" in words(client.get(answer["Location"]))
    client.force_login(alice)
    host = client.get(f"/bookings/{Booking.objects.get().pk}").content.decode()
    assert '<a href="tel:+91-22-2778-1234"><bdi>+91 22 2778 1234</bdi></a>' in host


def test_without_a_country_a_number_needs_its_code(client, calls):
    data = typed(client, calls, kind="phone", zone="UTC", phone="030 123456")
    answer = send(client, data)

    assert answer.status_code == 422
    assert "This number cannot be called." in words(answer)
    assert send(client, data | {"phone": "+49 30 123456 ext 7"}).status_code == 302
    assert booked().phone == "+4930123456;ext=7"


def test_the_country_of_a_number_is_chosen_also_where_only_a_call_asks_for_it(client, calls):
    data = typed(client, calls, kind="phone", phone="030 123456")
    form = client.get("/alice/intro/book", data).context["form"]

    assert form["phone_country"].value() == "US"
    assert send(client, data | {"phone_country": "DE"}).status_code == 302
    assert booked().phone == "+4930123456"


def test_a_number_is_not_required_where_another_way_to_meet_needs_none(client, alice):
    page = make_page(alice, kinds=(("phone", ""), ("in_person", "Room 1")))
    data = typed(client, page, kind="in_person")

    assert "phone_country" in data
    assert send(client, data).status_code == 302
    assert booked().phone == ""


def test_a_form_without_the_country_is_read_by_the_guests_clock(client, calls):
    data = typed(client, calls, kind="phone", zone="UTC", phone="+49 30 123456")
    del data["phone_country"]

    assert send(client, data).status_code == 302
    assert booked().phone == "+4930123456"


def test_a_host_calls_from_the_mail(alice, calls, zoom):
    made(calls, phone="+912227781234")
    [to_host], [to_guest] = zoom.mails("alice@host.example"), zoom.mails("sam@guest.example")

    number = ">+91 22 2778 1234</a>"
    assert f'href="tel:+91-22-2778-1234" style="color: #0b5f85"{number}' in to_host["html"]
    assert "Alice Host calls +91 22 2778 1234" in to_host["text"]
    assert "tel:" not in to_guest["html"]
