"""A host sees the page's mails while writing them; nothing of the example stays."""

from html import unescape

import pytest
import time_machine

from tests.clock import present
from tests.forms import emptied
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import make_page, work_off
from timetuna.bookings.tests.reading import HOST, message
from timetuna.jobs.models import Job
from timetuna.pages.models import PageMail

pytestmark = pytest.mark.django_db
ALL = ("confirmed", "moved", "cancelled", "reminder", "follow_up")


@pytest.fixture
def as_alice(client, alice):
    client.force_login(alice)
    return client


def preview(client, page, kind="confirmed.guest", **texts):
    return client.post(f"/booking-pages/{page.pk}/mail-preview", tab(client, page, preview=kind, **texts))


def tab(client, page, **fields):
    return emptied(client, f"/booking-pages/{page.pk}/notifications", fields)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("audience", ["guest", "host"])
def test_each_kind_can_be_seen_by_either_side(as_alice, page, kind, audience):
    answer = preview(as_alice, page, f"{kind}.{audience}")

    assert answer.status_code == 200
    assert "Intro call" in answer.content.decode()


def test_it_shows_what_is_typed_filled_in_and_keeps_nothing(as_alice, page):
    answer = preview(
        as_alice,
        page,
        "reminder.guest",
        reminder_subject="See you soon, {guest name}",
        reminder_message="At {location}. Change it: {manage link}",
        guest_reminders="2 h",
    )

    text = unescape(unescape(answer.content.decode()))
    assert "See you soon, Sam Example" in text
    assert "At Room 1. Change it: http" in text
    assert (Booking.objects.count(), PageMail.objects.count(), Job.objects.count()) == (0, 0, 0)
    assert not page.reminders.exists()


def test_only_its_own_pages_may_frame_it_and_nothing_in_it_runs(as_alice, page):
    answer = preview(as_alice, page, message="<script>alert(1)</script>")

    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert sorted(answer["Content-Security-Policy"].split("; ")) == [
        "default-src 'none'",
        "frame-ancestors 'self'",
        "img-src 'self'",
        "sandbox",
        "style-src 'unsafe-inline'",
    ]
    text = answer.content.decode()
    mail = unescape(text.partition('srcdoc="')[2].partition('"')[0])
    assert "alert(1)" in mail
    assert "<script" not in text + mail
    editor = as_alice.get(f"/booking-pages/{page.pk}/notifications")
    assert {"frame-src 'self'", "default-src 'none'"} <= {*editor["Content-Security-Policy"].split("; ")}


def test_a_mistake_is_said_in_the_frame(as_alice, page):
    answer = preview(as_alice, page, subject="Hi {password}")

    assert answer.status_code == 422
    assert "TimeTuna cannot fill in {password}." in answer.content.decode()


def test_a_page_with_zoom_shows_an_example_link(as_alice, alice, zoom, client):
    zoom.connect(client, alice)
    page = make_page(alice, kinds=(("zoom", ""),))

    assert "https://meeting.example/your-link" in preview(as_alice, page).content.decode()


def test_the_guests_mail_is_shown_in_the_language_chosen_and_the_hosts_in_english(as_alice, page):
    german = preview(as_alice, page, "confirmed.guest", preview_language="de").content.decode()
    to_host = preview(as_alice, page, "confirmed.host", preview_language="de").content.decode()
    unknown = preview(as_alice, page, "confirmed.guest", preview_language="../xx").content.decode()

    assert "Ihr Termin ist gebucht" in german
    assert "You are booked" not in german
    assert "You have a new booking" in to_host
    assert "You are booked" in unknown
    editor = as_alice.get(f"/booking-pages/{page.pk}/notifications").content.decode()
    assert ">Deutsch</option>" in editor


def test_a_test_comes_in_the_language_chosen(as_alice, page, zoom):
    data = {"preview": "moved.guest", "preview_language": "de", "moved_message": "Sorry about that."}

    as_alice.post(f"/booking-pages/{page.pk}/mail-test", tab(as_alice, page, **data))
    work_off()

    [mail] = [message(mail) for mail in zoom.mails()]
    text = mail.get_body(("plain",)).get_content()
    assert "This meeting has a new time" not in text
    assert "Dieser Termin hat einen neuen Zeitpunkt" in text
    assert "Sorry about that." in text


def test_another_hosts_page_is_not_there(client, charlie, page):
    client.force_login(charlie)

    assert preview(client, page).status_code == 404
    assert client.post(f"/booking-pages/{page.pk}/mail-test", {"preview": "moved.guest"}).status_code == 404


def test_a_test_goes_to_the_host_alone_without_an_invitation(as_alice, page, zoom):
    data = {
        "preview": "moved.guest",
        "moved_subject": "New time for {page}",
        "moved_message": "Sorry about that.",
    }

    with time_machine.travel(present(), tick=False):  # twice within seconds is once
        answer = as_alice.post(f"/booking-pages/{page.pk}/mail-test", tab(as_alice, page, **data))
        as_alice.post(f"/booking-pages/{page.pk}/mail-test", tab(as_alice, page, **data))
    work_off()

    assert HOST in answer.content.decode()
    [mail] = [message(mail) for mail in zoom.mails()]
    assert mail["To"].addresses[0].addr_spec == HOST
    assert mail["Subject"] == "Test: New time for Intro call"
    assert "Sorry about that." in mail.get_body(("plain",)).get_content()
    assert "text/calendar" not in {part.get_content_type() for part in mail.walk()}
    assert Booking.objects.count() == 0


def test_a_page_whose_host_calls_shows_an_example_number(as_alice, alice):
    page = make_page(alice, slug="call", kinds=(("phone", ""),))

    assert "Alice Host calls +1 202-555-0123" in unescape(preview(as_alice, page).content.decode())
