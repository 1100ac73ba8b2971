"""The settings' tab Connected providers, and what a host does there without leaving for a provider."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from timetuna.accounts.models import User
from timetuna.calendars.account_status import provider_cards
from timetuna.calendars.actions.disconnect import disconnect
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.provider_catalogue import Listing, form_targets, listing
from timetuna.web.paths import row_number


def host_of(request: HttpRequest) -> User:
    """Return the signed-in host; for views behind `login_required`."""
    assert isinstance(request.user, User)  # noqa: S101 - login_required saw to it
    return request.user


def allow_leaving(request: HttpRequest) -> None:
    """Let the page's forms lead to the providers: a form's redirect counts as its target (CSP form-action)."""
    request.form_targets = form_targets()  # type: ignore[attr-defined]


def listing_or_404(slug: str) -> Listing:
    """Return the provider of that name."""
    found = listing(slug)
    if found is None:
        raise Http404
    return found


@require_safe
@login_required
def providers(request: HttpRequest) -> HttpResponse:
    """Show every provider and what is linked."""
    allow_leaving(request)
    cards = provider_cards(host_of(request).pk, now=timezone.now())
    return render(request, "calendars/providers.html", {"cards": cards, "active_tab": "providers"})


@require_POST
@login_required
def disconnect_provider(request: HttpRequest, provider: str) -> HttpResponse:
    """Delete the link; pressing twice is no error, another host's link is not there."""
    found = listing_or_404(provider)
    host, account = host_of(request), request.POST.get("account", "")
    account_id = row_number(account) or 0
    if CalendarAccount.objects.filter(pk=account_id).exclude(host=host).exists():
        raise Http404
    disconnect(account_id, host_id=host.pk)
    messages.success(request, f"{found.label} is disconnected. Nothing of the connection is kept.")
    return redirect("settings_providers")
