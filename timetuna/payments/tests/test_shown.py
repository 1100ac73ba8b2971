"""What guests, hosts and programs see of a payment."""

import csv
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse

from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.message import message_for
from timetuna.bookings.notifications.telling import audience_of, of_host, recipient_of
from timetuna.bookings.queries import link_path
from timetuna.bookings.status.resource import booking_resource, whole_booking
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.diary import put_attendee
from timetuna.bookings.tests.proving import filled, guest, open_form, post
from timetuna.pages.tests.conftest import signed_in
from timetuna.payments.actions.refund import refund
from timetuna.payments.actions.settle import settle
from timetuna.payments.models import Payment
from timetuna.payments.tests.paying import payment_of, price
from timetuna.payments.tests.test_way import buy, later

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def unpaid(paid_page, paying):
    assert paying
    return buy(paid_page, start=tomorrow() + timedelta(days=3))


@pytest.fixture
def booked(unpaid, paying):
    paying.pay(payment_of(unpaid))
    settle(unpaid.pk)
    return Booking.objects.get(pk=unpaid.pk)


def text_of(answer):
    return " ".join(unescape(answer.content.decode()).split())


def guests_page(booking, **headers):
    return text_of(Client(headers=headers).get(link_path(booking.booker)))


def hosts_page(host, booking):
    return text_of(signed_in(host).get(reverse("booking", args=[booking.pk])))


def test_a_guest_who_has_still_to_pay_is_led_there(unpaid):
    text = guests_page(unpaid)

    assert "Your payment is still to come" in text
    assert f'href="{link_path(unpaid.booker, "booked_pay")}"' in text
    assert "Pay 45.00 €" in text


def test_once_it_is_too_late_nobody_is_led_there(unpaid):
    with later(31):
        text = guests_page(unpaid)

    assert "This booking is not paid" in text
    assert "Pay 45.00 €" not in text


def test_a_guest_who_has_paid_reads_so_with_the_receipt(booked):
    receipt = payment_of(booked).receipt_url

    assert "<strong>45.00 €</strong>" in guests_page(booked)
    assert f'href="{receipt}"' in guests_page(booked)
    german = guests_page(booked, accept_language="de")
    assert "45,00 €" in german
    assert "bezahlt" in german


def test_mails_say_what_was_paid_to_those_two_alone(booked):
    other = put_attendee(booked, name="Kim", email="kim@example.org", is_booker=False, time_zone="UTC")
    by_reader = {
        audience: message_for(booked, recipient_of(booked, audience), kind="confirmed")
        for audience in (audience_of(booked.booker), of_host(booked.host_id), audience_of(other))
    }
    facts = {reader: dict(tuple(fact)[:2] for fact in told.facts) for reader, told in by_reader.items()}

    guest, host, invited = facts.values()
    assert guest["Payment"] == host["Payment"] == "45.00\xa0€, paid"
    assert "Payment" not in invited
    assert ("Receipt", payment_of(booked).receipt_url) in by_reader[audience_of(booked.booker)].links


def test_a_host_sees_it_in_the_list_and_on_the_booking(booked, alice):
    row, page = text_of(signed_in(alice).get("/bookings")), hosts_page(alice, booked)

    assert "45.00 €, paid" in row
    assert '<span class="badge badge-good">paid</span>' in page
    assert "Refund …" in page
    assert 'value="45.00"' in page
    assert "45.00 € can go back, or a part of it." in page


def test_what_went_back_is_said(booked, alice):
    refund(booked.pk, 1500, by=alice.pk)

    assert "45.00 €, 15.00 € refunded" in text_of(signed_in(alice).get("/bookings"))
    assert "30.00 € can go back, or a part of it." in hosts_page(alice, booked)
    assert "15.00 € refunded" in guests_page(booked)
    refund(booked.pk, 3000, by=alice.pk)
    assert "Refund …" not in hosts_page(alice, booked)
    assert "refunded" in guests_page(booked)


def test_a_dispute_stands_out(booked, alice):
    Payment.objects.filter(booking=booked).update(disputed=True)

    assert "Payment disputed" in text_of(signed_in(alice).get("/bookings"))
    assert "Payment disputed" in hosts_page(alice, booked)


def test_the_file_of_bookings_has_the_sums(booked, alice):
    refund(booked.pk, 1500, by=alice.pk)
    content = b"".join(signed_in(alice).get("/bookings/export.csv")).decode("utf-8-sig")
    [row] = csv.DictReader(StringIO(content))

    assert (row["Payment"], row["Amount"], row["Currency"], row["Amount left"]) == (
        "15.00 € refunded",
        "45.00",
        "EUR",
        "30.00",
    )


def test_programs_read_it(unpaid, paying, alice):
    def told():
        return booking_resource(whole_booking(unpaid.pk)[0])["payment"]

    before, payment = told(), payment_of(unpaid)
    paying.pay(payment_of(unpaid))
    settle(unpaid.pk)
    paid = told()
    refund(unpaid.pk, 1500, by=alice.pk)

    common = {"amount": 4500, "tax": 0, "currency": "eur", "disputed": False}
    assert before == common | {"state": "awaiting", "refunded": 0, "url": payment.session_url}
    assert paid == common | {"state": "paid", "refunded": 0, "url": ""}
    assert told() == common | {"state": "partly_refunded", "refunded": 1500, "url": ""}


def test_what_costs_nothing_says_nothing(page, account, alice):
    assert account
    price(page, None, currency="")
    booking = buy(page)

    assert booking_resource(whole_booking(booking.pk)[0])["payment"] is None
    assert "Payment" not in hosts_page(alice, booking)


def test_whoever_comes_back_to_the_form_reads_that_it_is_not_paid_yet(paid_page, paying):
    browser, start = guest(), tomorrow() + timedelta(days=2)
    sent = post(browser, filled(open_form(browser, start)))
    again = text_of(open_form(browser, start))

    assert sent["Location"].endswith("/pay")
    assert "Your payment is still to come" in again
    assert "You booked this" not in again
