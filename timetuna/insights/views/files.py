"""What stands behind the figures, as files: the bookings that one of them counts, and all days."""

from collections.abc import Iterator
from datetime import timedelta
from functools import reduce
from operator import or_

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, F, OuterRef
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.events import CALLED_OFF, REQUESTS, BookingEvent, Status
from timetuna.bookings.listing import Mine
from timetuna.bookings.models import Booking, HistoryEntry
from timetuna.bookings.permissions import all_bookings_for
from timetuna.bookings.queries import with_booker, with_hosts
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.bookings.views.host.export import BYTE_ORDER_MARK, bookings_file, csv_file
from timetuna.insights.models import DayFigure
from timetuna.insights.report.words import DEFINITIONS
from timetuna.insights.views.insights import AskedFigures, read_asked
from timetuna.l10n.datetimes import date_in
from timetuna.lib.text import csv_row

Clock = DayFigure.Clock
_DAYS = {Clock.MADE: gettext_lazy("Day (booked on)"), Clock.HELD: gettext_lazy("Day (takes place on)")}
_NEAR = timedelta(days=2)
_CAME_ABOUT = (Status.CONFIRMED, *CALLED_OFF)
_NUMBERS = {
    "booked": gettext_lazy("Booked"),
    "cancelled_by_guest": gettext_lazy("Cancelled by guest"),
    "cancelled_by_host": gettext_lazy("Cancelled by host"),
    "moved": gettext_lazy("Moved"),
    "no_shows": gettext_lazy("No shows"),
    "unconfirmed": gettext_lazy("Unconfirmed"),
    "lead_minutes": gettext_lazy("Lead minutes"),
    "looks": gettext_lazy("Page views"),
    "picks": gettext_lazy("Times picked"),
}


@require_safe
@login_required
def bookings_of_figure(request: HttpRequest, figure: str) -> StreamingHttpResponse:
    """Those that it counts, with what whoever asks may read of each."""
    if figure not in DEFINITIONS:
        raise Http404
    host, now = signed_in(request), timezone.now()
    asked = read_asked(request, host, now)
    found = _of_figure(asked.scope.bookings_among(all_bookings_for(host)), figure)
    column = "created_at" if asked.clock is Clock.MADE else "start_at"
    first, last = asked.period.first, asked.period.last
    near = {f"{column}__date__gte": first - _NEAR, f"{column}__date__lte": last + _NEAR}
    rows = with_booker(with_hosts(found.filter(**near))).select_related("conference", "host")

    def wanted(booking: Booking) -> bool:
        moment = booking.created_at if asked.clock is Clock.MADE else booking.start_at
        return first <= date_in(booking.host_time_zone, moment) <= last

    name = f"{figure}-{first.isoformat()}-{last.isoformat()}"
    return bookings_file(rows.order_by(column, "pk"), reader_of(host, now), name=name, wanted=wanted)


def _of_figure(bookings: Mine, figure: str) -> Mine:
    if figure == "unconfirmed":
        return bookings.filter(status__in=REQUESTS)
    came = bookings.filter(status__in=_CAME_ABOUT)
    if figure == "cancelled":
        return came.filter(status__in=CALLED_OFF)
    if figure == "moved":
        moves = HistoryEntry.objects.filter(booking=OuterRef("pk"), event=BookingEvent.MOVED)
        return came.filter(Exists(moves))
    if figure == "no_shows":
        return came.filter(no_show=True, status=Status.CONFIRMED)
    return came


@require_safe
@login_required
def days_file(request: HttpRequest) -> StreamingHttpResponse:
    """A row for each day and page on which there is anything, looks and picks too."""
    host, now = signed_in(request), timezone.now()
    asked = read_asked(request, host, now)
    first, last = asked.period.first, asked.period.last
    rows = DayFigure.objects.filter(
        reduce(or_, asked.scope.rows()), clock=asked.clock, day__gte=first, day__lte=last
    )
    name = f"insights-{first.isoformat()}-{last.isoformat()}"
    return csv_file(_lines(rows.annotate(title=F("page__title")), asked), name=name)


def _lines(rows: Mine, asked: AskedFigures) -> Iterator[str]:
    yield BYTE_ORDER_MARK + csv_row([_DAYS[asked.clock], gettext("Booking page"), *_NUMBERS.values()])
    for day, title, *numbers in rows.order_by("day", "title").values_list("day", "title", *_NUMBERS):
        yield csv_row([day.isoformat(), title or "", *numbers])
