"""The editor of a booking page: one tab, one address, one form. What somebody may not change they read."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from csp.constants import SELF
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from timetuna.accounts.activity import ActivityLine, of_page
from timetuna.accounts.invitations import State, state_of
from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.pages.calendar_impact import (
    Silence,
    paused_words,
    silences,
    troubles_on,
)
from timetuna.pages.coming_up import absences_soon
from timetuna.pages.forms.availability import AvailabilityForm, OthersAvailabilityForm
from timetuna.pages.forms.booking import BookingTabForm, OthersBookingTabForm
from timetuna.pages.forms.calendars import CalendarsForm
from timetuna.pages.forms.cohosts import AssignForm, CohostForm
from timetuna.pages.forms.guests import GuestsTabForm
from timetuna.pages.forms.look import LookForm
from timetuna.pages.forms.notifications import NotificationsForm
from timetuna.pages.forms.own_part import OwnPartForm
from timetuna.pages.missing_hosts import Shortage, missed_on
from timetuna.pages.models import BookingPage, CohostInvitation, PageHost, Question
from timetuna.pages.permissions import (
    Action,
    colleagues_of,
    own_part_or_404,
    owns,
    page_or_404,
    rights_on,
    teams_to_assign,
)
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import questions_of, taking_part, values, warnings
from timetuna.web.csp import also
from timetuna.web.forms import Screen, TabLink, show
from timetuna.web.saving import HostForm, answer_form, opened

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

View = Callable[..., HttpResponse]
framing = also({"frame-src": [SELF], "media-src": [SELF]})
"""For pages with a preview in a frame, and with the films that are chosen for it."""


@dataclass(frozen=True, slots=True)
class EditorScreen(Screen):
    """editable: whether they may change this tab.

    silence: for whoever is signed in.  missed: whom else it lacks to offer times.  tab: what it is called in addresses.
    """

    page: PublicPage
    warnings: list[str]
    silence: Silence | None
    missed: list[Shortage]
    tabs: list[TabLink]
    tab: str
    form: HostForm
    editable: bool


@dataclass(frozen=True, slots=True)
class HostLine:
    """Somebody who hosts the page. paused, trouble: why nothing is booked with them; nobody's calendars are named.

    away: when they are out of office next, if that is soon.
    """

    row: PageHost
    paused: str
    trouble: str
    away: str


@dataclass(frozen=True, slots=True)
class PagePeople:
    """Who hosts a page, who is asked to, whom else to ask, and below which team it stands.

    asked: open invitations, and whether each has expired.  ask, team: forms; None for who may not.
    """

    hosts: list[HostLine]
    asked: list[tuple[CohostInvitation, bool]]
    ask: CohostForm | None
    team: AssignForm | None


@dataclass(frozen=True, slots=True)
class _BookingTab(EditorScreen):
    """deletable: whether they may delete the page.  activity: None for who may not read it."""

    template = "pages/booking.html"
    people: PagePeople
    deletable: bool
    activity: list[ActivityLine] | None


class _AvailabilityTab(EditorScreen):
    template = "pages/availability.html"


class _CalendarsTab(EditorScreen):
    template = "pages/calendars.html"


class _OwnPartTab(EditorScreen):
    template = "pages/own_part.html"


@dataclass(frozen=True, slots=True)
class _GuestsTab(EditorScreen):
    template = "pages/guests.html"
    questions: list[Question]


class _NotificationsTab(EditorScreen):
    template = "pages/notifications.html"


class _LookTab(EditorScreen):
    template = "pages/look.html"


@dataclass(frozen=True, slots=True)
class EditorTab:
    """A tab: its name, what stands behind the page's address, and its form.

    form: takes the row that is changed, what was sent and its files.  right: who may change it; OWN_PART is of one's
    own row, which nobody else sees.  others: the form of those who do not own the page, if that is another one.
    """

    label: "StrOrPromise"
    path: str
    form: Callable[[Any, Any, Any], HostForm]
    screen: type[EditorScreen]
    right: Action = Action.EDIT
    others: Callable[[Any, Any, Any], HostForm] | None = None

    def form_for(self, user: User, page: BookingPage) -> Callable[[Any, Any, Any], HostForm]:
        return self.form if self.others is None or owns(page, user) else self.others

    def url_name(self) -> str:
        return f"pages_{self.path.replace('-', '_')}"

    def row(self, request: HttpRequest, page_id: int) -> Any:
        """What the form is of. Raises Http404 for who may not see it, or not change it."""
        if self.right is Action.OWN_PART:
            return own_part_or_404(request, page_id)
        return page_or_404(request, page_id, to=self.right if request.method == "POST" else Action.SEE)

    def is_for(self, rights: Collection[Action]) -> bool:
        """Whether who may do this sees the tab."""
        return self.right in rights or (self.right is Action.EDIT and Action.SEE in rights)


TABS = (
    EditorTab(gettext_lazy("Booking"), "booking", BookingTabForm, _BookingTab, others=OthersBookingTabForm),
    EditorTab(
        gettext_lazy("Availability"),
        "availability",
        AvailabilityForm,
        _AvailabilityTab,
        others=OthersAvailabilityForm,
    ),
    EditorTab(gettext_lazy("Calendars"), "calendars", CalendarsForm, _CalendarsTab, right=Action.OWN_PART),
    EditorTab(gettext_lazy("Your part"), "your-part", OwnPartForm, _OwnPartTab, right=Action.OWN_PART),
    EditorTab(gettext_lazy("Guests"), "guests", GuestsTabForm, _GuestsTab),
    EditorTab(gettext_lazy("Notifications"), "notifications", NotificationsForm, _NotificationsTab),
    EditorTab(gettext_lazy("Look"), "look", LookForm, _LookTab),
)


_SHARE = (gettext_lazy("Share"), "share")
"""The last tab: it changes nothing of the page, and stands in `bookings`, which knows its times."""


def view_of(tab: EditorTab) -> View:
    def view(request: HttpRequest, page_id: int) -> HttpResponse:
        page = page_or_404(request, page_id, to=Action.SEE)
        form = tab.form_for(signed_in(request), page)
        return answer_form(
            request,
            lambda data, files: form(tab.row(request, page_id), data, files),
            screen=lambda form: _screen(request, page, tab, form),
            back=reverse(tab.url_name(), args=[page.pk]),
        )

    return framing(login_required(view))


@require_safe
@login_required
def page(request: HttpRequest, page_id: int) -> HttpResponse:
    """Lead to the first tab that whoever is signed in may change."""
    found = page_or_404(request, page_id, to=Action.SEE)
    rights = rights_on(found, signed_in(request))
    return redirect(
        next((tab.url_name() for tab in TABS if tab.right in rights), TABS[0].url_name()), page_id
    )


@framing
def show_booking_tab(
    request: HttpRequest, page: BookingPage, *, cohost_form: CohostForm, status: int = 200
) -> HttpResponse:
    """With a form that could not be used, as it was typed."""
    tab = TABS[0]
    path, make = reverse(tab.url_name(), args=[page.pk]), tab.form_for(signed_in(request), page)
    form = opened(request, lambda data, files: make(page, data, files), path=path)
    return show(request, _screen(request, page, tab, form, cohost_form=cohost_form), status=status)


def _screen(
    request: HttpRequest,
    page: BookingPage,
    tab: EditorTab,
    form: HostForm,
    *,
    cohost_form: CohostForm | None = None,
) -> EditorScreen:
    user = signed_in(request)
    rights = rights_on(page, user)
    common = shell_of(request, page, rights, current=tab.url_name())
    common |= {"tab": tab.path, "form": form, "editable": tab.right in rights}
    if tab.screen is _GuestsTab:
        return _GuestsTab(**common, questions=questions_of(page.pk))
    if tab.screen is not _BookingTab:
        return tab.screen(**common)
    return _BookingTab(
        **common,
        people=_people(page, user, rights, cohost_form),
        deletable=Action.DELETE in rights,
        activity=of_page(page.pk, reader=user) if Action.ACTIVITY in rights else None,
    )


def shell_of(
    request: HttpRequest, page: BookingPage, rights: Collection[Action], *, current: str
) -> dict[str, Any]:
    """What stands around a tab, by the fields of its screen. current: the name of its address."""
    user, public, now = signed_in(request), values(page), timezone.now()
    return {
        "page": public,
        "warnings": warnings(public) if Action.EDIT in rights else [],
        "silence": silences(user.pk, now=now).get(page.pk),
        "missed": missed_on(page, user, now=now) if Action.STAFF in rights else [],
        "tabs": _tabs(request, page, rights, current),
    }


def _people(
    page: BookingPage, user: User, rights: Collection[Action], cohost_form: CohostForm | None
) -> PagePeople:
    runs_it = Action.STAFF in rights
    asked = page.invitations.filter(answered_at=None) if runs_it else ()
    teams = list(teams_to_assign(page, user)) if Action.ASSIGN in rights else []
    ask = cohost_form or CohostForm(page, list(colleagues_of(page)))
    return PagePeople(
        hosts=_host_lines(page, runs_it=runs_it),
        asked=[(row, state_of(row, now=timezone.now()) is State.EXPIRED) for row in asked],
        ask=ask if runs_it else None,
        team=AssignForm(page, teams) if teams else None,
    )


def _host_lines(page: BookingPage, *, runs_it: bool) -> list[HostLine]:
    """Whoever runs the page reads how it stands with each."""
    rows = list(taking_part(page))
    now = timezone.now()
    found = troubles_on(page.pk, now=now) if runs_it and len(rows) > 1 else {}
    away = absences_soon([row.host for row in rows], now=now) if runs_it else {}
    return [
        HostLine(
            row,
            paused_words(row, row.host, now=now) if runs_it else "",
            found[row.pk].said() if row.pk in found else "",
            away.get(row.user_id, ""),
        )
        for row in rows
    ]


def _tabs(request: HttpRequest, page: BookingPage, rights: Collection[Action], current: str) -> list[TabLink]:
    """What they may change first. Who hosts their own page alone has no part in it beside the page itself."""
    hosts = [row.host_id for row in page.page_hosts.all() if row.active]
    alone = hosts == [signed_in(request).pk]
    shown = [tab for tab in TABS if tab.is_for(rights) and not (alone and tab.form is OwnPartForm)]
    names = [(tab.label, tab.url_name()) for tab in sorted(shown, key=lambda tab: tab.right not in rights)]
    return [
        TabLink(str(label), reverse(name, args=[page.pk]), name == current)
        for label, name in (*names, _SHARE)
    ]
