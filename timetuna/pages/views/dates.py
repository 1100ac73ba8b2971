"""Availability: the dates of a schedule in a month, and other hours on some of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.availability.hours import Window
from timetuna.l10n.datetimes import customs_of, date_in
from timetuna.pages.actions.hours.restore import DatesChange
from timetuna.pages.actions.hours.set_dates import set_dates
from timetuna.pages.coming_up import DateRange, in_dates, ranges_of
from timetuna.pages.date_calendar import (
    FIRST,
    LAST,
    DatesMonth,
    MeetingLine,
    days_in_address,
    meeting_lines,
    meetings_on,
    show_month,
)
from timetuna.pages.forms.hours.dates import LONGEST_DAYS, DatesForm, dates_between
from timetuna.pages.models import Schedule
from timetuna.pages.permissions import dated_schedule_or_404, owns_hours
from timetuna.pages.prefetch import hours_of
from timetuna.pages.views.availability import availability_tabs
from timetuna.pages.views.undo import DATES, offer_undo
from timetuna.web.forms import Screen, TabLink, show
from timetuna.web.saving import opened, save

_METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class ChosenDates:
    """What is asked for in an address: a date, or all from one to another."""

    first: date
    last: date

    def words(self, today: date) -> str:
        return in_dates(self.first, self.last, today=today)

    def path(self, schedule: Schedule) -> str:
        """Where they are changed."""
        return reverse("schedule_on", args=[schedule.pk, days_in_address(self.first, self.last)])


@dataclass(frozen=True, slots=True, kw_only=True)
class DatesScreen(Screen):
    """back_url, back_name: where the week of these hours is changed.  form: for the dates that are chosen.

    ranges: dates to come that have other hours, in words.  meetings: on the chosen dates.
    """

    template = "pages/availability/dates.html"
    tabs: list[TabLink]
    schedule: Schedule
    back_url: str
    back_name: str
    month: DatesMonth
    chosen: ChosenDates | None
    words: str
    form: DatesForm | None
    ranges: list[tuple[DateRange, str]]
    meetings: list[MeetingLine]


@require_safe
@login_required
def dates(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """A month; or, where dates are asked for, the way to them."""
    schedule = dated_schedule_or_404(request, schedule_id)
    chosen = _asked(request.GET)
    if chosen:
        return redirect(chosen.path(schedule))
    return show(request, _screen(request, schedule, None, None))


@login_required
def on_dates(request: HttpRequest, schedule_id: int, days: str) -> HttpResponse:
    """The month with the form for some dates. days: as in `days_in_address`."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    schedule = dated_schedule_or_404(request, schedule_id)
    first, _, last = days.partition("..")
    chosen = _asked({"first": first, "last": last})
    if chosen is None:
        raise Http404

    def build(data: Any, _files: Any) -> DatesForm:
        return DatesForm(schedule, chosen.first, chosen.last, data)

    form = save(request, build) if request.method == "POST" else opened(request, build)
    if form.saved:
        return _saved(request, schedule, form)
    return show(request, _screen(request, schedule, chosen, form), status=form.status())


@require_POST
@login_required
def as_usual(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Take the other hours of some dates away."""
    schedule = dated_schedule_or_404(request, schedule_id)
    chosen = _asked(request.POST)
    if chosen is None:
        return redirect("schedule_dates", schedule.pk)
    after = dict.fromkeys(dates_between(chosen.first, chosen.last))
    _offer(request, schedule, DatesChange(set_dates(schedule, after), after))
    return redirect(f"{reverse('schedule_dates', args=[schedule.pk])}?month={chosen.first:%Y-%m}")


def _saved(request: HttpRequest, schedule: Schedule, form: DatesForm) -> HttpResponse:
    _offer(request, schedule, DatesChange(form.before, form.after))
    return redirect(f"{reverse('schedule_dates', args=[schedule.pk])}?month={form.days[0]:%Y-%m}")


def _offer(request: HttpRequest, schedule: Schedule, change: DatesChange) -> None:
    """Say what holds now, with a way back."""
    days = sorted(change.after)
    windows = change.after[days[0]]
    words = in_dates(days[0], days[-1], today=date_in(schedule.host.time_zone, timezone.now()))
    offer_undo(
        request,
        _said(windows, len(days)) % {"dates": words},
        DATES,
        {"schedule": schedule.pk, **change.kept()},
    )


def _said(windows: Sequence[Window] | None, count: int) -> str:
    """What holds on so many dates from now on; None is the week's hours."""
    if windows is None:
        return ngettext("%(dates)s is as usual again.", "%(dates)s are as usual again.", count)
    if windows:
        return ngettext("%(dates)s is open at other hours.", "%(dates)s are open at other hours.", count)
    return ngettext("%(dates)s is closed.", "%(dates)s are closed.", count)


def _screen(
    request: HttpRequest, schedule: Schedule, chosen: ChosenDates | None, form: DatesForm | None
) -> DatesScreen:
    today = date_in(schedule.host.time_zone, timezone.now())
    hours, is_own = hours_of(schedule.host, schedule), owns_hours(schedule, signed_in(request))
    month = show_month(
        schedule,
        hours,
        _month(request) or (chosen.first if chosen else today).replace(day=1),
        today=today,
        first_weekday=customs_of(request.headers.get("Accept-Language", "")).first_weekday,
        with_meetings=is_own,
    )
    meetings = meetings_on(schedule.host_id, hours, chosen.first, chosen.last) if chosen and is_own else []
    coming = schedule.overrides.filter(date__gte=today).order_by("date")
    page = schedule.page
    return DatesScreen(
        tabs=availability_tabs("availability"),
        schedule=schedule,
        back_url=reverse("pages_availability", args=[page.pk])
        if page
        else reverse("schedule", args=[schedule.pk]),
        back_name=gettext("Own hours of “%(title)s”") % {"title": page.title} if page else schedule.name,
        month=month,
        chosen=chosen,
        words=chosen.words(today) if chosen else "",
        form=form,
        ranges=[(one, in_dates(one.first, one.last, today=today)) for one in ranges_of(list(coming))],
        meetings=meeting_lines(meetings, schedule.host),
    )


def _asked(sent: Mapping[str, str]) -> ChosenDates | None:
    """None unless it is clear; what is too long is cut."""
    first = _date(sent.get("first", ""))
    last = _date(sent.get("last", "")) or first
    if first is None or last is None:
        return None
    first, last = min(first, last), max(first, last)
    return ChosenDates(first, min(last, first + timedelta(days=LONGEST_DAYS - 1)))


def _month(request: HttpRequest) -> date | None:
    return _date(f"{request.GET.get('month', '')}-01")


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None
