"""Codes that a form asks for before it books: by mail for an address, by text for a phone number."""

import math

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.bookings.actions.book import Order
from timetuna.bookings.proofs import mail_code, text_code
from timetuna.bookings.proofs.needed import Proof, came_without_work, challenge_for, use_at_once
from timetuna.bookings.proofs.numbers import no_text
from timetuna.bookings.views.guest.steps.screens import FormStep, ask_for_work, show_code_page, show_form


def by_mail(step: FormStep, order: Order, *, why: str = "") -> HttpResponse:
    """A guest who has one types it, also where none can be mailed just now. why: where it is not the many bookings."""
    email, now = order.guest.email, timezone.now()
    worked = use_at_once(order.evidence.work, order.purpose(), Proof.HARD_WORK, now=now)
    sending = mail_code.send_code(
        step.page, email=email, client=order.client, hold=order.hold, worked=worked, now=now
    )
    if sending.needs_work and not came_without_work(step.request):
        return ask_for_work(step, Proof.HARD_WORK)
    if sending.sent:
        status, note = 428, mail_code.code_sent(email)
    else:
        minutes = max(1, math.ceil(sending.wait / 60))
        known = mail_code.has_code(step.page.id, email, now=now)
        status, note = 429, mail_code.no_code(email, minutes, there_is_one=known)
    return show_code_page(step, status=status, code_note=note, code_reason=why)


def wrong_mail_code(step: FormStep, outcome: mail_code.Outcome) -> HttpResponse:
    status, error = mail_code.wrong_code(outcome)
    note = gettext("The code is in a mail to %(email)s.") % {"email": step.form.cleaned_data["email"]}
    return show_code_page(step, status=status, code_note=note, code_error=error)


def by_text(step: FormStep, order: Order) -> HttpResponse:
    """The same answer whatever becomes of it; only a number that no text could ever go to is refused.

    Each text costs the browser some work, or a guest without JavaScript a code by mail first.
    """
    now = timezone.now()
    if sentence := no_text(order.number(), step.page, zone=order.guest.time_zone):
        step.form.add_error("phone", sentence)
        return show_form(step, status=422)
    worked = order.evidence.confirmed or use_at_once(
        order.evidence.work, order.purpose(), Proof.WORK, now=now
    )
    if not worked and came_without_work(step.request):
        return by_mail(
            step, order, why=gettext("Before a code goes to a phone, show that your email address is yours.")
        )
    if not worked:
        why = gettext(
            "Your browser calculates for a moment, so that nobody has texts sent by the thousand; then you get a "
            "code. Without JavaScript, confirm once more."
        )
        return ask_for_work(step, Proof.WORK, why=why)
    text_code.ask(asked_of(order), step.page, client=order.client, hold=order.hold, now=now)
    return _text_page(step, order, status=428)


def wrong_text_code(step: FormStep, order: Order, outcome: text_code.NumberOutcome) -> HttpResponse:
    status, error = text_code.wrong_code(outcome)
    return _text_page(step, order, status=status, error=error)


def asked_of(order: Order) -> text_code.NumberAsked:
    return text_code.NumberAsked(key=order.key, number=order.number(), email=order.guest.email)


def _text_page(step: FormStep, order: Order, *, status: int, error: str = "") -> HttpResponse:
    """With the work for another code, which is done while this one comes."""
    return show_code_page(
        step,
        status=status,
        by_text=True,
        code_note=text_code.code_sent(order.number(), order.guest.email),
        code_error=error,
        challenge=challenge_for(step.page, step.client(), start_minute=order.start_minute, proof=Proof.WORK),
    )
