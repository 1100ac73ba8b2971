"""What holds for all pages of a host: holidays and limits, and how long guests' data is kept."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.pages.forms.host_settings import GuestsDataForm, HolidaysForm, LimitsForm
from timetuna.pages.views.availability import availability_tabs
from timetuna.web.forms import Screen, TabLink, show
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class HolidaysScreen(Screen):
    template = "pages/availability/holidays.html"
    tabs: list[TabLink]
    form: HolidaysForm


@dataclass(frozen=True, slots=True)
class HolidayChoiceScreen(Screen):
    template = "pages/availability/_holidays.html"
    form: HolidaysForm


@dataclass(frozen=True, slots=True)
class LimitsScreen(Screen):
    template = "pages/availability/limits.html"
    tabs: list[TabLink]
    form: LimitsForm


@dataclass(frozen=True, slots=True)
class GuestsDataScreen(Screen):
    template = "pages/guests_data.html"
    form: GuestsDataForm


@login_required
def holidays(request: HttpRequest) -> HttpResponse:
    host = signed_in(request)

    def build(data: Any, _files: Any) -> HolidaysForm:
        return HolidaysForm(host, data)

    return answer_form(
        request,
        build,
        screen=lambda form: HolidaysScreen(availability_tabs("holidays"), form),
        back=reverse("holidays"),
        said=gettext("Your holidays are saved."),
    )


@require_safe
@login_required
def holiday_choice(request: HttpRequest) -> HttpResponse:
    """For htmx: the regions of a country and the coming holidays there; nothing is saved."""
    return show(request, HolidayChoiceScreen(HolidaysForm(signed_in(request), request.GET)))


@login_required
def limits(request: HttpRequest) -> HttpResponse:
    host = signed_in(request)

    def build(data: Any, _files: Any) -> LimitsForm:
        return LimitsForm(host, data)

    return answer_form(
        request,
        build,
        screen=lambda form: LimitsScreen(availability_tabs("limits"), form),
        back=reverse("limits"),
        said=gettext("Your limits are saved."),
    )


@login_required
def guests_data(request: HttpRequest) -> HttpResponse:
    host = signed_in(request)

    def build(data: Any, _files: Any) -> GuestsDataForm:
        return GuestsDataForm(host, data)

    return answer_form(request, build, screen=GuestsDataScreen, back=reverse("guests_data"))
