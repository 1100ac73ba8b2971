"""The settings' tab Availability: what holds for all pages, and the schedules they share."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.pages.forms.host_settings import HolidaysForm, HostRulesForm
from timetuna.pages.schedule_lines import ScheduleLine, schedule_lines
from timetuna.web.forms import Screen, show
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class AvailabilityScreen(Screen):
    template = "pages/settings.html"
    form: HostRulesForm
    schedules: list[ScheduleLine]


@dataclass(frozen=True, slots=True)
class HolidaysScreen(Screen):
    template = "pages/_holidays.html"
    form: HolidaysForm


@login_required
def availability(request: HttpRequest) -> HttpResponse:
    host = signed_in(request)

    def build(data: Any, _files: Any) -> HostRulesForm:
        return HostRulesForm(host, data)

    return answer_form(
        request,
        build,
        screen=lambda form: AvailabilityScreen(form, schedule_lines(host.pk)),
        back=reverse("settings_availability"),
    )


@require_safe
@login_required
def holidays(request: HttpRequest) -> HttpResponse:
    """For htmx: the regions of a country and the next holidays there; nothing is saved."""
    return show(request, HolidaysScreen(HolidaysForm(request.GET)))
