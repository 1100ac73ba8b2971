"""The editor of a booking page: one tab, one address, one form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from timetuna.accounts.permissions import signed_in
from timetuna.pages.calendar_impact import Silence, silences
from timetuna.pages.forms.availability import AvailabilityForm
from timetuna.pages.forms.booking import BookingTabForm
from timetuna.pages.forms.calendars import CalendarsForm
from timetuna.pages.forms.guests import GuestsTabForm
from timetuna.pages.forms.look import LookForm
from timetuna.pages.forms.notifications import NotificationsForm
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import own_part_or_404, page_or_404
from timetuna.pages.queries import PublicPage, values, warnings
from timetuna.web.forms import Screen, TabLink
from timetuna.web.saving import HostForm, answer_form

View = Callable[..., HttpResponse]


def _as_it_is(view: Any) -> Any:
    return view


@dataclass(frozen=True, slots=True)
class EditorScreen(Screen):
    page: PublicPage
    warnings: list[str]
    silence: Silence | None
    tabs: list[TabLink]
    form: HostForm


class _BookingTab(EditorScreen):
    template = "pages/booking.html"


class _AvailabilityTab(EditorScreen):
    template = "pages/availability.html"


class _CalendarsTab(EditorScreen):
    template = "pages/calendars.html"


class _GuestsTab(EditorScreen):
    template = "pages/guests.html"


class _NotificationsTab(EditorScreen):
    template = "pages/notifications.html"


class _LookTab(EditorScreen):
    template = "pages/look.html"


@dataclass(frozen=True, slots=True)
class EditorTab:
    """A tab: its name, what stands behind the page's address, and its form.

    form: takes the row that is changed, what was sent and its files.  row: finds it.  around: what its view is wrapped
    in.
    """

    label: str
    path: str
    form: Callable[[Any, Any, Any], HostForm]
    screen: type[EditorScreen]
    row: Callable[[HttpRequest, int], Any] = page_or_404
    around: Callable[[Any], Any] = _as_it_is

    def url_name(self) -> str:
        return f"pages_{self.path}"


TABS = (
    EditorTab("Booking", "booking", BookingTabForm, _BookingTab),
    EditorTab("Availability", "availability", AvailabilityForm, _AvailabilityTab),
    EditorTab("Calendars", "calendars", CalendarsForm, _CalendarsTab, own_part_or_404),
    EditorTab("Guests", "guests", GuestsTabForm, _GuestsTab),
    EditorTab(
        "Notifications",
        "notifications",
        NotificationsForm,
        _NotificationsTab,
        around=csp_update({"frame-src": [SELF]}),  # a frame shows the preview of a mail
    ),
    EditorTab("Look", "look", LookForm, _LookTab),
)


def view_of(tab: EditorTab) -> View:
    def view(request: HttpRequest, page_id: int) -> HttpResponse:
        page = page_or_404(request, page_id)
        return answer_form(
            request,
            lambda data, files: tab.form(tab.row(request, page_id), data, files),
            screen=lambda form: _screen(request, page, tab, form),
            back=reverse(tab.url_name(), args=[page.pk]),
        )

    wrapped: View = tab.around(view)
    return login_required(wrapped)


def _screen(request: HttpRequest, page: BookingPage, tab: EditorTab, form: HostForm) -> EditorScreen:
    public = values(page)
    silence = silences(signed_in(request).pk, now=timezone.now()).get(page.pk)
    tabs = [TabLink(one.label, reverse(one.url_name(), args=[page.pk]), one is tab) for one in TABS]
    return tab.screen(public, warnings(public), silence, tabs, form)
