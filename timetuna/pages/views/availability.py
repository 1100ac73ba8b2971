"""Availability: a host's schedules, and what comes up beside their usual hours."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.pages.coming_up import ComingUp, coming_up
from timetuna.pages.schedule_lines import ScheduleLine, schedule_lines
from timetuna.web.forms import Screen, TabLink, show

_TABS = (
    ("availability", gettext_lazy("Hours")),
    ("time_off", gettext_lazy("Out of office")),
    ("holidays", gettext_lazy("Holidays")),
    ("trips", gettext_lazy("Trips")),
    ("limits", gettext_lazy("Limits")),
)


@dataclass(frozen=True, slots=True)
class AvailabilityScreen(Screen):
    template = "pages/availability/hours.html"
    tabs: list[TabLink]
    schedules: list[ScheduleLine]
    coming: list[ComingUp]


def availability_tabs(current: str) -> list[TabLink]:
    """The parts of the place. current: the name of the route that is shown."""
    return [TabLink(str(label), reverse(name), name == current) for name, label in _TABS]


@require_safe
@login_required
def availability(request: HttpRequest) -> HttpResponse:
    host = signed_in(request)
    screen = AvailabilityScreen(
        availability_tabs("availability"), schedule_lines(host.pk), coming_up(host, now=timezone.now())
    )
    return show(request, screen)
