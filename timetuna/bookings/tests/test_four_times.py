"""What a booking's page says when it is opened: just made, to come, now, over; and what it says of mails."""

from datetime import timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.events import GUEST, HOST, SILENT, SYSTEM, BookingEvent, record
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import order, tomorrow
from timetuna.bookings.tests.diary import put_attendee, put_payment
from timetuna.bookings.tests.leftovers import Seen
from timetuna.l10n import datetimes

pytestmark = pytest.mark.django_db
ON_ITS_WAY = "on its way"


def seen(client, booking, at=None, *, attendee=None):
    """What is read on the page, at a moment."""
    path = link_path(attendee or booking.booker)
    if at is None:
        return Seen(client.get(path).content.decode()).text()
    with time_machine.travel(at, tick=False):
        return Seen(client.get(path).content.decode()).text()


@pytest.fixture
def booking(page):
    """In five days by New York's calendar, where its guest is, at ten by their clock."""
    zone = datetimes.zone_or_utc("America/New_York")
    day = present().astimezone(zone) + timedelta(days=5)
    start = day.replace(hour=10, minute=0, second=0, microsecond=0)
    return book(order(page, start), now=present())


def test_a_page_knows_what_has_just_happened_and_forgets_it(client, booking):
    fresh = seen(client, booking)
    later = seen(client, booking, present() + timedelta(minutes=31))

    assert "Your booking is confirmed" in fresh
    assert "confirmation with a calendar invite is on its way to sam@guest.example" in fresh
    assert "Your meeting is in 5 days" in later
    assert ON_ITS_WAY not in later


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(days=2), "Your meeting is in 2 days"),
        (timedelta(hours=11), "Your meeting is tomorrow at 10:00"),
        (timedelta(minutes=1), "Your meeting is today at 10:00"),
        (timedelta(0), "Your meeting is now It lasts until 10:30."),
        (-timedelta(minutes=29), "Your meeting is now"),
    ],
)
def test_until_it_is_over_a_page_says_how_soon_it_is(client, booking, before, said):
    text = seen(client, booking, booking.start_at - before)

    assert said in text
    assert "Add to your calendar" in text
    assert "Book again" not in text


def test_a_page_of_what_is_over_says_so_and_offers_another(client, page, booking):
    page.meeting_types.update(kind="link", detail="https://room.example/alice")
    Booking.objects.filter(pk=booking.pk).update(meeting_type="link", location="https://room.example/alice")
    kim = put_attendee(
        booking, name="Kim", email="kim@x.example", mailbox="kim@x.example", time_zone="America/New_York"
    )
    day = datetimes.day_of_year(booking.start_at.astimezone(datetimes.zone_or_utc("America/New_York")).date())

    shown = seen(client, booking, booking.end_at())
    to_kim = seen(client, booking, booking.end_at(), attendee=kim)

    assert f"This meeting was on {day}" in shown
    assert "Book again" in shown
    assert f"This meeting was on {day}" in to_kim
    for text in (shown, to_kim):
        assert "room.example" not in text
        assert "calendar" not in text
    assert "Book again" not in to_kim


def test_cancelling_names_everybody_who_is_told_and_then_offers_as_long_a_time(client, booking):
    path = f"{link_path(booking.booker)}/cancel"
    alone = Seen(client.get(path).content.decode()).text()
    put_attendee(booking, name="Kim", email="kim@x.example", mailbox="kim@x.example")
    beside = Seen(client.get(path).content.decode()).text()
    cancel(booking.pk, actor=GUEST, note_text="", now=present())
    off = client.get(link_path(booking.booker))

    assert "Alice Host is told by mail. Both of you get a file" in alone
    assert "Alice Host and everybody who is invited are told by mail. Each of you gets a file" in beside
    assert "Message to Alice Host" in beside
    assert '<del class="struck">' in off.content.decode()
    assert off.context["again_url"].endswith("/alice/intro?duration=30")


def test_weeks_after_a_move_no_mail_is_on_its_way(client, booking):
    reschedule(booking.pk, start_minute=minute_of(booking.start_at) + 15, actor=GUEST, now=present())

    assert "The new time is on its way to sam@guest.example" in seen(client, booking)
    later = seen(client, booking, present() + timedelta(hours=1))
    assert "Your meeting is in 5 days" in later
    assert "10:00" in later  # when it was to be before


def test_a_cancellation_promises_a_mail_only_where_one_is_sent_and_for_a_while(client, page):
    told, silent = (book(order(page, tomorrow(hour)), now=present()) for hour in (10, 12))
    cancel(told.pk, actor=HOST, note_text="", now=present())
    cancel(silent.pk, actor=HOST, note_text="", now=present(), source=SILENT, told=())

    assert ON_ITS_WAY in seen(client, told)
    assert "Alice Host cancelled it." in seen(client, silent)
    assert ON_ITS_WAY not in seen(client, silent)
    assert ON_ITS_WAY not in seen(client, told, present() + timedelta(hours=1))


def test_a_request_nobody_answered_is_over_before_the_work_that_ends_it(client, page):
    page.approval = True
    page.save()
    booking = book(order(page), now=present())

    assert "Your request is with Alice Host" in seen(client, booking)
    late = seen(client, booking, booking.pending_until)
    assert "Your request has ended" in late
    assert "at the latest" not in late
    assert "Choose a new time" in late


def test_what_is_still_to_be_paid_is_neither_booked_nor_over(client, booking):
    until = present() + timedelta(minutes=30)
    put_payment(booking, state="awaiting")
    Booking.objects.filter(pk=booking.pk).update(status="awaiting_payment", pending_until=until)

    in_time, late = seen(client, booking), seen(client, booking, until)

    assert "Your payment is still to come" in in_time
    assert "It is booked once you have paid." in in_time
    assert "This booking is not paid The time for it is over." in late
    for text in (in_time, late):
        assert "Your booking is confirmed" not in text
        assert "This meeting was" not in text
        assert "Add to your calendar" not in text


def test_a_mail_that_came_back_is_not_on_its_way(client, booking):
    facts = {"mail": "confirmation", "outcome": "came back"}
    record(booking, BookingEvent.MAIL_BOUNCED, actor=SYSTEM, reader="the host", **facts)
    assert ON_ITS_WAY in seen(client, booking)

    record(booking, BookingEvent.MAIL_BOUNCED, actor=SYSTEM, reader="the guest", **facts)

    assert ON_ITS_WAY not in seen(client, booking)
    assert "Mails to sam@guest.example come back." in seen(client, booking)
