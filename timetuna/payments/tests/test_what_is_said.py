"""What guests and hosts read of the money before they do something, and right after."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.answer_request import decline
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.errors import PriceChanged
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.message import message_for
from timetuna.bookings.notifications.telling import audience_of, recipient_of
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import order, tomorrow, work_off
from timetuna.payments.actions.settle import settle
from timetuna.payments.models import Payment
from timetuna.payments.tests.paying import payment_of, price
from timetuna.payments.tests.test_shown import hosts_page, text_of
from timetuna.payments.tests.test_way import buy, later

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


@pytest.fixture
def unpaid(paid_page, paying):
    assert paying
    return buy(paid_page, start=tomorrow() + timedelta(days=3))


@pytest.fixture
def booked(unpaid, paying):
    paying.pay(payment_of(unpaid))
    settle(unpaid.pk)
    return Booking.objects.get(pk=unpaid.pk)


def rule(booking, hours):
    Payment.objects.filter(booking=booking).update(refund_hours=hours)


LATE, NEVER = "The page’s rule gives no money back this late.", "No money goes back by itself."


@pytest.mark.parametrize(
    ("hours", "said"), [(24, "45.00 € goes back to you."), (24 * 30, LATE), (None, NEVER)]
)
def test_a_guest_reads_what_becomes_of_the_money_before_and_after_cancelling(booked, hours, said):
    rule(booked, hours)
    path = link_path(booked.booker, "booked_cancel")

    assert said in text_of(Client().get(path))
    after = text_of(Client().post(path, {"note": ""}, follow=True))
    assert "This booking is cancelled" in after
    assert said in after
    work_off()
    assert (payment_of(booked).state == "refunded") == (hours == 24)
    assert said in text_of(Client().get(link_path(booked.booker)))


@pytest.mark.parametrize(
    ("hours", "to_host", "to_guest"),
    [
        (24 * 30, "45.00 € goes back to your guest.", "45.00 € goes back to you."),
        (None, "Nothing is given back by itself; you can give money back on the booking.", NEVER),
    ],
)
def test_a_host_reads_it_too(booked, alice, hours, to_host, to_guest):
    rule(booked, hours)

    assert hosts_page(alice, booked).count(to_host) == 2
    cancel(booked.pk, actor="host", note_text="", now=present())
    assert to_guest in text_of(Client().get(link_path(booked.booker)))


def test_giving_up_what_is_not_paid_promises_no_mails(unpaid):
    path = link_path(unpaid.booker, "booked_cancel")

    before, after = text_of(Client().get(path)), text_of(Client().post(path, follow=True))

    assert "The time is free again, and nothing is charged." in before
    assert "told" not in before
    assert "Message to" not in before
    assert "This booking is cancelled" in after
    assert "The time is free again. Nothing was charged." in after
    assert "is told" not in after
    assert "request" not in after


def test_what_was_not_paid_in_time_is_no_request_without_an_answer(unpaid):
    with later(31):
        work_off()
        text = text_of(Client().get(link_path(unpaid.booker)))

    assert "It was not paid in time, so nothing is booked and nothing is charged." in text
    assert "did not answer" not in text


@pytest.fixture
def asked(paid_page, paying):
    """Return a request whose guest has given their card."""
    paid_page.approval, paid_page.approval_hours = True, 24
    paid_page.save()
    booking = buy(paid_page, start=tomorrow() + timedelta(days=3))
    paying.pay(payment_of(booking))
    settle(booking.pk)
    return Booking.objects.get(pk=booking.pk)


def test_a_request_that_ends_lets_the_money_go(asked):
    Payment.objects.filter(booking=asked).update(receipt_url="https://receipt.example/")
    path = link_path(asked.booker, "booked_cancel")
    assert "Nothing is charged." in text_of(Client().get(path))

    decline(asked.pk, note_text="", source="host", now=present())
    declined = Booking.objects.get(pk=asked.pk)
    told = message_for(declined, recipient_of(declined, audience_of(declined.booker)), kind="declined")

    assert payment_of(asked).state == "authorised"
    assert dict(tuple(fact)[:2] for fact in told.facts)["Payment"] == "45.00\xa0€, let go, not charged"
    assert "Receipt" not in dict(told.links)
    page = text_of(Client().get(link_path(asked.booker)))
    assert "Nothing is charged." in page
    assert "set aside" not in page
    work_off()
    assert payment_of(asked).state == "released"


def test_a_form_with_a_price_says_one_time_limit(page, account):
    assert account
    kept = "This time is kept for you for"
    free = text_of(open_form(Client()))
    price(page)
    paid = text_of(open_form(Client(), tomorrow() + timedelta(days=1)))

    assert kept in free
    assert "The time stays yours for 30 minutes" in paid
    assert kept not in paid


def test_a_refund_that_comes_too_late_is_not_offered(paid_page):
    offered = "hours before the start and you get everything back."
    price(paid_page, refund_hours=24)

    with time_machine.travel(tomorrow() - timedelta(hours=23), tick=False):
        assert offered not in text_of(open_form(Client()))
    with time_machine.travel(tomorrow() - timedelta(hours=25), tick=False):
        assert offered in text_of(open_form(Client(), tomorrow() + timedelta(days=1)))
