"""Reminders and follow-ups: planned with the booking, moved with it, dead with it, one each."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.fulfilment.reconcile import reconcile
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.telling import audience_of, of_host
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import due_now, order, set_reminders, tomorrow, work_off
from timetuna.bookings.tests.reading import GUEST, HOST, message
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]
REMINDERS = ("bookings.reminder", "bookings.follow_up")


@pytest.fixture
def page(page, zoom):
    set_reminders(page, guest=[60, 24 * 60], host=[10], after=[30])
    return page


def booked(page, start):
    booking = book(order(page, start), now=present())
    work_off()
    booking.refresh_from_db()
    return booking


def planned():
    rows = Job.objects.filter(name__in=REMINDERS, state="waiting").order_by("run_at")
    return [(job.name.removeprefix("bookings."), reader(job), job.run_at) for job in rows]


def reader(job):
    booking, audience = Booking.objects.get(), job.arguments["audience"]
    named = {audience_of(booking.booker): "guest", of_host(booking.host_id): "host"}
    return named.get(audience, audience)


def pass_the_moments():
    """Let every reminder's moment come, as it would one after the other."""
    for job in Job.objects.filter(name__in=REMINDERS, state="waiting").order_by("run_at"):
        with time_machine.travel(job.run_at, tick=True):
            work_off()


def mails_about(zoom, word):
    return [mail for mail in zoom.mails() if message(mail)["Subject"].startswith(word)]


def test_each_is_planned_for_its_moment_and_none_for_a_moment_that_is_past(page):
    start = tomorrow(10)
    with time_machine.travel(start - timedelta(hours=3), tick=False):
        booked(page, start)

        assert planned() == [
            ("reminder", "guest", start - timedelta(hours=1)),
            ("reminder", "host", start - timedelta(minutes=10)),
            ("follow_up", "guest", start + timedelta(minutes=60)),
        ]


def test_each_side_gets_each_of_its_reminders_once(page, zoom):
    booked(page, tomorrow(10) + timedelta(days=2))

    pass_the_moments()
    due_now()
    work_off()

    readers = [message(mail)["To"].addresses[0].addr_spec for mail in mails_about(zoom, "Reminder:")]
    assert sorted(readers) == sorted([GUEST, GUEST, HOST])
    assert len(mails_about(zoom, "Thank you:")) == 1
    ids = [message(mail)["Message-ID"] for mail in zoom.mails()]
    assert len(set(ids)) == len(ids) == 6


def test_they_follow_a_move(page, zoom):
    start = tomorrow(10) + timedelta(days=2)
    booking = booked(page, start)

    later = start + timedelta(days=3)
    reschedule(booking.pk, start_minute=minute_of(later), actor="host", now=present())
    pass_the_moments()

    assert len(mails_about(zoom, "Reminder:")) == 3
    assert all(f"{later.day} {later:%b}" in message(m)["Subject"] for m in mails_about(zoom, "Reminder:"))


def test_a_move_there_and_back_reminds_once(page, zoom):
    start = tomorrow(10) + timedelta(days=2)
    booking = booked(page, start)

    for moment in (start + timedelta(days=1), start):
        reschedule(booking.pk, start_minute=minute_of(moment), actor="host", now=present())
    work_off()
    pass_the_moments()

    assert len(mails_about(zoom, "Reminder:")) == 3
    assert len(mails_about(zoom, "Thank you:")) == 1


def test_they_die_with_a_cancellation(page, zoom):
    booking = booked(page, tomorrow(10) + timedelta(days=2))

    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()
    pass_the_moments()

    assert mails_about(zoom, "Reminder:") + mails_about(zoom, "Thank you:") == []


def test_what_the_page_does_not_want_any_more_is_not_sent(page, zoom):
    booked(page, tomorrow(10) + timedelta(days=2))

    set_reminders(page, guest=[60], host=[10])
    pass_the_moments()

    assert len(mails_about(zoom, "Reminder:")) == 2
    assert mails_about(zoom, "Thank you:") == []


def test_nobody_is_thanked_for_a_meeting_they_missed(page, zoom):
    booking = booked(page, tomorrow(10) + timedelta(days=2))

    Booking.objects.filter(pk=booking.pk).update(no_show=True)
    pass_the_moments()

    assert mails_about(zoom, "Thank you:") == []


def test_a_reminder_whose_meeting_has_begun_meanwhile_is_not_sent(page, zoom):
    start = tomorrow(10) + timedelta(days=2)
    booked(page, start)

    with time_machine.travel(start + timedelta(minutes=1), tick=True):
        work_off()

    assert mails_about(zoom, "Reminder:") == []


def test_a_reminder_waits_for_the_confirmation_that_is_late(page, zoom):
    booking = book(order(page, tomorrow(10) + timedelta(days=2)), now=present())
    zoom.control.fault("smtp_451")
    work_off()

    job = (
        Job.objects.filter(name="bookings.reminder", arguments__audience=audience_of(booking.booker))
        .order_by("run_at")
        .first()
    )
    with time_machine.travel(job.run_at, tick=True):
        Job.objects.filter(pk=job.pk).update(run_at=job.run_at)
        Job.objects.exclude(pk=job.pk).filter(state="waiting").update(run_at=job.run_at + timedelta(hours=1))
        work_off()
        job.refresh_from_db()

    assert (job.state, job.last_error) == (
        "waiting",
        "This waits for a mail of the booking that has not been sent yet.",
    )
    assert booking.pk


def test_a_reminder_has_no_invitation_and_can_be_stopped_by_one_post(page, zoom):
    booking = booked(page, tomorrow(10) + timedelta(days=2))
    pass_the_moments()
    reminder = message(
        next(m for m in mails_about(zoom, "Reminder:") if message(m)["To"].addresses[0].addr_spec == GUEST)
    )

    assert [part.get_content_type() for part in reminder.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    address = reminder["List-Unsubscribe"].strip("<>")
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert reminder["References"] == message(mails_about(zoom, "Intro call")[0])["Message-ID"]

    strict = Client(enforce_csrf_checks=True)
    path = address.removeprefix("http://testserver").removeprefix("http://localhost:8000")
    assert path == f"{link_path(booking.booker)}/reminders"
    assert strict.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200, "RFC 8058: no redirect"
    booking.refresh_from_db()
    assert not booking.booker.wants_reminders


def test_who_stopped_them_gets_none_and_can_have_them_again(page, zoom, sam):
    booking = booked(page, tomorrow(10) + timedelta(days=2))
    address = f"{link_path(booking.booker)}/reminders"

    assert "Stop the reminders?" in sam.get(address).content.decode()
    booking.refresh_from_db()
    assert booking.booker.wants_reminders, "a mail scanner opens every link"
    sam.post(address, {"reminders": "off"})
    assert "You get no more reminders" in sam.get(address).content.decode()
    pass_the_moments()

    readers = [message(mail)["To"].addresses[0].addr_spec for mail in mails_about(zoom, "Reminder:")]
    assert readers == [HOST]
    assert mails_about(zoom, "Thank you:") == []
    sam.post(address, {"reminders": "on"})
    booking.refresh_from_db()
    assert booking.booker.wants_reminders
    assert [entry.event for entry in booking.history.all()][-2:] == ["reminders_stopped", "reminders_wanted"]


@pytest.mark.parametrize("sent", [{}, {"reminders": "o"}, {"List-Unsubscribe": "One-Cl"}])
def test_a_form_that_says_nothing_whole_changes_nothing(page, sam, sent):
    booking = booked(page, tomorrow(10) + timedelta(days=2))

    sam.post(f"{link_path(booking.booker)}/reminders", sent)

    booking.refresh_from_db()
    assert booking.booker.wants_reminders


def test_who_is_told_of_a_move_first_is_not_told_of_the_booking_after_it(page, zoom):
    start = tomorrow(10) + timedelta(days=3)
    booking = book(order(page, start), now=present())
    later = minute_of(start + timedelta(hours=2))
    reschedule(booking.pk, start_minute=later, actor="host", now=present())

    work_off()

    assert [message(mail)["Subject"].partition(":")[0] for mail in zoom.mails()] == ["Moved", "Moved"]
    assert reconcile(now=present() + timedelta(days=1)) == 1
    assert not booking.history.filter(event="repaired").exists()
