"""The form step: a guest confirms a time, and where it is asked for shows that a person does."""

from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from timetuna.bookings.actions.book import TAKEN, Order, book
from timetuna.bookings.actions.host_time import HELD_MINUTES, hold
from timetuna.bookings.errors import (
    BookingRefused,
    FormUsed,
    NumberNeeded,
    PriceChanged,
    ProofNeeded,
    SlotTaken,
    say_when,
    status_of,
)
from timetuna.bookings.forms.book import GuestBookingForm, new_key
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Booking
from timetuna.bookings.proofs import mail_code, numbers, text_code
from timetuna.bookings.proofs.needed import (
    NumberShown,
    Proof,
    came_without_work,
    challenge_for,
    evidence_of,
    remember,
)
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.availability import choices_at
from timetuna.bookings.slots.selection import SlotSelection, choice_of, read_start
from timetuna.bookings.views.guest import again, taken
from timetuna.bookings.views.guest.redirects import by_link, moved_or_404
from timetuna.bookings.views.guest.slots import NO_TIMES, hold_for_form, path_of
from timetuna.bookings.views.guest.steps import codes
from timetuna.bookings.views.guest.steps.screens import FormStep, ask_for_work, show_form
from timetuna.bookings.visitor import BOOKED_COOKIE, LINK, keep_booking, onward, read_came
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import public_page, questions_of
from timetuna.stripe import form_targets
from timetuna.web.csp import forms_lead_to
from timetuna.web.framing import enter, framable, is_embedded
from timetuna.web.middleware import AWAY, unavailable

# True too where it was the answer to the last word, the commit, that got lost.
BUSY = gettext_lazy(
    "The server is very busy. Confirm again in a moment: this form books once, however often it is sent."
)


@framable("booked")
@require_http_methods(["GET", "HEAD", "POST"])
def book_time(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """On POST make the booking and go to its page, or to where it is paid."""
    page = public_page(handle, slug)
    if page is None:
        return moved_or_404(request, handle, slug)
    if any(page.prices()):
        return _book_paid(request, page)
    return _book_time(request, page)


@forms_lead_to(form_targets)
def _book_paid(request: HttpRequest, page: PublicPage) -> HttpResponse:
    return _book_time(request, page)


def _book_time(request: HttpRequest, page: PublicPage) -> HttpResponse:
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
        step = FormStep(request, page, choice, GuestBookingForm(page, request.POST, **own))
        return _chosen_instead(step) or _confirm(step)
    begins = filled.suggested() | _hidden(page, choice, query.get("start", "")) | {"key": new_key()}
    return _open(FormStep(request, page, choice, GuestBookingForm(page, initial=begins, **own)), own)


def _open(step: FormStep, own: dict[str, Any]) -> HttpResponse:
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
    least = Proof.WORK if step.verifies() else Proof.NONE
    challenge = challenge_for(page, step.client(), start_minute=start, least=least)
    return show_form(step, held=HELD_MINUTES if token else 0, challenge=challenge)


def _chosen_instead(step: FormStep) -> HttpResponse | None:
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


def _confirm(step: FormStep) -> HttpResponse:
    form, sent = step.form, step.request.POST
    if not form.is_valid():
        if "start" in form.errors and step.choice.duration:
            form.add_error(None, gettext("Choose one of the times that are free."))
            return _other_times(step, 422)
        return show_form(step, status=422)
    if "edit" in sent:
        return show_form(step)
    wanted = {
        "again": codes.by_mail,
        "code": _confirm_with_mail_code,
        "text_again": codes.by_text,
        "text_code": _confirm_with_text_code,
    }
    answer = next((wanted[name] for name in wanted if name in sent), _book)
    return answer(step, _order(step))


def _confirm_with_mail_code(step: FormStep, order: Order) -> HttpResponse:
    """Book, if the code is right. Then the browser is not asked again for some weeks, also where the time is gone."""
    email, typed = order.guest.email, step.request.POST["code"]
    outcome = mail_code.check_code(
        step.page.id, typed, email=email, key=order.key, client=order.client, now=timezone.now()
    )
    if outcome is not mail_code.Outcome.RIGHT:
        return codes.wrong_mail_code(step, outcome)
    order = replace(order, evidence=replace(order.evidence, confirmed=True))
    response = _book(step, order)
    remember(step.request, response, email)
    return response


def _confirm_with_text_code(step: FormStep, order: Order) -> HttpResponse:
    """The same for the number: a code that came by mail in place of a text serves this form alone."""
    outcome = text_code.check(codes.asked_of(order), step.request.POST["text_code"], page_id=step.page.id)
    if outcome not in text_code.RIGHT:
        return codes.wrong_text_code(step, order, outcome)
    by_text = outcome is text_code.NumberOutcome.BY_TEXT
    shown = NumberShown.BY_TEXT if by_text else NumberShown.EXCUSED
    step = step._replace(number_token=numbers.token_of(order.number(), shown, key=order.key))
    response = _book(step, replace(order, evidence=replace(order.evidence, number=shown)))
    if by_text:
        numbers.remember(step.request, response, order.number())
    return response


def _book(step: FormStep, order: Order) -> HttpResponse:
    try:
        booking = book(order, now=timezone.now())
    except ProofNeeded as needed:
        if needed.proof is Proof.CODE or came_without_work(step.request):
            return codes.by_mail(step, order)
        return ask_for_work(step, needed.proof)
    except NumberNeeded:
        return codes.by_text(step, order)
    except BookingRefused as error:
        return _refused(step, error)
    except AWAY as error:
        step.form.add_error(None, str(BUSY))
        return unavailable(show_form(step), error)
    response = HttpResponseRedirect(_next_page(step, booking))
    return keep_booking(step.request, response, booking.pk, path=path_of(step.page))


def _next_page(step: FormStep, booking: Booking) -> str:
    """The booking's own, or where the page's host leads on; what is to be paid is paid first, and not in a frame."""
    wanted = step.choice.came.of("redirect")
    leads_on = onward(step.page.settings, wanted, booking.public_id)
    tail = f"?{urlencode({'redirect': wanted})}" if wanted and leads_on else ""
    if booking.status == Booking.Status.AWAITING_PAYMENT:
        unframed = not is_embedded(step.request)
        return link_path(booking.booker, "booked_pay") + tail if unframed else link_path(booking.booker)
    if leads_on:
        return link_path(booking.booker, "booked_onward") + tail
    return link_path(booking.booker) + step.choice.clock_query()


def _order(step: FormStep) -> Order:
    data = step.form.cleaned_data
    language = get_language() or settings.LANGUAGE_CODE
    clock = "12" if step.choice.customs.twelve_hours else "24"
    guest = Guest(data["name"], data["email"], data["zone"], language, step.form.answers(), clock)
    evidence = evidence_of(step.request, data["email"])
    if step.verifies():
        shown = numbers.shown_by(step.request, data["phone"], key=data["key"])
        evidence = replace(evidence, number=shown)
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
        evidence=evidence,
        answers=step.form.given(),
        origin=step.choice.came.origin(step.form.locked),
        link=step.choice.came.of(LINK),
        texts=step.form.agreed(),
        price_shown=data["price_shown"],
    )


def _refused(step: FormStep, error: BookingRefused) -> HttpResponse:
    """Show the form again with everything typed, a sentence, and where it helps the times that are left."""
    if isinstance(error, FormUsed) and (mine := again.made_with(step.form.cleaned_data["key"])):
        return again.show_again(step.request, mine, step.choice, changed=True)
    step.form.add_error(None, str(error))
    if isinstance(error, FormUsed):
        step.form.refill("key", new_key())
    if isinstance(error, PriceChanged):
        step.form.refill("price_shown", _price_shown(step.page, step.choice))
    status = status_of(error)
    if isinstance(error, SlotTaken | FormUsed) and step.choice.duration:
        return _other_times(step, status)
    return say_when(show_form(step, status=status), error)


def _other_times(step: FormStep, status: int, notice: str = "") -> HttpResponse:
    """What was typed goes along to the time that is chosen instead."""
    said = notice or " ".join(map(str, step.form.non_field_errors()))
    if not step.page.is_open(timezone.now()):
        said = str(NO_TIMES)
    query = step.slot_query()
    return taken.show_taken_with_form(step.request, query, step.choice, step.form, notice=said, status=status)


def _picked(step: FormStep) -> HttpResponse:
    """The form as it was typed, for the time that was chosen in place of another."""
    picked, query = step.request.POST[taken.PICK], step.slot_query()
    start = read_start(picked)
    if start is None:
        return _other_times(step, 422, gettext("This time cannot be read. Pick your time again."))
    try:
        token = hold(query, start_minute=start) or ""
    except SlotTaken:
        return _other_times(step, HTTPStatus.CONFLICT, gettext(TAKEN))
    typed = {name: step.form[name].value() for name in step.form.fields} | {"start": picked, "hold": token}
    kinds = choices_at(replace(query, hold=token), start_minute=start)
    own: dict[str, Any] = {"questions": questions_of(step.page.id), "came": step.choice.came}
    form = GuestBookingForm(replace(step.page, meeting_types=kinds), initial=typed, **own)
    return show_form(step._replace(form=form), held=HELD_MINUTES if token else 0)


def _hidden(page: PublicPage, choice: SlotSelection, start: str) -> dict[str, str]:
    minutes = str(choice.duration.minutes) if choice.duration else ""
    return {"start": start, "duration": minutes, "zone": choice.zone.key} | {
        "price_shown": _price_shown(page, choice)
    }


def _price_shown(page: PublicPage, choice: SlotSelection) -> str:
    price = page.price_of(choice.duration.minutes) if choice.duration else None
    return price.mark() if price else ""
