"""The editor of a booking page: one tab, one address, one form. Everybody has the tabs that they may change."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.pages.calendar_impact import Silence, missed_on, silences
from timetuna.pages.forms.availability import AvailabilityForm
from timetuna.pages.forms.booking import BookingTabForm
from timetuna.pages.forms.calendars import CalendarsForm
from timetuna.pages.forms.guests import GuestsTabForm
from timetuna.pages.forms.look import LookForm
from timetuna.pages.forms.notifications import NotificationsForm
from timetuna.pages.forms.own_part import OwnPartForm
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, own_part_or_404, page_or_404, rights_on
from timetuna.pages.queries import PublicPage, values, warnings
from timetuna.web.forms import Screen, TabLink
from timetuna.web.saving import HostForm, answer_form

View = Callable[..., HttpResponse]


def _as_it_is(view: Any) -> Any:
    return view


@dataclass(frozen=True, slots=True)
class EditorScreen(Screen):
    """silence: for whoever is signed in.  missed: sentences about others without whom it offers no times."""

    page: PublicPage
    can_edit: bool
    warnings: list[str]
    silence: Silence | None
    missed: list[str]
    tabs: list[TabLink]
    form: HostForm


class _BookingTab(EditorScreen):
    template = "pages/booking.html"


class _AvailabilityTab(EditorScreen):
    template = "pages/availability.html"


class _CalendarsTab(EditorScreen):
    template = "pages/calendars.html"


class _OwnPartTab(EditorScreen):
    template = "pages/own_part.html"


class _GuestsTab(EditorScreen):
    template = "pages/guests.html"


class _NotificationsTab(EditorScreen):
    template = "pages/notifications.html"


class _LookTab(EditorScreen):
    template = "pages/look.html"


@dataclass(frozen=True, slots=True)
class EditorTab:
    """A tab: its name, what stands behind the page's address, and its form.

    form: takes the row that is changed, what was sent and its files.  row: finds it.  right: who has the tab.
    around: what its view is wrapped in.
    """

    label: str
    path: str
    form: Callable[[Any, Any, Any], HostForm]
    screen: type[EditorScreen]
    row: Callable[[HttpRequest, int], Any] = page_or_404
    right: Action = Action.EDIT
    around: Callable[[Any], Any] = _as_it_is

    def url_name(self) -> str:
        return f"pages_{self.path.replace('-', '_')}"


TABS = (
    EditorTab("Booking", "booking", BookingTabForm, _BookingTab),
    EditorTab("Availability", "availability", AvailabilityForm, _AvailabilityTab),
    EditorTab("Calendars", "calendars", CalendarsForm, _CalendarsTab, own_part_or_404, right=Action.OWN_PART),
    EditorTab("Your part", "your-part", OwnPartForm, _OwnPartTab, own_part_or_404, right=Action.OWN_PART),
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
        page = page_or_404(request, page_id, to=tab.right)
        return answer_form(
            request,
            lambda data, files: tab.form(tab.row(request, page_id), data, files),
            screen=lambda form: _screen(request, page, tab, form),
            back=reverse(tab.url_name(), args=[page.pk]),
        )

    wrapped: View = tab.around(view)
    return login_required(wrapped)


@require_safe
@login_required
def page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Lead to the first tab that whoever is signed in has."""
    found = page_or_404(request, page_id, to=Action.SEE)
    return redirect(next(iter(_tabs(request, found, rights_on(found, signed_in(request))))).url)


def _screen(request: HttpRequest, page: BookingPage, tab: EditorTab, form: HostForm) -> EditorScreen:
    public, rights, now = values(page), rights_on(page, signed_in(request)), timezone.now()
    can_edit = Action.EDIT in rights
    return tab.screen(
        page=public,
        can_edit=can_edit,
        warnings=warnings(public) if can_edit else [],
        silence=silences(signed_in(request).pk, now=now).get(page.pk),
        missed=missed_on(page, signed_in(request), now=now) if Action.STAFF in rights else [],
        tabs=_tabs(request, page, rights, tab),
        form=form,
    )


def _tabs(
    request: HttpRequest, page: BookingPage, rights: frozenset[Action], current: EditorTab | None = None
) -> list[TabLink]:
    """Who hosts their own page alone has no part in it beside the page itself."""
    hosts = [row.host_id for row in page.page_hosts.all() if row.active]
    alone = hosts == [signed_in(request).pk] and not page.is_shared()
    return [
        TabLink(tab.label, reverse(tab.url_name(), args=[page.pk]), tab is current)
        for tab in TABS
        if tab.right in rights and not (alone and tab.form is OwnPartForm)
    ]
