"""Trouble around the create call: what it means for meetings, how soon it is tried again, and what the host is told."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.book import book
from timetuna.bookings.fulfilment.fulfil import promise
from timetuna.bookings.fulfilment.reconcile import retry_booking
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.tests.conftest import due_now, make_page, order, work_off
from timetuna.calendars import access_tokens
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.reconnecting import ask_to_reconnect
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]
GUEST, HOST = "sam@guest.example", "alice@host.example"


@pytest.fixture
def booking(alice, client, zoom):
    zoom.connect(client, alice)
    return book(order(make_page(alice, kinds=(("zoom", ""),)), kind="zoom"), now=present())


@pytest.fixture
def browser(alice):
    client = Client()
    client.force_login(alice)
    return client


def conference():
    return Conference.objects.get()


def pause():
    """Return for how many seconds the link's work waits."""
    return (Job.objects.get(name="bookings.fulfil").run_at - present()).total_seconds()


def words(page):
    return " ".join(page.content.decode().split())


def text(mail):
    return " ".join(mail["text"].split())


def past_expiry(zoom):
    CalendarAccount.objects.update(expires_at=present())


def refused_at_the_call(zoom):
    zoom.control.fault("expire_access_token")


@pytest.mark.parametrize("token", [past_expiry, refused_at_the_call])
@pytest.mark.parametrize("fault", ["token_502_html", "token_500_html", "token_without_refresh"])
def test_trouble_at_the_token_endpoint_makes_no_meeting_and_takes_no_long_pause(zoom, booking, token, fault):
    token(zoom)
    if fault == "token_without_refresh":  # the tokens have rotated: nothing but connecting again helps
        zoom.control.fault(fault)
    else:
        zoom.control.fault(fault, times=2)
    work_off()

    assert 0 < pause() <= 2
    assert (conference().unknown_outcomes, conference().possible_duplicates) == (0, 0)
    assert (conference().state, zoom.mails(GUEST)) == ("waiting", [])
    if fault == "token_without_refresh":
        return
    due_now()
    work_off()
    assert 0 < pause() <= 2
    due_now()
    work_off()
    assert conference().state == "ready"
    assert len(zoom.control.meetings()) == 1
    assert conference().join_url in zoom.mails(GUEST)[0]["text"]
    assert "meeting of this name" not in text(zoom.mails(HOST)[0])


@pytest.mark.parametrize("seconds", [0, 2, 10, 60, 100])
def test_while_a_guest_waits_on_the_page_no_pause_is_longer_than_eight_seconds(zoom, booking, seconds):
    Booking.objects.update(created_at=present() - timedelta(seconds=seconds))
    CalendarAccount.objects.update(connected_at=present() - timedelta(days=1))
    past_expiry(zoom)
    zoom.control.fault("token_502_html")

    work_off()

    assert 1 < pause() <= min(8, max(2, seconds))


def test_later_the_pauses_grow_to_an_hour_and_a_connection_begins_anew(zoom, booking):
    Booking.objects.update(created_at=present() - timedelta(hours=9))
    CalendarAccount.objects.update(connected_at=present() - timedelta(hours=10))
    past_expiry(zoom)
    zoom.control.fault("token_502_html", times=2)

    work_off()
    assert 3_500 < pause() <= 3_600

    CalendarAccount.objects.update(connected_at=present())
    due_now()
    work_off()
    assert pause() <= 2


def test_a_lost_answer_of_a_refresh_and_a_reconnect_warn_of_no_second_meeting(
    zoom, booking, browser, alice, client
):
    past_expiry(zoom)
    zoom.control.fault("rotate_drop")
    work_off()
    due_now()
    work_off()
    assert CalendarAccount.objects.get().needs_reconnect

    zoom.connect(client, alice)
    work_off()

    assert conference().state == "ready"
    assert conference().possible_duplicates == 0
    assert "second meeting" not in text(zoom.mails(HOST)[-1]) + words(browser.get(f"/bookings/{booking.pk}"))


def test_a_crash_while_a_token_is_renewed_leaves_no_meeting_in_doubt(zoom, booking, monkeypatch):
    refused_at_the_call(zoom)
    monkeypatch.setattr(access_tokens, "_renewed", killed)
    with pytest.raises(KeyboardInterrupt):
        work_off()
    monkeypatch.undo()
    assert conference().state == "waiting"

    Job.objects.filter(name="bookings.fulfil").update(state="waiting", worker=None)
    due_now()
    work_off()

    assert (conference().state, conference().possible_duplicates) == ("ready", 0)


def killed(*_args):
    raise KeyboardInterrupt


def doubt(zoom):
    """Let two calls go unanswered."""
    zoom.control.fault("dropped_after", times=None)
    work_off()
    due_now()
    work_off()


def test_after_two_unknown_outcomes_mail_and_page_say_how_many_and_that_nothing_goes_on(
    zoom, booking, browser
):
    doubt(zoom)

    for said in (text(zoom.mails(HOST)[0]), words(browser.get(f"/bookings/{booking.pk}"))):
        assert "up to 2 meetings of this name and time may stand in your Zoom account" in said
        assert "Nothing is tried by itself any more" in said
        assert "tried again" not in said
        assert "Try again" in said
    assert "Zoom account" not in text(zoom.mails(GUEST)[0])


def test_try_again_is_one_call_each_time(zoom, booking, browser):
    doubt(zoom)
    assert zoom.created() == 2

    for press in (3, 4):
        retry_booking(booking)
        work_off()
        due_now()
        work_off()
        assert zoom.created() == press
        assert conference().state == "refused"
        assert f"up to {press} meetings" in words(browser.get(f"/bookings/{booking.pk}"))

    zoom.control.clear_faults()
    retry_booking(booking)
    work_off()
    assert conference().state == "ready"
    said = f"up to 4 more meetings of this name and time. The one in use has the number {conference().reference};"
    assert said in text(zoom.mails(HOST)[-1])
    assert said in words(browser.get(f"/bookings/{booking.pk}"))


def test_a_try_by_hand_before_the_delayed_one_takes_its_place(zoom, booking):
    zoom.control.fault("dropped_after", times=None)
    work_off()

    retry_booking(booking)
    work_off()
    due_now()
    work_off()

    assert zoom.created() == 2
    assert conference().state == "refused"


def test_a_host_who_was_promised_the_link_hears_that_it_is_not_made(midday, zoom, booking):
    zoom.control.fault("rate_limit_daily")
    work_off()
    assert len(zoom.mails(HOST)) == 1

    due_now()
    doubt(zoom)

    subjects = [mail["subject"] for mail in zoom.mails(HOST)]
    assert [subject.split(":")[0] for subject in subjects] == ["Sam Guest booked Intro call", "No Zoom link"]
    assert "up to 2 meetings" in text(zoom.mails(HOST)[1])
    assert zoom.mails(HOST)[1]["ics"] == []
    assert len(zoom.mails(GUEST)) == 1


def test_a_dead_grant_is_told_in_one_mail_and_on_every_page(zoom, booking, browser):
    zoom.control.fault("revoke_grant")
    work_off()
    due_now()
    work_off()

    [mail] = zoom.mails(HOST)
    assert "Connect Zoom again. Until then, guests are not offered Zoom." in text(mail)
    said = words(browser.get("/booking-pages"))
    assert "Zoom (robin@host.example) has to be connected again." in said
    assert "Until then, guests are not offered Zoom." in said
    assert "Reconnect Zoom" in said
    assert "cannot be read" not in said


def test_a_dead_grant_that_no_booking_tells_has_a_mail_of_its_own(zoom, alice, client, charlie):
    zoom.connect(client, alice)
    zoom.connect(client, charlie)

    due_now()
    work_off()

    assert [mail["subject"] for mail in zoom.mails(HOST)] == ["Zoom needs to be connected again"]


def test_a_booking_that_waits_for_something_else_does_not_tell_of_a_dead_grant(zoom, booking):
    ask_to_reconnect(CalendarAccount.objects.all(), reason="Zoom ended the connection. Connect Zoom again.")
    promise(booking, kind="promised", why="Zoom’s limit of requests is reached.")

    due_now(name="calendars.reconnect_mail")
    work_off()

    assert "Zoom needs to be connected again" in [mail["subject"] for mail in zoom.mails(HOST)]
