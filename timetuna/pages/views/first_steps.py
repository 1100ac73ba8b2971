"""/setup: the steps that a new host begins with, one at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.calendars.queries import Listing, form_targets, listings
from timetuna.calendars.views.connecting import leave_for
from timetuna.calendars.views.logging_in import by_form
from timetuna.calendars.views.settings import listing_or_404
from timetuna.pages.actions.beginning.note_step import note_step, put_away
from timetuna.pages.first_steps import Beginning, FirstStep, StepName, StepState, beginning_of
from timetuna.pages.forms.first_steps import FirstHoursForm, FirstMeetingForm
from timetuna.pages.permissions import page_or_404
from timetuna.web.csp import forms_lead_to
from timetuna.web.forms import Screen, show
from timetuna.web.saving import answer_form


@dataclass(frozen=True, slots=True)
class HoursStepScreen(Screen):
    template = "pages/first_steps/hours.html"
    beginning: Beginning
    current: FirstStep
    form: FirstHoursForm


@dataclass(frozen=True, slots=True)
class CalendarStepScreen(Screen):
    """providers: those that have calendars and can be connected on this server."""

    template = "pages/first_steps/calendar.html"
    beginning: Beginning
    current: FirstStep
    providers: list[Listing]


@dataclass(frozen=True, slots=True)
class MeetingStepScreen(Screen):
    template = "pages/first_steps/meeting.html"
    beginning: Beginning
    current: FirstStep
    form: FirstMeetingForm


@dataclass(frozen=True, slots=True)
class ShareStepScreen(Screen):
    template = "pages/first_steps/share.html"
    beginning: Beginning
    current: FirstStep


@require_safe
@login_required
def first_steps(request: HttpRequest) -> HttpResponse:
    """Lead to what is to be done next, or to the last step."""
    following = beginning_of(signed_in(request)).next()
    return redirect("first_step", following.name.value if following else StepName.SHARE.value)


@login_required
@forms_lead_to(form_targets)
def step(request: HttpRequest, name: str) -> HttpResponse:
    if name not in {one.value for one in StepName}:
        raise Http404
    beginning = beginning_of(signed_in(request))
    return _ANSWERS[StepName(name)](request, beginning)


@require_POST
@login_required
def skip(request: HttpRequest, name: str) -> HttpResponse:
    """It stays in the list, to be done some day."""
    if name not in {one.value for one in StepName}:
        raise Http404
    note_step(signed_in(request), StepName(name), StepState.SKIPPED)
    return _onward(request)


@require_POST
@login_required
def hide(request: HttpRequest) -> HttpResponse:
    """Put the steps away, or bring them back."""
    away = request.POST.get("away", "yes") == "yes"
    put_away(signed_in(request), away=away)
    return redirect("booking_pages" if away else "first_steps")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def connect(request: HttpRequest, name: str, provider: str) -> HttpResponse:
    """Connect an account, and come back to the step."""
    if name not in {StepName.CALENDAR.value, StepName.MEETING.value}:
        raise Http404
    found, back = listing_or_404(provider), reverse("first_step", args=[name])
    if name == StepName.CALENDAR:
        back = reverse("first_steps")
    if found.by_form:
        return by_form(request, found, back=back)
    if request.method != "POST":
        return redirect("first_step", name)
    return leave_for(request, found, back=back)


def _hours(request: HttpRequest, beginning: Beginning) -> HttpResponse:
    host = signed_in(request)

    def build(data: Any, _files: Any) -> FirstHoursForm:
        return FirstHoursForm(host, data)

    return answer_form(
        request,
        build,
        screen=lambda form: HoursStepScreen(beginning, beginning.step(StepName.HOURS), form),
        back=reverse("first_steps"),
        said=gettext("Your page is ready.") if beginning.page is None else gettext("Your hours are saved."),
    )


def _calendar(request: HttpRequest, beginning: Beginning) -> HttpResponse:
    found = [one for one in listings() if one.has_calendars and one.ready]
    ordered = sorted(found, key=lambda one: (one.by_form, one.label.casefold()))
    return show(request, CalendarStepScreen(beginning, beginning.step(StepName.CALENDAR), ordered))


def _meeting(request: HttpRequest, beginning: Beginning) -> HttpResponse:
    if beginning.page is None:
        return redirect("first_step", StepName.HOURS.value)
    page_id = beginning.page.pk

    def build(data: Any, _files: Any) -> FirstMeetingForm:
        return FirstMeetingForm(page_or_404(request, page_id), data)

    answer = answer_form(
        request,
        build,
        screen=lambda form: MeetingStepScreen(beginning, beginning.step(StepName.MEETING), form),
        back=reverse("first_steps"),
        said=gettext("How you meet is saved."),
    )
    if answer.status_code == _FOUND:
        note_step(signed_in(request), StepName.MEETING, StepState.DONE)
    return answer


def _share(request: HttpRequest, beginning: Beginning) -> HttpResponse:
    if beginning.page is None:
        return redirect("first_step", StepName.HOURS.value)
    if request.method == "POST":
        note_step(signed_in(request), StepName.SHARE, StepState.DONE)
        return _onward(request)
    return show(request, ShareStepScreen(beginning, beginning.step(StepName.SHARE)))


def _onward(request: HttpRequest) -> HttpResponse:
    """To the next step, or to the pages once there is none."""
    beginning = beginning_of(signed_in(request))
    if beginning.next():
        return redirect("first_steps")
    skipped = gettext("You are all set. What you skipped is kept under First steps.")
    messages.success(request, skipped if beginning.is_left() else gettext("You are all set."))
    return redirect("booking_pages")


_FOUND = 302
_ANSWERS: dict[StepName, Callable[[HttpRequest, Beginning], HttpResponse]] = {
    StepName.HOURS: _hours,
    StepName.CALENDAR: _calendar,
    StepName.MEETING: _meeting,
    StepName.SHARE: _share,
}
