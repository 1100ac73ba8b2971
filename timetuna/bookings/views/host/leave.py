"""Somebody leaves a page, or is taken off it: what is to come with them, and what becomes of each of it."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.actions.leave import Settled, leave_page, to_come
from timetuna.bookings.events import Status
from timetuna.bookings.forms.leave import LeaveForm, Leaving, leave_form
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.l10n import datetimes
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, cohost_or_404, page_or_404, rights_on
from timetuna.web.forms import Screen, show

MOST = 200
"""How many meetings are shown; what is beyond is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePageScreen(Screen):
    """own: whoever leaves is whoever looks.  count: how many meetings are to come, requests: how many of them.

    kept: whether nothing else can be chosen.
    """

    template = "bookings/leave.html"
    page: BookingPage
    leaving: User
    own: bool
    count: int
    requests: int
    kept: bool
    zone: str
    form: LeaveForm


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def leave(request: HttpRequest, page_id: int) -> HttpResponse:
    """Whoever is signed in leaves the page."""
    user = signed_in(request)
    page = page_or_404(request, page_id, to=Action.LEAVE)
    return _answer(request, Leaving(page=page, who=user, by=user, runs=False))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def take_off(request: HttpRequest, page_id: int, host_id: int) -> HttpResponse:
    """Whoever looks after the page takes a cohost off it."""
    page = page_or_404(request, page_id, to=Action.STAFF)
    who, user = cohost_or_404(page, host_id), signed_in(request)
    return _answer(request, Leaving(page=page, who=who, by=user, runs=Action.ASSIGN in rights_on(page, user)))


def _answer(request: HttpRequest, leaving: Leaving) -> HttpResponse:
    now = timezone.now()
    rows = list(to_come(leaving.who.pk, pages=[leaving.page.pk], now=now)[:MOST])
    reader = reader_of(leaving.by, now)
    form = leave_form(leaving, rows, reader, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        done = leave_page(leaving.page.pk, leaving.who.pk, choices=form.chosen(), now=now)
        _say(request, leaving, done)
        if leaving.own():
            return redirect("booking_pages")
        return redirect("pages_booking", leaving.page.pk)
    screen = LeavePageScreen(
        page=leaving.page,
        leaving=leaving.who,
        own=leaving.own(),
        count=to_come(leaving.who.pk, pages=[leaving.page.pk], now=now).count(),
        requests=sum(row.status == Status.PENDING for row in rows),
        kept=not leaving.decides(),
        zone=datetimes.zone_name(reader.zone),
        form=form,
    )
    return show(request, screen, status=422 if form.is_bound else 200)


def _say(request: HttpRequest, leaving: Leaving, done: Settled) -> None:
    title = leaving.page.title
    own = leaving.own()
    left = gettext("You have left “%(title)s”.") if own else gettext("%(name)s no longer hosts “%(title)s”.")
    said = [left % {"title": title, "name": leaving.who.name}]
    said += [_handed(done.handed)] if done.handed else []
    said += [_called_off(done.cancelled)] if done.cancelled else []
    messages.success(request, " ".join(said))
    reader = reader_of(leaving.by, timezone.now())
    for booking, why in done.left:
        when = datetimes.short_when(booking.start_at, zone=reader.zone)
        stays = (
            gettext("The meeting with %(guest)s, %(when)s, stays yours: %(why)s")
            if own
            else gettext("The meeting with %(guest)s, %(when)s, stays with %(host)s: %(why)s")
        )
        words = {"guest": booking.booker.name, "when": when, "host": leaving.who.name, "why": why}
        messages.warning(request, stays % words)


def _handed(count: int) -> str:
    said = ngettext("One meeting was handed over.", "%(count)d meetings were handed over.", count)
    return said % {"count": count}


def _called_off(count: int) -> str:
    said = ngettext("One meeting was called off.", "%(count)d meetings were called off.", count)
    return said % {"count": count}
