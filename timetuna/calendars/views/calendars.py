"""The calendars of a connected account: what they do, and having them read again."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.calendars.account_status import AccountCard, account_card
from timetuna.calendars.actions.read_again import read_again
from timetuna.calendars.actions.set_calendar import set_calendar
from timetuna.calendars.models import EVERY, Calendar
from timetuna.calendars.permissions import accounts_for, calendars_for
from timetuna.calendars.views.limits import READING, refusal
from timetuna.web.forms import INCOMPLETE, Screen, show

ON = "on"


@require_safe
@login_required
def account_calendars(request: HttpRequest, account: int) -> HttpResponse:
    """Show, for htmx, an account's calendars as they are now."""
    return _fragment(request, account)


@require_POST
@login_required
def calendar(request: HttpRequest, calendar: int) -> HttpResponse:
    """Store which of a calendar's two switches was turned here; the other stays as it is stored now."""
    row = _own_or_404(request, calendar)
    blocks, tentative = (_turned(request, name) for name in ("blocks", "tentative_blocks"))
    if blocks is None or tentative is None:
        return _answer(request, row.account_id, str(INCOMPLETE), level=messages.ERROR)
    set_calendar(row, blocks=blocks(row.blocks), tentative_blocks=tentative(row.tentative_blocks))
    return _answer(request, row.account_id, gettext("Saved."))


def _turned(request: HttpRequest, name: str) -> Callable[[bool], bool] | None:
    """What becomes of a switch that is stored as it is; None where it did not arrive with what it was."""
    was, now = request.POST.get(f"was_{name}"), request.POST.get(name)
    if was is None or now is None:
        return None
    return lambda stored: stored if now == was else now == ON


@require_POST
@login_required
def read_calendar(request: HttpRequest, calendar: int) -> HttpResponse:
    """Have a calendar read again soon."""
    row = _own_or_404(request, calendar)
    if refused := refusal(request, READING):
        return _answer(request, row.account_id, refused, level=messages.WARNING)
    read_again(row.account, row)
    return _answer(
        request, row.account_id, gettext("“%(name)s” is read again in a moment.") % {"name": row.name}
    )


@require_POST
@login_required
def read_account(request: HttpRequest, account: int) -> HttpResponse:
    """Have an account's list of calendars, and all of them, read again soon."""
    row = get_object_or_404(accounts_for(signed_in(request)), pk=account)
    if refused := refusal(request, READING):
        return _answer(request, account, refused, level=messages.WARNING)
    read_again(row)
    return _answer(request, account, gettext("Its calendars are read again in a moment."))


def _own_or_404(request: HttpRequest, calendar_id: int) -> Calendar:
    rows = calendars_for(signed_in(request)).select_related("account").exclude(outside_id=EVERY)
    return get_object_or_404(rows, pk=calendar_id)


def _answer(
    request: HttpRequest, account_id: int, sentence: str, *, level: int = messages.SUCCESS
) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _fragment(request, account_id)
    messages.add_message(request, level, sentence)
    return redirect(f"{reverse('settings_providers')}#calendars-{account_id}")


@dataclass(frozen=True, slots=True)
class AccountCalendarsScreen(Screen):
    """The calendars of an account."""

    template = "calendars/account_calendars.html"
    card: AccountCard


def _fragment(request: HttpRequest, account_id: int) -> HttpResponse:
    card = account_card(account_id, host_id=signed_in(request).pk, now=timezone.now())
    if card is None:
        raise Http404
    return show(request, AccountCalendarsScreen(card))
