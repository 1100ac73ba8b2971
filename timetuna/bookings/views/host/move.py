"""A host moves a booking to any time: one that the page offers, or one that only the host may choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.availability.hours import Hours
from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.reschedule import Wish, reschedule
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.events import HOST
from timetuna.bookings.forms.change import WordsForm
from timetuna.bookings.forms.host import WhenForm
from timetuna.bookings.models import Booking
from timetuna.bookings.permissions import booking_or_404
from timetuna.bookings.queries import taken_by_another
from timetuna.bookings.said_to_hosts import ANSWER_FIRST
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.explain import hours_path, instants, lines_for
from timetuna.bookings.slots.reason_context import ReasonLine
from timetuna.bookings.slots.selection import (
    SlotSelection,
    free_times,
    read_customs,
    read_day,
    read_month,
    read_start,
    write_start,
)
from timetuna.bookings.status.rows import Reader
from timetuna.bookings.views.guest.month import SlotPicker, slot_picker
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.bookings.views.host.moved import agenda_path, remember_move
from timetuna.l10n import datetimes
from timetuna.pages.public import PageDuration, PublicPage
from timetuna.pages.queries import page_settings
from timetuna.web.forms import INCOMPLETE, Screen, show


class _Host(NamedTuple):
    """The request's booking, and for whom times are written."""

    booking: Booking
    reader: Reader

    def path(self) -> str:
        return reverse("booking_move", args=[self.booking.pk])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseScreen(Screen):
    """The free times of the booking's page, if it still has one, and a form for any other.

    twice: where the clock shows the time that was typed twice, the address of each and its words.
    """

    template = "bookings/move.html"
    fragment = "public/_slots.html"
    booking: Booking
    form: WhenForm
    present: str
    zone: str
    twice: Sequence[tuple[str, str]]
    slots: SlotPicker | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveScreen(Screen):
    """was: when it is as the form is shown.  stale: it was elsewhere when whoever asks chose the time.

    back: the agenda they came from, "" from elsewhere.  back_url: where other times are.
    """

    template = "bookings/move_confirm.html"
    fragment = "bookings/_move_confirm.html"
    booking: Booking
    form: WordsForm
    start: str
    present: str
    new: str
    for_guest: str
    lines: tuple[ReasonLine, ...]
    refusal: str
    was: str
    stale: bool
    back: str
    over: bool
    taken: bool
    possible: bool
    back_url: str


@require_safe
@login_required
def choose_any_time(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Show the free times of the booking's page, and a form for any other time."""
    host = _host(request, booking_id)
    if not _movable(host):
        return _refused(request, host)
    return _choose(request, host, WhenForm(initial=_now(host)))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def confirm_any_time(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Only the form's button moves; before, the host is told which rules the new time breaks."""
    host = _host(request, booking_id)
    if not _movable(host):
        return _refused(request, host)
    query = request.POST if request.method == "POST" else request.GET
    start = read_start(query.get("start", ""))
    if start is not None:
        return _move(request, host, start) if request.method == "POST" else _ask(request, host, start)
    form = WhenForm(query)
    if not form.is_valid():
        return _choose(request, host, form, status=422)
    found = instants(Hours(zone=host.reader.zone), form.cleaned_data["date"], form.cleaned_data["time"])
    if not found:
        form.add_error("time", gettext("The clock skips this time on that date. Choose another."))
        return _choose(request, host, form, status=422)
    if len(found) > 1:
        return _choose(request, host, form, twice=found)
    return _ask(request, host, found[0])


def _choose(
    request: HttpRequest, host: _Host, form: WhenForm, *, twice: list[int] | None = None, status: int = 200
) -> HttpResponse:
    screen = ChooseScreen(
        booking=host.booking,
        form=form,
        present=_when(host, host.booking.start_at),
        zone=datetimes.zone_name(host.reader.zone),
        twice=[_link(host, minute) for minute in twice or ()],
        slots=_offer(request, host),
    )
    fragment = screen.slots is not None and request.headers.get("HX-Request") == "true"
    answer = show(request, screen, status=status, part=fragment)
    answer["Vary"] = "HX-Request, Accept-Language"
    return answer


def _offer(request: HttpRequest, host: _Host) -> SlotPicker | None:
    """Nothing where the booking's page is gone."""
    page, booking = _page(host.booking), host.booking
    if page is None:
        return None
    day = read_day(request.GET.get("day", ""))
    month = read_month(request.GET.get("month", ""))
    choice = SlotSelection(
        path=host.path(),
        duration=PageDuration(booking.minutes),
        zone=host.reader.zone,
        host_zone=host.reader.zone,
        customs=read_customs(request),
        month=month or (None if day else booking.start_at.astimezone(host.reader.zone).date().replace(day=1)),
        day=day,
    )
    calendar = free_times(_slot_query(host, page), choice)
    return slot_picker(calendar, choice, book_path=f"{host.path()}/confirm", now=host.reader.now)


def _ask(
    request: HttpRequest, host: _Host, start: int, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    booking, sent = host.booking, request.POST if request.method == "POST" else request.GET
    seen, back = read_start(sent.get("was", "")), agenda_path(sent.get("back", ""))
    guest_zone = datetimes.zone_or_utc(booking.booker.time_zone)
    over = moment_of(start) <= host.reader.now
    taken = taken_by_another(booking, start_minute=start)
    screen = MoveScreen(
        booking=booking,
        form=WordsForm(sent if request.method == "POST" else None),
        start=write_start(moment_of(start)),
        present=_when(host, booking.start_at),
        new=_when(host, moment_of(start)),
        for_guest=datetimes.when(moment_of(start), minutes=booking.minutes, zone=guest_zone),
        lines=_lines(host, start),
        refusal=refusal,
        was=write_start(booking.start_at),
        stale=not refusal and seen is not None and moment_of(seen) != booking.start_at,
        back=back,
        over=over,
        taken=taken,
        possible=not over and not taken and moment_of(start) != booking.start_at,
        back_url=back or host.path(),
    )
    answer = show(request, screen, status=status, part=request.headers.get("HX-Request") == "true")
    answer["Vary"] = "HX-Request"
    return answer


def _move(request: HttpRequest, host: _Host, start: int) -> HttpResponse:
    form, was = WordsForm(request.POST), read_start(request.POST.get("was", ""))
    if was is None:
        return _ask(request, host, start, refusal=str(INCOMPLETE), status=422)
    if not form.is_valid():
        return _ask(request, host, start, status=422)
    anyway = request.POST.get("anyway") == "yes" or host.booking.page is None
    wish = Wish(words=form.words(), anyway=anyway, was=was)
    try:
        moved = reschedule(host.booking.pk, start_minute=start, actor=HOST, now=host.reader.now, wish=wish)
    except BookingRefused as error:
        return _ask(request, _host(request, host.booking.pk), start, refusal=str(error), status=409)
    if moment_of(was) != moved.start_at:
        remember_move(request, moved, before=moment_of(was))
    messages.success(request, gettext("The booking is moved. Everybody gets a mail with the new time."))
    return redirect(agenda_path(request.POST.get("back", "")) or reverse("booking", args=[moved.pk]))


def _lines(host: _Host, start: int) -> tuple[ReasonLine, ...]:
    """Which rules of its page the time breaks."""
    page, row = _page(host.booking), host.booking.page
    if page is None or row is None:
        return ()
    return lines_for(
        _slot_query(host, page), start_minute=start, reader=host.reader.host_id, hours_path=hours_path(row)
    )


def _slot_query(host: _Host, page: PublicPage) -> SlotQuery:
    """It stays with those who have it."""
    booking = host.booking
    return SlotQuery(page=page, minutes=booking.minutes, now=host.reader.now, moving=booking.pk, by_host=True)


def _link(host: _Host, minute: int) -> tuple[str, str]:
    local = moment_of(minute).astimezone(host.reader.zone)
    words = f"{datetimes.clock(local)} {datetimes.which_of_two(local)}"
    return f"{host.path()}/confirm?start={write_start(moment_of(minute))}", words


def _when(host: _Host, start: datetime) -> str:
    return datetimes.when(start, minutes=host.booking.minutes, zone=host.reader.zone)


def _now(host: _Host) -> dict[str, Any]:
    local = host.booking.start_at.astimezone(host.reader.zone)
    return {"date": local.date(), "time": local.hour * 60 + local.minute}


def _page(booking: Booking) -> PublicPage | None:
    return page_settings(booking.page_id) if booking.page_id else None


def _refused(request: HttpRequest, host: _Host) -> HttpResponse:
    """Say why, on the booking's own page: to whoever goes there, which a script that asks does not."""
    if host.booking.is_off():
        text = gettext("This booking is cancelled, so it cannot be moved.")
    elif host.booking.status == Booking.Status.CONFIRMED:
        text = gettext("This meeting is over, so it cannot be moved any more.")
    else:
        text = str(ANSWER_FIRST)
    if "HX-Request" not in request.headers:
        messages.error(request, text)
    return redirect("booking", host.booking.pk)


def _movable(host: _Host) -> bool:
    return host.booking.status == Booking.Status.CONFIRMED and host.booking.end_at() > host.reader.now


def _host(request: HttpRequest, booking_id: int) -> _Host:
    return _Host(booking_or_404(request, booking_id), reader_of(signed_in(request), timezone.now()))
