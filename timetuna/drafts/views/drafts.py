"""From a sentence to a page: ask, wait, read through what will be made, confirm."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from timetuna.accounts.permissions import signed_in
from timetuna.drafts.actions.make_page import ConfirmedPage, make_page
from timetuna.drafts.actions.write_draft import ask_for_draft
from timetuna.drafts.forms import Item, PlanForm, SentenceForm
from timetuna.drafts.models import PageDraft
from timetuna.drafts.permissions import draft_or_404, is_on
from timetuna.rate_limits.limits import wait_in_words
from timetuna.web.forms import Screen, show

State = PageDraft.State
_EVERY_SECONDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceScreen(Screen):
    """server: where the sentence is sent."""

    template = "drafts/sentence.html"
    form: SentenceForm
    server: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftScreen(Screen):
    """form, items: once there is a plan."""

    template = "drafts/draft.html"
    draft: PageDraft
    server: str
    form: PlanForm | None = None
    items: Sequence[Item] = ()


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_draft(request: HttpRequest) -> HttpResponse:
    """Nothing leaves this server before the sentence is sent here."""
    if not is_on():
        raise Http404
    form = SentenceForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        found = ask_for_draft(signed_in(request), form.cleaned_data["sentence"])
        if isinstance(found, PageDraft):
            return redirect("draft", found.pk)
        form.add_error(
            None,
            gettext("You have asked for many pages. You can ask again in %(wait)s.")
            % {"wait": wait_in_words(found)},
        )
        status = 429
    elif form.errors:
        status = 422
    return show(request, SentenceScreen(form=form, server=_server()), status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def draft(request: HttpRequest, draft_id: int) -> HttpResponse:
    """While it is waited for, the page asks again by itself; nothing is made before it is confirmed here."""
    found = draft_or_404(request, draft_id)
    screen = DraftScreen(draft=found, server=_server())
    if found.state != State.READY:
        answer = show(request, screen)
        if found.state == State.WAITING:
            answer["Refresh"] = str(_EVERY_SECONDS)
        return answer
    host = signed_in(request)
    form = PlanForm(host, found.plan, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if page := make_page(found.pk, host, _wanted(form)):
            messages.success(
                request, gettext("The page is made and can be booked. Read it as your guests do.")
            )
            return redirect("pages_booking", page.pk)
        return redirect("booking_pages")
    shown = DraftScreen(draft=found, server=_server(), form=form, items=list(form.items()))
    return show(request, shown, status=422 if form.errors else 200)


def _wanted(form: PlanForm) -> ConfirmedPage:
    data = form.cleaned_data
    return ConfirmedPage(
        title=data["title"],
        description=data["description"],
        minutes=data["minutes"],
        meeting_types=form.meeting_types(),
        hours=form.hours(),
        questions=form.questions(),
        confirm=data["confirm"],
    )


def _server() -> str:
    return urlsplit(settings.MODEL_URL).hostname or ""
