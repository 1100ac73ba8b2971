"""A host takes back what they have just removed: for as long as nothing else was removed in this browser."""

import secrets
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from timetuna.accounts.permissions import signed_in
from timetuna.pages.actions.hours.restore import (
    DatesChange,
    restore_absence,
    restore_dates,
    restore_schedule,
    restore_trip,
)
from timetuna.pages.actions.hours.set_dates import ChangedMeanwhile
from timetuna.pages.permissions import dated_schedule_or_404

DATES, ABSENCE, TRIP, SCHEDULE = "dates", "absence", "trip", "schedule"
_KEY = "undo"


def offer_undo(request: HttpRequest, said: str, kind: str, kept: Mapping[str, Any]) -> None:
    """Say what was done, with a button that leads back from it. kept: what JSON can hold.

    The button belongs to a form that the pages of Availability have.
    """
    token = secrets.token_hex(8)
    request.session[_KEY] = [token, kind, kept]
    button = '{} <button class="button button-quiet" form="undo" name="token" value="{}">{}</button>'
    messages.success(request, format_html(button, said, token, gettext("Undo")))


@require_POST
@login_required
def undo(request: HttpRequest) -> HttpResponse:
    token, kind, kept = request.session.get(_KEY, ("", "", {}))
    if not token or request.POST.get("token") != token:
        messages.info(request, gettext("There is nothing to undo here any more."))
        return redirect("availability")
    del request.session[_KEY]
    try:
        path = _RESTORERS[kind](request, kept)
    except ChangedMeanwhile:
        messages.error(request, gettext("It cannot be undone: something else has been set there meanwhile."))
        return redirect("availability")
    messages.success(request, gettext("It is as it was before."))
    return redirect(path)


def _dates(request: HttpRequest, kept: Mapping[str, Any]) -> str:
    schedule = dated_schedule_or_404(request, kept["schedule"])
    change = DatesChange.read(kept)
    restore_dates(schedule, change)
    return f"{reverse('schedule_dates', args=[schedule.pk])}?month={min(change.before):%Y-%m}"


def _absence(request: HttpRequest, kept: Mapping[str, Any]) -> str:
    restore_absence(signed_in(request), _ranged(kept))
    return reverse("time_off")


def _trip(request: HttpRequest, kept: Mapping[str, Any]) -> str:
    restore_trip(signed_in(request), _ranged(kept))
    return reverse("trips")


def _schedule(request: HttpRequest, kept: Mapping[str, Any]) -> str:
    restore_schedule(signed_in(request), kept)
    return reverse("availability")


def _ranged(kept: Mapping[str, Any]) -> dict[str, Any]:
    return {**kept, **{name: date.fromisoformat(kept[name]) for name in ("first", "last")}}


_RESTORERS: dict[str, Callable[[HttpRequest, Mapping[str, Any]], str]] = {
    DATES: _dates,
    ABSENCE: _absence,
    TRIP: _trip,
    SCHEDULE: _schedule,
}
