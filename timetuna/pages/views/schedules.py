"""One of a host's schedules: make, change, make the default, delete."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from timetuna.accounts.permissions import signed_in
from timetuna.pages.actions.create_schedule import MOST, TooManySchedules, create_schedule
from timetuna.pages.actions.delete_schedule import ScheduleNeeded, delete_schedule
from timetuna.pages.actions.set_default_schedule import set_default_schedule
from timetuna.pages.forms.schedule import ScheduleForm
from timetuna.pages.models import Schedule
from timetuna.pages.permissions import schedule_or_404
from timetuna.web.forms import Screen
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class ScheduleScreen(Screen):
    template = "pages/schedule.html"
    schedule: Schedule
    form: ScheduleForm


@require_POST
@login_required
def new_schedule(request: HttpRequest) -> HttpResponse:
    """It begins with the hours of the default one."""
    try:
        schedule = create_schedule(signed_in(request))
    except TooManySchedules:
        messages.error(request, f"There can be {MOST} schedules at most. Delete one that you do not need.")
        return redirect("settings_availability")
    return redirect("schedules_edit", schedule.pk)


@login_required
def edit(request: HttpRequest, schedule_id: int) -> HttpResponse:
    schedule = schedule_or_404(request, schedule_id)

    def build(data: Any, _files: Any) -> ScheduleForm:
        return ScheduleForm(schedule_or_404(request, schedule_id), data)

    return answer_form(
        request,
        build,
        screen=lambda form: ScheduleScreen(schedule, form),
        back=reverse("schedules_edit", args=[schedule.pk]),
    )


@require_POST
@login_required
def make_default(request: HttpRequest, schedule_id: int) -> HttpResponse:
    schedule = schedule_or_404(request, schedule_id)
    set_default_schedule(schedule)
    messages.success(request, f"New pages begin with “{schedule.name}” from now on.")
    return redirect("settings_availability")


@require_POST
@login_required
def delete(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Refused where something needs it; the browser has asked before."""
    schedule = schedule_or_404(request, schedule_id)
    try:
        delete_schedule(schedule)
    except ScheduleNeeded as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{schedule.name}” is deleted.")
    return redirect("settings_availability")
