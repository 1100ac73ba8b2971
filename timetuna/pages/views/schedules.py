"""One of a host's schedules: make, change, make the default, delete."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from timetuna.accounts.permissions import signed_in
from timetuna.pages.actions.create_schedule import MOST, TooManySchedules, create_schedule
from timetuna.pages.actions.delete_schedule import ScheduleNeeded, delete_schedule
from timetuna.pages.actions.set_default_schedule import set_default_schedule
from timetuna.pages.forms.schedule import ScheduleForm
from timetuna.pages.permissions import schedule_or_404
from timetuna.web.saving import opened, save


@require_POST
@login_required
def new_schedule(request: HttpRequest) -> HttpResponse:
    """Make a schedule like the default, and open it."""
    try:
        schedule = create_schedule(signed_in(request))
    except TooManySchedules:
        messages.error(request, f"There can be {MOST} schedules at most. Delete one that you do not need.")
        return redirect("settings_availability")
    return redirect("schedules_edit", schedule.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def edit(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Show name and hours; on POST save them. What cannot be saved comes back as it was typed, status 422."""
    schedule = schedule_or_404(request, schedule_id)

    def build(data: Any, _files: Any) -> ScheduleForm:
        return ScheduleForm(schedule_or_404(request, schedule_id), data)

    form = save(request, build) if request.method == "POST" else opened(request, build)
    if form.saved:
        messages.success(request, "Saved.")
        return redirect("schedules_edit", schedule.pk)
    context = {"schedule": schedule, "form": form, "active_tab": "availability"}
    return render(request, "pages/schedule.html", context, status=form.status())


@require_POST
@login_required
def make_default(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Let new pages begin with this schedule."""
    schedule = schedule_or_404(request, schedule_id)
    set_default_schedule(schedule)
    messages.success(request, f"New pages begin with “{schedule.name}” from now on.")
    return redirect("settings_availability")


@require_POST
@login_required
def delete(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Delete the schedule, unless something needs it; the browser has asked before."""
    schedule = schedule_or_404(request, schedule_id)
    try:
        delete_schedule(schedule)
    except ScheduleNeeded as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"“{schedule.name}” is deleted.")
    return redirect("settings_availability")
