"""Whoever wants to know of bookings registers for their events; no action knows of it."""

import ast
from datetime import timedelta

import pytest

from tests.clock import present
from tests.test_house import ROOT, imports
from timetuna.availability.interval import minute_of
from timetuna.bookings import events
from timetuna.bookings.actions.answer_request import approve, decline, expire_request
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.cancel_together import cancel_together, restore_together
from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.actions.renew_link import renew_link
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.actions.resend import resend
from timetuna.bookings.actions.write_notes import write_notes
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.events import TRANSITIONS, BookingEvent, on_event
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking, HistoryEntry
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.tests.conftest import order, tomorrow, work_off
from timetuna.jobs import queue
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("letters")]
ACTIONS = sorted((ROOT / "timetuna/bookings/actions").glob("*.py"))


@pytest.fixture
def heard(monkeypatch):
    """Return what a listener hears that no action knows of, as (event, actor, facts)."""
    queue.load()  # whoever listens by then stays out of what is put in their place
    copies = {event: list(listeners) for event, listeners in events._listeners.items()}
    monkeypatch.setattr(events, "_listeners", events._listeners | copies)
    for event in BookingEvent:
        events._listeners.setdefault(event, [])
    said = []
    on_event(*BookingEvent)(said.append)
    return said


def told(heard):
    found = [(one.event.value, one.actor) for one in heard]
    heard.clear()
    return found


def test_a_listener_hears_a_booking_s_whole_life(page, heard):
    booking = book(order(page), now=present())
    work_off()
    add_guests(booking.pk, guests=[Guest("Kim", "kim@guest.example")], now=present())
    kim = booking.attendees.get(is_booker=False)
    remove_guest(booking.pk, attendee_id=kim.pk, now=present(), actor="host")
    reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=present())
    write_notes(booking.pk, host_id=page.host_id, text="Owes me lunch")
    resend(booking.pk, audience=audience_of(booking.booker), now=present())
    renew_link(booking.pk, actor="host")
    cancel(booking.pk, actor="guest", note_text="ill", now=present())

    assert told(heard) == [
        ("booked", "guest"),
        ("guests_added", "guest"),
        ("guest_removed", "host"),
        ("moved", "guest"),
        ("notes_written", "host"),
        ("resent", "host"),
        ("guest_link_renewed", "host"),
        ("cancelled", "guest"),
    ]


def test_it_hears_how_requests_end(page, heard):
    page.approval = True
    page.save()
    asked = [book(order(page, tomorrow(hour), key=str(hour) * 8), now=present()) for hour in (9, 11, 13, 15)]

    approve(asked[0].pk, source="host", now=present())
    decline(asked[1].pk, note_text="", source="mail", now=present())
    cancel(asked[2].pk, actor="guest", note_text="", now=present())
    expire_request(asked[3].pk, now=asked[3].pending_until)

    assert told(heard) == [("requested", "guest")] * 4 + [
        ("approved", "host"),
        ("declined", "host"),
        ("withdrawn", "guest"),
        ("lapsed", "system"),
    ]
    assert [one.status for one in Booking.objects.order_by("pk")] == [
        "confirmed",
        "declined",
        "withdrawn",
        "lapsed",
    ]


def test_it_hears_who_is_told_of_what_is_called_off_together(page, heard):
    booking = book(order(page), now=present())
    told(heard)

    cancel_together(Booking.objects.all(), [booking.pk], now=present())
    restore_together(Booking.objects.all(), [booking.pk], now=present())

    assert [(one.event, one.source, one.told) for one in heard] == [
        (BookingEvent.CANCELLED, "silent", ()),
        (BookingEvent.RESTORED, "host", ()),
    ]
    assert not Job.objects.filter(arguments__kind="cancelled").exists()


def test_it_hears_what_is_written_down_after_the_meeting(page, heard):
    booking = book(order(page), now=present())
    Booking.objects.update(start_at=present() - timedelta(hours=1))
    told(heard)

    mark_no_show(booking.pk, missed=True, now=present())
    mark_no_show(booking.pk, missed=False, now=present())

    assert told(heard) == [("no_show", "host"), ("showed_up", "host")]


def test_a_refused_change_is_no_event(page, heard):
    booking = book(order(page), now=present())
    cancel(booking.pk, actor="host", note_text="", now=present())
    told(heard)

    cancel(booking.pk, actor="guest", note_text="", now=present())
    with pytest.raises(NotPossible):
        reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=present())

    assert told(heard) == []


def test_a_listener_that_fails_takes_the_change_back(page, heard):
    booking = book(order(page), now=present())
    before = HistoryEntry.objects.count(), Job.objects.count()
    on_event(BookingEvent.CANCELLED)(lambda _happening: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        cancel(booking.pk, actor="guest", note_text="", now=present())

    booking.refresh_from_db()
    assert booking.status == "confirmed"
    assert (HistoryEntry.objects.count(), Job.objects.count()) == before


def test_every_change_of_state_is_recorded_as_an_event():
    assert {one.event for one in TRANSITIONS} <= set(BookingEvent)


@pytest.mark.parametrize("path", ACTIONS, ids=lambda path: path.stem)
def test_no_action_sends_mails_or_works_outside(path):
    """What follows from a change is its listeners' (`resend` is the mail itself)."""
    names = {".".join(parts[1:]) for parts in imports(path) if parts[:2] == ["timetuna", "bookings"]}
    called = {
        ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)
    }

    assert not {name for name in names if name.startswith("bookings.fulfilment")}
    assert not {name for name in called if name.startswith("enqueue")}
    if path.stem != "resend":
        assert "send_mail.enqueue" not in called
