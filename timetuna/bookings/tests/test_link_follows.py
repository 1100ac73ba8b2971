"""Whoever was told that the link follows gets it, in whatever order the link and the mails of changes come."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel_together import cancel_together, restore_together
from timetuna.bookings.actions.change_guests import add_guests
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.actions.mend_address import mend_address
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.actions.resend import resend
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Attendee, Booking, Conference
from timetuna.bookings.notifications.telling import audience_of, of_host
from timetuna.bookings.tests.conftest import due_now, make_page, order, staff, tomorrow, work_off
from timetuna.jobs.models import Job
from timetuna.rate_limits.limits import NOBODY

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
SAM, HOST, KIM, RIGHT = "sam@guest.example", "alice@host.example", "kim@others.example", "sam@right.example"
MAKING = ("bookings.fulfil", "bookings.event", "bookings.move_conference")
EXTRA = ["meeting:update:meeting", "meeting:delete:meeting"]


@pytest.fixture(params=["zoom", "google_meet"])
def outside(request, alice):
    """Connect what makes the links of that kind; return its stand-in with the kind."""
    kind = request.param
    service = request.getfixturevalue("zoom" if kind == "zoom" else "google")
    service.control.app(extra_scopes=EXTRA)
    service.connect(Client(), alice)
    work_off()  # what begins with a connection
    make_page(alice, kinds=((kind, ""),))
    service.kind = kind
    return service


def booked(outside, alice):
    return book(order(alice.booking_pages.get(), kind=outside.kind), now=present())


def move(booking, **later):
    start = tomorrow() + timedelta(**later)
    return reschedule(booking.pk, start_minute=minute_of(start), actor="guest", now=present())


def only_mails():
    """Let mails go while the work that makes the link has stopped, as when its worker was killed."""
    Job.objects.filter(name__in=MAKING, state="waiting").update(run_at=present() + timedelta(hours=1))
    work_off()


def the_rest():
    for _ in range(3):
        due_now(name__in=MAKING)
        work_off()


def latest(outside, to):
    return outside.control.mail(to)[-1]


def assert_told_to_wait(outside, *people):
    assert Conference.objects.get().state == "waiting"
    for to in people:
        assert "link follows" in latest(outside, to)["ics"][0].replace("\r\n ", "")


def assert_all_have_the_link(outside, *people):
    link = Conference.objects.get().join_url
    assert link
    for to in people:
        mail = latest(outside, to)
        assert link in mail["text"]
        assert f"LOCATION:{link}" in mail["ics"][0].replace("\r\n ", "").splitlines()
    assert not Conference.objects.get().promised


def test_a_move_that_is_mailed_before_the_first_mails_and_the_link(outside, alice):
    booking = booked(outside, alice)
    move(booking, hours=3)
    only_mails()
    assert_told_to_wait(outside, SAM, HOST)

    the_rest()

    assert_all_have_the_link(outside, SAM, HOST)
    assert [len(outside.control.mail(to)) for to in (SAM, HOST)] == [2, 2]


def test_a_move_whose_mails_go_once_the_link_is_there_needs_no_second(outside, alice):
    booking = booked(outside, alice)
    move(booking, hours=3)
    Job.objects.filter(name="bookings.mail").update(run_at=present() + timedelta(hours=1))
    work_off()
    due_now(name="bookings.mail")
    work_off()

    assert_all_have_the_link(outside, SAM, HOST)
    assert [len(outside.control.mail(to)) for to in (SAM, HOST)] == [1, 1]


def test_who_waits_for_the_mail_of_a_move_reads_of_the_move_and_not_of_the_link_alone(outside, alice):
    booking = booked(outside, alice)
    move(booking, hours=3)
    only = Job.objects.filter(name="bookings.mail", arguments__audience=of_host(alice.pk))
    only.update(run_at=present() + timedelta(hours=1))
    only_mails()
    assert_told_to_wait(outside, SAM)

    the_rest()
    due_now(name="bookings.mail")
    work_off()

    assert_all_have_the_link(outside, SAM, HOST)
    assert latest(outside, HOST)["subject"].startswith("Moved")
    assert "link" in latest(outside, SAM)["subject"]
    assert [len(outside.control.mail(to)) for to in (SAM, HOST)] == [2, 1]


def test_a_cancellation_that_nobody_heard_of_is_taken_back_and_all_have_the_new_link(outside, alice):
    booking = booked(outside, alice)
    work_off()
    before = Conference.objects.get().join_url
    cancel_together(Booking.objects.all(), [booking.pk], now=present())
    work_off()
    restore_together(Booking.objects.all(), [booking.pk], now=present())
    work_off()

    is_new = Conference.objects.get().join_url != before
    assert is_new == (outside.kind == "zoom")
    assert_all_have_the_link(outside, SAM, HOST)
    assert [len(outside.control.mail(to)) for to in (SAM, HOST)] == [1 + is_new, 1 + is_new]


def test_who_is_invited_meanwhile(outside, alice):
    booking = booked(outside, alice)
    Job.objects.filter(name__in=MAKING).update(run_at=present() + timedelta(hours=1))
    move(booking, hours=3)
    add_guests(booking.pk, guests=[Guest("Kim", KIM)], now=present())
    only_mails()
    assert_told_to_wait(outside, SAM, HOST, KIM)

    the_rest()

    assert_all_have_the_link(outside, SAM, HOST, KIM)


def test_who_mends_their_address_meanwhile(outside, alice):
    booking = booked(outside, alice)
    move(booking, hours=3)
    mend_address(Booking.objects.get(), email=RIGHT, client=NOBODY, now=present())
    only_mails()
    assert_told_to_wait(outside, RIGHT, HOST)

    the_rest()

    assert_all_have_the_link(outside, RIGHT, HOST)


def test_a_booking_whose_cancellation_is_taken_back(outside, alice):
    booking = booked(outside, alice)
    work_off()
    Attendee.objects.update(confirmed=True)
    cancel_together(Booking.objects.all(), [booking.pk], now=present())
    work_off()
    restore_together(Booking.objects.all(), [booking.pk], now=present())
    only_mails()
    assert_told_to_wait(outside, SAM)

    the_rest()

    assert_all_have_the_link(outside, SAM)


def test_a_mail_that_the_host_sends_again_before_the_first_ones(outside, alice):
    """It is no substitute for them: the others have not heard of the booking."""
    booking = booked(outside, alice)
    resend(booking.pk, audience=audience_of(Booking.objects.get().booker), now=present())
    only_mails()
    assert_told_to_wait(outside, SAM)

    the_rest()

    assert_all_have_the_link(outside, SAM, HOST)
    assert "You have a new booking" in latest(outside, HOST)["text"]


def test_a_move_is_carried_though_somebody_is_invited_before(alice, zoom):
    zoom.control.app(extra_scopes=EXTRA)
    zoom.connect(Client(), alice)
    booking = book(order(make_page(alice, kinds=(("zoom", ""),)), kind="zoom"), now=present())
    work_off()

    move(booking, days=2)
    add_guests(booking.pk, guests=[Guest("Kim", KIM)], now=present())
    work_off()

    [meeting] = zoom.control.meetings()
    assert meeting["start_time"] == f"{tomorrow() + timedelta(days=2):%Y-%m-%dT%H:%M:%SZ}"
    for to in (SAM, HOST):
        assert any(mail["subject"].startswith("Moved") for mail in zoom.mails(to))


def test_a_move_too_far_for_the_link_though_somebody_is_invited_before(alice, zoom):
    zoom.connect(Client(), alice)
    booking = book(order(make_page(alice, kinds=(("zoom", ""),)), kind="zoom"), now=present())
    work_off()
    before = Conference.objects.get().join_url

    move(booking, days=40)
    add_guests(booking.pk, guests=[Guest("Kim", KIM)], now=present())
    work_off()

    assert Conference.objects.get().join_url not in ("", before)
    assert_all_have_the_link(zoom, SAM, HOST, KIM)


def test_another_cohost_is_told_of_while_the_link_is_still_missing(midday, alice, bob, charlie, zoom):
    zoom.connect(Client(), alice)
    page = staff(make_page(alice, kinds=(("zoom", ""),)), "all", bob)
    work_off()
    zoom.control.fault("rate_limit_daily")
    booking = book(order(page, kind="zoom"), now=present())
    work_off()
    assert_told_to_wait(zoom, SAM, HOST, bob.email)
    zoom.control.fault("rate_limit_daily")

    handing = Handing(former=bob.pk, to=charlie.pk, anyway=True)
    hand_over(booking.pk, handing, now=present())
    work_off()

    assert latest(zoom, SAM)["subject"].startswith("Now with")
    assert_told_to_wait(zoom, SAM, HOST, charlie.email)
    the_rest()
    assert_all_have_the_link(zoom, SAM, HOST, charlie.email)
    assert latest(zoom, bob.email)["subject"].startswith("Handed over")
