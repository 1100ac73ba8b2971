"""The list of a host's booking pages, and what is done to a whole page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.calendars.queries import conference_kinds, set_up, usable
from timetuna.lib.text import single_line
from timetuna.pages.actions.create_page import DEFAULT_TITLE, create_page
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.calendar_impact import Silence, paused_words, silences
from timetuna.pages.calendar_use import own_part
from timetuna.pages.meeting_types import FIRST
from timetuna.pages.meeting_types.base import MeetingChoice
from timetuna.pages.missing_hosts import Shortage, missing_hosts
from timetuna.pages.permissions import Action, Role, page_or_404, pages_for, rights_of, roles_by_page
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import by_title, has_cohosts, warnings
from timetuna.web.forms import Screen, show

PageView = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """A page as somebody has it in their list. roles: what they are to it.  silence, paused: of their own part.

    missed: whom else it lacks to offer times, for who runs it.
    """

    page: PublicPage
    roles: frozenset[Role]
    warnings: list[str]
    silence: Silence | None
    missed: Sequence[Shortage]
    paused: str

    def team_id(self) -> int | None:
        return self.page.settings.team_id

    def path(self) -> str:
        """Of what there is to change."""
        return reverse("pages_booking" if self.can_edit() else "pages_your_part", args=[self.page.id])

    def can_edit(self) -> bool:
        return Action.EDIT in rights_of(self.roles)

    def can_delete(self) -> bool:
        return Action.DELETE in rights_of(self.roles)


@dataclass(frozen=True, slots=True)
class PageGroup:
    """Pages under one heading. alone: there are no others, so that it need not be seen."""

    title: str
    lines: list[PageRow]
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPagesScreen(Screen):
    """first: the first page of one's own.  listed: its neighbours below one's own address, if any are.

    connected, providers: what makes online meetings and is connected, or could be.
    """

    template = "pages/booking_pages.html"
    groups: list[PageGroup]
    first: PublicPage | None
    listed: PublicPage | None
    show_steps: bool
    connected: list[str]
    providers: list[str]


@require_safe
@login_required
def booking_pages(request: HttpRequest) -> HttpResponse:
    """While there is at most one page, with what to do next."""
    host = signed_in(request)
    lines = _lines(host)
    pages = [line.page for line in lines]
    own = [line.page for line in lines if Role.OWNER in line.roles]
    connected = [label for kind, label in conference_kinds().items() if usable(host.pk, kind)]
    settled = connected or any(_chosen(choice) for page in own for choice in page.meeting_types)
    found = (one for one in own if not one.team and one.settings.listed and one.meeting_types)
    screen = BookingPagesScreen(
        groups=_grouped(lines),
        first=next(iter(own), None),
        listed=next(found, None),
        show_steps=len(pages) < 2 and own == pages and not (pages and settled),  # noqa: PLR2004
        connected=connected,
        providers=[label for kind, label in conference_kinds().items() if set_up(kind)],
    )
    return show(request, screen)


def _lines(host: User) -> list[PageRow]:
    """By title, all that they may see."""
    pages = by_title(pages_for(host, to=Action.SEE))
    roles = roles_by_page([page.settings for page in pages], host)
    now = timezone.now()
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
        )
        for page in pages
    ]


def _grouped(lines: list[PageRow]) -> list[PageGroup]:
    """One's own first, then each team's by its name, then those that others have asked one to host."""
    mine = [one for one in lines if one.can_edit()]
    teams = {one.team_id(): one.page.team for one in mine if one.team_id()}
    by_name = sorted(teams, key=lambda team: teams[team].casefold())
    found = [
        PageGroup("Your pages", [one for one in mine if not one.team_id()]),
        *(PageGroup(teams[team], [one for one in mine if one.team_id() == team]) for team in by_name),
        PageGroup("Hosted with others", [one for one in lines if not one.can_edit()]),
    ]
    groups = [group for group in found if group.lines]
    return [replace(found[0], alone=True)] if groups == found[:1] else groups


def _chosen(choice: MeetingChoice) -> bool:
    """Whether a host made up their mind: asking guests for a number is what a new page begins with."""
    return choice.kind != FIRST.slug or bool(choice.detail)


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
    title = single_line(request.POST.get("title", ""), max_length=120) or DEFAULT_TITLE
    page = create_page(signed_in(request), title=title)
    messages.success(
        request, "Your page is ready and can be booked. Make it your own, then share its address."
    )
    return redirect("pages_booking", page.pk)


@post_or_back
@login_required
def duplicate(request: HttpRequest, page_id: int) -> HttpResponse:
    page = page_or_404(request, page_id)
    copy = duplicate_page(page, by=signed_in(request))
    said = "This is the copy. It can be booked at its own address; switch Listed on when it is ready."
    if has_cohosts(page):
        said += " You host it alone so far: add its cohosts below."
    messages.success(request, said)
    return redirect("pages_booking", copy.pk)


@post_or_back
@login_required
def delete(request: HttpRequest, page_id: int) -> HttpResponse:
    """The browser has asked before."""
    page = page_or_404(request, page_id, to=Action.DELETE)
    delete_page(page)
    messages.success(request, f"“{page.title}” is deleted. Its bookings stay.")
    return redirect("booking_pages")
