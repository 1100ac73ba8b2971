"""What happens to requests when several people act on them at the same moment; run inside a TimeTuna's environment."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

from django.db import OperationalError, connection

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve, decline, expire_request
from timetuna.bookings.actions.book import Order, book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.forms.book import new_key
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking, BookingHost
from timetuna.jobs.models import Job
from timetuna.pages.models import BookingPage

ANSWERS = {"approved", "declined", "withdrawn", "lapsed", "cancelled"}


def race(host_id: int, *, actions: list[str], rounds: int) -> list[list[str]]:
    """Make a request and let all act on it at once, so many times over; return how each ended, sorted.

    An ending is: the status, the answers in the history, whether the time is taken, how often the work was begun.
    """
    page = _asking(host_id)
    return sorted(_round(page, number, actions) for number in range(rounds))


def two_requests(host_id: int, *, rounds: int) -> dict[str, int]:
    """Let two guests ask for the same time at once, so many times over; count who got it."""
    page, found = _asking(host_id), Counter[str]()
    for number in range(rounds):
        start = _start(number, day=40)
        outcomes = _at_once([lambda who=who, start=start: _ask(page, start, who) for who in "ab"])
        found[",".join(sorted(outcomes))] += 1
    return dict(found)


def _asking(host_id: int) -> BookingPage:
    BookingPage.objects.filter(host=host_id).update(approval=True, most_guests=5)
    return BookingPage.objects.get(host=host_id)


def _start(number: int, *, day: int) -> datetime:
    """Return a moment in the page's hours, Monday to Friday from 9 to 17 by UTC."""
    moment = present().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=day)
    monday = moment - timedelta(days=moment.weekday())
    week, rest = divmod(number, 40)
    weekday, hour = divmod(rest, 8)
    return monday + timedelta(days=7 * week + weekday, hours=hour)


def _order(page: BookingPage, start: datetime, who: str) -> Order:
    kind = page.meeting_types.filter(enabled=True).values_list("kind", flat=True)[0]
    email = f"{who}.{start:%d%H}.{page.pk}@guest.example"
    guest = Guest(name=f"Guest {who}", email=email, time_zone="UTC", answers={"phone": "+49 30 123456"})
    return Order(
        page_id=page.pk,
        minutes=page.durations.all()[0].minutes,
        start_minute=minute_of(start),
        kind=kind,
        guest=guest,
        key=new_key(),
    )


def _ask(page: BookingPage, start: datetime, who: str) -> str:
    try:
        book(_order(page, start, who), now=present())
    except BookingRefused as error:
        return type(error).__name__
    return "asked"


def _round(page: BookingPage, number: int, actions: list[str]) -> list[str]:
    booking = book(_order(page, _start(number, day=10), "x"), now=present())
    assert booking.pending_until is not None
    until = booking.pending_until
    doing: dict[str, Callable[[], object]] = {
        "approve": lambda: approve(booking.pk, source="host", now=present()),
        "decline": lambda: decline(booking.pk, note_text="", source="mail", now=present()),
        "cancel": lambda: cancel(booking.pk, actor="guest", note_text="", now=present()),
        "lapse": lambda: expire_request(booking.pk, now=until),
    }
    _at_once([lambda name=name: _refusable(doing[name]) for name in actions])
    return _ending(booking.pk)


def _refusable(do: Callable[[], object]) -> str:
    try:
        do()
    except BookingRefused as error:
        return type(error).__name__
    return "done"


def _at_once(tasks: list[Callable[[], str]]) -> list[str]:
    barrier = Barrier(len(tasks))

    def one(task: Callable[[], str]) -> str:
        barrier.wait()
        try:
            return task()
        except OperationalError:  # somebody had the lock for longer than one waits
            return "busy"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(one, tasks))


def _ending(booking_id: int) -> list[str]:
    booking = Booking.objects.get(pk=booking_id)
    answers = [entry.event for entry in booking.history.all() if entry.event in ANSWERS]
    taken = BookingHost.objects.filter(booking=booking, active=True).exists()
    begun = Job.objects.filter(concurrency=booking.concurrency_key(), name="bookings.fulfil").count()
    return [booking.status, "+".join(answers), "taken" if taken else "free", str(begun)]
