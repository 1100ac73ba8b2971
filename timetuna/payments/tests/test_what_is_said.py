"""What guests and hosts read of the money before they do something, and right after."""

from dataclasses import replace

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.errors import PriceChanged
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import order, tomorrow
from timetuna.payments.models import Payment
from timetuna.payments.tests.paying import payment_of, price
from timetuna.payments.tests.test_shown import text_of

pytestmark = [pytest.mark.django_db(transaction=True)]
GUEST = {"name": "Sam", "email": "sam@guest.example", "kind": "in_person", "notes": "About the roof"}


def open_form(guest, start=None):
    start = f"{start or tomorrow():%Y-%m-%dT%H:%MZ}"
    return guest.get(f"/alice/intro/book?start={start}&duration=30&zone=UTC")


def fields_of(form):
    return {field.name: field.value() or "" for field in form.context["form"]}


def send(guest, form, **typed):
    return guest.post("/alice/intro/book", fields_of(form) | typed)


@pytest.mark.parametrize(
    ("first", "then", "said", "button"),
    [
        ((4500, "eur"), (9000, "eur"), "The price is 90.00 € now.", "Pay 90.00 € and confirm"),
        ((4500, "eur"), (4500, "usd"), "The price is $45.00 now.", "Pay $45.00 and confirm"),
        ((None, ""), (9000, "eur"), "The price is 90.00 € now.", "Pay 90.00 € and confirm"),
        ((4500, "eur"), (None, ""), "It costs nothing now.", "Confirm"),
    ],
)
def test_a_price_that_changed_is_said_before_anything_is_booked(page, account, first, then, said, button):
    assert account
    price(page, first[0], currency=first[1])
    guest = Client()
    form = open_form(guest)
    price(page, then[0], currency=then[1])

    back = send(guest, form, **GUEST)

    assert back.status_code == 409
    assert not Booking.objects.exists()
    text = text_of(back)
    assert said in text
    assert button in text
    assert fields_of(back)["notes"] == "About the roof"
    again = send(guest, back)
    assert again.status_code == 302
    assert [(one.amount, one.currency) for one in Payment.objects.all()] == ([then] if then[0] else [])


def test_tax_that_comes_on_top_is_said_too(paid_page):
    guest = Client()
    form = open_form(guest)
    price(paid_page, charges_tax=True)

    assert "The price is 45.00 € plus tax now." in text_of(send(guest, form, **GUEST))
    assert not Booking.objects.exists()


@pytest.mark.parametrize("sent", ["", "1 eur", "4500", "4500 usd", "x" * 39])
def test_what_a_form_says_of_the_price_only_refuses(paid_page, sent):
    with pytest.raises(PriceChanged):
        book(replace(order(paid_page), price_shown=sent), now=present())

    assert not Booking.objects.exists()


def test_a_form_that_says_nothing_of_a_price_books_what_is_free(page, account):
    assert account
    guest = Client()
    sent = fields_of(open_form(guest)) | GUEST
    del sent["price_shown"]

    assert guest.post("/alice/intro/book", sent).status_code == 302
    assert Booking.objects.get().status == "confirmed"


def test_a_form_that_says_nothing_of_a_price_is_told_it(paid_page):
    guest = Client()
    sent = fields_of(open_form(guest)) | GUEST
    del sent["price_shown"]

    back = guest.post("/alice/intro/book", sent)

    assert "The price is 45.00 € now." in text_of(back)
    assert send(guest, back).status_code == 302


def test_who_was_shown_no_price_pays_the_pages(paid_page):
    assert payment_of(book(order(paid_page), now=present())).amount == 4500
