"""A guest moves a booking to another time of the same page."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from timetuna.bookings import wording
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.availability import moment_of
from timetuna.bookings.choice import Choice, read_choice, read_customs, read_start
from timetuna.bookings.errors import BookingRefused
from timetuna.bookings.history import GUEST
from timetuna.bookings.links import link_path
from timetuna.bookings.models import Booking
from timetuna.bookings.month import free_times, slots_context
from timetuna.bookings.views.booked import booking_or_404, private
from timetuna.bookings.views.slots import fragment_or_page, page_context
from timetuna.pages.queries import PageDuration, PublicPage, page_settings


@require_safe
def choose_new_time(request: HttpRequest, token: str) -> HttpResponse:
    """Show the times the booking can move to; its own present time does not stand in the way."""
    booking = booking_or_404(token)
    page = _page(booking)
    if page is None or not _movable(booking):
        return HttpResponseRedirect(link_path(booking))
    return private(_times(request, booking, page))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_new_time(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once for the new time; only the form's button moves."""
    booking = booking_or_404(token)
    page, start = _page(booking), read_start((request.POST or request.GET).get("start", ""))
    if page is None or not _movable(booking):
        return HttpResponseRedirect(link_path(booking))
    if start is None:
        return HttpResponseRedirect(f"{link_path(booking)}/move")
    if request.method == "POST":
        return private(_move(request, booking, page, start))
    choice = _choice(request, booking, page)
    begins = moment_of(start).astimezone(choice.zone)
    ends = moment_of(start + booking.minutes).astimezone(choice.zone)
    context = page_context(page, choice) | {
        "form": MoveForm(initial={"start": request.GET["start"], "zone": choice.zone.key}),
        "day_title": wording.day(begins.date()),
        "time_label": choice.say(begins),
        "time_note": wording.which_of_two(begins),
        "end_label": choice.say(ends),
        "host_label": choice.say_for_host(begins, page.host_name),
        "zone_label": wording.zone_on_page(choice.zone, at=begins),
        "back_url": choice.url(day=begins.date().isoformat()),
        "moving": booking,
    }
    return private(render(request, "public/book.html", context))


class MoveForm(forms.Form):
    """Carries the new start; nothing has to be typed."""

    start = forms.CharField(widget=forms.HiddenInput)
    zone = forms.CharField(widget=forms.HiddenInput, required=False)


def _move(request: HttpRequest, booking: Booking, page: PublicPage, start: int) -> HttpResponse:
    try:
        reschedule(booking.pk, start_minute=start, actor=GUEST, now=timezone.now())
    except BookingRefused as error:
        return _times(request, booking, page, notice=str(error), status=409)
    return HttpResponseRedirect(link_path(booking) + _choice(request, booking, page).clock_query())


def _times(
    request: HttpRequest, booking: Booking, page: PublicPage, *, notice: str = "", status: int = 200
) -> HttpResponse:
    choice, now = _choice(request, booking, page), timezone.now()
    calendar = free_times(page, choice, now=now, moving=booking.pk)
    context: dict[str, Any] = page_context(page, choice) | slots_context(
        calendar, choice, book_path=f"{link_path(booking)}/move/confirm", now=now
    )
    zone = wording.zone_or_utc(booking.guest_time_zone)
    context["notice"] = notice or (
        f"Now: {wording.when(booking.start_at, minutes=booking.minutes, zone=zone)}. Choose the new time."
    )
    context |= {"durations": [], "zone_kept": True}
    response = fragment_or_page(request, context, with_slots=True)
    response.status_code = status
    return response


def _choice(request: HttpRequest, booking: Booking, page: PublicPage) -> Choice:
    query = (request.POST or request.GET).copy()
    query.setdefault("zone", booking.guest_time_zone)
    choice = read_choice(page, query, path=f"{link_path(booking)}/move", customs=read_customs(request, query))
    return replace(choice, duration=PageDuration(booking.minutes, ""))


def _page(booking: Booking) -> PublicPage | None:
    return page_settings(booking.page_id) if booking.page_id else None


def _movable(booking: Booking) -> bool:
    return booking.status == Booking.Status.CONFIRMED and booking.start_at > timezone.now()
