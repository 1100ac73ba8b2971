"""The form step: a guest confirms a time."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from timetuna.bookings import wording
from timetuna.bookings.actions.book import Guest, Order, book
from timetuna.bookings.availability import moment_of
from timetuna.bookings.choice import Choice, read_choice, read_start, write_start
from timetuna.bookings.errors import BookingRefused, FormUsed, SlotTaken, TooManyBookings
from timetuna.bookings.forms import BookingForm, new_key
from timetuna.bookings.links import link_path
from timetuna.bookings.month import remaining_times
from timetuna.bookings.views.slots import page_context, path_of, public_page_or_404
from timetuna.pages.queries import PublicPage

STATUS = {SlotTaken: 409, FormUsed: 409, TooManyBookings: 429}


@require_http_methods(["GET", "HEAD", "POST"])
def book_time(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Ask for the details of a chosen time; on POST make the booking and go to its page."""
    page = public_page_or_404(handle, slug)
    query = request.POST if request.method == "POST" else request.GET
    choice, start = read_choice(page, query, path=path_of(page)), read_start(query.get("start", ""))
    if request.method == "POST":
        return _confirm(request, page, choice)
    if choice.duration is None or start is None:
        return redirect(choice.url())
    form = BookingForm(page, initial={**_hidden(choice, query["start"]), "key": new_key()})
    return _form(request, page, choice, form)


def _confirm(request: HttpRequest, page: PublicPage, choice: Choice) -> HttpResponse:
    form = BookingForm(page, request.POST)
    if not form.is_valid():
        return _form(request, page, choice, form, status=422)
    try:
        booking = book(_order(page, form.cleaned_data), now=timezone.now())
    except BookingRefused as error:
        return _refused(request, page, choice, form, error)
    return HttpResponseRedirect(link_path(booking))


def _order(page: PublicPage, data: dict[str, Any]) -> Order:
    guest = Guest(
        name=data["name"],
        email=data["email"],
        time_zone=data["zone"],
        phone=data.get("phone", ""),
        notes=data["notes"],
    )
    return Order(
        page_id=page.id,
        minutes=data["duration"],
        start_minute=data["start"],
        kind=data["kind"],
        guest=guest,
        key=data["key"],
    )


def _refused(
    request: HttpRequest, page: PublicPage, choice: Choice, form: BookingForm, error: BookingRefused
) -> HttpResponse:
    """Show the form again with everything typed, a sentence, and where it helps the times that are left."""
    form.add_error(None, str(error))
    if isinstance(error, FormUsed):
        form.data = form.data.copy()
        form.data["key"] = new_key()
    if isinstance(error, SlotTaken | FormUsed):
        times = remaining_times(page, choice, now=timezone.now()) if choice.duration else []
        form.offer_other_times([(write_start(time), _option(time)) for time in times])
    return _form(request, page, choice, form, status=STATUS.get(type(error), 409))


def _form(
    request: HttpRequest, page: PublicPage, choice: Choice, form: BookingForm, *, status: int = 200
) -> HttpResponse:
    start = read_start(str(form["start"].value() or ""))
    context = page_context(page, choice) | {"form": form, "back_url": choice.url()}
    if start is not None and choice.duration:
        begins = moment_of(start).astimezone(choice.zone)
        ends = moment_of(start + choice.duration.minutes).astimezone(choice.zone)
        context |= {
            "day_title": wording.day(begins.date()),
            "time_label": wording.clock(begins),
            "end_label": wording.clock(ends),
            "back_url": choice.url(day=begins.date().isoformat()),
        }
    context["zone_label"] = wording.zone_label(choice.zone, at=moment_of(start) if start else timezone.now())
    return render(request, "public/book.html", context, status=status)


def _hidden(choice: Choice, start: str) -> dict[str, str]:
    minutes = str(choice.duration.minutes) if choice.duration else ""
    return {"start": start, "duration": minutes, "zone": choice.zone.key}


def _option(time: Any) -> str:
    return f"{wording.day(time.date())}, {wording.clock(time)}"
