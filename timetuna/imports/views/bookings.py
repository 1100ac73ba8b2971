"""Bookings at other products that take time here: each can be moved here, or its time freed."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.availability.interval import minute_of, moment_of
from timetuna.bookings.errors import BookingRefused
from timetuna.imports.actions.free_time import free_time
from timetuna.imports.actions.move_here import move_here
from timetuna.imports.forms import MoveHereForm
from timetuna.imports.models import BusyShadow
from timetuna.imports.permissions import pages_to_move_to, shadow_or_404, shadows_for
from timetuna.imports.products import label_of
from timetuna.l10n import datetimes
from timetuna.web.forms import Screen, show

_OK, _UNUSABLE, _REFUSED = 200, 422, 409
A_PAGE = 50


@dataclass(frozen=True, slots=True)
class ShadowLine:
    row: BusyShadow
    when: str
    label: str


@dataclass(frozen=True, slots=True)
class ShadowsScreen(Screen):
    template = "imports/bookings.html"
    lines: Sequence[ShadowLine]
    earlier: int
    later: int
    count: int


@require_safe
@login_required
def bookings(request: HttpRequest) -> HttpResponse:
    host = signed_in(request)
    rows = shadows_for(host).filter(state=BusyShadow.State.BUSY)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    lines = [_line(row, host.time_zone) for row in page.object_list]
    earlier = page.previous_page_number() if page.has_previous() else 0
    later = page.next_page_number() if page.has_next() else 0
    return show(request, ShadowsScreen(lines, earlier, later, page.paginator.count))


def _line(row: BusyShadow, zone: str) -> ShadowLine:
    when = datetimes.short_when(moment_of(row.start_minute), zone=datetimes.zone_or_utc(zone))
    return ShadowLine(row, f"{when} · {datetimes.length(row.minutes)}", label_of(row.product))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowScreen(Screen):
    """over: it has begun, so that it cannot be moved here any more."""

    template = "imports/booking.html"
    line: ShadowLine
    form: MoveHereForm
    has_pages: bool
    over: bool


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def booking(request: HttpRequest, shadow_id: int) -> HttpResponse:
    """Show it; on POST make a booking of ours of it."""
    row, host, now = shadow_or_404(request, shadow_id), signed_in(request), timezone.now()
    pages = list(pages_to_move_to(host).select_related("host"))
    label = label_of(row.product)
    form = MoveHereForm(row, pages, product=label, data=request.POST if request.method == "POST" else None)
    status = _OK
    if form.is_bound:
        status = _UNUSABLE
        if form.is_valid():
            chosen = next(page for page in pages if page.pk == form.cleaned_data["page"])
            try:
                made = move_here(row.pk, chosen, told=form.cleaned_data["told"], now=now)
            except BookingRefused as error:
                form.add_error(None, str(error))
                status = _REFUSED
            else:
                messages.success(
                    request,
                    gettext("It is a booking of yours now. Cancel it at %(label)s, where it still stands.")
                    % {"label": label},
                )
                return (
                    redirect("imported_booking", row.pk) if row.cancel_url else redirect("booking", made.pk)
                )
    screen = ShadowScreen(
        line=_line(row, host.time_zone),
        form=form,
        has_pages=bool(pages),
        over=row.start_minute <= minute_of(now),
    )
    return show(request, screen, status=status)


@require_POST
@login_required
def free(request: HttpRequest, shadow_id: int) -> HttpResponse:
    row = shadow_or_404(request, shadow_id)
    free_time(row.pk, host_id=signed_in(request).pk, now=timezone.now())
    messages.success(
        request,
        gettext("Its time is free here. At %(label)s nothing has changed.")
        % {"label": label_of(row.product)},
    )
    return redirect("imported_bookings")
