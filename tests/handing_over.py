"""Many hand bookings over to a host while many others book that host, with a connection each."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random

from django.db import connection

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.tests.conftest import make_host, make_page, open_always, order, tomorrow
from timetuna.pages.models import BookingPage


def against_booking(clients: int) -> dict[str, object]:
    """A third of them hand over a meeting each, the others book the new host at the same times, two for each."""
    ada, bob = new_host("ada"), new_host("bob")
    mine, theirs = make_page(ada), make_page(bob)
    starts = [tomorrow(hour, minute) for hour in range(5, 23) for minute in (0, 30)][: clients // 3]
    given = [booked(mine, at, f"a{number}").pk for number, at in enumerate(starts)]
    acts = [partial(give, pk, ada, bob) for pk in given]
    acts += [
        partial(booked, theirs, at, f"b{number}-{which}")
        for number, at in enumerate(starts)
        for which in "xy"
    ]
    Random(7).shuffle(acts)  # noqa: S311 - the same order in each run

    ends = rushed(acts, clients)

    spans = sorted(
        BookingHost.objects.filter(host=bob, active=True).values_list("start_minute", "end_minute")
    )
    return ends | {
        "times": len(starts),
        "spans": spans,
        "hosts of each": sorted({booking.booking_hosts.count() for booking in Booking.objects.all()}),
        "leads": sorted(
            {booking.host_id == booking.booking_hosts.get().host_id for booking in Booking.objects.all()}
        ),
    }


def to_several(clients: int) -> dict[str, object]:
    """One meeting is handed to each of them at once."""
    ada, others = new_host("ada"), [new_host(f"host{number}") for number in range(clients)]
    booking = booked(make_page(ada), tomorrow(), "sam")

    ends = rushed([partial(give, booking.pk, ada, host) for host in others], clients)

    booking.refresh_from_db()
    return ends | {
        "revision": booking.revision,
        "leads": [booking.booking_hosts.get().host_id == booking.host_id],
    }


def new_host(handle: str) -> User:
    host = make_host(handle, handle.title())
    open_always(host)
    return host


def booked(page: BookingPage, at, who: str) -> Booking:
    return book(order(page, at, email=f"{who}@guest.example"), now=present())


def give(booking_id: int, former: User, to: User) -> None:
    hand_over(booking_id, Handing(former=former.pk, to=to.pk, anyway=True), now=present())


def rushed(acts: list[Callable[[], object]], clients: int) -> dict[str, int]:
    """Return how many were done, and how many refused in words; whatever else ends the run."""
    with ThreadPoolExecutor(clients) as pool:
        return dict(Counter(pool.map(ended, acts)))


def ended(act: Callable[[], object]) -> str:
    try:
        act()
    except BookingRefused:
        return "refused"
    finally:
        connection.close()
    return "done"
