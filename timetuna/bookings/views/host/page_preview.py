"""A page as guests will see it while its host still writes it: what is typed is stored, shown, rolled back (0079)."""

import base64
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from csp.constants import SELF
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods

from timetuna.accounts.permissions import signed_in
from timetuna.availability.interval import minute_of
from timetuna.bookings.forms.book import GuestBookingForm
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.selection import SlotSelection, choice_of, free_times, read_start
from timetuna.bookings.views.guest.slots import SlotsScreen, page_screen
from timetuna.bookings.views.guest.steps.screens import BookScreen, form_screen
from timetuna.pages.forms.look import LookForm
from timetuna.pages.forms.question import QuestionForm
from timetuna.pages.permissions import Action, page_or_404, question_or_404
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import page_settings, questions_of
from timetuna.pages.views.editor import TABS
from timetuna.rate_limits.limits import client_of
from timetuna.web.csp import instead
from timetuna.web.forms import VERSION, Screen, private, row_number, show
from timetuna.web.saving import HostForm

_QUESTION = "question"
_OF_THE_FORM = {"guests", _QUESTION}
"""What changes the form, and not the times."""
_CHOOSES_LENGTH = "booking"
_TYPES = {"logo": "png", "background": "jpeg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesPreviewScreen(SlotsScreen):
    template = "bookings/times_preview.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPreviewScreen(BookScreen):
    template = "bookings/form_preview.html"


@dataclass(frozen=True, slots=True)
class NoPreviewScreen(Screen):
    """form: what is wrong with it; None where it is the guest's form that was sent."""

    template = "bookings/no_preview.html"
    form: HostForm | None


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@xframe_options_sameorigin
@instead({"frame-ancestors": [SELF]})
def page_preview(request: HttpRequest, page_id: int, tab: str) -> HttpResponse:
    """As it is stored; on POST with what is typed into a tab of the editor, or into a question of it."""
    page_or_404(request, page_id, to=Action.SEE)
    if tab not in _OF_THE_FORM and tab not in {one.path for one in TABS}:
        raise Http404
    if request.method != "POST":
        return _shown(request, _stored(page_id), tab)
    if VERSION not in request.POST:
        return _nothing(request, None)
    form = _typed(request, page_id, tab)
    with transaction.atomic():
        answer = None
        if form.is_valid() and form.store() is not False:
            answer = _shown(request, _with_pictures(_stored(page_id), form), tab)
        transaction.set_rollback(True)
    return answer or _nothing(request, form)


def _typed(request: HttpRequest, page_id: int, tab: str) -> HostForm:
    """Raises Http404 for who may not change it."""
    if tab == _QUESTION:
        page, number = page_or_404(request, page_id), row_number(request.GET.get(_QUESTION, ""))
        question = None if number is None else question_or_404(request, page_id, number)
        return QuestionForm(page, question, request.POST)
    found = next((one for one in TABS if one.path == tab), None)
    if found is None:
        raise Http404
    page = page_or_404(request, page_id, to=Action.SEE)
    form = found.form_for(signed_in(request), page)
    return form(found.row(request, page_id), request.POST, request.FILES)


def _stored(page_id: int) -> PublicPage:
    """Raises Http404 where it was deleted meanwhile."""
    page = page_settings(page_id)
    if page is None:
        raise Http404
    return page


def _with_pictures(page: PublicPage, form: HostForm) -> PublicPage:
    """What was just chosen has no address yet, so it stands in the page itself."""
    if not isinstance(form, LookForm):
        return page
    look = page.look
    for name, kind in _TYPES.items():
        if picture := form.picture(name):
            inline = f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"
            look = replace(look, **{f"{name}_path": inline})
    return replace(page, look=look)


def _shown(request: HttpRequest, page: PublicPage, tab: str) -> HttpResponse:
    query = request.GET.copy()
    if tab != _CHOOSES_LENGTH and "duration" not in query:
        query["duration"] = str(page.durations[0].minutes)
    choice = replace(choice_of(request, page, query, path=request.path), visit="")
    if choice.duration and (tab in _OF_THE_FORM or "start" in query):
        return private(show(request, _form(request, page, choice, read_start(query.get("start", "")))))
    screen = page_screen(request, page, choice, book_path=request.path)
    return private(show(request, TimesPreviewScreen(**_of(screen))))


def _of(screen: SlotsScreen) -> dict[str, Any]:
    return {one.name: getattr(screen, one.name) for one in fields(screen)}


def _form(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, start: int | None
) -> FormPreviewScreen:
    """No time is kept for it."""
    if start is None:
        start = minute_of(_first_time(request, page, choice))
    form = GuestBookingForm(page, initial={"zone": choice.zone.key}, questions=questions_of(page.id))
    return form_screen(FormPreviewScreen, page, choice, form, start=start)


def _first_time(request: HttpRequest, page: PublicPage, choice: SlotSelection) -> datetime:
    """The next one that is free, or else tomorrow at ten."""
    now = timezone.now()
    query = SlotQuery(page=page, minutes=0, now=now, client=client_of(request, visit=""))
    days = free_times(query, choice).days
    if days:
        return days[min(days)][0]
    return (now.astimezone(choice.zone) + timedelta(days=1)).replace(
        hour=10, minute=0, second=0, microsecond=0
    )


def _nothing(request: HttpRequest, form: HostForm | None) -> HttpResponse:
    return show(request, NoPreviewScreen(form), status=HTTPStatus.UNPROCESSABLE_ENTITY)
