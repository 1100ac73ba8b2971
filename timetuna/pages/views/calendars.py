"""The ways from the editor's tab Calendars to an account and back."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from timetuna.calendars.queries import Listing, form_targets, listings
from timetuna.calendars.views.connecting import leave_for
from timetuna.calendars.views.logging_in import by_form
from timetuna.calendars.views.settings import listing_or_404
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import own_part_or_404
from timetuna.web.csp import forms_lead_to
from timetuna.web.forms import Screen, show


@dataclass(frozen=True, slots=True)
class ConnectCalendarScreen(Screen):
    template = "pages/connect_calendar.html"
    page: BookingPage
    providers: list[Listing]


@require_safe
@login_required
@forms_lead_to(form_targets)
def ways(request: HttpRequest, page_id: int) -> HttpResponse:
    """Every provider that has calendars."""
    page = own_part_or_404(request, page_id).page
    order = sorted(listings(), key=lambda one: (one.by_form, one.label.casefold()))
    return show(request, ConnectCalendarScreen(page, [one for one in order if one.has_calendars]))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def connect(request: HttpRequest, page_id: int, provider: str) -> HttpResponse:
    """Comes back to the page's tab Calendars."""
    page, found = own_part_or_404(request, page_id).page, listing_or_404(provider)
    back = reverse("pages_calendars", args=[page.pk])
    if not found.has_calendars:
        raise Http404
    if found.by_form:
        return by_form(request, found, back=back)
    if request.method != "POST":
        return redirect("pages_connect", page.pk)
    return leave_for(request, found, back=back)
