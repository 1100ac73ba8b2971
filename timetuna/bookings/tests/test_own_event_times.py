"""Events of ours take no time a second time, and nobody else's event passes for one of ours."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.integrations.location import own_uid
from timetuna.bookings.models import HistoryEntry
from timetuna.bookings.tests.conftest import make_page, order, tomorrow
from timetuna.calendars.busy_cache import others_only
from timetuna.calendars.models import CalendarEvent
from timetuna.ical.answer import BusyTime

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.vendor]
HOUR = 60


@pytest.fixture
def booking(alice):
    return book(order(make_page(alice)), now=present())


def event(booking, *, later=0, longer=0, uid=None):
    """Return what a calendar says of an event under the booking's mark, so many minutes later and longer than it."""
    start = minute_of(booking.start_at) + later
    return BusyTime(start, start + booking.minutes + longer, uid=own_uid(booking) if uid is None else uid)


def left(found, host):
    return others_only(found, host_id=host.pk)


def test_the_event_of_a_booking_is_left_out_under_each_of_its_names(booking, alice):
    CalendarEvent.objects.create(
        booking_uid=booking.uid,
        host=alice,
        provider="google",
        account_fingerprint="f",
        outside_calendar="c",
        ical_uid="made-there@google.com",
        mailed_uid="mailed@google.com",
    )
    names = [str(booking.uid), own_uid(booking), "made-there@google.com", "mailed@google.com"]

    assert left([event(booking, uid=name) for name in names], alice) == []


def test_a_strangers_event_under_the_uid_of_our_invitation_blocks_at_any_other_time(booking, alice):
    forged = [event(booking, later=3 * HOUR), event(booking, longer=1), event(booking, later=-1)]

    assert left(forged, alice) == forged


def test_an_event_under_our_private_property_blocks_where_the_booking_is_not(booking, alice):
    dragged_away = event(booking, later=24 * HOUR, uid=str(booking.uid))

    assert left([dragged_away], alice) == [dragged_away]


def test_a_booking_of_another_host_is_an_event_like_any_other(booking, charlie):
    assert left([event(booking)], charlie) == [event(booking)]


def test_the_time_that_a_booking_was_moved_away_from_is_free_at_once_and_counts_a_day_later(booking, alice):
    before = event(booking)
    moved = reschedule(
        booking.pk,
        start_minute=minute_of(tomorrow() + timedelta(hours=2)),
        actor="guest",
        now=present(),
    )
    assert left([before, event(moved)], alice) == []

    HistoryEntry.objects.filter(booking=booking).update(at=present() - timedelta(hours=25))
    assert left([before, event(moved)], alice) == [before]


def test_the_event_of_a_cancelled_booking_is_free_at_once_and_counts_if_it_still_stands_a_day_later(
    booking, alice
):
    cancel(booking.pk, actor="guest", note_text="", now=present())
    assert left([event(booking)], alice) == []

    HistoryEntry.objects.filter(booking=booking).update(at=present() - timedelta(hours=25))
    assert left([event(booking)], alice) == [event(booking)]
