"""Connecting an account at Stripe: leaving for it and coming back, or pasting a key; and disconnecting."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.calendars.actions.begin_connecting import Visit
from timetuna.calendars.actions.finish_connecting import StrayCodeError
from timetuna.calendars.queries import Listing
from timetuna.calendars.views.limits import CONNECTING, LOGGING_IN, refusal
from timetuna.l10n.faults import for_now
from timetuna.payments.actions.check_account import check_account
from timetuna.payments.actions.connect import PROVIDER, NotConnected, begin, connect_by_key, finish
from timetuna.payments.actions.disconnect import StillPaid, disconnect, said_to_have_gone
from timetuna.payments.connection import form_targets, listing
from timetuna.payments.forms import KeyForm
from timetuna.payments.models import StripeAccount
from timetuna.payments.permissions import own_account
from timetuna.providers.errors import ProviderError
from timetuna.web.csp import forms_lead_to
from timetuna.web.forms import Screen, show

View = Callable[[HttpRequest], HttpResponse]
_LONGEST_CODE = 4_096
_OK, _UNUSABLE, _TOO_OFTEN = 200, 422, 429


@dataclass(frozen=True, slots=True)
class FinishConnectingScreen(Screen):
    """For somebody whose way did not begin here, or ended too late."""

    template = "calendars/finish.html"
    listing: Listing


@dataclass(frozen=True, slots=True)
class KeyScreen(Screen):
    template = "payments/key.html"
    listing: Listing
    form: KeyForm


def _visit(request: HttpRequest) -> Visit:
    return Visit(signed_in(request).pk, request.session.session_key or "", PROVIDER)


@require_POST
@login_required
def connect(request: HttpRequest) -> HttpResponse:
    """Lead the browser to Stripe; without a platform to the form for a key."""
    if listing().by_form:
        return redirect("stripe_key")
    if refused := refusal(request, CONNECTING):
        messages.warning(request, refused)
        return redirect("settings_providers")
    return redirect(begin(_visit(request)))


def _keep_address_private(view: View) -> View:
    """Keep the address, which carries a code, out of caches and Referer headers."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        response = view(request)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return guarded


@require_GET
@_keep_address_private
def callback(request: HttpRequest) -> HttpResponse:
    """Take what Stripe sent the browser back with. Nothing of the address is shown."""
    code, state = request.GET.get("code", ""), request.GET.get("state", "")
    if "error" in request.GET or not code or len(code) > _LONGEST_CODE:
        messages.warning(request, gettext("%(label)s was not connected.") % {"label": listing().label})
        return redirect("settings_providers")
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("stripe_finish"))
    try:
        account = finish(_visit(request), state=state, code=code)
    except StrayCodeError:
        return redirect("stripe_finish")
    except NotConnected as refused:
        messages.error(request, str(refused))
        return redirect("settings_providers")
    return _connected(request, account)


def _connected(request: HttpRequest, account: StripeAccount) -> HttpResponse:
    if account.works():  # else its row says what is missing
        messages.success(request, gettext("%(label)s is connected.") % {"label": listing().label})
    return redirect(f"{reverse('settings_providers')}#stripe")


@require_safe
@login_required
@forms_lead_to(form_targets)
def finish_here(request: HttpRequest) -> HttpResponse:
    """Offer a fresh start to somebody who came from Stripe's side, or came back too late."""
    return show(request, FinishConnectingScreen(listing()))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def own_key(request: HttpRequest) -> HttpResponse:
    """Show the form for a restricted key; on POST try it. The key is never shown again."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    status = _UNUSABLE if form.is_bound else _OK
    if form.is_bound and form.is_valid():
        if refused := refusal(request, LOGGING_IN):
            status = _TOO_OFTEN
            form.add_error(None, refused)
        else:
            try:
                account = connect_by_key(form.cleaned_data["key"], host_id=signed_in(request).pk)
            except NotConnected as error:
                form.add_error("key", str(error))
            else:
                return _connected(request, account)
    return show(request, KeyScreen(listing(), form), status=status)


@require_POST
@login_required
def check(request: HttpRequest) -> HttpResponse:
    """Ask Stripe whether it is mended; the row says what is not."""
    account = own_account(request)
    if account is None:
        return redirect("settings_providers")
    if refused := refusal(request, CONNECTING):
        messages.warning(request, refused)
        return redirect("settings_providers")
    try:
        account = check_account(account)
    except ProviderError as error:
        messages.warning(request, for_now(error))
    else:
        if account.works():
            messages.success(request, gettext("Guests can pay you again."))
    return redirect(f"{reverse('settings_providers')}#stripe")


@require_POST
@login_required
def disconnect_account(request: HttpRequest) -> HttpResponse:
    """Pressing twice is no error."""
    account = own_account(request)
    ended = True
    if account is not None:
        try:
            ended = disconnect(account)
        except StillPaid as error:
            messages.error(request, str(error))
            return redirect("settings_providers")
    say = messages.success if ended else messages.warning
    say(request, said_to_have_gone(ended=ended))
    return redirect("settings_providers")
