"""Days that were filled change by change are those that would be made anew, whatever happened in which order."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.events import TRANSITIONS, BookingEvent, change_state, record
from timetuna.bookings.models import Booking, BookingOrigin
from timetuna.bookings.tests.conftest import make_page
from timetuna.bookings.tests.diary import put
from timetuna.insights.actions.fill import fill
from timetuna.insights.actions.rebuild import rebuild
from timetuna.insights.figures import NUMBERS
from timetuna.insights.models import DayFigure
from timetuna.jobs import queue
from timetuna.jobs.models import Job
from timetuna.pages.actions.delete_page import delete_page

pytestmark = pytest.mark.django_db
ZONES = ("Europe/Berlin", "Pacific/Honolulu", "Pacific/Kiritimati")
SOURCES = ("", "newsletter", "https://www.example.org")


def days():
    columns = ("page", "host", "day", "clock", *NUMBERS, "looks", "picks", "details")
    return sorted(map(str, DayFigure.objects.values_list(*columns)))


def filled():
    """As they are once what has changed was counted, and all that this left to do is done."""
    fill()
    for work in Job.objects.filter(name__startswith="insights.", state=Job.State.WAITING):
        queue.run(work.name, work.arguments)
        work.delete()
    return days()


def made_anew():
    DayFigure.objects.filter(looks=0, picks=0).delete()
    rebuild()
    return days()


class World:
    """Bookings to which anything may happen; no two share a time."""

    def __init__(self, alice, bob):
        self.hosts, self.moment = (alice, bob), present()
        self.pages = [make_page(alice), make_page(bob, slug="other"), None]
        self.quarters = 0

    def when(self, day):
        self.quarters += 1
        midnight = datetime.combine(present().date(), datetime.min.time(), UTC)
        return midnight + timedelta(days=day, minutes=45 * (self.quarters % 32))

    def book(self, number, day):
        start = self.when(day)
        source = SOURCES[number % 3]
        booking = put(
            self.hosts[number % 2],
            start,
            page=self.pages[number % len(self.pages)],
            status="pending" if number % 5 == 0 else "confirmed",
            host_time_zone=ZONES[number % 3],
            created_at=min(start, present()) - timedelta(hours=number),
        )
        BookingOrigin.objects.create(
            booking=booking, **{"referrer" if "//" in source else "utm_source": source}
        )

    def any(self, number):
        rows = list(Booking.objects.order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def change(self, number, day):
        """Bring it into any state that may follow."""
        booking = self.any(number)
        able = [one for one in TRANSITIONS if booking and one.start == booking.status]
        if able:
            change = able[day % len(able)]
            with transaction.atomic():
                change_state(booking, change.to, actor=change.by)

    def move(self, number, day):
        if booking := self.any(number):
            before, booking.start_at = booking.start_at, self.when(day)
            booking.save()
            first = minute_of(booking.start_at)
            booking.booking_hosts.update(start_minute=first, end_minute=first + booking.minutes)
            zone = {"before": "", "after": "", "zone": "", "began": before}
            changes = {"start": (before.isoformat(), booking.start_at.isoformat())}
            record(booking, BookingEvent.MOVED, actor="guest", changes=changes, told=(), **zone)

    def miss(self, number, day):
        booking = self.any(number)
        if booking and booking.status == "confirmed" and booking.start_at < present():
            mark_no_show(booking.pk, missed=bool(day % 2), now=present())

    def erase(self, number, _):
        booking = self.any(number)
        if booking and (booking.is_off() or booking.end_at() < present()):
            erase(booking.pk, actor="host", now=present())

    def delete(self, number, _):
        one = self.pages[number % len(self.pages)]
        if one is not None and number % 3 == 0:
            delete_page(one)
            self.pages.remove(one)

    def count(self, number, _):
        """Some time later."""
        self.moment += timedelta(minutes=number)
        with time_machine.travel(self.moment, tick=False):
            filled()


steps = st.lists(
    st.tuples(
        st.sampled_from(["book", "book", "change", "move", "move", "miss", "erase", "delete", "count"]),
        st.integers(0, 40),
        st.integers(-40, 40),
    ),
    max_size=14,
)


@given(steps=steps)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filled_is_made_anew(alice, bob, steps):
    with transaction.atomic():
        world = World(alice, bob)
        fill()
        for name, number, day in [("book", 1, 3), ("book", 3, -3), *steps]:
            getattr(world, name)(number, day)

        as_it_went = filled()

        assert as_it_went == made_anew()
        transaction.set_rollback(True)
