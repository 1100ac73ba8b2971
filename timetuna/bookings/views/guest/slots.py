"""The public booking page: length, month, times; and the time that is kept for a form that a guest has open."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from timetuna.bookings.actions.host_time import hold, refuse_if_taken, release
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.month import SlotPicker, free_times, slot_picker
from timetuna.bookings.slots.selection import SlotSelection, new_visit, read_choice, read_customs
from timetuna.bookings.views.guest.redirects import moved_or_404
from timetuna.l10n import datetimes
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.queries import PageDuration, PublicPage, public_page
from timetuna.rate_limits.limits import client_of
from timetuna.web.forms import Screen, show


@dataclass(frozen=True, slots=True)
class Fact:
    """A short line about the meeting with the name of its icon."""

    icon: str
    text: str


@dataclass(frozen=True, slots=True)
class DurationLink:
    duration: PageDuration
    url: str
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsScreen(Screen):
    """A booking page. slots: None while one of several lengths has to be chosen; notice: what is said meanwhile.

    zone_kept: the zone belongs to a booking and not to this device.  indexed: search engines may show the page.
    """

    template = "public/booking.html"
    fragment = "public/_slots.html"
    page: PublicPage
    path: str
    durations: Sequence[DurationLink]
    duration: PageDuration | None
    facts: Sequence[Fact]
    zone: datetimes.ZoneChoice
    clock: str
    clock_shown: str
    notice: str
    slots: SlotPicker | None
    zone_kept: bool = False
    indexed: bool = False


@require_safe
def slots(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """The whole page; for htmx the month and times alone."""
    page = public_page(handle, slug)
    if page is None:
        return moved_or_404(request, handle, slug)
    choice = read_choice(page, request.GET, path=path_of(page), customs=read_customs(request))
    picker = None
    if choice.duration:
        now = timezone.now()
        calendar = free_times(page, choice, now=now, client=client_of(request, visit=choice.visit))
        book_path = reverse("public_book", args=[page.handle, page.slug])
        picker = slot_picker(
            calendar, choice, book_path=book_path, now=now, visit=choice.visit or new_visit()
        )
        if not page.meeting_types:
            picker = replace(picker, empty_message=gettext("No times are offered here at the moment."))
    screen = slots_screen(page, choice, picker)
    return show_slots(request, replace(screen, indexed=page.settings.listed and not request.GET))


def show_slots(request: HttpRequest, screen: SlotsScreen, *, status: int = 200) -> HttpResponse:
    """For htmx the fragment, for everybody else the whole page."""
    fragment = screen.slots is not None and request.headers.get("HX-Request") == "true"
    response = show(request, screen, status=status, part=fragment)
    response["Vary"] = "HX-Request, Accept-Language"
    return response


def path_of(page: PublicPage) -> str:
    return reverse("public_page", args=[page.handle, page.slug])


def slots_screen(page: PublicPage, choice: SlotSelection, picker: SlotPicker | None) -> SlotsScreen:
    """The card around month and times: who, what, how long, how."""
    return SlotsScreen(
        page=page,
        path=choice.path,
        durations=[
            DurationLink(one, choice.url(duration=str(one.minutes)), one == choice.duration)
            for one in page.durations
        ],
        duration=choice.duration,
        facts=facts_of(page),
        zone=datetimes.zone_choice(choice.zone, at=timezone.now()),
        clock=choice.clock,
        clock_shown="12" if choice.customs.twelve_hours else "24",
        notice=choice.problem,
        slots=picker,
    )


def facts_of(page: PublicPage) -> list[Fact]:
    """How its meetings are held, and that the host confirms each where it is so."""
    kinds = page.meeting_types
    if not kinds:
        return []
    labels = [kind.label for kind in kinds]
    facts = [Fact(meeting_kind(kinds[0].kind).icon, get_text_list(labels, gettext("or")))]
    if page.approval_hours is not None:
        text = gettext("%(host)s confirms each booking") % {"host": page.host_name}
        facts.append(Fact("people", text))
    return facts


# Sent while the page is being left, when no header can be set; the token is the authority.
@csrf_exempt
@require_POST
def release_hold(request: HttpRequest) -> HttpResponse:
    """The answer never tells whether there was one."""
    release(request.POST.get("hold", ""), now=timezone.now())
    return HttpResponse(status=204)


def hold_for_form(request: HttpRequest, query: SlotQuery, *, start_minute: int) -> str:
    """Keep the time for the form that is being opened; return its token, or "". Raises SlotTaken if it is not free.

    Nothing is kept for a browser that only looks ahead, or that another site's page made ask for a picture or a
    frame: nobody has picked the time.
    """
    if request.method == "GET" and _is_visit(request) and not _looks_ahead(request):
        return hold(query, start_minute=start_minute) or ""
    refuse_if_taken(query, start_minute=start_minute)
    return ""


def _is_visit(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _looks_ahead(request: HttpRequest) -> bool:
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(word in purpose.lower() for purpose in said for word in ("prefetch", "preview", "prerender"))
