"""The settings' tab Connected providers, and what a host does there without leaving for a provider."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.calendars.account_status import ProviderCard, provider_cards
from timetuna.calendars.actions.disconnect import disconnect
from timetuna.calendars.actions.rename_account import rename_account
from timetuna.calendars.hooks import CardBeside, cards_beside, form_targets_beside
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.permissions import accounts_for
from timetuna.calendars.queries import Listing, form_targets, listing
from timetuna.l10n.retold import retold
from timetuna.lib.text import single_line
from timetuna.providers.errors import ProviderError
from timetuna.web.csp import forms_lead_to
from timetuna.web.forms import Screen, row_number, show

LONGEST_NAME = 100


def listing_or_404(slug: str) -> Listing:
    found = listing(slug)
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class ProvidersScreen(Screen):
    """Every provider, and what is linked."""

    template = "calendars/providers.html"
    cards: list[ProviderCard]
    beside: Sequence[CardBeside]


def _form_targets() -> tuple[str, ...]:
    return (*form_targets(), *form_targets_beside())


@require_safe
@login_required
@forms_lead_to(_form_targets)
def providers(request: HttpRequest) -> HttpResponse:
    host = signed_in(request).pk
    return show(request, ProvidersScreen(provider_cards(host, now=timezone.now()), cards_beside(host)))


@require_POST
@login_required
def name_account(request: HttpRequest, account: int) -> HttpResponse:
    """Call an account by another name, where its provider leaves that to its host."""
    row = get_object_or_404(accounts_for(signed_in(request)), pk=account)
    name = single_line(request.POST.get("name", ""), max_length=LONGEST_NAME)
    if not name:
        messages.error(
            request, gettext("“%(name)s” keeps its name: type another one first.") % {"name": row.called}
        )
    else:
        try:
            rename_account(row, name)
        except CalendarAccount.DoesNotExist as error:
            raise Http404 from error
        except ProviderError as error:
            messages.error(
                request,
                gettext("“%(name)s” keeps its name. %(why)s")
                % {"name": row.called, "why": retold(str(error))},
            )
        else:
            messages.success(request, gettext("It is called “%(name)s” now.") % {"name": name})
    return redirect(f"{reverse('settings_providers')}#{row.provider}-{row.pk}")


@require_POST
@login_required
def disconnect_provider(request: HttpRequest, provider: str) -> HttpResponse:
    """Delete the link; pressing twice is no error, another host's link is not there."""
    found = listing_or_404(provider)
    host, account_id = signed_in(request), row_number(request.POST.get("account", "")) or 0
    if CalendarAccount.objects.filter(pk=account_id).exclude(pk__in=accounts_for(host)).exists():
        raise Http404
    disconnect(account_id, host_id=host.pk)
    messages.success(
        request,
        gettext("%(label)s is disconnected. Nothing of the connection is kept.") % {"label": found.label},
    )
    return redirect("settings_providers")
