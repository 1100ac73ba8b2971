"""The booking rows of the decision table (zoom.md section 14), each against the sandbox over real sockets."""

import time
from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.fulfilment.reconcile import retry_booking
from timetuna.bookings.models import Conference
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import due_now, make_page, order, work_off
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
GUEST, HOST = "sam@guest.example", "alice@host.example"


@pytest.fixture
def page(alice, client, zoom):
    zoom.connect(client, alice)
    return make_page(alice, kinds=(("zoom", ""),))


@pytest.fixture
def booking(page):
    return book(order(page, kind="zoom"), now=present())


def conference(booking):
    return Conference.objects.get(booking=booking)


def fulfil_job(booking):
    return Job.objects.get(key=f"fulfil:{booking.pk}:0")


def account():
    return CalendarAccount.objects.get()


def subjects(zoom, to):
    return [mail["subject"] for mail in zoom.mails(to)]


def assert_link_everywhere(zoom, booking, *, mails=1):
    url = conference(booking).join_url
    assert url.startswith("https://")
    for to in (GUEST, HOST):
        received = zoom.mails(to)
        assert len(received) == mails
        assert url in received[-1]["text"]
        assert f"LOCATION:{url}" in unfolded(received[-1])
    assert zoom.control.violations() == []


def unfolded(mail):
    return mail["ics"][0].replace("\\,", ",")


def test_booking_201(zoom, booking):
    work_off()

    assert zoom.created() == 1
    assert_link_everywhere(zoom, booking)


def test_booking_401_then_refresh_then_201(zoom, booking):
    before = account().refresh_token_fingerprint
    zoom.control.fault("expire_access_token")

    work_off()

    assert account().refresh_token_fingerprint != before
    assert len(zoom.control.meetings()) == 1
    assert_link_everywhere(zoom, booking)


def test_booking_refresh_invalid_grant(zoom, booking):
    zoom.control.fault("revoke_grant")

    work_off()

    assert account().needs_reconnect
    assert conference(booking).state == "waiting"
    assert fulfil_job(booking).state == "failed"
    assert "follows" in zoom.mails(GUEST)[0]["text"]
    assert len(zoom.mails(GUEST)) == 1
    assert [subject.split(":")[0] for subject in subjects(zoom, HOST)] == ["Sam Guest booked Intro call"]
    assert "Connect Zoom again" in zoom.mails(HOST)[0]["text"]


def test_reconnecting_brings_the_link(zoom, booking, client, alice):
    zoom.control.fault("revoke_grant")
    work_off()

    zoom.connect(client, alice)
    work_off()

    assert conference(booking).state == "ready"
    assert len(zoom.mails(GUEST)) == 2
    assert conference(booking).join_url in zoom.mails(GUEST)[1]["text"]
    assert "SEQUENCE:1" in unfolded(zoom.mails(GUEST)[1])


def test_booking_4711(zoom, booking):
    zoom.control.fault("create_4711")

    work_off()

    assert account().needs_reconnect
    assert zoom.created() == 1
    assert len(zoom.mails(GUEST)) == 1


@pytest.mark.parametrize("fault", ["cannot_host", "validation_300"])
def test_booking_3161_or_300_is_refused(zoom, booking, fault):
    zoom.control.fault(fault, times=None)

    work_off()

    assert conference(booking).state == "refused"
    assert conference(booking).problem.startswith("Zoom refused")
    assert not account().needs_reconnect
    assert fulfil_job(booking).state == "failed"
    assert "Zoom refused" in zoom.mails(HOST)[0]["text"]
    assert "Zoom refused" not in zoom.mails(GUEST)[0]["text"]
    zoom.control.clear_faults()
    retry_booking(booking)
    work_off()
    assert_link_everywhere(zoom, booking, mails=2)


def test_booking_429_per_second(zoom, booking):
    zoom.control.fault("rate_limit_second")
    work_off()
    assert fulfil_job(booking).state == "waiting"
    assert zoom.mails(GUEST) == []

    due_now()
    work_off()

    assert_link_everywhere(zoom, booking)


@pytest.mark.parametrize("fault", ["rate_limit_daily", "rate_limit_user"])
def test_booking_429_per_day_waits_for_midnight_utc(midday, zoom, booking, fault):
    zoom.control.fault(fault)

    work_off()

    midnight = present().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    assert abs(fulfil_job(booking).run_at - midnight) < timedelta(minutes=5)
    assert "follows" in zoom.mails(GUEST)[0]["text"]
    due_now()
    work_off()
    assert_link_everywhere(zoom, booking, mails=2)


@pytest.mark.parametrize("fault", ["http_502_html", "reset_after", "dropped_after", "http_502_after"])
def test_booking_5xx_or_reset_gets_one_careful_retry(zoom, booking, fault):
    zoom.control.fault(fault)
    work_off()
    assert fulfil_job(booking).run_at > present() + timedelta(seconds=50)
    assert zoom.mails(GUEST) == []

    due_now()
    work_off()

    assert zoom.created() == 2
    assert_link_everywhere(zoom, booking)
    assert "second meeting" in zoom.mails(HOST)[0]["text"]
    assert "second meeting" not in zoom.mails(GUEST)[0]["text"]


def test_a_guest_does_not_wait_for_a_link_that_comes_by_mail(zoom, booking, client):
    zoom.control.fault("cannot_host", times=None)
    work_off()
    began = time.monotonic()

    shown = client.get(link_path(booking.booker))

    assert "the link comes to you by mail" in shown.content.decode()
    assert time.monotonic() - began < 2


def test_booking_unknown_outcome_twice_asks_the_host(zoom, booking):
    zoom.control.fault("dropped_after", times=None)
    work_off()
    due_now()
    work_off()

    assert zoom.created() == 2
    assert conference(booking).state == "refused"
    due_now()
    work_off()
    assert zoom.created() == 2
    zoom.control.clear_faults()
    retry_booking(booking)
    work_off()
    assert conference(booking).join_url in zoom.mails(GUEST)[1]["text"]
    assert "up to 2 more meetings" in zoom.mails(HOST)[1]["text"].replace("\n", " ")


def test_booking_invalid_client_is_the_operators(zoom, booking):
    zoom.control.fault("expire_access_token")
    zoom.control.fault("invalid_client", times=None)

    work_off()

    assert not account().needs_reconnect
    assert fulfil_job(booking).state == "waiting"
    zoom.control.clear_faults()
    due_now()
    work_off()
    assert conference(booking).state == "ready"


def test_booking_crash_after_the_call_began(zoom, booking):
    Conference.objects.update(state="creating", create_started_at=present())

    work_off()

    assert zoom.created() == 0
    assert fulfil_job(booking).state == "waiting"
    due_now()
    work_off()
    assert zoom.created() == 1
    assert_link_everywhere(zoom, booking)


def test_booking_disconnected_meanwhile(zoom, booking):
    CalendarAccount.objects.all().delete()

    work_off()

    assert zoom.created() == 0
    assert "not connected" in fulfil_job(booking).last_error
    assert len(zoom.mails(GUEST)) == 1


@pytest.mark.parametrize("fault", ["join_url_missing", "join_url_javascript", "join_url_http"])
def test_booking_with_a_useless_link_is_never_shown(zoom, booking, fault):
    zoom.control.fault(fault)

    work_off()

    assert conference(booking).join_url == ""


@pytest.mark.parametrize("fault", ["no_password", "empty_password", "no_uuid", "id_as_text", "extra_fields"])
def test_booking_201_in_other_shapes(zoom, booking, fault):
    zoom.control.fault(fault)

    work_off()

    assert_link_everywhere(zoom, booking)


def test_passcode_stands_beside_a_link_that_does_not_carry_it(zoom, booking):
    zoom.control.fault("join_url_without_pwd")

    work_off()

    passcode = conference(booking).passcode
    assert passcode
    for to in (GUEST, HOST):
        assert f"Passcode: {passcode}" in zoom.mails(to)[0]["text"]
        assert f"Passcode: {passcode}" in unfolded(zoom.mails(to)[0])


def test_start_url_is_stored_nowhere(zoom, booking):
    work_off()

    row = Conference.objects.filter(booking=booking).values().get()
    assert not [value for value in row.values() if "zak=" in str(value)]


def test_no_zoom_call_before_a_guest_confirms(zoom, page, client):
    client.logout()
    client.get(f"/alice/{page.slug}")
    client.get(f"/alice/{page.slug}/book?start=2030-01-01T10:00Z&zone=UTC")
    work_off()

    assert [call["kind"] for call in zoom.control.calls("v2")] == ["v2.users_me"]
