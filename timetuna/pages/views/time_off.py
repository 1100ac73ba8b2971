"""Availability: when a host is out of office, and what becomes of the bookings that lie there."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.l10n.datetimes import date_in
from timetuna.pages.coming_up import away_in_words
from timetuna.pages.date_calendar import MeetingLine, meeting_lines, meetings_away
from timetuna.pages.forms.hours.away import AbsenceForm
from timetuna.pages.models import OutOfOffice
from timetuna.pages.permissions import absence_or_404
from timetuna.pages.prefetch import dates_over
from timetuna.pages.views.availability import availability_tabs
from timetuna.pages.views.undo import ABSENCE, offer_undo
from timetuna.web.forms import Screen, TabLink, show
from timetuna.web.saving import opened, save

_METHODS = ["GET", "HEAD", "POST"]


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """meetings: how many bookings lie in it."""

    id: int
    when: str
    note: str
    meetings: int


@dataclass(frozen=True, slots=True)
class TimeOffScreen(Screen):
    template = "pages/availability/time_off.html"
    tabs: list[TabLink]
    form: AbsenceForm
    absences: list[AbsenceLine]


@dataclass(frozen=True, slots=True)
class AbsenceScreen(Screen):
    """when: its dates, as they are stored."""

    template = "pages/availability/absence.html"
    tabs: list[TabLink]
    form: AbsenceForm
    absence: OutOfOffice
    when: str
    meetings: list[MeetingLine]


@login_required
def time_off(request: HttpRequest) -> HttpResponse:
    """What lies ahead, and a form for another absence."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    host = signed_in(request)

    def build(data: Any, _files: Any) -> AbsenceForm:
        return AbsenceForm(OutOfOffice(host=host), data)

    form = save(request, build) if request.method == "POST" else opened(request, build)
    if form.saved:
        return _saved(request, form.instance)
    screen = TimeOffScreen(availability_tabs("time_off"), form, _lines(host))
    return show(request, screen, status=form.status())


@login_required
def absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    """One of them, with the bookings that lie in it."""
    if request.method not in _METHODS:
        return HttpResponseNotAllowed(_METHODS)
    row, host = absence_or_404(request, absence_id), signed_in(request)

    def build(data: Any, _files: Any) -> AbsenceForm:
        return AbsenceForm(absence_or_404(request, absence_id), data)

    form = save(request, build) if request.method == "POST" else opened(request, build)
    if form.saved:
        return _saved(request, form.instance)
    screen = AbsenceScreen(
        availability_tabs("time_off"),
        form,
        row,
        away_in_words(row, today=date_in(host.time_zone, timezone.now())),
        meeting_lines(meetings_away(host, row), host),
    )
    return show(request, screen, status=form.status())


@require_POST
@login_required
def remove_absence(request: HttpRequest, absence_id: int) -> HttpResponse:
    row = absence_or_404(request, absence_id)
    kept = {
        "first": row.first.isoformat(),
        "last": row.last.isoformat(),
        "start_minute": row.start_minute,
        "end_minute": row.end_minute,
        "note": row.note,
    }
    row.delete()
    offer_undo(request, gettext("The absence is removed: your usual hours hold again."), ABSENCE, kept)
    return redirect("time_off")


def _saved(request: HttpRequest, row: OutOfOffice) -> HttpResponse:
    """Lead to the bookings that lie in it, where there are any."""
    meetings = len(meetings_away(row.host, row))
    if not meetings:
        messages.success(request, gettext("Saved. Your pages are closed then."))
        return redirect("time_off")
    said = ngettext(
        "Saved. %(count)d booking lies in it: below you can move or cancel what you will not hold.",
        "Saved. %(count)d bookings lie in it: below you can move or cancel what you will not hold.",
        meetings,
    )
    messages.success(request, said % {"count": meetings})
    return redirect(f"{reverse('absence', args=[row.pk])}#meetings")


def _lines(host: User) -> list[AbsenceLine]:
    today = date_in(host.time_zone, timezone.now())
    return [
        AbsenceLine(row.pk, away_in_words(row, today=today), row.note, len(meetings_away(host, row)))
        for row in host.out_of_office.filter(last__gte=dates_over())
    ]
