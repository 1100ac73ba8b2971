"""Connecting an account by a form, where its provider has no consent page to leave for."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from timetuna.accounts.permissions import signed_in
from timetuna.calendars.actions.connect_by_form import log_in
from timetuna.calendars.forms import LoginAnswersForm
from timetuna.calendars.queries import Listing, login_form
from timetuna.calendars.views.limits import LOGGING_IN, refusal
from timetuna.calendars.views.settings import listing_or_404
from timetuna.l10n.faults import for_now
from timetuna.providers.errors import ProviderError
from timetuna.web.forms import Screen, show

_OK, _UNUSABLE, _TOO_OFTEN = 200, 422, 429


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def log_in_provider(request: HttpRequest, provider: str) -> HttpResponse:
    """Show the provider's form; on POST try what was typed, and go back to Connected providers."""
    return by_form(request, listing_or_404(provider), back=reverse("settings_providers"))


@dataclass(frozen=True, slots=True)
class LogInScreen(Screen):
    """The form by which an account is connected. back: a path of ours."""

    template = "calendars/log_in.html"
    listing: Listing
    form: LoginAnswersForm
    back: str


def by_form(request: HttpRequest, found: Listing, *, back: str) -> HttpResponse:
    """Show the form or try what was typed. back: the path of our own page that follows. Raises Http404 without a form.

    What does not work comes back with a sentence, status 422 (429 when it was tried too often); it may take as long as
    the provider's patience.
    """
    provider = login_form(found.slug)
    if provider is None:
        raise Http404
    form = LoginAnswersForm(provider.answers(), request.POST if request.method == "POST" else None)
    status = _UNUSABLE if form.is_bound else _OK
    if form.is_bound and form.is_valid():
        if refused := refusal(request, LOGGING_IN):
            status = _TOO_OFTEN
            form.add_error(None, refused)
        else:
            try:
                account = log_in(found.slug, form.given(), host_id=signed_in(request).pk)
            except ProviderError as error:
                form.add_error(None, for_now(error))
            else:
                messages.success(request, gettext("%(account)s is connected.") % {"account": account.called})
                return redirect(back)
    return show(request, LogInScreen(found, form, back), status=status)
