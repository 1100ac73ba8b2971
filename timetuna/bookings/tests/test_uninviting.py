"""Whom a guest brings is told that it is off, or that they are, only where they had heard of it."""

from datetime import timedelta

import pytest
import time_machine
from icalendar import Calendar

from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.tests.conftest import work_off
from timetuna.bookings.tests.life import kinds, made, now
from timetuna.bookings.tests.reading import GUEST, HOST, calendar_parts
from timetuna.bookings.tests.test_further_guests import KIM, LEE
from timetuna.jobs.models import Job

pytestmark = pytest.mark.django_db


def event_method(mail):
    return str(Calendar.from_ical(calendar_parts(mail)[0])["method"])


def test_who_is_added_and_taken_off_at_once_hears_nothing(page, zoom):
    booking = made(page)
    add_guests(booking.pk, guests=[KIM, LEE], now=now())
    row = booking.attendees.get(is_booker=False, email=KIM.email)

    remove_guest(booking.pk, attendee_id=row.pk, now=now())
    work_off()

    assert [len(zoom.mails(one.email)) for one in (KIM, LEE)] == [0, 1]
    assert not [kind for kind, audience in kinds(booking) if audience == f"attendee-{row.pk}"]


def test_who_is_back_for_a_moment_is_not_told_a_second_time(page, zoom):
    booking = made(page, others=[KIM])
    row = booking.attendees.get(is_booker=False)
    remove_guest(booking.pk, attendee_id=row.pk, now=now())
    work_off()

    add_guests(booking.pk, guests=[KIM], now=now())
    remove_guest(booking.pk, attendee_id=row.pk, now=now())
    work_off()

    assert [event_method(mail) for mail in zoom.mails(KIM.email)] == ["REQUEST", "CANCEL"]


@pytest.mark.parametrize("began", [False, True])
def test_an_invitation_that_may_have_gone_out_is_taken_back(page, zoom, began):
    """Began: a worker has the mail; otherwise the mail server was cut off while it took it."""
    booking = made(page)
    add_guests(booking.pk, guests=[KIM], now=now())
    row = booking.attendees.get(is_booker=False)
    mail = Job.objects.filter(arguments__audience=f"attendee-{row.pk}", state="waiting")
    mail.update(state="running" if began else "waiting", attempts=1)

    remove_guest(booking.pk, attendee_id=row.pk, now=now())
    work_off()

    assert [event_method(mail) for mail in zoom.mails(KIM.email)] == ["CANCEL"]


def test_a_cancellation_goes_only_to_those_who_were_invited(page, zoom):
    booking = made(page, others=[LEE])
    add_guests(booking.pk, guests=[KIM], now=now())

    cancel(booking.pk, actor="guest", note_text="", now=now())
    work_off()

    assert [len(zoom.mails(one)) for one in (KIM.email, LEE.email, GUEST, HOST)] == [0, 2, 2, 2]


def test_a_cancellation_long_after_its_invitations_reaches_everybody(page, zoom):
    booking = made(page, others=[KIM])
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        Job.objects.filter(state="done").delete()
        booking.attendees.filter(is_booker=False).update(added_at=now() - timedelta(days=60))
        cancel(booking.pk, actor="guest", note_text="", now=now())
        work_off()

    assert len(zoom.mails(KIM.email)) == 2
