"""A booking is given to another host, and that is taken back while nobody has heard of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.actions.hand_over import UNDO, WHOSE_TURN, Handing, hand_over, undo_hand_over
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.forms.host import HandOverForm
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import BookingAction, booking_or_404, bookings_with, runs_page
from timetuna.bookings.slots.takers import Taker, Way, takers
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.l10n import datetimes
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.web.forms import Screen, show

_SAID = {
    Way.FREE: gettext_lazy("free then"),
    Way.BUSY: gettext_lazy("busy then"),
    Way.UNKNOWN: gettext_lazy("calendar cannot be read just now"),
    Way.NONE: gettext_lazy("no calendar connected"),
    Way.PAUSED: gettext_lazy("paused"),
    Way.FULL: gettext_lazy("has all the meetings they take then"),
    Way.CLOSED: gettext_lazy("outside their hours"),
    Way.HOSTS: gettext_lazy("hosts it already"),
}
WARNINGS = {
    Way.BUSY: gettext_lazy("%(name)s has something else at that time, or too near to it."),
    Way.UNKNOWN: gettext_lazy(
        "A calendar of %(name)s cannot be read just now, so nobody knows whether they are free."
    ),
    Way.NONE: gettext_lazy("%(name)s has no calendar connected, so nobody knows whether they are free."),
    Way.PAUSED: gettext_lazy("%(name)s is paused on this page, so that nothing new is booked with them."),
    Way.FULL: gettext_lazy("%(name)s has as many meetings as they take already."),
    Way.CLOSED: gettext_lazy("That time is outside the hours of %(name)s."),
}
_DONE = "handed_over"
"""In the session of who did it: booking, new host, and until when it can be taken back (seconds since the epoch)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverScreen(Screen):
    """warning: what is in the way of who was chosen.  busy: names of those who have another booking then."""

    template = "bookings/hand_over.html"
    booking: Booking
    when: str
    form: HandOverForm
    warning: str
    busy: Sequence[str]
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOverScreen(Screen):
    template = "bookings/handed_over.html"
    booking: Booking
    when: str
    new: str
    seconds: int
    visible: bool


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def give(request: HttpRequest, booking_id: int) -> HttpResponse:
    row = booking_or_404(request, booking_id, to=BookingAction.GIVE)
    user, now = signed_in(request), timezone.now()
    found = takers(row, now=now)
    if request.method != "POST":
        return _show(request, row, _form(row, found, user), found)
    form = _form(row, found, user, request.POST)
    if not form.is_valid():
        return _show(request, row, form, found, status=422)
    to, anyway = form.cleaned_data["to"], form.cleaned_data["anyway"]
    chosen = next((one for one in found if one.host.pk == to), None)
    if chosen and chosen.way in WARNINGS and not anyway:
        return _show(request, row, form, found, warned=chosen, status=409)
    handing = Handing(
        former=form.cleaned_data["former"], to=to, note=form.cleaned_data["note"], anyway=anyway, undo=UNDO
    )
    try:
        given = hand_over(row.pk, handing, now=now)
    except BookingRefused as error:
        messages.error(request, str(error))
        return redirect("booking_hand_over", row.pk)
    request.session[_DONE] = [given.pk, _new_host(given), (now + UNDO).timestamp()]
    return redirect("booking_handed_over", row.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def given(request: HttpRequest, booking_id: int) -> HttpResponse:
    """What whoever has just done it sees, and takes it back by. Http404 for everybody else."""
    kept = request.session.get(_DONE)
    row = Booking.objects.filter(pk=booking_id).select_related("page").first()
    if row is None or not kept or kept[0] != row.pk:
        raise Http404
    user, now = signed_in(request), timezone.now()
    if request.method == "POST":
        return _take_back(request, row, now)
    reader = reader_of(user, now)
    screen = HandedOverScreen(
        booking=row,
        when=datetimes.when(row.start_at, minutes=row.minutes, zone=reader.zone),
        new=kept[1],
        seconds=max(0, round(kept[2] - now.timestamp())),
        visible=bookings_with(user, to=BookingAction.SEE).filter(pk=row.pk).exists(),
    )
    return show(request, screen)


def _take_back(request: HttpRequest, row: Booking, now: datetime) -> HttpResponse:
    try:
        undo_hand_over(row.pk, now=now)
    except BookingRefused as error:
        messages.error(request, str(error))
        return redirect("booking_handed_over", row.pk)
    del request.session[_DONE]
    messages.success(request, gettext("Taken back. All is as it was, and nobody was told."))
    return redirect("bookings")


def _show(
    request: HttpRequest,
    row: Booking,
    form: HandOverForm,
    found: Sequence[Taker],
    *,
    warned: Taker | None = None,
    status: int = 200,
) -> HttpResponse:
    reader = reader_of(signed_in(request), timezone.now())
    screen = HandOverScreen(
        booking=row,
        when=datetimes.when(row.start_at, minutes=row.minutes, zone=reader.zone),
        form=form,
        warning=WARNINGS[warned.way] % {"name": warned.host.name} if warned else "",
        busy=[one.host.name for one in found if one.way is Way.TAKEN],
        others=len(form.fields["to"].choices),  # type: ignore[attr-defined]
    )
    return show(request, screen, status=status)


def _form(row: Booking, found: Sequence[Taker], user: User, data: Any = None) -> HandOverForm:
    """Whoever hosts it gives their own part; who runs the page says whose."""
    hosting = {
        one.host_id: one.host.name for one in row.booking_hosts.select_related("host").order_by("host")
    }
    formers = list(hosting.items()) if runs_page(user, row) else [(user.pk, user.name)]
    named = [
        (one.host.pk, f"{one.host.name} ({_said(one, row)})")
        for one in found
        if one.way in _SAID and one.host.pk not in dict(formers[: len(formers) == 1])
    ]
    if any(one.turns and one.way is Way.FREE and (one.links or len(hosting) > 1) for one in found):
        named.insert(0, (WHOSE_TURN, gettext("Whoever\N{RIGHT SINGLE QUOTATION MARK}s turn it is")))
    return HandOverForm(data, formers=formers, takers=named)


def _said(one: Taker, row: Booking) -> str:
    said = str(_SAID[one.way])
    if one.links:
        return said
    return gettext("%(how)s, no %(provider)s connected") % {
        "how": said,
        "provider": meeting_kind(row.meeting_type).label(),
    }


def _new_host(row: Booking) -> str:
    entry = row.history.filter(event="handed_over").latest("at", "pk")
    name: str = entry.changes["host"][1]
    return name
