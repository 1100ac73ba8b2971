"""Counts again, every minute, the days of bookings that have changed, as the history of bookings says."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from timetuna.bookings.events import TRANSITIONS, BookingEvent, Happening, on_event
from timetuna.bookings.hooks import on_host_leaving
from timetuna.bookings.models import Booking, BookingHost, HistoryEntry
from timetuna.insights.actions.fill_days import fill_days, filled
from timetuna.insights.actions.rebuild import rebuild, rebuild_subject
from timetuna.insights.figures import days_around
from timetuna.insights.models import Filled
from timetuna.insights.queries import Subject
from timetuna.jobs.queue import job
from timetuna.pages.hooks import on_page_leaving

COUNTED = (
    *{one.event for one in TRANSITIONS},
    BookingEvent.MOVED,
    BookingEvent.HANDED_OVER,
    BookingEvent.HAND_OVER_UNDONE,
    BookingEvent.NO_SHOW,
    BookingEvent.SHOWED_UP,
    BookingEvent.ERASED,
)
"""The events after which a booking counts otherwise."""
_AT_ONCE = 500
_LATEST_COMMIT = timedelta(minutes=2)
"""An entry may be committed so long after its number and its time were given: until then it is looked for again."""


@job("insights.fill", every=timedelta(minutes=1))
def fill() -> None:
    """The first time, all days there are."""
    begun, now = filled(), timezone.now()
    if begun.history_id is None:
        reached = HistoryEntry.objects.aggregate(latest=Max("pk"))["latest"] or 0
        rebuild()
    else:
        reached = _fill_since(begun.history_id, settled=now - _LATEST_COMMIT)
    Filled.objects.update(history_id=reached, at=now)


def _fill_since(history_id: int, *, settled: datetime) -> int:
    """Return the last entry that need not be read again."""
    reached = seen = history_id
    while entries := list(HistoryEntry.objects.filter(pk__gt=seen).order_by("pk")[:_AT_ONCE]):
        for subject, days in _changed([one for one in entries if one.event in COUNTED]).items():
            fill_days(subject, days)
        seen = entries[-1].pk
        reached = max([reached, *(one.pk for one in entries if one.at <= settled)])
    return reached


def _changed(entries: Sequence[HistoryEntry]) -> Mapping[Subject, set[date]]:
    """All days on which these bookings count, or did before they were moved."""
    moments: dict[int, set[datetime]] = defaultdict(set)
    for entry in entries:
        moved = entry.changes.get("start", ()) if entry.event == BookingEvent.MOVED else ()
        moments[entry.booking_id].update(datetime.fromisoformat(one) for one in moved)
    days: dict[Subject, set[date]] = defaultdict(set)
    rows = BookingHost.objects.filter(booking__in=moments).order_by()
    columns = ("booking", "host", "booking__page", "booking__created_at", "booking__start_at")
    for booking, host, page, *ends in rows.values_list(*columns):
        subject = Subject(host=host) if page is None else Subject(page=page)
        days[subject] |= days_around({*moments[booking], *ends})
    return days


@job("insights.fill_soon")
def fill_soon() -> None:
    """For what should not wait for its minute."""
    if filled().history_id is not None:
        fill()


@on_event(BookingEvent.ERASED)
def forget_whence(happening: Happening) -> None:
    """Have the figures forget, too, where the guest came from."""
    fill_soon.enqueue(key=f"insights.erased:{happening.booking.pk}")


@on_page_leaving
def keep_counting(page_id: int) -> None:
    """Its days go with the page. Its bookings stay, and count for whoever hosts them."""
    _count_alone(BookingHost.objects.filter(booking__page=page_id).values_list("host", flat=True))


@on_host_leaving
def count_without(host_id: int) -> None:
    """What they took part in on pages of others is somebody else's now; their own pages go with them."""
    shared = (
        Booking.objects.filter(booking_hosts__host=host_id).exclude(page=None).exclude(page__host=host_id)
    )
    for page_id in set(shared.order_by().values_list("page", flat=True)):
        fill_again.enqueue(page_id=page_id, host_id=0)
    alone = Q(booking__page=None, booking__booking_hosts__host=host_id) | Q(booking__page__host=host_id)
    others = BookingHost.objects.filter(alone).exclude(host=host_id)
    _count_alone(others.values_list("host", flat=True))


def _count_alone(hosts: QuerySet[BookingHost, int]) -> None:
    for host_id in set(hosts.order_by()):
        fill_again.enqueue(page_id=0, host_id=host_id)


@job("insights.fill_again")
def fill_again(page_id: int, host_id: int) -> None:
    """All days of a page, or, where that is 0, of a host's bookings whose page is deleted."""
    rebuild_subject(Subject(page=page_id) if page_id else Subject(host=host_id))
