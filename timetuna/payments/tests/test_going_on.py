"""Where a guest is led: to a page to pay on wherever that is, and on afterwards to where the address had asked for."""

from urllib.parse import urlencode

import pytest
from django.test import Client

from timetuna.api.tests.conftest import program_of, wish
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.payments.models import Payment
from timetuna.payments.tests.paying import payment_of, price
from timetuna.payments.tests.test_way import buy
from timetuna.payments.tests.test_what_is_said import GUEST, fields_of

pytestmark = [pytest.mark.django_db(transaction=True)]
THERE = "https://thanks.example/booked?from=us"


def booked_with(guest, wanted):
    """From the page's address to where the form leads."""
    start = f"{tomorrow():%Y-%m-%dT%H:%MZ}"
    query = {"start": start, "duration": "30", "zone": "UTC", "redirect": wanted}
    form = guest.get("/alice/intro/book", query)
    carried = {"from": urlencode({"redirect": wanted})}
    answer = guest.post("/alice/intro/book", fields_of(form) | GUEST | carried)
    assert answer.status_code == 302, answer.content
    return answer["Location"]


@pytest.fixture
def leads_on(paid_page):
    paid_page.redirect_origins = "https://thanks.example"
    paid_page.save()
    return paid_page


def test_what_the_address_asked_for_holds_over_paying(leads_on, paying):
    assert leads_on
    guest = Client()
    to_pay = booked_with(guest, THERE)
    booking = Booking.objects.get()
    payment = payment_of(booking)

    assert guest.get(to_pay)["Location"] == payment.session_url
    paying.pay(payment)
    back = guest.get(link_path(booking.booker, "booked_paid"))["Location"]
    page = guest.get(back).content.decode()

    assert back.startswith(link_path(booking.booker, "booked_onward"))
    assert f"https://thanks.example/booked?from=us&amp;booking={booking.public_id}" in page


def test_who_has_not_paid_is_not_led_on(leads_on, paying):
    assert leads_on
    guest = Client()
    guest.get(booked_with(guest, THERE))
    booking = Booking.objects.get()
    assert paying

    assert guest.get(link_path(booking.booker, "booked_paid"))["Location"] == link_path(booking.booker)


def test_no_other_website_is_led_to(paid_page, paying):
    guest = Client()
    to_pay = booked_with(guest, "https://evil.example/")
    booking = Booking.objects.get()
    guest.get(f"{to_pay.partition('?')[0]}?redirect=https://evil.example/")
    paying.pay(payment_of(booking))

    assert guest.get(link_path(booking.booker, "booked_paid"))["Location"] == link_path(booking.booker)
    assert paid_page


def test_a_page_to_pay_on_at_a_domain_of_ones_own_is_reached_by_a_page(paid_page, paying):
    booking = buy(paid_page)
    own = "https://pay.alice.example/c/pay/cs_test_1"
    Payment.objects.update(session_url=own)

    answer = Client().get(link_path(booking.booker, "booked_pay"))

    text = answer.content.decode()
    assert answer.status_code == 200
    assert f'content="0; url={own}"' in text
    assert "<bdi>pay.alice.example</bdi>" in text
    assert "form-action 'self'" in answer["Content-Security-Policy"]
    assert "pay.alice.example" not in answer["Content-Security-Policy"]
    assert paying


def test_a_program_passes_over_the_price_where_nobody_can_be_paid(page, alice):
    price(page)

    answer = program_of(alice).post("/bookings", wish(page, tomorrow(), force=["payment"]))

    assert (answer.status_code, answer.json().get("status")) == (201, "confirmed")
    assert not Payment.objects.exists()
