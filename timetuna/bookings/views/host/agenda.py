"""The host's day and week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.bookings.permissions import BookingAction, bookings_for, marked_changeable
from timetuna.bookings.queries import unsettled_among
from timetuna.bookings.status.agenda import Agenda, AgendaDay, Span, agenda, calendars_of, read_date, week_of
from timetuna.bookings.status.rows import Reader
from timetuna.bookings.views.host.bookings import ALL, Filter, listed, read_whose, reader_of, tabs, whose
from timetuna.bookings.views.host.moved import MovedBooking, moved_lately
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import customs_of
from timetuna.lib.text import single_line
from timetuna.web.forms import Screen, TabLink, show

DAY, WEEK, EITHER = "day", "week", ""
BAD_REQUEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaSteps:
    """Where the agenda leads: spans before and after ("" at the ends of time), the present, and each view."""

    what: str
    before: str
    after: str
    views: Sequence[TabLink]


@dataclass(frozen=True, slots=True)
class DayLink:
    """A date of the week, above the one that a phone shows."""

    date: date
    weekday: str
    title: str
    url: str
    booked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaWays:
    """Where the agenda is, and where it leads.

    view: "" is a week where there is room for it, and else a day of it.  steps, narrow: there, and elsewhere.
    hours_url: to more hours, or to fewer where `whole`.  here: its own address.
    """

    view: str
    chosen: date
    today: date
    week: Sequence[DayLink]
    steps: AgendaSteps
    narrow: AgendaSteps
    now_url: str
    hours_url: str
    whole: bool
    here: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgendaScreen(Screen):
    """asked: whose bookings these are.  refused: what was typed and is no date."""

    template = "bookings/agenda.html"
    tabs: list[TabLink]
    whose: list[TabLink]
    asked: Filter
    title: str
    ways: AgendaWays
    days: Sequence[AgendaDay]
    grid: Agenda
    count: int
    refused: str
    zone: str
    zone_key: str
    moved: MovedBooking | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Address:
    """What the agenda's address asks for."""

    view: str
    day: date
    of: str
    whole: bool

    def url(self, **changes: object) -> str:
        asked = {
            "view": self.view,
            "date": self.day.isoformat(),
            "of": self.of,
            "hours": "all" if self.whole else "",
        } | changes
        return reverse("bookings_agenda", query={name: str(value) for name, value in asked.items() if value})

    def on(self, day: date | None, **changes: object) -> str:
        return self.url(date=day.isoformat(), **changes) if day else ""


@require_safe
@login_required
def agenda_page(request: HttpRequest) -> HttpResponse:
    """By the host's clock."""
    host = signed_in(request)
    reader, asked = reader_of(host, timezone.now()), read_whose(request, host)
    typed, view = request.GET.get("date", ""), request.GET.get("view", "")
    day = read_date(typed)
    here = _Address(
        view=view if view in (DAY, WEEK) else EITHER,
        day=day or reader.today(),
        of=asked.of(),
        whole=request.GET.get("hours") == "all",
    )
    span = _span(request, here)
    found = agenda(
        marked_changeable(host, listed(host, asked)),
        span,
        reader,
        calendars=[] if here.of else calendars_of(host, span, reader),
        focus=here.day,
        whole=here.whole,
    )
    refused = single_line(typed, max_length=40) if typed and day is None else ""
    screen = AgendaScreen(
        tabs=tabs("agenda", asked, waiting=sum(unsettled_among(bookings_for(host, to=BookingAction.CHANGE)))),
        whose=whose(host, lambda everybody: here.url(of=ALL if everybody else ""), everybody=bool(here.of)),
        asked=asked,
        title=_title(span, reader),
        days=found.days,
        grid=found,
        count=len({line.url for day in found.days for line in day.lines}),
        refused=refused,
        moved=moved_lately(request, reader),
        ways=_ways(here, span, reader, found),
        zone=datetimes.zone_name(reader.zone),
        zone_key=reader.zone.key,
    )
    return show(request, screen, status=BAD_REQUEST if refused else 200)


def _ways(here: _Address, span: Span, reader: Reader, found: Agenda) -> AgendaWays:
    one = Span(here.day, 1)
    return AgendaWays(
        view=here.view,
        chosen=here.day,
        today=reader.today(),
        week=[
            DayLink(day.date, day.weekday, datetimes.day(day.date), here.on(day.date), bool(day.lines))
            for day in found.days
        ],
        steps=_steps(here, span, DAY if here.view == DAY else WEEK),
        narrow=_steps(here, span if here.view == WEEK else one, here.view or DAY),
        now_url=here.on(reader.today()),
        hours_url=here.url(hours="" if here.whole else "all"),
        whole=here.whole,
        here=here.url(),
    )


def _steps(here: _Address, span: Span, shown: str) -> AgendaSteps:
    return AgendaSteps(
        what=shown,
        before=here.on(span.step(-1)),
        after=here.on(span.step(1)),
        views=[
            TabLink(gettext("Day"), here.url(view=DAY), shown == DAY),
            TabLink(gettext("Week"), here.url(view=WEEK), shown == WEEK),
        ],
    )


def _span(request: HttpRequest, here: _Address) -> Span:
    if here.view == DAY:
        return Span(here.day, 1)
    customs = customs_of(request.headers.get("Accept-Language", ""))
    return week_of(here.day, first_weekday=customs.first_weekday)


def _title(span: Span, reader: Reader) -> str:
    """As "Wednesday 25 November 2026", "23 to 29 November 2026"."""
    first, last = span.first, span.dates()[-1]
    if first == last:
        day = datetimes.day_of_year(first)
        return datetimes.today_is(day) if first == reader.today() else day
    return datetimes.days(first, last)
