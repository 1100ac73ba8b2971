"""The clock of twelve hours that a guest reads the page by goes with them into mails, and to pages opened from them."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import GUEST
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.channels.mail import letter
from timetuna.bookings.notifications.telling import ORGANIZER, audience_of
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow
from timetuna.bookings.tests.test_public import details
from timetuna.web.zones import ZONE_COOKIE

pytestmark = pytest.mark.django_db
AMERICAN = {"Accept-Language": "en-US,en;q=0.9"}
AT, OF_THE_HOST = "3:00\xa0pm", "15:00"


def made(client, page, **headers):
    """Book 15:00 in UTC, in the guest's zone."""
    data = details(client, page, start=write_start(tomorrow(15))) | {"zone": "UTC"}
    client.post("/alice/intro/book", data | {"guests": "kim@guest.example"}, headers=headers)
    return Booking.objects.get()


def told(booking, kind, attendee=None):
    """Return all that stands in a mail, its invitation with it."""
    mail = letter(booking, kind=kind, audience=audience_of(attendee) if attendee else ORGANIZER)
    invitation = mail.ics.decode().replace("\r\n ", "") if mail.ics else ""
    return f"{mail.subject}\n{mail.text}\n{mail.html}\n{invitation}"


def test_mails_say_times_as_the_page_did(client, page):
    page.most_guests = 2
    page.save()
    booking = made(client, page, **AMERICAN)

    kim = booking.attendees.get(is_booker=False)
    for kind in ("confirmed", "reminder"):
        for reader in (booking.booker, kim):
            said = told(booking, kind, reader)
            assert AT in said
            assert OF_THE_HOST not in said
    assert AT in letter(booking, kind="confirmed", audience=audience_of(booking.booker)).subject
    reschedule(booking.pk, start_minute=int(tomorrow(16).timestamp() // 60), actor=GUEST, now=present())
    booking = Booking.objects.get()
    moved = told(booking, "moved", booking.booker)
    assert (
        f"Before, it was on {tomorrow():%A} {tomorrow().day} {tomorrow():%B %Y}, {AT} to 3:30\xa0pm" in moved
    )
    assert "16:00" not in moved


def test_the_switched_clock_goes_into_mails(client, page):
    client.cookies[ZONE_COOKIE] = "UTC.24"

    booking = made(client, page, **AMERICAN)

    assert booking.booker.clock == "24"
    assert OF_THE_HOST in told(booking, "confirmed", booking.booker)


def test_a_host_reads_their_own_clock(client, page):
    booking = made(client, page, **AMERICAN)

    assert "pm" not in letter(booking, kind="confirmed", audience=ORGANIZER).subject


def test_a_page_opened_from_the_mail_says_the_time_as_the_mail_does(client, page):
    booking = made(client, page, **AMERICAN)
    elsewhere = Client(headers={"Accept-Language": "en-GB"})

    for name in ("booked", "booked_cancel", "booked_reminders"):
        text = elsewhere.get(link_path(booking.booker, name)).content.decode()
        assert f"{AT} to 3:30\xa0pm" in text, name
    moving = elsewhere.get(link_path(booking.booker, "booked_move"))
    assert AT in {time.label for time in moving.context["slots"].times}
    elsewhere.cookies[ZONE_COOKIE] = "UTC.24"
    assert "15:00 to 15:30" in elsewhere.get(link_path(booking.booker)).content.decode()


def test_a_refusal_says_the_deadline_as_the_mail_does(client, page):
    booking = made(client, page, **AMERICAN)
    page.cancel_notice_minutes = 2 * 1_440
    page.save()

    with pytest.raises(NotPossible) as refused:
        cancel(booking.pk, actor=GUEST, note_text="", now=booking.start_at - timedelta(hours=1))

    assert AT in str(refused.value)
