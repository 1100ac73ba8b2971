"""A host sees what is still to be paid, and calls it off: the time is free once nobody can pay."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from tests.clock import present
from timetuna.api.tests.conftest import program_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.cancel_together import cancel_together, restore_together
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import due_now, tomorrow, work_off
from timetuna.jobs.models import Job
from timetuna.pages.tests.conftest import signed_in
from timetuna.payments.tests.paying import payment_of, price
from timetuna.payments.tests.test_shown import guests_page, hosts_page, text_of
from timetuna.payments.tests.test_way import buy, events, later, stands
from timetuna.webhooks.models import WebhookEvent

pytestmark = [pytest.mark.django_db(transaction=True)]


@pytest.fixture
def unpaid(paid_page, paying):
    assert paying
    return buy(paid_page, start=tomorrow() + timedelta(days=3))


def call_off(booking, **changes):
    return cancel(booking.pk, actor="host", note_text="", now=present(), **changes)


def sessions(paying):
    return [one["status"] for one in paying.control.sessions()]


def test_a_host_sees_it_everywhere(unpaid, alice):
    browser = signed_in(alice)
    until = f"{unpaid.pending_until.astimezone(ZoneInfo(alice.time_zone)):%H:%M}"

    assert "1 booking waits for its payment, half an hour at most." in text_of(browser.get("/bookings"))
    listed = text_of(browser.get("/bookings?show=requests"))
    assert "Awaiting payment" in listed
    assert f"{until}</span>" in listed
    agenda = text_of(browser.get(f"{reverse('bookings_agenda')}?date={unpaid.start_at:%Y-%m-%d}"))
    assert "Awaiting payment" in agenda
    page = hosts_page(alice, unpaid)
    assert "to pay 45.00 €" in page
    assert "Cancel the booking" in page
    assert "Reschedule" not in page


def test_others_hosts_read_nothing_of_it(unpaid, bob):
    assert unpaid
    assert "payment" not in text_of(signed_in(bob).get("/bookings"))
    assert signed_in(bob).post(reverse("booking_cancel", args=[unpaid.pk])).status_code == 404


def test_it_ends_at_stripe_first_and_its_guest_is_told(unpaid, paying, alice):
    answer = signed_in(alice).post(
        reverse("booking_cancel", args=[unpaid.pk]), {"note": "I am ill"}, follow=True
    )

    assert "You cancelled this booking before it was paid." in text_of(answer)
    assert stands(unpaid) == ("declined", "expired", False)
    assert sessions(paying) == ["expired"]
    assert unpaid.history.last().host == alice
    mails = Job.objects.filter(name="bookings.mail").values_list("arguments__kind", "arguments__audience")
    assert [kind for kind, _ in mails] == ["unpaid_declined"]
    text = guests_page(unpaid)
    assert "cannot take this time. Nothing is charged." in text
    assert "I am ill" in text
    assert "Cancelled before it was paid" in text_of(signed_in(alice).get("/bookings?show=cancelled"))
    assert not WebhookEvent.objects.filter(booking=unpaid).exists()  # no program has heard of it


def test_the_guest_is_told_by_a_mail(unpaid, letters):
    call_off(unpaid)
    work_off()

    [letter] = letters
    assert unpaid.booker.email in letter["to"]
    assert "Your time is not kept any more" in letter["text"]
    assert "Nothing is charged." in letter["text"]


def test_who_was_faster_has_a_booking(unpaid, paying):
    paying.pay(payment_of(unpaid))

    with pytest.raises(NotPossible, match="has just paid"):
        call_off(unpaid)

    assert stands(unpaid) == ("confirmed", "paid", True)
    assert call_off(unpaid).status == "cancelled_by_host"


def test_with_approval_who_was_faster_has_asked(paid_page, paying):
    price(paid_page, approval=True, approval_hours=24)
    booking = buy(paid_page)
    paying.pay(payment_of(booking))

    with pytest.raises(NotPossible, match="has just paid"):
        call_off(booking)

    assert stands(booking) == ("pending", "authorised", True)


def test_while_stripe_is_away_the_time_stays_taken_and_nobody_is_led_to_pay(unpaid, paying, alice):
    paying.control.fault("stripe_reset", times=20)
    assert call_off(unpaid).status == "awaiting_payment"

    assert stands(unpaid)[2]
    assert "Stripe has not ended the payment yet" in hosts_page(alice, unpaid)
    answer = Client().get(link_path(unpaid.booker, "booked_pay"))
    assert answer["Location"] == link_path(unpaid.booker)
    paying.control.clear_faults()
    due_now(name="payments.settle")
    work_off()
    assert stands(unpaid) == ("declined", "expired", False)
    assert sessions(paying) == ["expired"]


def test_before_there_is_a_page_to_pay_on_none_is_made(paid_page, paying):
    paying.control.fault("stripe_reset", times=20)
    booking = buy(paid_page)
    assert payment_of(booking).session_id == ""
    paying.control.clear_faults()

    call_off(booking)

    assert stands(booking) == ("declined", "expired", False)


def test_twice_is_once(unpaid):
    call_off(unpaid)
    call_off(unpaid)

    assert events(unpaid) == ["payment_awaited", "declined"]


def test_together_with_others_it_ends_too_and_is_not_brought_back(unpaid, paying):
    among = Booking.objects.all()
    assert cancel_together(among, [unpaid.pk], now=present()) == [unpaid.pk]

    assert stands(unpaid) == ("declined", "expired", False)
    assert sessions(paying) == ["expired"]
    assert not Job.objects.filter(
        name="bookings.mail"
    ).exists()  # nobody has shown that the address is theirs
    assert restore_together(among, [unpaid.pk], now=present()) == ([], 1)


def test_what_nobody_paid_in_time_says_so_to_its_host(unpaid, alice):
    with later(31):
        due_now()
        work_off()

        assert "Not paid in time" in text_of(signed_in(alice).get("/bookings?show=cancelled"))
        assert "This was not paid in time, so nothing was booked." in hosts_page(alice, unpaid)


def test_by_a_program(unpaid, alice, paying):
    answer = program_of(alice).post(f"/bookings/{unpaid.public_id}/cancel")

    # Stripe is asked once the answer is kept.
    assert (answer.status_code, answer.json()["payment"]["url"]) == (200, "")
    assert stands(unpaid) == ("declined", "expired", False)
    assert sessions(paying) == ["expired"]
