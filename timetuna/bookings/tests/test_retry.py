"""What keeps event and booking together when Google, the connection or our own tables let us down."""

from datetime import datetime, timedelta

import httpx2
import pytest
from django.test import Client

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.fulfilment.reconcile import reconcile, retry_booking
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.tests.conftest import due_now, make_page, order, set_reminders, tomorrow, work_off
from timetuna.bookings.tests.diary import shown
from timetuna.bookings.tests.google import PRIMARY
from timetuna.calendars.access_tokens import use
from timetuna.calendars.actions.disconnect import disconnect
from timetuna.calendars.models import CalendarAccount, CalendarEvent
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either, pytest.mark.matrix(of="file")]
GUEST, HOST = "sam@guest.example", "alice@host.example"


@pytest.fixture
def page(alice, google):
    google.connect(Client(), alice)
    return make_page(alice)


@pytest.fixture
def booking(page):
    made = book(order(page), now=present())
    work_off()
    return made


def move(booking, **later):
    start = tomorrow() + timedelta(**later)
    return reschedule(booking.pk, start_minute=minute_of(start), actor="guest", now=present())


def starts(google):
    return [datetime.fromisoformat(event["start"]["dateTime"]) for event in google.events()]


def check_tomorrow():
    """Let a day pass, then let what the check found be done."""
    Booking.objects.filter(next_check_at__isnull=False).update(next_check_at=present())
    checked = reconcile(now=present())
    due_now(name="bookings.check_event")
    work_off()
    return checked


def host_page(alice, booking):
    client = Client()
    client.force_login(alice)
    return shown(client.get(f"/bookings/{booking.pk}"))


def test_the_mails_go_when_the_calendar_takes_too_long_and_the_event_follows(google, page, alice):
    google.control.fault("google_503", times=None)
    booking = book(order(page), now=present())
    work_off()
    assert google.control.mail(GUEST) == []

    Booking.objects.update(created_at=present() - timedelta(minutes=5))
    due_now()
    work_off()

    assert len(google.control.mail(GUEST)) == len(google.control.mail(HOST)) == 1
    assert google.events() == []
    assert "Event in" in host_page(alice, booking)
    google.control.clear_faults()
    due_now()
    work_off()
    assert len(google.events()) == 1
    assert len(google.control.mail(GUEST)) == 1


def test_a_refusal_for_good_does_not_keep_the_mails(google, page, alice):
    google.control.tell("google/calendar/change", id=PRIMARY, role="reader")
    booking = book(order(page), now=present())
    work_off()

    assert len(google.control.mail(GUEST)) == 1
    assert CalendarEvent.objects.get().state == "refused"
    said = f"TimeTuna could not write it into the calendar {PRIMARY}. {CalendarEvent.objects.get().problem}"
    [to_host] = google.control.mail(HOST)
    assert said in " ".join(to_host["text"].split())
    assert "could not write" not in google.control.mail(GUEST)[0]["text"]
    google.control.tell("google/calendar/change", id=PRIMARY, role="owner")
    assert retry_booking(Booking.objects.get(pk=booking.pk)) > 0
    work_off()
    assert len(google.events()) == 1
    assert "Written" in host_page(alice, booking)


def test_what_changes_while_google_is_away_is_done_when_it_is_back(google, booking):
    google.control.fault("google_503", times=None)
    move(booking, days=1)
    work_off()
    move(booking, days=3)
    work_off()
    assert starts(google) == [tomorrow()]

    google.control.clear_faults()
    due_now()
    work_off()

    assert starts(google) == [tomorrow() + timedelta(days=3)]
    assert Job.objects.filter(name="bookings.event").exclude(state="done").count() == 0


def test_a_booking_stands_when_the_account_is_disconnected_and_says_so(google, booking, alice):
    disconnect(CalendarAccount.objects.get().pk, host_id=alice.pk)
    move(booking, days=1)
    work_off()

    assert len(google.control.mail(GUEST)) == 2
    assert "Google Calendar is not connected." in host_page(alice, booking)
    assert "Connect Google Calendar" in host_page(alice, booking)
    waits = booking.history.get(event="event_waiting")
    assert "Google Calendar is not connected." in waits.text


def test_connecting_the_same_account_again_brings_its_events_up_to_date(google, booking, alice):
    before = google.events()[0]["id"]
    disconnect(CalendarAccount.objects.get().pk, host_id=alice.pk)
    move(booking, days=1)
    work_off()

    google.connect(Client(), alice)
    work_off()

    assert [event["id"] for event in google.events()] == [before]
    assert starts(google) == [tomorrow() + timedelta(days=1)]
    row = CalendarEvent.objects.get()
    assert (row.account, row.calendar.outside_id) == (CalendarAccount.objects.get(), PRIMARY)


def test_another_account_gets_nothing_of_what_stands_in_the_first(google, booking, alice):
    disconnect(CalendarAccount.objects.get().pk, host_id=alice.pk)
    google.connect(Client(), alice, account="casey")
    move(booking, days=1)
    work_off()

    assert google.events("casey@cohost.example") == []
    assert starts(google) == [tomorrow()]


def test_a_cancellation_while_disconnected_removes_the_event_once_connected_again(google, booking, alice):
    disconnect(CalendarAccount.objects.get().pk, host_id=alice.pk)
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()
    assert len(google.events()) == 1

    google.connect(Client(), alice)
    work_off()

    assert google.events() == []


def test_a_dead_grant_is_said_and_mended_by_connecting_again(google, booking, alice):
    google.control.fault("google_revoke")
    google.control.fault("google_expire_access")
    move(booking, days=1)
    work_off()
    assert "Reconnect Google Calendar" in host_page(alice, booking)

    google.connect(Client(), alice)
    work_off()

    assert starts(google) == [tomorrow() + timedelta(days=1)]


def test_the_daily_check_puts_back_an_event_that_its_host_deleted(google, booking):
    google.delete(google.events()[0])
    assert google.events() == []

    assert check_tomorrow() == 1

    assert starts(google) == [tomorrow()]
    assert Booking.objects.get().next_check_at > present() + timedelta(hours=23)


def edit(google, event, **fields):
    """Change an event as its host does at Google."""
    address = f"{google.sandbox.http_url}/google/calendar/v3/calendars/{PRIMARY}/events/{event['id']}"

    def patch(token):
        headers = {"Authorization": f"Bearer {token}"}
        httpx2.patch(address, json=fields, headers=headers, trust_env=False).raise_for_status()

    use(CalendarAccount.objects.get().pk, patch)


def test_the_daily_check_puts_the_time_right_and_leaves_what_its_host_wrote(google, booking):
    [event] = google.events()
    colleague = {"email": "colleague@host.example"}
    away = {
        name: {"dateTime": (tomorrow() + timedelta(hours=hours)).isoformat()}
        for name, hours in (("start", 5), ("end", 6))
    }
    words = {"summary": "Sam, about the boat", "description": "Bring the plans"}
    edit(google, event, attendees=[*event["attendees"], colleague], location="Kitchen", **away, **words)

    check_tomorrow()

    [after] = google.events()
    assert starts(google) == [tomorrow()]
    assert after["location"] == event["location"]
    assert {name: after[name] for name in words} == words
    assert colleague["email"] in [one["email"] for one in after["attendees"]]


def test_a_move_writes_the_event_anew_with_the_words_of_the_booking(google, booking):
    [event] = google.events()
    edit(google, event, summary="Sam, about the boat")

    move(booking, days=1)
    work_off()

    assert [one["summary"] for one in google.events()] == [event["summary"]]


def test_a_check_that_finds_all_well_says_and_mails_nothing(google, booking):
    lines = booking.history.count()

    for _ in range(2):
        check_tomorrow()

    assert len(google.events()) == 1
    assert booking.history.count() == lines
    assert len(google.control.mail()) == 2
    assert Job.objects.filter(name="bookings.check_event").count() == 1


def test_work_that_was_lost_with_its_row_is_done_after_the_check(google, page):
    book(order(page), now=present())
    Job.objects.all().delete()

    check_tomorrow()

    assert len(google.events()) == len(google.control.mail(GUEST)) == 1


@pytest.mark.parametrize("lost", ["bookings.event", "bookings.mail"])
def test_a_change_that_was_lost_with_its_row_is_carried_after_the_check(google, booking, lost):
    move(booking, days=1)
    Job.objects.filter(name=lost, state="waiting").delete()
    check_tomorrow()
    assert starts(google) == [tomorrow() + timedelta(days=1)]

    cancel(booking.pk, actor="guest", note_text="", now=present())
    Job.objects.filter(name=lost, state="waiting").delete()
    check_tomorrow()

    assert google.events() == []
    subjects = [mail["subject"].split(":")[0] for mail in google.control.mail(GUEST)]
    assert subjects == ["Intro call with Alice Host", "Moved", "Cancelled"]


def test_what_is_over_or_settled_is_compared_no_more(google, booking, page):
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()
    past = book(order(page, tomorrow(hour=12)), now=present())
    work_off()
    Booking.objects.filter(pk=past.pk).update(start_at=present() - timedelta(days=1))

    assert check_tomorrow() == 2

    assert set(Booking.objects.values_list("next_check_at", flat=True)) == {None}
    assert check_tomorrow() == 0


def test_an_event_is_written_by_one_process_at_a_time(google, booking):
    move(booking, days=1)
    CalendarEvent.objects.update(lease="another")
    Job.objects.create(name="bookings.fulfil", concurrency=booking.concurrency_key(), state="running")

    work_off()
    assert starts(google) == [tomorrow()]

    Job.objects.filter(state="running").delete()  # that process was killed
    due_now()
    work_off()
    assert starts(google) == [tomorrow() + timedelta(days=1)]


def test_a_request_that_was_moved_and_taken_back_is_no_invitation_after_the_check(google, page):
    page.approval = True
    page.save()
    asked = book(order(page), now=present())
    move(asked, days=1)
    cancel(asked.pk, actor="guest", note_text="", now=present())
    work_off()
    before = len(google.control.mail())

    check_tomorrow()

    assert len(google.control.mail()) == before
    assert [mail["ics"] for mail in google.control.mail()] == [[]] * before
    assert google.writes() == []


def test_who_was_taken_off_is_told_also_when_the_booking_changes_again_at_once(google, booking):
    add_guests(booking.pk, guests=[Guest("Kim", "kim@guest.example")], now=present())
    work_off()
    row = Attendee.objects.get(is_booker=False)

    remove_guest(booking.pk, attendee_id=row.pk, now=present())
    move(booking, days=1)
    work_off()

    methods = [
        mail["ics"][0].split("METHOD:")[1].split()[0] for mail in google.control.mail("kim@guest.example")
    ]
    assert methods == ["REQUEST", "CANCEL"]
    assert [one["email"] for one in google.events()[0]["attendees"]] == [GUEST]


def test_reminders_and_the_end_of_a_request_that_were_lost_are_planned_again(google, page):
    set_reminders(page, guest=[60])
    book(order(page), now=present())
    page.approval = True
    page.save()
    book(order(page, tomorrow(14)), now=present())
    work_off()
    planned = ["bookings.lapse", "bookings.reminder"]
    assert Job.objects.filter(name__in=planned).delete()[0] == 2

    check_tomorrow()

    assert sorted(Job.objects.filter(name__in=planned).values_list("name", flat=True)) == planned


def test_trouble_with_a_token_leaves_no_event_in_doubt(google, page):
    booking = book(order(page), now=present())
    google.control.fault("google_expire_access")
    google.control.fault("google_token_503", times=None)
    work_off()
    assert not CalendarEvent.objects.get().in_doubt

    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    assert CalendarEvent.objects.get().state == "removed"
    assert google.writes() == []
