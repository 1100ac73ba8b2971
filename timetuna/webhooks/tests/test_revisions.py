"""What a booking's events cost, and that whoever keeps the highest revision ends with the truth."""

import random
import threading

import pytest
from django.db import connection, transaction

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import add_guests, remove_guest
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.actions.hand_over import UNDO, Handing, hand_over, undo_hand_over
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import NotPossible, SlotTaken
from timetuna.bookings.events import SYSTEM, BookingEvent, Happening, record
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking
from timetuna.bookings.status.resource import booking_resource, whole_bookings
from timetuna.bookings.tests.conftest import make_page, staff
from timetuna.bookings.tests.life import made
from timetuna.webhooks.actions.change_webhook import NewWebhook, create_webhook
from timetuna.webhooks.actions.record_event import tell_programs
from timetuna.webhooks.body import TYPES
from timetuna.webhooks.models import EventDelivery, WebhookEvent

NOBODY, SOMEBODY = 2, 4
"""Statements: a read and an insert; deliveries and jobs for all of them at once."""


def listening(owner, count):
    for number in range(count):
        wanted = NewWebhook(url=f"https://receiver.example/{number}", events=TYPES)
        create_webhook(owner, wanted, now=present())


@pytest.mark.django_db
@pytest.mark.parametrize(("hooks", "statements"), [(0, NOBODY), (1, SOMEBODY), (20, SOMEBODY)])
def test_an_event_costs_two_statements_and_two_more_for_all_who_listen(
    alice, charlie, page, django_assert_num_queries, hooks, statements
):
    booking = made(page, worked=False)
    WebhookEvent.objects.all().delete()
    listening(charlie, 3)
    listening(alice, hooks)
    facts = {"began": booking.start_at}

    for event in (BookingEvent.BOOKED, BookingEvent.MOVED, BookingEvent.CANCELLED):
        WebhookEvent.objects.all().delete()
        happening = Happening(booking=booking, event=event, actor="guest", source="link", facts=facts)
        with django_assert_num_queries(statements):
            tell_programs(happening)
        assert EventDelivery.objects.count() == hooks


def live(booking, host, other, dice):
    """Something that may happen to it; what is refused has not happened."""
    now = present()
    friend = booking.attendees.filter(is_booker=False, active=True).first()
    leads = Booking.objects.get(pk=booking.pk).host_id
    to = other.pk if leads == host.pk else host.pk
    handing = Handing(former=leads, to=to, undo=UNDO, anyway=True)
    start = minute_of(booking.start_at) + 30 * dice.randrange(1, 8)
    return dice.choice(
        [
            lambda: reschedule(booking.pk, start_minute=start, actor="host", now=now),
            lambda: add_guests(
                booking.pk, guests=[Guest("Kim", f"kim{dice.random()}@others.example")], now=now
            ),
            lambda: friend and remove_guest(booking.pk, attendee_id=friend.pk, now=now),
            lambda: hand_over(booking.pk, handing, now=now),
            lambda: undo_hand_over(booking.pk, now=now),
        ]
    )


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_they_come_the_highest_revision_is_the_truth(alice, bob, seed):
    dice = random.Random(seed)  # noqa: S311 - it guards nothing
    page = staff(make_page(alice), "any", bob)
    booking = made(page, worked=False)

    for _ in range(14):
        try:
            with transaction.atomic():
                live(booking, alice, bob, dice)()
        except (NotPossible, SlotTaken):
            continue
    cancel(booking.pk, actor="guest", note_text="", now=present())
    if seed % 2:
        erase(booking.pk, actor="host", now=present())

    told = list(WebhookEvent.objects.order_by("pk"))
    assert len(told) > 4
    revisions = [one.data["revision"] for one in told]
    assert revisions == sorted(set(revisions)), "each is higher than all before it"
    dice.shuffle(told)
    known = max(told, key=lambda one: one.data["revision"])
    truth = booking_resource(*whole_bookings([booking.pk]))
    assert {name: known.data[name] for name in truth} == truth


@pytest.mark.django_db(transaction=True)
@pytest.mark.vendor
@pytest.mark.either("postgresql")
def test_of_two_changes_at_the_same_time_the_later_knows_the_earlier(page):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one who writes at a time.")
    booking = made(page, worked=False)
    written, waiting = threading.Event(), threading.Event()

    def first():
        with transaction.atomic():
            Booking.objects.filter(pk=booking.pk).update(location="Room 7")
            record(booking, BookingEvent.LINK_MADE, actor=SYSTEM, label="Zoom")
            written.set()
            waiting.wait(10)
        connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    written.wait(10)
    threading.Timer(0.5, waiting.set).start()
    record(booking, BookingEvent.SHOWED_UP, actor=SYSTEM)
    thread.join()

    told = list(WebhookEvent.objects.order_by("revision").values_list("revision", "data__location"))
    assert [one for one, _ in told] == [0, 1, 2]
    assert told[2][1] == "Room 7", "what it waited for is in it"
