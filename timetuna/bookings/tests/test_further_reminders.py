"""Whom a guest brings is reminded as the guest is: once each, of the time the meeting has, while they take part."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.queries import link_path, reminders_link
from timetuna.bookings.status.effects import effects
from timetuna.bookings.status.rows import Reader
from timetuna.bookings.tests.conftest import set_reminders, tomorrow, work_off
from timetuna.bookings.tests.life import made, now
from timetuna.bookings.tests.reading import GUEST, HOST, message
from timetuna.bookings.tests.test_further_guests import KIM, LEE, add
from timetuna.bookings.tests.test_reminders import pass_the_moments
from timetuna.jobs.models import Job
from timetuna.l10n.datetimes import zone_or_utc

pytestmark = [pytest.mark.django_db, pytest.mark.matrix(of="file")]
START = timedelta(days=2)


@pytest.fixture
def page(page, zoom):
    set_reminders(page, guest=[60, 24 * 60], host=[10], after=[30])
    return page


def timely(zoom, to):
    """Return what time brought somebody, by the first word of the subject."""
    words = [message(mail)["Subject"].partition(":")[0] for mail in zoom.mails(to)]
    return [word for word in words if word in {"Reminder", "Thank you"}]


def row_of(booking, email=KIM.email):
    return Attendee.objects.get(is_booker=False, booking=booking, email=email)


def path_of(row):
    return f"{link_path(row)}/reminders"


def test_each_is_reminded_and_thanked_as_the_guest_is_and_once(page, zoom):
    made(page, tomorrow(10) + START, others=[KIM, LEE])

    pass_the_moments()
    pass_the_moments()

    for to in (GUEST, KIM.email, LEE.email):
        assert timely(zoom, to) == ["Reminder", "Reminder", "Thank you"]
    assert timely(zoom, HOST) == ["Reminder"]
    ids = [message(mail)["Message-ID"] for mail in zoom.mails()]
    assert len(set(ids)) == len(ids)


def test_what_they_read_cannot_change_the_booking(page, zoom):
    page.mails.update_or_create(kind="reminder", defaults={"message": "Change it: {manage link}"})
    page.mails.update_or_create(kind="follow_up", defaults={"message": "Again? {manage link}"})
    booking = made(page, tomorrow(10) + START, others=[KIM], notes="look at lure.example")

    pass_the_moments()

    mails = [message(mail) for mail in zoom.mails(KIM.email)][1:]
    assert len(mails) == 3
    for mail in mails:
        raw = "".join(
            part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"
        ) + str(dict(mail.items()))
        assert link_path(booking.booker) not in raw
        assert GUEST not in raw
        assert "lure" not in raw
        assert "named you as a guest" in raw
        assert mail["In-Reply-To"] == message(zoom.mails(KIM.email)[0])["Message-ID"]
    assert link_path(booking.booker) in zoom.mails(GUEST)[-1]["text"]


def test_they_follow_a_move_and_end_with_a_cancellation(page, zoom):
    start = tomorrow(10) + START
    moved = made(page, start, others=[KIM])
    reschedule(moved.pk, start_minute=minute_of(start + timedelta(days=1)), actor="host", now=now())
    off = made(page, start, email="other@guest.example", others=[LEE])
    cancel(off.pk, actor="host", note_text="", now=now())
    work_off()

    pass_the_moments()

    assert timely(zoom, KIM.email) == ["Reminder", "Reminder", "Thank you"]
    assert f"{(start + timedelta(days=1)).day} " in message(zoom.mails(KIM.email)[-2])["Subject"]
    assert timely(zoom, LEE.email) == []


def test_who_was_taken_off_gets_none_and_none_is_shown_to_come(page, zoom):
    booking = made(page, tomorrow(10) + START, others=[KIM, LEE])

    remove_guest(booking.pk, attendee_id=row_of(booking).pk, now=now())
    work_off()
    booking.refresh_from_db()

    work = effects(booking, [], Reader(host_id=booking.host_id, zone=zone_or_utc("UTC"), now=now()))
    assert sum(one.title == f"Reminder to {LEE.email}" for one in work) == 2
    pass_the_moments()
    assert timely(zoom, KIM.email) == []
    assert timely(zoom, LEE.email) == ["Reminder", "Reminder", "Thank you"]


def test_who_came_back_gets_each_once(page, zoom):
    booking = made(page, tomorrow(10) + START, others=[KIM])

    remove_guest(booking.pk, attendee_id=row_of(booking).pk, now=now())
    add(booking, KIM)
    pass_the_moments()

    assert timely(zoom, KIM.email) == ["Reminder", "Reminder", "Thank you"]


def test_who_is_added_later_gets_those_still_to_come(page, zoom):
    start = tomorrow(10) + START
    booking = made(page, start)

    with time_machine.travel(start - timedelta(hours=5), tick=True):
        work_off()
        add_guests(booking.pk, guests=[KIM], now=now())
        work_off()
    pass_the_moments()

    assert timely(zoom, GUEST) == ["Reminder", "Reminder", "Thank you"]
    assert timely(zoom, KIM.email) == ["Reminder", "Thank you"]


def test_who_came_back_after_a_reminders_moment_does_not_get_it_late(page, zoom):
    start = tomorrow(10) + START
    booking = made(page, start, others=[KIM])
    row = row_of(booking)
    late = Job.objects.get(
        name="bookings.reminder", arguments__audience=f"attendee-{row.pk}", arguments__minutes=1440
    )
    Job.objects.filter(pk=late.pk).update(state="running")  # a worker that is slow has it in hand

    with time_machine.travel(start - timedelta(hours=5), tick=True):
        remove_guest(booking.pk, attendee_id=row.pk, now=now())
        add_guests(booking.pk, guests=[KIM], now=now())
        work_off()
        Job.objects.filter(pk=late.pk).update(state="waiting")
        work_off()

    assert timely(zoom, KIM.email) == []


def test_each_stops_their_own_by_one_post_of_the_mail_program(page, zoom):
    booking = made(page, tomorrow(10) + START, others=[KIM, LEE])
    first = Job.objects.filter(name="bookings.reminder").order_by("run_at").first().run_at
    with time_machine.travel(first, tick=True):
        work_off()
    [_, reminder] = [message(mail) for mail in zoom.mails(KIM.email)]
    address = reminder["List-Unsubscribe"].strip("<>")
    assert reminder["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address == reminders_link(row_of(booking))
    assert address in zoom.mails(KIM.email)[1]["text"]

    strict = Client(enforce_csrf_checks=True)
    strict.post(path_of(row_of(booking)), {"List-Unsubscribe": "One-Click"})
    pass_the_moments()

    assert timely(zoom, KIM.email) == ["Reminder"]
    for to in (GUEST, LEE.email):
        assert timely(zoom, to) == ["Reminder", "Reminder", "Thank you"]
    booking.refresh_from_db()
    assert booking.booker.wants_reminders
    said = [(entry.actor, entry.source, entry.event) for entry in booking.history.all()]
    assert said[-1] == ("attendee", "mail", "reminders_stopped")


def test_their_page_changes_nothing_by_itself_and_shows_the_meeting_alone(client, page):
    booking = made(page, tomorrow(10) + START, others=[KIM], notes="Something private")
    path = path_of(row_of(booking))

    asked = client.get(path).content.decode()

    assert row_of(booking).wants_reminders, "a mail scanner opens every link"
    assert "Stop the reminders?" in asked
    for secret in (link_path(booking.booker), GUEST, "Sam Guest", "Something private", KIM.email):
        assert secret not in asked
    assert client.get(path)["Cache-Control"] == "private, no-store"
    client.post(path, {"reminders": "off"})
    assert "You get no more reminders" in client.get(path).content.decode()
    client.post(path, {"reminders": "on"})
    assert row_of(booking).wants_reminders


def test_their_page_is_in_their_language(page):
    booking = made(page, tomorrow(10) + START, others=[KIM])

    asked = Client(headers={"Accept-Language": "de"}).get(path_of(row_of(booking))).content.decode()

    assert '<html lang="de"' in asked
    assert "Stop the reminders?" not in asked


def test_the_address_cannot_be_made_up_and_dies_with_the_invitation(client, page):
    booking = made(page, tomorrow(10) + START, others=[KIM, LEE])
    path = path_of(row_of(booking))
    longer = path.replace("/reminders", "0/reminders")

    assert [client.post(one).status_code for one in (longer, f"/b/{row_of(booking).pk}/reminders")] == [
        404
    ] * 2
    assert row_of(booking).wants_reminders
    remove_guest(booking.pk, attendee_id=row_of(booking).pk, now=now())
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(
    "status",
    [
        "pending",
        "awaiting_phone",
        "declined",
        "lapsed",
        "withdrawn",
        "cancelled_by_guest",
        "cancelled_by_host",
    ],
)
def test_where_nothing_is_to_come_nobody_is_asked_about_reminders(page, status):
    booking = made(page, tomorrow(10) + START)
    Booking.objects.filter(pk=booking.pk).update(status=status)

    assert_asked_nothing(booking.booker)


def test_who_has_left_is_not_asked_about_reminders(client, page):
    booking = made(page, tomorrow(10) + START, others=[KIM])
    client.post(f"{link_path(row_of(booking))}/leave", {"answer": "leave"})

    assert_asked_nothing(row_of(booking))
    client.post(f"{link_path(row_of(booking))}/leave", {"undo": ""})
    assert "You get no more reminders" in client.get(path_of(row_of(booking))).content.decode()


def assert_asked_nothing(attendee):
    strict, path = Client(enforce_csrf_checks=True), path_of(attendee)
    asked = strict.get(path)
    stopped = strict.post(path, {"List-Unsubscribe": "One-Click"})

    assert (asked.status_code, asked["Location"]) == (302, link_path(attendee))
    assert (stopped.status_code, stopped.content) == (200, b""), "RFC 8058: no redirect"
    attendee.refresh_from_db()
    assert not attendee.wants_reminders
