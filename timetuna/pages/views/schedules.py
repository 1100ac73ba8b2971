"""One of a host's schedules: make, change, make the default, delete."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from timetuna.accounts.permissions import signed_in
from timetuna.pages.actions.create_schedule import MOST, TooManySchedules, create_schedule
from timetuna.pages.actions.delete_schedule import ScheduleNeeded, delete_schedule
from timetuna.pages.actions.hours.restore import kept_schedule
from timetuna.pages.actions.set_default_schedule import set_default_schedule
from timetuna.pages.forms.schedule import ScheduleForm
from timetuna.pages.models import Schedule
from timetuna.pages.permissions import schedule_or_404
from timetuna.pages.schedule_lines import schedule_lines
from timetuna.pages.views.availability import availability_tabs
from timetuna.pages.views.undo import SCHEDULE, offer_undo
from timetuna.web.forms import Screen, TabLink
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class ScheduleScreen(Screen):
    """used_by: the titles of the pages that these hours are of.  dates: how many have others, from today on."""

    template = "pages/availability/schedule.html"
    tabs: list[TabLink]
    schedule: Schedule
    form: ScheduleForm
    used_by: tuple[str, ...]
    dates: int


@require_POST
@login_required
def new_schedule(request: HttpRequest) -> HttpResponse:
    """It begins with the hours of the default one."""
    try:
        schedule = create_schedule(signed_in(request))
    except TooManySchedules:
        messages.error(
            request,
            gettext("There can be %(most)d schedules at most. Delete one that you do not need.")
            % {"most": MOST},
        )
        return redirect("availability")
    return redirect("schedule", schedule.pk)


@login_required
def edit(request: HttpRequest, schedule_id: int) -> HttpResponse:
    schedule = schedule_or_404(request, schedule_id)
    line = next(one for one in schedule_lines(schedule.host_id) if one.id == schedule.pk)
    dates = schedule.overrides.filter(date__gte=timezone.now().date()).count()

    def build(data: Any, _files: Any) -> ScheduleForm:
        return ScheduleForm(schedule_or_404(request, schedule_id), data)

    return answer_form(
        request,
        build,
        screen=lambda form: ScheduleScreen(
            availability_tabs("availability"), schedule, form, line.pages, dates
        ),
        back=reverse("schedule", args=[schedule.pk]),
    )


@require_POST
@login_required
def make_default(request: HttpRequest, schedule_id: int) -> HttpResponse:
    schedule = schedule_or_404(request, schedule_id)
    set_default_schedule(schedule)
    messages.success(
        request, gettext("New pages begin with “%(name)s” from now on.") % {"name": schedule.name}
    )
    return redirect("availability")


@require_POST
@login_required
def delete(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Refused where something needs it."""
    schedule = schedule_or_404(request, schedule_id)
    kept = kept_schedule(schedule)
    try:
        delete_schedule(schedule)
    except ScheduleNeeded as error:
        messages.error(request, str(error))
    else:
        offer_undo(request, gettext("“%(name)s” is deleted.") % {"name": schedule.name}, SCHEDULE, kept)
    return redirect("availability")
