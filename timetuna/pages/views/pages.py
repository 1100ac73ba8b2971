"""The list of a host's booking pages, and what is done to a whole page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from timetuna.accounts.permissions import signed_in
from timetuna.calendars.queries import conference_kinds, set_up, usable
from timetuna.lib.text import single_line
from timetuna.pages.actions.create_page import DEFAULT_TITLE, create_page
from timetuna.pages.actions.delete_page import delete_page
from timetuna.pages.actions.duplicate_page import duplicate_page
from timetuna.pages.calendar_impact import Silence, silences
from timetuna.pages.meeting_types import FIRST
from timetuna.pages.meeting_types.base import MeetingChoice
from timetuna.pages.permissions import page_or_404, pages_for
from timetuna.pages.queries import PublicPage, by_title, warnings
from timetuna.web.forms import Screen, show

PageView = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class PageRow:
    page: PublicPage
    warnings: list[str]
    silence: Silence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingPagesScreen(Screen):
    """connected, providers: what makes online meetings and is connected, or could be."""

    template = "pages/booking_pages.html"
    lines: list[PageRow]
    first: PublicPage | None
    listed: bool
    show_steps: bool
    connected: list[str]
    providers: list[str]


@require_safe
@login_required
def booking_pages(request: HttpRequest) -> HttpResponse:
    """While there is at most one page, with what to do next."""
    host = signed_in(request)
    pages = by_title(pages_for(host))
    silent = silences(host.pk, now=timezone.now())
    connected = [label for kind, label in conference_kinds().items() if usable(host.pk, kind)]
    settled = connected or any(_chosen(choice) for page in pages for choice in page.meeting_types)
    screen = BookingPagesScreen(
        lines=[PageRow(page, warnings(page), silent.get(page.id)) for page in pages],
        first=pages[0] if pages else None,
        listed=any(page.settings.listed and page.meeting_types for page in pages),
        show_steps=len(pages) < 2 and not (pages and settled),  # noqa: PLR2004
        connected=connected,
        providers=[label for kind, label in conference_kinds().items() if set_up(kind)],
    )
    return show(request, screen)


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
    copy = duplicate_page(page_or_404(request, page_id))
    messages.success(
        request, "This is the copy. It can be booked at its own address; switch Listed on when it is ready."
    )
    return redirect("pages_booking", copy.pk)


@post_or_back
@login_required
def delete(request: HttpRequest, page_id: int) -> HttpResponse:
    """The browser has asked before."""
    page = page_or_404(request, page_id)
    delete_page(page)
    messages.success(request, f"“{page.title}” is deleted. Its bookings stay.")
    return redirect("booking_pages")
