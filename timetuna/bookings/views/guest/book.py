"""The form step: a guest confirms a time, and where it is asked for shows that a person does."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.book import Order, book
from timetuna.bookings.actions.host_time import HELD_MINUTES
from timetuna.bookings.errors import BookingRefused, FormUsed, ProofNeeded, SlotTaken, TooManyBookings
from timetuna.bookings.forms.book import GuestBookingForm, new_key
from timetuna.bookings.forms.change import MoveForm
from timetuna.bookings.guests import Guest
from timetuna.bookings.prefill import onward, read_came
from timetuna.bookings.proofs.mail_code import Outcome, check_code, code_sent, has_code, no_code, send_code
from timetuna.bookings.proofs.needed import (
    Proof,
    came_without_work,
    challenge_for,
    evidence_of,
    opened_now,
    remember,
    use_at_once,
)
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.availability import SlotQuery, choices_at
from timetuna.bookings.slots.selection import (
    SlotSelection,
    choice_of,
    read_start,
    remaining_times,
    write_start,
)
from timetuna.bookings.views.guest.redirects import moved_or_404
from timetuna.bookings.views.guest.slots import Fact, facts_of, hold_for_form, path_of
from timetuna.l10n import datetimes
from timetuna.pages.public import Met, PageDuration, PublicPage, met_on
from timetuna.pages.queries import public_page, questions_of
from timetuna.rate_limits.limits import Client, client_of
from timetuna.web.forms import Screen, show
from timetuna.web.middleware import AWAY, unavailable

# True too where it was the answer to the last word, the commit, that got lost.
BUSY = gettext_lazy(
    "The server is very busy. Please confirm again in a moment: this form books once, however often it is sent."
)
STATUS = {SlotTaken: 409, FormUsed: 409, TooManyBookings: 429}


class _Step(NamedTuple):
    request: HttpRequest
    page: PublicPage
    choice: SlotSelection
    form: GuestBookingForm

    def client(self) -> Client:
        return client_of(self.request, visit=self.choice.visit)

    def slot_query(self) -> SlotQuery:
        minutes = self.choice.duration.minutes if self.choice.duration else 0
        client, person = self.client(), self.choice.person_id()
        return SlotQuery(page=self.page, minutes=minutes, now=timezone.now(), client=client, person=person)

    def start(self) -> int | None:
        return read_start(str(self.form["start"].value() or ""))

    def opened(self) -> str:
        """Since when the form is open; one that comes back was opened when it was first."""
        return self.request.POST.get("opened", "")[:100] or opened_now()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenTime:
    """note: which of two, where the clock shows it twice."""

    day: str
    begins: str
    ends: str
    note: str
    for_host: str


class FreeTime(NamedTuple):
    """To choose instead; and what the host's clock shows then, where it differs."""

    value: str
    label: str
    note: str
    elsewhere: str


class FreeDay(NamedTuple):
    title: str
    times: Sequence[FreeTime]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormScreen(Screen):
    """A step with a form. time: None where the one that was chosen is taken.

    came: what the address brought along.

    opened: when the form was, signed.  challenge: the proof of work that the browser is asked for, or "".
    """

    page: PublicPage
    met: Met
    form: GuestBookingForm | MoveForm
    time: ChosenTime | None
    zone_label: str
    duration: PageDuration | None
    facts: Sequence[Fact]
    back_url: str
    clock: str
    visit: str
    with_whom: str
    came: str
    opened: str = ""
    challenge: str = ""
    taken: bool = False
    moving: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookScreen(FormScreen):
    """held: for how many minutes the time is kept.  resubmit: sent once the proof is done."""

    template = "public/book.html"
    free_days: Sequence[FreeDay] = ()
    held: int = 0
    resubmit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScreen(FormScreen):
    """Asks for the code that was mailed, or says why none can be, and what is wrong with the one typed."""

    template = "public/code.html"
    code_note: str = ""
    code_error: str = ""


FormScreenT = TypeVar("FormScreenT", bound=FormScreen)


@require_http_methods(["GET", "HEAD", "POST"])
def book_time(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """On POST make the booking and go to its page."""
    page = public_page(handle, slug)
    if page is None:
        return moved_or_404(request, handle, slug)
    query = request.POST if request.method == "POST" else request.GET
    choice = replace(choice_of(request, page, query, path=path_of(page)), came=read_came(request))
    own: dict[str, Any] = {"questions": questions_of(page.id), "came": choice.came}
    start = read_start(query.get("start", ""))
    if request.method == "POST":
        step = _Step(request, page, choice, GuestBookingForm(page, request.POST, **own))
        return _choose_again(step) if choice.unknown and choice.duration else _confirm(step)
    if choice.duration is None or start is None:
        return redirect(choice.url())
    begins = choice.came.suggested() | _hidden(choice, query["start"]) | {"key": new_key()}
    form = GuestBookingForm(page, initial=begins, **own)
    step = _Step(request, page, choice, form)
    try:
        token = hold_for_form(request, step.slot_query(), start_minute=start)
    except SlotTaken as error:
        form.say(str(error))
        return _other_times(step, 409)
    kinds = choices_at(replace(step.slot_query(), hold=token), start_minute=start)
    form = GuestBookingForm(replace(page, meeting_types=kinds), initial=begins | {"hold": token}, **own)
    step = step._replace(form=form)
    challenge = challenge_for(page, step.client(), start_minute=start)
    return _form(step, held=HELD_MINUTES if token else 0, challenge=challenge)


def _choose_again(step: _Step) -> HttpResponse:
    """Nobody is given another person than they chose without having read it."""
    step.form.add_error(None, step.choice.problem)
    return _other_times(step, 409)


def _confirm(step: _Step) -> HttpResponse:
    form, sent = step.form, step.request.POST
    if not form.is_valid():
        if "start" in form.errors and step.choice.duration:
            form.add_error(None, gettext("Please choose one of the times that are free."))
            return _other_times(step, 422)
        return _form(step, status=422)
    if "edit" in sent:
        return _form(step)
    order = _order(step)
    if "again" in sent:
        return _mail_code(step, order)
    if "code" in sent:
        return _confirm_with_code(step, order)
    return _book(step, order)


def _book(step: _Step, order: Order) -> HttpResponse:
    try:
        booking = book(order, now=timezone.now())
    except ProofNeeded as needed:
        if needed.proof is Proof.CODE or came_without_work(step.request):
            return _mail_code(step, order)
        return _ask_for_work(step, needed.proof)
    except BookingRefused as error:
        return _refused(step, error)
    except AWAY as error:
        step.form.add_error(None, str(BUSY))
        return unavailable(_form(step), error)
    wanted = step.choice.came.of("redirect")
    if onward(step.page.settings, wanted, booking.public_id):
        tail = f"?{urlencode({'redirect': wanted})}" if wanted else ""
        return HttpResponseRedirect(link_path(booking.booker, "booked_onward") + tail)
    return HttpResponseRedirect(link_path(booking.booker) + step.choice.clock_query())


def _ask_for_work(step: _Step, proof: Proof) -> HttpResponse:
    """The form is sent again by itself once the browser has calculated."""
    start = step.form.cleaned_data["start"]
    challenge = challenge_for(step.page, step.client(), start_minute=start, proof=proof)
    return _form(step, status=428, challenge=challenge, resubmit=True)


def _mail_code(step: _Step, order: Order) -> HttpResponse:
    """A guest who has one types it, also where none can be mailed just now."""
    email, now = order.guest.email, timezone.now()
    worked = use_at_once(order.evidence.work, order.purpose(), Proof.HARD_WORK, now=now)
    sending = send_code(step.page, email=email, client=order.client, hold=order.hold, worked=worked, now=now)
    if sending.needs_work and not came_without_work(step.request):
        return _ask_for_work(step, Proof.HARD_WORK)
    if sending.sent:
        status, note = 428, code_sent(email)
    else:
        minutes = max(1, math.ceil(sending.wait / 60))
        status, note = 429, no_code(email, minutes, there_is_one=has_code(step.page.id, email, now=now))
    return _code_page(step, status=status, note=note)


def _confirm_with_code(step: _Step, order: Order) -> HttpResponse:
    """Book, if the code is right. Then the browser is not asked again for some weeks, also where the time is gone."""
    email, typed = order.guest.email, step.request.POST["code"]
    outcome = check_code(
        step.page.id, typed, email=email, key=order.key, client=order.client, now=timezone.now()
    )
    if outcome is not Outcome.RIGHT:
        return _wrong_code(step, outcome)
    order = replace(order, evidence=replace(order.evidence, confirmed=True))
    response = _book(step, order)
    remember(step.request, response, email)
    return response


def _wrong_code(step: _Step, outcome: Outcome) -> HttpResponse:
    if outcome is Outcome.TOO_MANY:
        status, error = 429, gettext("That was tried too often. Please wait ten minutes, and try again.")
    else:
        status, error = (
            422,
            gettext("This code is not right, or not valid any more. Please look at the newest mail."),
        )
    note = gettext("The code is in a mail to %(email)s.") % {"email": step.form.cleaned_data["email"]}
    return _code_page(step, status=status, note=note, error=error)


def _order(step: _Step) -> Order:
    data = step.form.cleaned_data
    language = get_language() or settings.LANGUAGE_CODE
    guest = Guest(data["name"], data["email"], data["zone"], language, step.form.answers())
    return Order(
        page_id=step.page.id,
        minutes=data["duration"],
        start_minute=data["start"],
        kind=data["kind"],
        guest=guest,
        key=data["key"],
        hold=data["hold"],
        client=step.client(),
        person=step.choice.person_id(),
        others=data.get("guests", ()),
        evidence=evidence_of(step.request, data["email"]),
        answers=step.form.given(),
        origin=step.choice.came.origin(),
    )


def _refused(step: _Step, error: BookingRefused) -> HttpResponse:
    """Show the form again with everything typed, a sentence, and where it helps the times that are left."""
    step.form.add_error(None, str(error))
    if isinstance(error, FormUsed):
        step.form.refill("key", new_key())
    status = STATUS.get(type(error), 409)
    if isinstance(error, SlotTaken | FormUsed) and step.choice.duration:
        return _other_times(step, status)
    return _form(step, status=status)


def _other_times(step: _Step, status: int) -> HttpResponse:
    """Show the form with the times that are left in place of the one that is not free any more."""
    wanted = step.start()
    near = None if wanted is None else moment_of(wanted).astimezone(step.choice.zone)
    times = remaining_times(step.slot_query(), step.choice, near=near)
    step.form.offer_other_times([(write_start(time), _option(time, step.choice)) for time in times])
    days = [
        FreeDay(datetimes.day(day), [_radio(time, step.choice) for time in of_day])
        for day, of_day in groupby(times, key=datetime.date)
    ]
    back = step.choice.url(day=near.date().isoformat() if near else "")
    more = {"time": None, "taken": True, "free_days": days, "back_url": back}
    return _form(step, status=status, **more)


def _form(step: _Step, *, status: int = 200, **more: Any) -> HttpResponse:
    screen = form_screen(BookScreen, step.page, step.choice, step.form, start=step.start())
    return show(step.request, replace(screen, opened=step.opened(), **more), status=status)


def _code_page(step: _Step, *, status: int, note: str, error: str = "") -> HttpResponse:
    screen = form_screen(CodeScreen, step.page, step.choice, step.form, start=step.start())
    said = replace(screen, opened=step.opened(), code_note=note, code_error=error)
    return show(step.request, said, status=status)


def form_screen(
    screen: type[FormScreenT],
    page: PublicPage,
    choice: SlotSelection,
    form: GuestBookingForm | MoveForm,
    *,
    start: int | None,
) -> FormScreenT:
    """With the time that was chosen, a UTC minute, if there is one."""
    met = met_on(page, now=timezone.now(), person=choice.person)
    time = _chosen_time(met, choice, start) if start is not None and choice.duration else None
    at = timezone.now() if start is None else moment_of(start)
    return screen(
        page=page,
        met=met,
        form=form,
        time=time,
        zone_label=datetimes.zone_label(choice.zone, at=at),
        duration=choice.duration,
        facts=facts_of(page),
        back_url=choice.url(day=at.astimezone(choice.zone).date().isoformat()) if time else choice.url(),
        clock=choice.clock,
        visit=choice.visit,
        with_whom=choice.with_whom(),
        came=choice.came.query,
    )


def _chosen_time(met: Met, choice: SlotSelection, start: int) -> ChosenTime:
    begins = moment_of(start).astimezone(choice.zone)
    minutes = choice.duration.minutes if choice.duration else 0
    return ChosenTime(
        day=datetimes.day(begins.date()),
        begins=choice.say(begins),
        ends=choice.say(moment_of(start + minutes).astimezone(choice.zone)),
        note=datetimes.which_of_two(begins),
        for_host=choice.say_for_host(begins, met.hosts),
    )


def _hidden(choice: SlotSelection, start: str) -> dict[str, str]:
    minutes = str(choice.duration.minutes) if choice.duration else ""
    return {"start": start, "duration": minutes, "zone": choice.zone.key}


def _option(time: datetime, choice: SlotSelection) -> str:
    return f"{datetimes.day(time.date())}, {choice.say(time)}"


def _radio(time: datetime, choice: SlotSelection) -> FreeTime:
    return FreeTime(
        write_start(time), choice.say(time), datetimes.which_of_two(time), choice.say_elsewhere(time)
    )
