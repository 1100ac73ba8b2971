"""The form step: a guest confirms a time, and where it is asked for shows that a person does."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.book import Order, book
from timetuna.bookings.actions.hold import HELD_MINUTES
from timetuna.bookings.errors import BookingRefused, FormUsed, ProofNeeded, SlotTaken, TooManyBookings
from timetuna.bookings.forms.book import GuestBookingForm, new_key
from timetuna.bookings.guests import Guest
from timetuna.bookings.proofs.check_code import Outcome, check_code
from timetuna.bookings.proofs.needed import Evidence, Proof
from timetuna.bookings.proofs.send_code import VALID_MINUTES, has_code, send_code
from timetuna.bookings.proofs.work import use_at_once
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.month import remaining_times
from timetuna.bookings.slots.selection import (
    SlotSelection,
    read_choice,
    read_customs,
    read_start,
    write_start,
)
from timetuna.bookings.views.guest.holds import hold_for_form
from timetuna.bookings.views.guest.proving import (
    came_without_work,
    evidence_of,
    opened_now,
    remember,
    work_context,
)
from timetuna.bookings.views.guest.redirects import moved_or_404
from timetuna.bookings.views.guest.slots import page_context, path_of
from timetuna.l10n import datetimes
from timetuna.pages.queries import PublicPage, public_page
from timetuna.web.client import Client, client_of
from timetuna.web.middleware import AWAY, unavailable

# True too where it was the answer to the last word, the commit, that got lost.
BUSY = gettext_lazy(
    "The server is very busy. Please confirm again in a moment: this form books once, however often it is sent."
)
STATUS = {SlotTaken: 409, FormUsed: 409, TooManyBookings: 429}


@require_http_methods(["GET", "HEAD", "POST"])
def book_time(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Ask for the details of a chosen time; on POST make the booking and go to its page."""
    page = public_page(handle, slug)
    if page is None:
        return moved_or_404(request, handle, slug)
    query = request.POST if request.method == "POST" else request.GET
    choice = read_choice(page, query, path=path_of(page), customs=read_customs(request, query))
    start = read_start(query.get("start", ""))
    if request.method == "POST":
        return _confirm(request, page, choice)
    if choice.duration is None or start is None:
        return redirect(choice.url())
    form = GuestBookingForm(page, initial={**_hidden(choice, query["start"]), "key": new_key()})
    try:
        token = hold_for_form(request, _slot_query(request, page, choice), start_minute=start)
    except SlotTaken as error:
        form.say(str(error))
        return _other_times(request, page, choice, form, 409)
    form.initial["hold"] = token
    more = work_context(page, client_of(request, visit=choice.visit), start_minute=start)
    return _form(request, page, choice, form, more={"held": HELD_MINUTES if token else 0} | more)


def _confirm(request: HttpRequest, page: PublicPage, choice: SlotSelection) -> HttpResponse:
    form = GuestBookingForm(page, request.POST)
    if not form.is_valid():
        if "start" in form.errors and choice.duration:
            form.add_error(None, gettext("Please choose one of the times that are free."))
            return _other_times(request, page, choice, form, 422)
        return _form(request, page, choice, form, status=422)
    if "edit" in request.POST:
        return _form(request, page, choice, form)
    client = client_of(request, visit=choice.visit)
    order = _order(page, form, client, evidence_of(request, form.cleaned_data["email"]))
    if "again" in request.POST:
        return _mail_code(request, page, choice, form, order)
    if "code" in request.POST:
        return _confirm_with_code(request, page, choice, form, order)
    return _book(request, page, choice, form, order)


def _book(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, form: GuestBookingForm, order: Order
) -> HttpResponse:
    try:
        booking = book(order, now=timezone.now())
    except ProofNeeded as needed:
        if needed.proof is Proof.CODE or came_without_work(request):
            return _mail_code(request, page, choice, form, order)
        return _ask_for_work(request, page, choice, form, needed.proof)
    except BookingRefused as error:
        return _refused(request, page, choice, form, error)
    except AWAY as error:
        form.add_error(None, str(BUSY))
        return unavailable(_form(request, page, choice, form), error)
    return HttpResponseRedirect(link_path(booking.booker) + choice.clock_query())


def _ask_for_work(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, form: GuestBookingForm, proof: Proof
) -> HttpResponse:
    """Show the form again; it is sent by itself once the browser has calculated."""
    start, client = form.cleaned_data["start"], client_of(request, visit=choice.visit)
    more = work_context(page, client, start_minute=start, proof=proof)
    return _form(request, page, choice, form, status=428, more=more | {"resubmit": True})


def _mail_code(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, form: GuestBookingForm, order: Order
) -> HttpResponse:
    """Mail a code and ask for it. A guest who has one types it, also where none can be mailed just now."""
    email, now = order.guest.email, timezone.now()
    worked = use_at_once(order.evidence.work, order.purpose(), Proof.HARD_WORK, now=now)
    sending = send_code(page, email=email, client=order.client, hold=order.hold, worked=worked, now=now)
    if sending.needs_work and not came_without_work(request):
        return _ask_for_work(request, page, choice, form, Proof.HARD_WORK)
    if sending.sent:
        status, note = 428, _code_sent(email)
    else:
        minutes = max(1, math.ceil(sending.wait / 60))
        status, note = 429, _no_code(email, minutes, there_is_one=has_code(page.id, email, now=now))
    return _code_page(request, page, choice, form, status=status, more={"code_note": note})


def _code_sent(email: str) -> str:
    said = gettext("We have sent a code with six digits to %(email)s. It is valid for %(minutes)s minutes.")
    return said % {"email": email, "minutes": VALID_MINUTES}


def _no_code(email: str, minutes: int, *, there_is_one: bool) -> str:
    if there_is_one:
        said = ngettext(
            "A code was sent to %(email)s not long ago. Please type the newest one. "
            "Another one can be sent in %(minutes)s minute.",
            "A code was sent to %(email)s not long ago. Please type the newest one. "
            "Another one can be sent in %(minutes)s minutes.",
            minutes,
        )
    else:
        said = ngettext(
            "No code can be sent to %(email)s just now. What you typed is still here; "
            "please try again in %(minutes)s minute.",
            "No code can be sent to %(email)s just now. What you typed is still here; "
            "please try again in %(minutes)s minutes.",
            minutes,
        )
    return said % {"email": email, "minutes": minutes}


def _confirm_with_code(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, form: GuestBookingForm, order: Order
) -> HttpResponse:
    """Book, if the code is right. Then the browser is not asked again for some weeks, also where the time is gone."""
    email, typed = order.guest.email, request.POST["code"]
    outcome = check_code(page.id, typed, email=email, key=order.key, client=order.client, now=timezone.now())
    if outcome is not Outcome.RIGHT:
        return _wrong_code(request, page, choice, form, outcome)
    order = replace(order, evidence=replace(order.evidence, confirmed=True))
    response = _book(request, page, choice, form, order)
    remember(request, response, email)
    return response


def _wrong_code(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, form: GuestBookingForm, outcome: Outcome
) -> HttpResponse:
    if outcome is Outcome.TOO_MANY:
        status, error = 429, gettext("That was tried too often. Please wait ten minutes, and try again.")
    else:
        status, error = (
            422,
            gettext("This code is not right, or not valid any more. Please look at the newest mail."),
        )
    note = gettext("The code is in a mail to %(email)s.") % {"email": form.cleaned_data["email"]}
    return _code_page(
        request, page, choice, form, status=status, more={"code_note": note, "code_error": error}
    )


def _order(page: PublicPage, form: GuestBookingForm, client: Client, evidence: Evidence) -> Order:
    data = form.cleaned_data
    language = get_language() or settings.LANGUAGE_CODE
    guest = Guest(data["name"], data["email"], data["zone"], language, form.answers())
    return Order(
        page_id=page.id,
        minutes=data["duration"],
        start_minute=data["start"],
        kind=data["kind"],
        guest=guest,
        key=data["key"],
        hold=data["hold"],
        client=client,
        others=data.get("guests", ()),
        evidence=evidence,
    )


def _refused(
    request: HttpRequest,
    page: PublicPage,
    choice: SlotSelection,
    form: GuestBookingForm,
    error: BookingRefused,
) -> HttpResponse:
    """Show the form again with everything typed, a sentence, and where it helps the times that are left."""
    form.add_error(None, str(error))
    if isinstance(error, FormUsed):
        form.refill("key", new_key())
    status = STATUS.get(type(error), 409)
    if isinstance(error, SlotTaken | FormUsed) and choice.duration:
        return _other_times(request, page, choice, form, status)
    return _form(request, page, choice, form, status=status)


def _other_times(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, form: GuestBookingForm, status: int
) -> HttpResponse:
    """Show the form with the times that are left in place of the one that is not free any more."""
    wanted = read_start(str(form["start"].value() or ""))
    near = None if wanted is None else moment_of(wanted).astimezone(choice.zone)
    times = remaining_times(_slot_query(request, page, choice), choice, near=near)
    form.offer_other_times([(write_start(time), _option(time, choice)) for time in times])
    days = [
        {"title": datetimes.day(day), "times": [_radio(time, choice) for time in of_day]}
        for day, of_day in groupby(times, key=datetime.date)
    ]
    back = choice.url(day=near.date().isoformat() if near else "")
    context = page_context(page, choice) | {
        "form": form,
        "opened": _opened(request),
        "taken": True,
        "free_days": days,
        "zone_label": datetimes.zone_on_page(choice.zone, at=near or timezone.now()),
        "back_url": back,
    }
    return render(request, "public/book.html", context, status=status)


def _form(
    request: HttpRequest,
    page: PublicPage,
    choice: SlotSelection,
    form: GuestBookingForm,
    *,
    status: int = 200,
    more: Mapping[str, Any] | None = None,
) -> HttpResponse:
    context = _form_context(request, page, choice, form) | dict(more or {})
    return render(request, "public/book.html", context, status=status)


def _code_page(
    request: HttpRequest,
    page: PublicPage,
    choice: SlotSelection,
    form: GuestBookingForm,
    *,
    status: int,
    more: Mapping[str, Any],
) -> HttpResponse:
    context = _form_context(request, page, choice, form) | dict(more)
    return render(request, "public/code.html", context, status=status)


def _form_context(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, form: GuestBookingForm
) -> dict[str, Any]:
    start = read_start(str(form["start"].value() or ""))
    context = page_context(page, choice) | {
        "form": form,
        "back_url": choice.url(),
        "opened": _opened(request),
    }
    if start is not None and choice.duration:
        begins = moment_of(start).astimezone(choice.zone)
        ends = moment_of(start + choice.duration.minutes).astimezone(choice.zone)
        context |= {
            "day_title": datetimes.day(begins.date()),
            "time_label": choice.say(begins),
            "time_note": datetimes.which_of_two(begins),
            "end_label": choice.say(ends),
            "host_label": choice.say_for_host(begins, page.host_name),
            "back_url": choice.url(day=begins.date().isoformat()),
        }
    context["zone_label"] = datetimes.zone_on_page(
        choice.zone, at=moment_of(start) if start else timezone.now()
    )
    return context


def _opened(request: HttpRequest) -> str:
    """Return since when the form is open; one that comes back was opened when it was first."""
    return request.POST.get("opened", "")[:100] or opened_now()


def _slot_query(request: HttpRequest, page: PublicPage, choice: SlotSelection) -> SlotQuery:
    minutes = choice.duration.minutes if choice.duration else 0
    client = client_of(request, visit=choice.visit)
    return SlotQuery(page=page, minutes=minutes, now=timezone.now(), client=client)


def _hidden(choice: SlotSelection, start: str) -> dict[str, str]:
    minutes = str(choice.duration.minutes) if choice.duration else ""
    return {"start": start, "duration": minutes, "zone": choice.zone.key}


def _option(time: datetime, choice: SlotSelection) -> str:
    return f"{datetimes.day(time.date())}, {choice.say(time)}"


def _radio(time: datetime, choice: SlotSelection) -> dict[str, str]:
    return {
        "value": write_start(time),
        "label": choice.say(time),
        "note": datetimes.which_of_two(time),
        "host": choice.say_elsewhere(time),
    }
