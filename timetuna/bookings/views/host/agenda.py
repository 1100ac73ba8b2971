"""The host's day and week."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.permissions import BookingAction, bookings_for
from timetuna.bookings.queries import requests_among
from timetuna.bookings.status.agenda import Span, agenda, read_date, week_of
from timetuna.bookings.status.rows import BookingDay, Reader
from timetuna.bookings.views.host.bookings import ALL, Filter, asked_for, read_whose, reader_of, tabs, whose
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import customs_of
from timetuna.lib.text import single_line
from timetuna.web.forms import Screen, TabLink, show

DAY, WEEK = "day", "week"
BAD_REQUEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaScreen(Screen):
    """asked: whose bookings these are.  refused: what was typed and is no date."""

    template = "bookings/agenda.html"
    tabs: list[TabLink]
    whose: list[TabLink]
    asked: Filter
    view: str
    chosen: str
    views: list[TabLink]
    title: str
    days: list[BookingDay]
    count: int
    today: date
    before: str
    after: str
    now_url: str
    refused: str
    zone: str


@require_safe
@login_required
def agenda_page(request: HttpRequest) -> HttpResponse:
    """By the host's clock."""
    host = signed_in(request)
    reader, asked = reader_of(host, timezone.now()), read_whose(request, host)
    typed = request.GET.get("date", "")
    day = read_date(typed)
    view = DAY if request.GET.get("view") == DAY else WEEK
    span = _span(request, view, day or reader.today())
    chosen, of = day or reader.today(), asked.of()
    days = agenda(asked_for(host, asked), span, reader)
    screen = AgendaScreen(
        tabs=tabs("agenda", asked, waiting=requests_among(bookings_for(host, to=BookingAction.CHANGE))),
        whose=whose(
            host, lambda everybody: _address(view, chosen, ALL if everybody else ""), everybody=bool(of)
        ),
        asked=asked,
        view=view,
        chosen=chosen.isoformat(),
        views=[TabLink(name.capitalize(), _address(name, chosen, of), name == view) for name in (DAY, WEEK)],
        title=_title(span, reader),
        days=days,
        count=len({line.url for day in days for line in day.lines}),
        today=reader.today(),
        before=_address(view, span.step(-1), of),
        after=_address(view, span.step(1), of),
        now_url=_address(view, reader.today(), of),
        refused=single_line(typed, max_length=40) if typed and day is None else "",
        zone=datetimes.zone_name(reader.zone),
    )
    return show(request, screen, status=BAD_REQUEST if screen.refused else 200)


def _span(request: HttpRequest, view: str, day: date) -> Span:
    if view == DAY:
        return Span(day, 1)
    customs = customs_of(request.headers.get("Accept-Language", ""))
    return week_of(day, first_weekday=customs.first_weekday)


def _address(view: str, day: date | None, of: str) -> str:
    if day is None:
        return ""
    asked = {"view": view, "date": day.isoformat(), "of": of}
    return reverse("bookings_agenda", query={name: value for name, value in asked.items() if value})


def _title(span: Span, reader: Reader) -> str:
    """As "Wednesday 25 November 2026", "23 to 29 November 2026"."""
    first, last = span.first, span.dates()[-1]
    if first == last:
        near = "Today, " if first == reader.today() else ""
        return f"{near}{datetimes.day(first)} {first.year}"
    year = f" {first.year}" if first.year != last.year else ""
    month = f" {first:%B}{year}" if (first.year, first.month) != (last.year, last.month) else ""
    return f"{first.day}{month} to {last.day} {last:%B} {last.year}"
