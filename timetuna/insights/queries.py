"""Reading what counts of bookings."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from itertools import pairwise
from operator import or_
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from timetuna.bookings.events import BookingEvent
from timetuna.bookings.models import Booking, BookingHost, HistoryEntry
from timetuna.insights.figures import BookingFacts

_ONE_DAY = timedelta(days=1)


class Subject(NamedTuple):
    """Whose days are counted together: a page's; or a host's, of bookings whose page is deleted."""

    page: int | None = None
    host: int | None = None

    def bookings(self) -> QuerySet[Booking]:
        if self.page is not None:
            return Booking.objects.filter(page=self.page)
        mine = BookingHost.objects.filter(booking=OuterRef("pk"), host=self.host)
        return Booking.objects.filter(Exists(mine), page=None)


def facts_near(subject: Subject, days: Iterable[date]) -> Iterator[BookingFacts]:
    """Of all its bookings that may have been made, or may take place, on these dates by whatever clock; two queries."""
    spans = [_span(first, last) for first, last in runs(days)]
    if not spans:
        return
    near = reduce(
        or_,
        (
            Q(created_at__gte=start, created_at__lt=end) | Q(start_at__gte=start, start_at__lt=end)
            for start, end in spans
        ),
    )
    rows = subject.bookings().filter(near).order_by()
    hosts = _hosts_of(rows, subject)
    moved = HistoryEntry.objects.filter(booking=OuterRef("pk"), event=BookingEvent.MOVED)
    with_moved = rows.annotate(moved=Exists(moved))
    columns = (
        *("page_id", "created_at", "start_at", "minutes", "host_time_zone", "status", "no_show", "moved"),
        *("erased_at", "origin__utm_source", "origin__utm_medium", "origin__utm_campaign"),
    )
    for pk, referrer, *row in with_moved.values_list("pk", "origin__referrer", *columns):
        page, created, start, minutes, zone, status, no_show, was_moved, erased, *origin = row
        yield BookingFacts(
            page, hosts[pk], created, start, minutes, zone, status, no_show, was_moved,
            erased is not None, *(word or "" for word in (*origin, referrer)),
        )  # fmt: skip


def _hosts_of(rows: QuerySet[Booking], subject: Subject) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = defaultdict(tuple)
    hosting = BookingHost.objects.filter(booking__in=rows)
    if subject.page is None:
        hosting = hosting.filter(host=subject.host)
    for booking, host in hosting.values_list("booking", "host"):
        found[booking] = (*found[booking], host)
    return found


def runs(days: Iterable[date]) -> list[tuple[date, date]]:
    """Dates that follow one another, as first and last of each run."""
    ordered = sorted(set(days))
    if not ordered:
        return []
    firsts = [ordered[0], *(after for before, after in pairwise(ordered) if after - before > _ONE_DAY)]
    lasts = [*(before for before, after in pairwise(ordered) if after - before > _ONE_DAY), ordered[-1]]
    return list(zip(firsts, lasts, strict=True))


def _span(first: date, last: date) -> tuple[datetime, datetime]:
    """In which all moments lie that some clock shows on one of these dates."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    end = datetime(last.year, last.month, last.day, tzinfo=UTC)
    return start - _ONE_DAY, end + 2 * _ONE_DAY
