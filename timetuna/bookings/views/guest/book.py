"""The form step: a guest confirms a time, and where it is asked for shows that a person does."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from timetuna.availability.interval import moment_of
from timetuna.bookings.actions.book import TAKEN, Order, book
from timetuna.bookings.actions.host_time import HELD_MINUTES, hold, minutes_kept
from timetuna.bookings.errors import BookingRefused, FormUsed, ProofNeeded, SlotTaken, say_when, status_of
from timetuna.bookings.forms.book import GuestBookingForm, new_key
from timetuna.bookings.forms.change import MoveForm
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking
from timetuna.bookings.policies import terms_before
from timetuna.bookings.prefill import LINK, onward, read_came
from timetuna.bookings.proofs import mail_code
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
    BOOKED_COOKIE,
    SlotSelection,
    choice_of,
    keep_booking,
    read_start,
)
from timetuna.bookings.views.guest import again, taken
from timetuna.bookings.views.guest.month import ChosenTime, chosen_time
from timetuna.bookings.views.guest.redirects import by_link, moved_or_404
from timetuna.bookings.views.guest.slots import NO_TIMES, Fact, facts_of, hold_for_form, path_of
from timetuna.l10n import datetimes
from timetuna.pages.public import Met, PageDuration, PublicPage, met_on
from timetuna.pages.queries import public_page, questions_of
from timetuna.rate_limits.limits import Client, client_of
from timetuna.web.forms import Screen, show
from timetuna.web.framing import enter, framable
from timetuna.web.middleware import AWAY, unavailable

# True too where it was the answer to the last word, the commit, that got lost.
BUSY = gettext_lazy(
    "The server is very busy. Please confirm again in a moment: this form books once, however often it is sent."
)


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

    def own_url(self) -> str:
        return self.choice.form_url(self.page, self.start())

    def opened(self) -> str:
        """Since when the form is open; one that comes back was opened when it was first."""
        return self.request.POST.get("opened", "")[:100] or opened_now()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormScreen(Screen):
    """A step with a form. time: None where none can be read.  terms: until when it can be undone.

    old_time: when a booking is that is moved.  came: what the address brought along.
    own_url: where the form opens anew.  opened: when it was, signed.
    challenge: the proof of work that the browser is asked for, or "".
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
    terms: Sequence[str] = ()
    opened: str = ""
    challenge: str = ""
    moving: bool = False
    old_time: str = ""
    own_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookScreen(FormScreen):
    """held: for how many minutes the time is kept.  resubmit: sent once the proof is done."""

    template = "public/book.html"
    held: int = 0
    resubmit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeScreen(FormScreen):
    """Asks for the code that was mailed, or says why none can be, and what is wrong with the one typed."""

    template = "public/code.html"
    code_note: str = ""
    code_error: str = ""


FormScreenT = TypeVar("FormScreenT", bound=FormScreen)


@framable("booked")
@require_http_methods(["GET", "HEAD", "POST"])
def book_time(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """On POST make the booking and go to its page."""
    page = public_page(handle, slug)
    if page is None:
        return moved_or_404(request, handle, slug)
    enter(request, page.settings.embed_origins, page=f"{page.handle}/{page.slug}")
    came = filled = read_came(request)
    if came.of(LINK) or page.settings.link_only:
        page, filled, over = by_link(request, page, came)
        if over and request.method != "POST":  # what was open says so itself; it may have booked already
            return over
    query = request.POST if request.method == "POST" else request.GET
    choice = replace(choice_of(request, page, query, path=path_of(page)), came=came)
    own: dict[str, Any] = {"questions": questions_of(page.id), "came": filled}
    if request.method == "POST":
        step = _Step(request, page, choice, GuestBookingForm(page, request.POST, **own))
        return _chosen_instead(step) or _confirm(step)
    begins = filled.suggested() | _hidden(choice, query.get("start", "")) | {"key": new_key()}
    return _open(_Step(request, page, choice, GuestBookingForm(page, initial=begins, **own)), own)


def _open(step: _Step, own: dict[str, Any]) -> HttpResponse:
    """The form as it begins, with its time kept. own: what it is made with besides."""
    request, page, choice, start = step.request, step.page, step.choice, step.start()
    if choice.duration is None or start is None:
        return redirect(choice.url())
    if BOOKED_COOKIE in request.COOKIES and (mine := again.booked_here(request, page, start)):
        return again.show_again(request, mine, choice)
    if not page.is_open(timezone.now()):
        return redirect(choice.url())  # which says so
    try:
        token = hold_for_form(request, step.slot_query(), start_minute=start)
    except SlotTaken as error:
        return taken.show_taken(request, step.slot_query(), choice, start=start, notice=str(error))
    kinds = choices_at(replace(step.slot_query(), hold=token), start_minute=start)
    begins = {**step.form.initial, "hold": token}
    step = step._replace(form=GuestBookingForm(replace(page, meeting_types=kinds), initial=begins, **own))
    challenge = challenge_for(page, step.client(), start_minute=start)
    return _form(step, held=HELD_MINUTES if token else 0, challenge=challenge)


def _chosen_instead(step: _Step) -> HttpResponse | None:
    """The answer to what is chosen in place of a time or a person that cannot be had; None for the form itself."""
    if not step.choice.duration:
        return None
    if step.choice.unknown:  # nobody is given another person than they chose without having read it
        return _other_times(step, HTTPStatus.CONFLICT, step.choice.problem)
    if taken.PICK in step.request.POST:
        return _picked(step)
    if {taken.DAY, taken.MONTH} & step.request.POST.keys():
        return _other_times(step, HTTPStatus.OK, gettext(TAKEN))
    return None


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
    response = HttpResponseRedirect(_next_page(step, booking))
    return keep_booking(step.request, response, booking.pk, path=path_of(step.page))


def _next_page(step: _Step, booking: Booking) -> str:
    """The booking's own, or where the page's host leads on."""
    wanted = step.choice.came.of("redirect")
    if onward(step.page.settings, wanted, booking.public_id):
        tail = f"?{urlencode({'redirect': wanted})}" if wanted else ""
        return link_path(booking.booker, "booked_onward") + tail
    return link_path(booking.booker) + step.choice.clock_query()


def _ask_for_work(step: _Step, proof: Proof) -> HttpResponse:
    """The form is sent again by itself once the browser has calculated."""
    start = step.form.cleaned_data["start"]
    challenge = challenge_for(step.page, step.client(), start_minute=start, proof=proof)
    return _form(step, status=428, challenge=challenge, resubmit=True)


def _mail_code(step: _Step, order: Order) -> HttpResponse:
    """A guest who has one types it, also where none can be mailed just now."""
    email, now = order.guest.email, timezone.now()
    worked = use_at_once(order.evidence.work, order.purpose(), Proof.HARD_WORK, now=now)
    sending = mail_code.send_code(
        step.page, email=email, client=order.client, hold=order.hold, worked=worked, now=now
    )
    if sending.needs_work and not came_without_work(step.request):
        return _ask_for_work(step, Proof.HARD_WORK)
    if sending.sent:
        status, note = 428, mail_code.code_sent(email)
    else:
        minutes = max(1, math.ceil(sending.wait / 60))
        known = mail_code.has_code(step.page.id, email, now=now)
        status, note = 429, mail_code.no_code(email, minutes, there_is_one=known)
    return _code_page(step, status=status, note=note)


def _confirm_with_code(step: _Step, order: Order) -> HttpResponse:
    """Book, if the code is right. Then the browser is not asked again for some weeks, also where the time is gone."""
    email, typed = order.guest.email, step.request.POST["code"]
    outcome = mail_code.check_code(
        step.page.id, typed, email=email, key=order.key, client=order.client, now=timezone.now()
    )
    if outcome is not mail_code.Outcome.RIGHT:
        return _wrong_code(step, outcome)
    order = replace(order, evidence=replace(order.evidence, confirmed=True))
    response = _book(step, order)
    remember(step.request, response, email)
    return response


def _wrong_code(step: _Step, outcome: mail_code.Outcome) -> HttpResponse:
    status, error = mail_code.wrong_code(outcome)
    note = gettext("The code is in a mail to %(email)s.") % {"email": step.form.cleaned_data["email"]}
    return _code_page(step, status=status, note=note, error=error)


def _order(step: _Step) -> Order:
    data = step.form.cleaned_data
    language = get_language() or settings.LANGUAGE_CODE
    clock = "12" if step.choice.customs.twelve_hours else "24"
    guest = Guest(data["name"], data["email"], data["zone"], language, step.form.answers(), clock)
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
        origin=step.choice.came.origin(step.form.locked),
        link=step.choice.came.of(LINK),
    )


def _refused(step: _Step, error: BookingRefused) -> HttpResponse:
    """Show the form again with everything typed, a sentence, and where it helps the times that are left."""
    if isinstance(error, FormUsed) and (mine := again.made_with(step.form.cleaned_data["key"])):
        return again.show_again(step.request, mine, step.choice, changed=True)
    step.form.add_error(None, str(error))
    if isinstance(error, FormUsed):
        step.form.refill("key", new_key())
    status = status_of(error)
    if isinstance(error, SlotTaken | FormUsed) and step.choice.duration:
        return _other_times(step, status)
    return say_when(_form(step, status=status), error)


def _other_times(step: _Step, status: int, notice: str = "") -> HttpResponse:
    """What was typed goes along to the time that is chosen instead."""
    said = notice or " ".join(map(str, step.form.non_field_errors()))
    if not step.page.is_open(timezone.now()):
        said = str(NO_TIMES)
    query = step.slot_query()
    return taken.show_taken_with_form(step.request, query, step.choice, step.form, notice=said, status=status)


def _picked(step: _Step) -> HttpResponse:
    """The form as it was typed, for the time that was chosen in place of another."""
    picked, query = step.request.POST[taken.PICK], step.slot_query()
    start = read_start(picked)
    if start is None:
        return _other_times(step, 422, gettext("This time cannot be read. Please pick your time again."))
    try:
        token = hold(query, start_minute=start) or ""
    except SlotTaken:
        return _other_times(step, HTTPStatus.CONFLICT, gettext(TAKEN))
    typed = {name: step.form[name].value() for name in step.form.fields} | {"start": picked, "hold": token}
    kinds = choices_at(replace(query, hold=token), start_minute=start)
    own: dict[str, Any] = {"questions": questions_of(step.page.id), "came": step.choice.came}
    form = GuestBookingForm(replace(step.page, meeting_types=kinds), initial=typed, **own)
    return _form(step._replace(form=form), held=HELD_MINUTES if token else 0)


def _form(step: _Step, *, status: int = 200, **more: Any) -> HttpResponse:
    screen = form_screen(BookScreen, step.page, step.choice, step.form, start=step.start())
    held = minutes_kept(str(step.form["hold"].value() or ""), now=timezone.now())
    screen = replace(screen, opened=step.opened(), own_url=step.own_url(), held=held)
    return show(step.request, replace(screen, **more), status=status)


def _code_page(step: _Step, *, status: int, note: str, error: str = "") -> HttpResponse:
    screen = form_screen(CodeScreen, step.page, step.choice, step.form, start=step.start())
    said = replace(screen, opened=step.opened(), own_url=step.own_url(), code_note=note, code_error=error)
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
    time = chosen_time(met, choice, start) if start is not None and choice.duration else None
    at = timezone.now() if start is None else moment_of(start)
    return screen(
        page=page,
        met=met,
        form=form,
        time=time,
        zone_label=datetimes.zone_label(choice.zone, at=at),
        duration=choice.duration,
        facts=facts_of(page, in_form=True),
        terms=_terms(page, choice, at) if time else (),
        back_url=choice.url(day=at.astimezone(choice.zone).date().isoformat()) if time else choice.url(),
        clock=choice.clock,
        visit=choice.visit,
        with_whom=choice.with_whom(),
        came=choice.came.query,
    )


def _terms(page: PublicPage, choice: SlotSelection, start: datetime) -> Sequence[str]:
    twelve_hours = choice.customs.twelve_hours
    return terms_before(page.settings, start, now=timezone.now(), zone=choice.zone, twelve_hours=twelve_hours)


def _hidden(choice: SlotSelection, start: str) -> dict[str, str]:
    minutes = str(choice.duration.minutes) if choice.duration else ""
    return {"start": start, "duration": minutes, "zone": choice.zone.key}
