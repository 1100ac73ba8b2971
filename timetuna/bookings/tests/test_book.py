from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import BookingRefused, FormUsed, NotPossible, SlotTaken, TooManyBookings
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.tests.conftest import make_page, order, tomorrow
from timetuna.jobs.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


def now():
    return present()


def test_a_booking_and_its_work_are_stored_together(page):
    booking = book(order(page), now=now())

    assert booking.start_at == tomorrow()
    assert list(booking.booking_hosts.values_list("start_minute", "end_minute", "active")) == [
        (minute_of(tomorrow()), minute_of(tomorrow()) + 30, True)
    ]
    assert list(Job.objects.values_list("name", "key", "arguments")) == [
        ("bookings.fulfil", f"fulfil:{booking.pk}:0", {"booking_id": booking.pk})
    ]
    assert [entry.event for entry in booking.history.all()] == ["booked"]


def test_the_same_time_is_refused(page):
    book(order(page), now=now())

    with pytest.raises(SlotTaken):
        book(order(page), now=now())

    assert Booking.objects.count() == 1


@pytest.mark.parametrize(
    ("after_ten_tomorrow", "minutes"),
    [
        (timedelta(minutes=7), 30),  # not on the grid
        (timedelta(days=400), 30),  # beyond the horizon
        (timedelta(days=-3), 30),  # past
        (timedelta(0), 45),  # not a length of this page
    ],
)
def test_a_time_that_was_never_offered_is_refused(page, after_ten_tomorrow, minutes):
    with pytest.raises(SlotTaken):
        book(order(page, tomorrow(10) + after_ten_tomorrow, minutes=minutes), now=now())

    assert not Booking.objects.exists()
    assert not Job.objects.exists()


def test_another_pages_meeting_type_is_refused(page):
    with pytest.raises(SlotTaken):
        book(order(page, kind="zoom"), now=now())


def test_two_pages_of_one_host_share_the_time(page, alice):
    other = make_page(alice, slug="other", lengths=(60,))
    book(order(page, tomorrow(10, 30)), now=now())

    with pytest.raises(SlotTaken):
        book(order(other, tomorrow(10, 0), minutes=60), now=now())


def test_the_stricter_buffer_holds(page, alice):
    other = make_page(alice, slug="other")
    other.buffer_before_minutes = 30
    other.save()
    book(order(page, tomorrow(10, 0)), now=now())

    with pytest.raises(SlotTaken):
        book(order(other, tomorrow(10, 45)), now=now())
    assert book(order(other, tomorrow(11, 0)), now=now()).pk


def test_the_same_form_twice_is_one_booking(page):
    asked = order(page)

    first, second = book(asked, now=now()), book(asked, now=now())

    assert first.pk == second.pk
    assert Job.objects.count() == 1


def test_a_used_form_with_another_time_is_refused(page):
    book(order(page, key="k" * 24), now=now())

    with pytest.raises(FormUsed):
        book(order(page, tomorrow(12), key="k" * 24), now=now())


def test_a_used_form_of_another_host_is_refused(page, charlie):
    book(order(page, key="k" * 24), now=now())

    with pytest.raises(FormUsed):
        book(order(make_page(charlie), key="k" * 24), now=now())


def test_one_address_cannot_be_flooded(page, settings):
    settings.GUEST_MAIL_LIMITS = (2, 3)
    for hour in (8, 9):
        book(order(page, tomorrow(hour)), now=now())

    with pytest.raises(TooManyBookings):
        book(order(page, tomorrow(10)), now=now())
    assert book(order(page, tomorrow(10), email="other@guest.example"), now=now()).pk


def test_one_mailbox_cannot_be_flooded_through_its_many_addresses(page, settings):
    settings.GUEST_MAIL_LIMITS = (2, 3)
    for hour, email in ((8, "sam@guest.example"), (9, "sam+1@guest.example")):
        book(order(page, tomorrow(hour), email=email), now=now())

    with pytest.raises(TooManyBookings):
        book(order(page, tomorrow(10), email="sam+2@guest.example"), now=now())

    assert set(Booking.objects.values_list("attendees__email", flat=True)) == {
        "sam@guest.example",
        "sam+1@guest.example",
    }


def test_the_database_itself_refuses_an_overlap(page, alice):
    booking = book(order(page), now=now())
    other = Booking.objects.create(
        host=alice, title="x", start_at=tomorrow(), minutes=30, idempotency_key="x"
    )
    start = minute_of(tomorrow())

    for first, last in (
        (start - 10, start + 1),
        (start + 29, start + 60),
        (start + 5, start + 6),
        (start - 5, start + 99),
    ):
        with pytest.raises(IntegrityError, match="bookings_host_overlap"), transaction.atomic():
            BookingHost.objects.create(booking=other, host=alice, start_minute=first, end_minute=last)

    row = BookingHost.objects.create(
        booking=other, host=alice, start_minute=start + 30, end_minute=start + 60
    )
    with pytest.raises(IntegrityError, match="bookings_host_overlap"), transaction.atomic():
        BookingHost.objects.filter(pk=row.pk).update(start_minute=start + 29)
    assert booking.booking_hosts.count() == 1


def test_a_cancelled_booking_frees_its_time(page):
    booking = book(order(page), now=now())

    cancel(booking.pk, actor="guest", note_text="", now=now())

    assert book(order(page), now=now()).pk != booking.pk


def test_cancelling_twice_changes_nothing(page):
    booking = book(order(page), now=now())

    first = cancel(booking.pk, actor="guest", note_text="ill", now=now())
    second = cancel(booking.pk, actor="host", note_text="again", now=now())

    assert (first.revision, second.revision, second.status, second.cancel_note) == (
        1,
        1,
        "cancelled_by_guest",
        "ill",
    )
    assert Job.objects.filter(name="bookings.mail").count() == 2


def test_what_is_over_cannot_be_cancelled(page):
    booking = book(order(page), now=now())

    with pytest.raises(NotPossible):
        cancel(booking.pk, actor="guest", note_text="", now=booking.end_at())


def test_a_move_keeps_the_booking_and_frees_the_old_time(page):
    booking = book(order(page), now=now())
    link = booking.booker.link_fingerprint

    moved = reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())

    assert (moved.pk, moved.uid, moved.booker.link_fingerprint, moved.revision) == (
        booking.pk,
        booking.uid,
        link,
        1,
    )
    assert book(order(page), now=now()).pk != booking.pk


def test_a_move_may_overlap_the_old_time(page):
    booking = book(order(page), now=now())

    moved = reschedule(booking.pk, start_minute=minute_of(tomorrow(10, 15)), actor="guest", now=now())

    assert moved.start_at == tomorrow(10, 15)


def test_a_move_to_a_taken_time_leaves_everything(page):
    book(order(page, tomorrow(15)), now=now())
    booking = book(order(page), now=now())

    with pytest.raises(BookingRefused):
        reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())

    booking.refresh_from_db()
    assert (booking.start_at, booking.revision) == (tomorrow(), 0)


def test_a_cancelled_booking_cannot_be_moved(page):
    booking = book(order(page), now=now())
    cancel(booking.pk, actor="guest", note_text="", now=now())

    with pytest.raises(NotPossible):
        reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())


def test_a_guest_cannot_move_for_ever(page):
    booking = book(order(page), now=now())
    for number in range(10):
        start = minute_of(tomorrow(11 + number % 2))
        reschedule(booking.pk, start_minute=start, actor="guest", now=now())

    with pytest.raises(NotPossible):
        reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="guest", now=now())
    assert (
        reschedule(booking.pk, start_minute=minute_of(tomorrow(15)), actor="host", now=now()).revision == 11
    )
