"""From the form to a booking that is paid: what the guest, Stripe, the clock and the host do, in every order of two."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import due_now, order, tomorrow, work_off
from timetuna.jobs.models import Job
from timetuna.payments.actions.settle import settle
from timetuna.payments.models import Payment
from timetuna.payments.tests.paying import payment_of, price

pytestmark = [pytest.mark.django_db(transaction=True)]


def buy(page, **changes):
    return book(order(page, **changes), now=present())


def events(booking):
    return [entry.event for entry in booking.history.all()]


def stands(booking):
    """Status, payment, and whether the time is taken."""
    booking.refresh_from_db()
    return (
        booking.status,
        payment_of(booking).state,
        BookingHost.objects.filter(booking=booking, active=True).exists(),
    )


def later(minutes):
    return time_machine.travel(present() + timedelta(minutes=minutes), tick=True)


def test_the_time_is_taken_and_a_page_to_pay_on_is_there(paid_page, paying):
    booking = buy(paid_page)

    payment = payment_of(booking)
    assert stands(booking) == ("awaiting_payment", "awaiting", True)
    assert payment.session_url.endswith(payment.session_id)
    assert (payment.amount, payment.currency, payment.total()) == (4500, "eur", 4500)
    assert events(booking) == ["payment_awaited"]
    work_off()
    assert not Job.objects.filter(name__in=("bookings.mail", "bookings.fulfil")).exists()
    [session] = paying.control.sessions()
    assert session["metadata"] == {"booking": booking.public_id}


def test_paid_and_back_it_is_booked_before_any_event_comes(paid_page, paying):
    booking = buy(paid_page)
    paying.pay(payment_of(booking))

    answer = Client().get(link_path(booking.booker, "booked_paid"))

    assert (answer.status_code, answer["Location"]) == (302, link_path(booking.booker))
    assert stands(booking) == ("confirmed", "paid", True)
    assert events(booking)[:3] == ["payment_awaited", "paid", "money_came"]
    payment = payment_of(booking)
    assert payment.receipt_url
    assert payment.paid_at
    assert payment.session_url == ""
    work_off()
    mails = Job.objects.filter(name="bookings.mail").values_list("arguments__kind", flat=True)
    assert list(mails) == ["confirmed", "confirmed"]


@pytest.mark.parametrize("newest_first", [False, True])
def test_events_alone_book_it_once(paid_page, paying, newest_first):
    booking = buy(paid_page)
    paying.pay(payment_of(booking))
    told = paying.control.take(newest_first=newest_first)

    assert [paying.send(one) for one in [*told, *told]] == [200] * 2 * len(told)
    work_off()
    Client().get(link_path(booking.booker, "booked_paid"))
    work_off()

    assert stands(booking) == ("confirmed", "paid", True)
    assert events(booking).count("paid") == events(booking).count("money_came") == 1
    assert paying.charged() == 4500
    mails = Job.objects.filter(name="bookings.mail").values_list("arguments__kind", flat=True)
    assert list(mails) == ["confirmed", "confirmed"]


def test_no_event_and_no_return_still_books_at_the_end(paid_page, paying):
    booking = buy(paid_page)
    paying.pay(payment_of(booking))

    with later(31):
        due_now()
        work_off()

        assert stands(booking) == ("confirmed", "paid", True)


def test_abandoned_it_is_ended_at_stripe_and_then_free(paid_page, paying):
    booking = buy(paid_page)
    with later(29):
        due_now(key__contains="begin")
        work_off()
        assert stands(booking) == ("awaiting_payment", "awaiting", True)
    with later(31):
        work_off()

        assert stands(booking) == ("lapsed", "expired", False)
        assert [one["status"] for one in paying.control.sessions()] == ["expired"]
        assert events(booking) == ["payment_awaited", "lapsed"]
        mails = Job.objects.filter(name="bookings.mail").values_list("arguments__kind", "arguments__audience")
        assert list(mails) == [("unpaid", f"attendee-{booking.booker.pk}")]
        assert buy(paid_page).pk != booking.pk


def test_paid_at_the_last_moment_it_is_booked(paid_page, paying):
    booking = buy(paid_page)
    with later(29.98):
        paying.pay(payment_of(booking))
    with later(30.1):
        work_off()

        assert stands(booking) == ("confirmed", "paid", True)


def test_declined_then_paid(paid_page, paying):
    booking = buy(paid_page)
    payment = payment_of(booking)
    assert paying.act(payment, "decline").status_code == 402
    settle(booking.pk)
    assert stands(booking) == ("awaiting_payment", "awaiting", True)

    back = paying.act(payment, "pay")

    assert back.headers["location"].endswith(link_path(booking.booker, "booked_paid"))
    Client().get(link_path(booking.booker, "booked_paid"))
    assert stands(booking) == ("confirmed", "paid", True)


def test_back_again_and_once_more_lead_to_the_same_page(paid_page, paying):
    booking = buy(paid_page)
    payment = payment_of(booking)
    assert paying.act(payment, "back").headers["location"].endswith(link_path(booking.booker))

    for _ in range(2):
        answer = Client().get(link_path(booking.booker, "booked_pay"))
        assert (answer.status_code, answer["Location"]) == (302, payment.session_url)
    assert len(paying.control.sessions()) == 1


def test_the_same_form_twice_is_one_booking_and_one_page(paid_page, paying):
    asked = order(paid_page)
    first, second = (book(asked, now=present()) for _ in range(2))

    assert first.pk == second.pk
    assert Payment.objects.count() == len(paying.control.sessions()) == 1


def test_withdrawn_and_then_paid_in_another_tab_it_goes_back(paid_page, paying):
    booking = buy(paid_page)
    paying.pay(payment_of(booking))
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    assert stands(booking) == ("withdrawn", "refunded", False)
    assert paying.charged() == 0
    assert events(booking) == ["payment_awaited", "withdrawn", "money_came", "refunded"]
    kinds = Job.objects.filter(name="bookings.mail").values_list("arguments__kind", flat=True)
    assert list(kinds) == ["refunded", "refunded"]


def test_withdrawn_nobody_can_pay_any_more(paid_page, paying):
    booking = buy(paid_page)
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    assert stands(booking) == ("withdrawn", "expired", False)
    assert [one["status"] for one in paying.control.sessions()] == ["expired"]


def test_stripe_away_the_time_stays_and_the_worker_goes_on(paid_page, paying):
    paying.control.fault("stripe_reset", times=None)
    booking = buy(paid_page)
    assert stands(booking) == ("awaiting_payment", "awaiting", True)
    assert payment_of(booking).problem
    work_off()
    assert payment_of(booking).session_id == ""

    paying.control.clear_faults()
    due_now(key__contains="begin")
    work_off()

    assert payment_of(booking).session_url
    assert payment_of(booking).problem == ""


def test_stripe_away_at_the_end_the_time_is_free_after_hours_and_what_was_paid_goes_back(paid_page, paying):
    booking = buy(paid_page)
    paying.pay(payment_of(booking))
    paying.control.fault("stripe_reset", times=None)
    with later(35):
        due_now(name="payments.settle")
        work_off()
        assert stands(booking) == ("awaiting_payment", "awaiting", True)
    with later(121):
        due_now(name="payments.settle")
        work_off()
        assert stands(booking)[0] == "lapsed"
        paying.control.clear_faults()
        due_now(name="payments.settle")
        work_off()

        assert stands(booking) == ("lapsed", "refunded", False)
        assert paying.charged() == 0


def test_a_lost_answer_makes_no_second_page(paid_page, paying):
    paying.control.fault("stripe_lost_answer")
    booking = buy(paid_page)
    due_now()
    work_off()

    assert len(paying.control.sessions()) == 1
    assert payment_of(booking).session_id == paying.control.sessions()[0]["id"]


def test_a_dead_key_frees_the_time_and_closes_the_page(paid_page, paying, account):
    paying.control.account(key_good=False)

    booking = buy(paid_page)

    assert stands(booking) == ("lapsed", "expired", False)
    account.refresh_from_db()
    assert account.problem
    assert account.problem_at
    assert not account.works()


def test_a_page_nobody_is_paid_by_books_nothing(page, alice, paying):
    assert alice
    with pytest.raises(BookingRefused):
        buy(price(page))

    assert not Booking.objects.exists()
    assert paying.control.sessions() == []


def test_a_hosts_own_program_may_waive_the_payment(paid_page, paying):
    booking = book(replace(order(paid_page), waived=frozenset({"payment"})), now=present())

    assert booking.status == "confirmed"
    assert not Payment.objects.exists()
    assert paying.control.sessions() == []


def test_a_paid_pages_form_may_lead_to_stripe_and_goes_there(paid_page, paying):
    guest, start = Client(), f"{tomorrow():%Y-%m-%dT%H:%MZ}"
    form = guest.get(f"/alice/intro/book?start={start}&duration=30&zone=UTC")
    policy = form["Content-Security-Policy"].partition("form-action")[2].partition(";")[0]
    assert paying.sandbox.http_url in policy

    data = {field.name: field.value() or "" for field in form.context["form"]}
    sent = guest.post(
        "/alice/intro/book", data | {"name": "Sam", "email": "sam@guest.example", "kind": "in_person"}
    )

    booking = Booking.objects.get()
    assert sent["Location"] == link_path(booking.booker, "booked_pay")
    assert guest.get(sent["Location"])["Location"] == payment_of(booking).session_url


def test_a_free_page_asks_nobody(page, account, paying):
    booking = buy(page, start=tomorrow())

    assert account
    assert booking.status == "confirmed"
    assert not Payment.objects.exists()
    assert paying.control.calls("stripe.v1.checkout") == []
