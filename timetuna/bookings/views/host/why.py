"""Why is this time missing? Asked by whoever may see a page; the address can be kept and shared."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.availability.hours import host_date
from timetuna.availability.interval import minute_of
from timetuna.bookings.forms.host import WhyForm
from timetuna.bookings.slots.explain import AskedTime, SlotExplanation, explain, hours_path, zone_on
from timetuna.l10n import datetimes
from timetuna.lib.text import has_words
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, Role, page_or_404, pages_for, rights_on, roles_on
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import by_title, values
from timetuna.pages.views.pages import SEARCHED_FROM, asked_words
from timetuna.web.forms import Screen, show

_KEPT = ("date", "time")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyScreen(Screen):
    """zone: by whose clock is asked, and whether it is the reader's.  answer: once a question can be read."""

    template = "bookings/why.html"
    page: PublicPage
    form: WhyForm
    zone: str
    is_own_clock: bool
    answer: SlotExplanation | None


@require_safe
@login_required
def why(request: HttpRequest, page_id: int) -> HttpResponse:
    """Answer a question about a page to whoever may see it, or show where to ask one."""
    row = page_or_404(request, page_id, to=Action.SEE)
    page, now = values(row), timezone.now()
    zone = zone_on(page.own.opening, host_date(page.own.opening, minute_of(now)))
    form = WhyForm(page, initial=_next_hour(now.astimezone(zone)))
    if form.fields.keys() & request.GET.keys():
        form = WhyForm(page, request.GET)
    answer = explain(_asked(request, row, page, form.cleaned_data), now=now) if form.is_valid() else None
    screen = WhyScreen(
        page=page,
        form=form,
        zone=datetimes.zone_name(answer.zone if answer else zone),
        is_own_clock=Role.OWNER in roles_on(row, signed_in(request)),
        answer=answer,
    )
    return show(request, screen, status=422 if form.errors else 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyAnyScreen(Screen):
    """query, kept: what was asked already.  asked: the words pages are looked for by.

    searched: whether there are that many.
    """

    template = "bookings/why_any.html"
    pages: list[PublicPage]
    query: str
    kept: dict[str, str]
    asked: str
    searched: bool


@require_safe
@login_required
def why_any(request: HttpRequest) -> HttpResponse:
    """A host with one page is led there."""
    pages = by_title(pages_for(signed_in(request), to=Action.SEE))
    kept = {name: request.GET[name] for name in _KEPT if name in request.GET}
    query = f"?{urlencode(kept)}" if kept else ""
    if len(pages) == 1:
        return redirect(reverse("why", args=[pages[0].id]) + query)
    asked = asked_words(request.GET)
    screen = WhyAnyScreen(
        pages=[page for page in pages if has_words(f"{page.title} {page.team}", asked)],
        query=query,
        kept=kept,
        asked=asked,
        searched=bool(asked) or len(pages) >= SEARCHED_FROM,
    )
    return show(request, screen)


def _asked(request: HttpRequest, row: BookingPage, page: PublicPage, cleaned: dict[str, Any]) -> AskedTime:
    return AskedTime(
        page=page,
        reader=signed_in(request).pk,
        can_edit=Action.EDIT in rights_on(row, signed_in(request)),
        minutes=cleaned["duration"],
        day=cleaned["date"],
        minute=cleaned["time"],
        hours_path=hours_path(row),
    )


def _next_hour(local: datetime) -> dict[str, Any]:
    coming = local + timedelta(hours=1)
    return {"date": coming.date(), "time": coming.hour * 60}
