"""A guest goes to where they pay, and comes back: both ask Stripe how it stands, and lead on."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_safe

from timetuna.bookings.events import Status
from timetuna.bookings.models import Attendee
from timetuna.bookings.policies import attendee_or_404
from timetuna.bookings.queries import link_path
from timetuna.bookings.visitor import keep_onward, onward, onward_kept
from timetuna.lib.urls import website_of
from timetuna.payments.actions.settle import settle
from timetuna.payments.models import TAKEN, Payment
from timetuna.payments.queries import payment_of
from timetuna.rate_limits.limits import Limit, spend
from timetuna.stripe import form_targets
from timetuna.web.forms import Screen, private, show

_LONGEST_ADDRESS = 500
LOOKS = Limit("payment-looks", (20, 60), (200, 3_600))
"""At Stripe, for one booking; beyond them what is known counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElsewhereScreen(Screen):
    """site: what the address begins with, without https://."""

    template = "payments/elsewhere.html"
    title: str
    url: str
    site: str
    booked_url: str


@require_safe
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """To Stripe's page; to the booking's, which says why, where there is nothing to be paid."""
    attendee = attendee_or_404(token)
    payment = payment_of(attendee.booking_id)
    if payment is not None and attendee.is_booker and not payment.session_url:
        payment = _settled(attendee)
    if payment is None or not attendee.is_booker or payment.booking.status != Status.AWAITING_PAYMENT:
        return private(HttpResponseRedirect(link_path(attendee)))
    response = _lead_to(request, attendee, payment.session_url)
    if wanted := request.GET.get("redirect", "")[:_LONGEST_ADDRESS]:
        keep_onward(response, wanted, path=link_path(attendee))
    return private(response)


def _lead_to(request: HttpRequest, attendee: Attendee, url: str) -> HttpResponse:
    """By a page where it is at a domain of the account's own.

    Browsers refuse a redirect there in answer to a form (CSP, form-action), which is to lead to no other websites.
    """
    if not url or website_of(url) in form_targets():
        return HttpResponseRedirect(url or link_path(attendee))
    site = website_of(url).partition("://")[2]
    title, back = attendee.booking.title, link_path(attendee)
    return show(request, ElsewhereScreen(title=title, url=url, site=site, booked_url=back))


@require_safe
def paid(request: HttpRequest, token: str) -> HttpResponse:
    """From Stripe's page; a late webhook is no stuck guest."""
    attendee = attendee_or_404(token)
    payment = _settled(attendee) if attendee.is_booker else None
    return private(HttpResponseRedirect(_next_page(attendee, payment, onward_kept(request))))


def _next_page(attendee: Attendee, payment: Payment | None, wanted: str) -> str:
    """The booking's own, or once it is paid where the page's host, or the address that was opened, leads on."""
    booking = attendee.booking
    is_paid = payment is not None and not payment.session_url and not payment.booking.is_off()
    if is_paid and booking.page and onward(booking.page, wanted, booking.public_id):
        tail = f"?{urlencode({'redirect': wanted})}" if wanted else ""
        return link_path(attendee, "booked_onward") + tail
    return link_path(attendee)


def _settled(attendee: Attendee) -> Payment | None:
    """As Stripe says it stands. What is known to be paid is not asked for: then a look writes nothing."""
    payment = payment_of(attendee.booking_id)
    is_known = payment is not None and payment.state in TAKEN and not payment.booking.is_off()
    if is_known or spend(LOOKS, str(attendee.booking_id)):
        return payment
    return settle(attendee.booking_id)
