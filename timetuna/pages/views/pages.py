"""The list of a host's booking pages, and what is done to a whole page."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.availability.hours import day_start
from timetuna.availability.interval import moment_of
from timetuna.l10n.datetimes import zone_or_utc
from timetuna.l10n.lists import in_words
from timetuna.lib.text import has_words, single_line
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.actions.pause import switch_page
from timetuna.pages.calendar_impact import Silence, paused_words, silences
from timetuna.pages.calendar_use import own_part
from timetuna.pages.first_steps import Beginning, beginning_of
from timetuna.pages.forms.off import OffForm
from timetuna.pages.missing_hosts import Shortage, missing_hosts
from timetuna.pages.models import BookingPage
from timetuna.pages.permissions import Action, Role, page_or_404, pages_for, rights_of, roles_by_page
from timetuna.pages.prices import in_short
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import by_title, has_cohosts, meetings_between, warnings
from timetuna.web.forms import Screen, show
from timetuna.web.saving import answer_form

PageView = Callable[..., HttpResponse]


A_PAGE, SEARCHED_FROM = 50, 8
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A page as somebody has it in their list. roles: what they are to it.  silence, paused: of their own part.

    missed: whom else it lacks to offer times, for who runs it.  meetings: how many it has this week; None for who does
    not see them all.
    """

    page: PublicPage
    roles: frozenset[Role]
    warnings: list[str]
    silence: Silence | None
    missed: Sequence[Shortage]
    paused: str
    meetings: int | None

    def team_id(self) -> int | None:
        return self.page.settings.team_id

    def path(self) -> str:
        """Of what there is to change."""
        return reverse("pages_booking" if self.can_edit() else "pages_your_part", args=[self.page.id])

    def can_edit(self) -> bool:
        return Action.EDIT in rights_of(self.roles)

    def can_delete(self) -> bool:
        return Action.DELETE in rights_of(self.roles)

    def text(self) -> str:
        """In one line: how long, for how much, how, how often."""
        minutes = [str(one.minutes) for one in self.page.durations]
        parts = [
            gettext("%(minutes)s min") % {"minutes": in_words(minutes)},
            in_short(self.page.prices()),
            ", ".join(one.label for one in self.page.meeting_types),
        ]
        if self.meetings is not None:
            parts.append(gettext("%(count)s this week") % {"count": self.meetings})
        return " · ".join(filter(None, parts))


@dataclass(frozen=True, slots=True)
class PageGroup:
    """Pages under one heading. alone: there are no others, so that it need not be seen."""

    title: str
    lines: list[PageRow]
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPagesScreen(Screen):
    """listed: one of the pages below one's own address, if any are.  beginning: of a host who is new here.

    listing: which of all pages are shown.  asked: the words looked for.  searched: whether there are that many.
    describe: where a page is made out of a sentence; "" where the operator has named no text model.
    """

    template = "pages/booking_pages.html"
    groups: list[PageGroup]
    listed: PublicPage | None
    beginning: Beginning | None
    listing: Page[BookingPage]
    asked: str
    searched: bool
    describe: str


@require_safe
@login_required
def booking_pages(request: HttpRequest) -> HttpResponse:
    """While there is one page at most, with the first steps."""
    host = signed_in(request)
    found = list(pages_for(host, to=Action.SEE).select_related("team").prefetch_related("page_hosts"))
    roles = roles_by_page(found, host)
    asked = asked_words(request.GET)
    ordered = sorted(_matching(found, asked), key=lambda page: _place(page, roles[page.pk]))
    listing = Paginator(ordered, A_PAGE).get_page(request.GET.get("page"))
    lines = _lines(host, list(listing.object_list), roles)
    own = [line.page for line in lines if Role.OWNER in line.roles]
    is_new = len(found) < 2 and len(own) == len(found) and not asked  # noqa: PLR2004
    listed = (one for one in own if not one.team and one.settings.listed and one.meeting_types)
    screen = BookingPagesScreen(
        groups=_grouped(lines),
        listed=next(listed, None),
        beginning=beginning_of(host) if is_new else None,
        listing=listing,
        asked=asked,
        searched=bool(asked) or len(found) >= SEARCHED_FROM,
        describe=reverse("new_draft") if settings.MODEL_URL else "",
    )
    return show(request, screen)


def asked_words(query: Mapping[str, str]) -> str:
    """What pages are looked for by, in lists of them."""
    return " ".join(query.get("q", "").split())[:100]


def _matching(pages: Sequence[BookingPage], asked: str) -> list[BookingPage]:
    """Those in whose title, or team's name, each of the words stands."""
    return [page for page in pages if has_words(f"{page.title} {page.team.name if page.team else ''}", asked)]


def _place(page: BookingPage, roles: frozenset[Role]) -> tuple[Any, ...]:
    """One's own first, then each team's by its name, then those that others have asked one to host.

    By title, where "Page 2" comes before "Page 10".
    """
    edits = Action.EDIT in rights_of(roles)
    team = page.team.name.casefold() if page.team else ""
    parts = _DIGITS.split(page.title.casefold())
    title = [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
    return (
        not edits,
        bool(team) and edits,
        team if edits else "",
        page.team_id if edits else 0,
        title,
        page.pk,
    )


def _lines(host: User, rows: Sequence[BookingPage], roles: Mapping[int, frozenset[Role]]) -> list[PageRow]:
    """In that order; in a number of queries that does not grow with them."""
    places = {row.pk: place for place, row in enumerate(rows)}
    pages = sorted(by_title(BookingPage.objects.filter(pk__in=places)), key=lambda page: places[page.id])
    now, zone = timezone.now(), zone_or_utc(host.time_zone)
    monday = now.astimezone(zone).date() - timedelta(days=now.astimezone(zone).weekday())
    first, beyond = (moment_of(day_start(day, zone=zone)) for day in (monday, monday + timedelta(days=7)))
    meetings = meetings_between([*places], first, beyond)
    run = [page.id for page in pages if Action.STAFF in rights_of(roles[page.id])]
    silent, missed = silences(host.pk, now=now), missing_hosts(run, host, now=now)
    return [
        PageRow(
            page=page,
            roles=roles[page.id],
            warnings=warnings(page) if Action.EDIT in rights_of(roles[page.id]) else [],
            silence=silent.get(page.id),
            missed=missed.get(page.id, ()),
            paused=paused_words(own_part(page.settings, host.pk), host, now=now),
            meetings=meetings.get(page.id, 0) if Action.BOOKINGS in rights_of(roles[page.id]) else None,
        )
        for page in pages
    ]


def _heading(line: PageRow) -> tuple[bool, int | None]:
    """Whether they can edit it, and of which team it is then; all that others run stand together."""
    return line.can_edit(), line.team_id() if line.can_edit() else None


def _grouped(lines: list[PageRow]) -> list[PageGroup]:
    """As they are ordered."""
    found: list[PageGroup] = []
    for line in lines:
        mine = line.page.team if line.team_id() else gettext("Your pages")
        title = mine if line.can_edit() else gettext("Hosted with others")
        last = found[-1].lines[0] if found else None
        if last and _heading(last) == _heading(line):
            found[-1].lines.append(line)
        else:
            found.append(PageGroup(title, [line]))
    alone = len(found) == 1 and _heading(found[0].lines[0]) == (True, None)
    return [replace(found[0], alone=True)] if alone else found


def post_or_back(view: PageView) -> PageView:
    """Answer a GET with the list: it changes nothing, and signing in after a POST leads here."""

    @wraps(view)
    def answer(request: HttpRequest, **ids: int) -> HttpResponse:
        return view(request, **ids) if request.method == "POST" else redirect("booking_pages")

    return answer


@post_or_back
@login_required
def new_page(request: HttpRequest) -> HttpResponse:
    """The page can be booked at once."""
    title = single_line(request.POST.get("title", ""), max_length=120)
    page = create_page(signed_in(request), title=title)
    messages.success(
        request, gettext("Your page is ready and can be booked. Make it your own, then share its address.")
    )
    return redirect("pages_booking", page.pk)


@post_or_back
@login_required
def duplicate(request: HttpRequest, page_id: int) -> HttpResponse:
    page = page_or_404(request, page_id)
    copy = duplicate_page(page, by=signed_in(request))
    said = gettext(
        "This is the copy. It can be booked at its own address; switch Listed on when it is ready."
    )
    if has_cohosts(page):
        said = f"{said} {gettext('You host it alone so far: add its cohosts below.')}"
    messages.success(request, said)
    return redirect("pages_booking", copy.pk)


@post_or_back
@login_required
def delete(request: HttpRequest, page_id: int) -> HttpResponse:
    """The browser has asked before."""
    page = page_or_404(request, page_id, to=Action.DELETE)
    delete_page(page)
    messages.success(request, gettext("“%(title)s” is deleted. Its bookings stay.") % {"title": page.title})
    return redirect("booking_pages")


@post_or_back
@login_required
def switch(request: HttpRequest, page_id: int) -> HttpResponse:
    """On or off; what says neither changes nothing."""
    page, wish = page_or_404(request, page_id), request.POST.get("on")
    on = wish == "1"
    if wish in {"0", "1"} and switch_page(page, on=on):
        said = gettext("“%(title)s” takes no bookings now. What is booked stays.")
        if on:
            said = gettext("“%(title)s” takes bookings again.")
        messages.success(request, said % {"title": page.title})
    return redirect("booking_pages")


@dataclass(frozen=True, slots=True)
class OffScreen(Screen):
    template = "pages/off.html"
    page: BookingPage
    form: OffForm


@login_required
def off(request: HttpRequest, page_id: int) -> HttpResponse:
    """Whether the page takes bookings, and what guests read if not."""
    page = page_or_404(request, page_id)

    def build(data: Any, _files: Any) -> OffForm:
        return OffForm(data, instance=page_or_404(request, page_id))

    return answer_form(
        request, build, screen=lambda form: OffScreen(page, form), back=reverse("booking_pages")
    )
