"""The editor of a booking page: one tab, one address, one form."""

from collections.abc import Callable
from typing import Any, ClassVar

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from timetuna.pages.calendar_impact import silences
from timetuna.pages.forms.availability import AvailabilityForm
from timetuna.pages.forms.booking import BookingTabForm
from timetuna.pages.forms.calendars import CalendarsForm
from timetuna.pages.forms.guests import GuestsTabForm
from timetuna.pages.forms.look import LookForm
from timetuna.pages.forms.notifications import NotificationsForm
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import page_or_404
from timetuna.pages.queries import values, warnings
from timetuna.web.saving import Build, HostForm, opened, save

TABS = (
    ("Booking", "pages_booking"),
    ("Availability", "pages_availability"),
    ("Calendars", "pages_calendars"),
    ("Guests", "pages_guests"),
    ("Notifications", "pages_notifications"),
    ("Look", "pages_look"),
)


class EditorTab(LoginRequiredMixin, View):
    """Shows a tab and saves it. A form that cannot be saved comes back as it was typed, with status 422.

    form_class: takes the page, what was sent and its files.
    """

    url_name: ClassVar[str]
    template_name: ClassVar[str]
    form_class: ClassVar[Callable[[BookingPage, Any, Any], HostForm]]

    def get(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Show what is stored."""
        page = page_or_404(request, page_id)
        return self._show(request, page, opened(request, self._builds(request, page_id)))

    def post(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Save what was sent."""
        page = page_or_404(request, page_id)
        form = save(request, self._builds(request, page_id))
        if not form.saved:
            return self._show(request, page, form)
        messages.success(request, "Saved.")
        return redirect(self.url_name, page.pk)

    def _builds(self, request: HttpRequest, page_id: int) -> Build[HostForm]:
        form_class = type(self).form_class
        return lambda data, files: form_class(page_or_404(request, page_id), data, files)

    def _show(self, request: HttpRequest, page: BookingPage, form: HostForm) -> HttpResponse:
        public = values(page)
        tabs = [
            {"label": label, "url": reverse(name, args=[page.pk]), "current": name == self.url_name}
            for label, name in TABS
        ]
        silence = silences(page.host_id, now=timezone.now()).get(page.pk)
        context = {
            "page": public,
            "warnings": warnings(public),
            "silence": silence,
            "tabs": tabs,
            "form": form,
        }
        return render(request, self.template_name, context, status=form.status())


class BookingTabView(EditorTab):
    """Title, address, durations, meeting types."""

    url_name, template_name, form_class = "pages_booking", "pages/booking.html", BookingTabForm


class AvailabilityTabView(EditorTab):
    """Weekly hours and rules."""

    url_name, template_name, form_class = "pages_availability", "pages/availability.html", AvailabilityForm


class CalendarsTabView(EditorTab):
    """Which calendars block the page, and which one gets its events."""

    url_name, template_name, form_class = "pages_calendars", "pages/calendars.html", CalendarsForm


class GuestsTabView(EditorTab):
    """Whether the host confirms, and what guests may do with their bookings."""

    url_name, template_name, form_class = "pages_guests", "pages/guests.html", GuestsTabForm


@method_decorator(csp_update({"frame-src": [SELF]}), name="dispatch")
class NotificationsTabView(EditorTab):
    """Reminders, and subject and message of the page's mails; a frame shows the preview of one."""

    url_name, template_name, form_class = "pages_notifications", "pages/notifications.html", NotificationsForm


class LookTabView(EditorTab):
    """Colour and logo."""

    url_name, template_name, form_class = "pages_look", "pages/look.html", LookForm
