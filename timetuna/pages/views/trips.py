"""Availability: when a host is in another zone, where their hours are meant by the clock."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.l10n.datetimes import date_in, zone_name, zone_or_utc
from timetuna.pages.coming_up import in_dates
from timetuna.pages.forms.hours.away import TripForm
from timetuna.pages.models import TravelZone
from timetuna.pages.permissions import trip_or_404
from timetuna.pages.prefetch import dates_over
from timetuna.pages.views.availability import availability_tabs
from timetuna.pages.views.undo import TRIP, offer_undo
from timetuna.web.forms import Screen, TabLink
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class TripLine:
    id: int
    when: str
    zone: str


@dataclass(frozen=True, slots=True)
class TripsScreen(Screen):
    """home: the zone of the host's profile."""

    template = "pages/availability/trips.html"
    tabs: list[TabLink]
    form: TripForm
    trips: list[TripLine]
    home: str


@dataclass(frozen=True, slots=True)
class TripScreen(Screen):
    template = "pages/availability/trip.html"
    tabs: list[TabLink]
    form: TripForm
    trip: TravelZone


@login_required
def trips(request: HttpRequest) -> HttpResponse:
    """What lies ahead, and a form for another one."""
    host = signed_in(request)

    def build(data: Any, _files: Any) -> TripForm:
        return TripForm(TravelZone(host=host), data)

    return answer_form(
        request,
        build,
        screen=lambda form: TripsScreen(
            availability_tabs("trips"), form, _lines(host), zone_name(zone_or_utc(host.time_zone))
        ),
        back=reverse("trips"),
        said=gettext("Saved. Your hours are meant by the clock there on these days."),
    )


@login_required
def trip(request: HttpRequest, trip_id: int) -> HttpResponse:
    row = trip_or_404(request, trip_id)

    def build(data: Any, _files: Any) -> TripForm:
        return TripForm(trip_or_404(request, trip_id), data)

    return answer_form(
        request,
        build,
        screen=lambda form: TripScreen(availability_tabs("trips"), form, row),
        back=reverse("trips"),
    )


@require_POST
@login_required
def remove_trip(request: HttpRequest, trip_id: int) -> HttpResponse:
    row = trip_or_404(request, trip_id)
    kept = {"first": row.first.isoformat(), "last": row.last.isoformat(), "time_zone": row.time_zone}
    row.delete()
    offer_undo(request, gettext("The trip is removed."), TRIP, kept)
    return redirect("trips")


def _lines(host: User) -> list[TripLine]:
    today = date_in(host.time_zone, timezone.now())
    return [
        TripLine(row.pk, in_dates(row.first, row.last, today=today), zone_name(zone_or_utc(row.time_zone)))
        for row in host.travel_zones.filter(last__gte=dates_over())
    ]
