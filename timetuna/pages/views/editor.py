"""The editor of a booking page: one tab, one address, one form."""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, TypeVar

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views import View

from timetuna.pages.actions.save_availability import ScheduleGone, save_availability
from timetuna.pages.actions.save_booking import AddressOnceUsed, AddressTaken, save_booking
from timetuna.pages.actions.save_guests import save_guests
from timetuna.pages.actions.save_look import save_look
from timetuna.pages.actions.save_notifications import save_notifications
from timetuna.pages.calendar_use.outage import silences
from timetuna.pages.forms.availability import SCHEDULE_GONE, AvailabilityForm
from timetuna.pages.forms.booking import ADDRESS_ONCE_USED, ADDRESS_TAKEN, BookingTabForm
from timetuna.pages.forms.guests import GuestsTabForm
from timetuna.pages.forms.look import LookForm
from timetuna.pages.forms.notifications import NotificationsForm
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import page_or_404
from timetuna.pages.queries import values, warnings
from timetuna.web.saving import Build, HostForm, opened, save

FormT = TypeVar("FormT", bound=HostForm)
TABS = (
    ("Booking", "pages_booking"),
    ("Availability", "pages_availability"),
    ("Calendars", "pages_calendars"),
    ("Guests", "pages_guests"),
    ("Notifications", "pages_notifications"),
    ("Look", "pages_look"),
)


class EditorTab(LoginRequiredMixin, View, ABC, Generic[FormT]):
    """Shows a tab and saves it. A form that cannot be saved comes back as it was typed, with status 422."""

    url_name: ClassVar[str]
    template_name: ClassVar[str]

    @abstractmethod
    def form(self, page: BookingPage, data: Any = None, files: Any = None) -> FormT:
        """Return the tab's form: as it is stored, or with what was sent."""

    @abstractmethod
    def save(self, page: BookingPage, form: FormT) -> bool:
        """Store a valid form. False adds an error to the form and stores nothing."""

    def get(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Show what is stored."""
        page = page_or_404(request, page_id)
        return self._show(request, page, opened(request, self._builds(request, page_id)))

    def post(self, request: HttpRequest, page_id: int) -> HttpResponse:
        """Save what was sent."""
        page = page_or_404(request, page_id)

        def store(form: FormT) -> bool:
            return self.save(page, form)

        try:
            form = save(request, self._builds(request, page_id), store)
        except BookingPage.DoesNotExist as error:  # deleted in another window, just now
            raise Http404 from error
        if not form.saved:
            return self._show(request, page, form)
        messages.success(request, "Saved.")
        return redirect(self.url_name, page.pk)

    def _builds(self, request: HttpRequest, page_id: int) -> Build[FormT]:
        return lambda data, files: self.form(page_or_404(request, page_id), data, files)

    def _show(self, request: HttpRequest, page: BookingPage, form: FormT) -> HttpResponse:
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


class BookingTabView(EditorTab[BookingTabForm]):
    """Title, address, durations, meeting types."""

    url_name = "pages_booking"
    template_name = "pages/booking.html"

    def form(self, page: BookingPage, data: Any = None, _files: Any = None) -> BookingTabForm:
        """Return the form of what is offered."""
        return BookingTabForm(page, data)

    def save(self, page: BookingPage, form: BookingTabForm) -> bool:
        """Store it, unless another window took the address in the meantime."""
        try:
            save_booking(page, form.values())
        except AddressTaken:
            form.add_error("slug", ADDRESS_TAKEN)
            return False
        except AddressOnceUsed:
            form.add_error("slug", ADDRESS_ONCE_USED)
            return False
        return True


class AvailabilityTabView(EditorTab[AvailabilityForm]):
    """Weekly hours and rules."""

    url_name = "pages_availability"
    template_name = "pages/availability.html"

    def form(self, page: BookingPage, data: Any = None, _files: Any = None) -> AvailabilityForm:
        """Return the form of hours and rules."""
        return AvailabilityForm(page, data)

    def save(self, page: BookingPage, form: AvailabilityForm) -> bool:
        """Store them, unless another window deleted the chosen schedule in the meantime."""
        try:
            save_availability(page, form.values())
        except ScheduleGone:
            form.add_error("schedule", SCHEDULE_GONE)
            return False
        return True


class GuestsTabView(EditorTab[GuestsTabForm]):
    """Whether the host confirms, and what guests may do with their bookings."""

    url_name = "pages_guests"
    template_name = "pages/guests.html"

    def form(self, page: BookingPage, data: Any = None, _files: Any = None) -> GuestsTabForm:
        """Return the form of what guests may do."""
        return GuestsTabForm(page, data)

    def save(self, page: BookingPage, form: GuestsTabForm) -> bool:
        """Store it."""
        save_guests(page, form.values())
        return True


class NotificationsTabView(EditorTab[NotificationsForm]):
    """Reminders, and subject and message of the page's mails."""

    url_name = "pages_notifications"
    template_name = "pages/notifications.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let the tab's frame show the preview of a mail."""
        request.shows_frames = True  # type: ignore[attr-defined]
        return super().dispatch(request, *args, **kwargs)

    def form(self, page: BookingPage, data: Any = None, _files: Any = None) -> NotificationsForm:
        """Return the form of reminders and texts."""
        return NotificationsForm(page, data)

    def save(self, page: BookingPage, form: NotificationsForm) -> bool:
        """Store them."""
        save_notifications(page, form.values())
        return True


class LookTabView(EditorTab[LookForm]):
    """Colour and logo."""

    url_name = "pages_look"
    template_name = "pages/look.html"

    def form(self, page: BookingPage, data: Any = None, files: Any = None) -> LookForm:
        """Return the form of colour and logo."""
        return LookForm(page, data, files)

    def save(self, page: BookingPage, form: LookForm) -> bool:
        """Store them."""
        save_look(page, form.values())
        return True
