"""The settings' tab Availability: what holds for all pages, and the schedules they share."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.pages.forms.host_settings import HolidaysForm, HostRulesForm
from timetuna.pages.queries import schedule_lines
from timetuna.web.saving import opened, save


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def availability(request: HttpRequest) -> HttpResponse:
    """Show the tab; on POST save it. What cannot be saved comes back as it was typed, with status 422."""
    host = signed_in(request)

    def build(data: Any, _files: Any) -> HostRulesForm:
        return HostRulesForm(host, data)

    form = save(request, build) if request.method == "POST" else opened(request, build)
    if form.saved:
        messages.success(request, "Saved.")
        return redirect("settings_availability")
    context: dict[str, Any] = {
        "form": form,
        "schedules": schedule_lines(host.pk),
        "active_tab": "availability",
    }
    return render(request, "pages/settings.html", context, status=form.status())


@require_safe
@login_required
def holidays(request: HttpRequest) -> HttpResponse:
    """Show, for htmx, the regions of a country and the next holidays there; nothing is saved."""
    return render(request, "pages/_holidays.html", {"form": HolidaysForm(request.GET)})
