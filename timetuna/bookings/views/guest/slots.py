"""The public booking page: length, month, times."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.bookings.slots.month import free_times, slots_context
from timetuna.bookings.slots.selection import SlotSelection, new_visit, read_choice, read_customs
from timetuna.bookings.views.guest.redirects import moved_or_404
from timetuna.l10n import datetimes
from timetuna.l10n.datetimes import zone_options
from timetuna.pages.meeting_types.registry import meeting_kind
from timetuna.pages.queries import PublicPage, public_page
from timetuna.web.client import client_of


@require_safe
def slots(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """Show the page, or only the month and times when htmx asks for them."""
    page = public_page(handle, slug)
    if page is None:
        return moved_or_404(request, handle, slug)
    choice = read_choice(page, request.GET, path=path_of(page), customs=read_customs(request))
    context = page_context(page, choice)
    if choice.duration:
        now = timezone.now()
        calendar = free_times(page, choice, now=now, client=client_of(request, visit=choice.visit))
        visit, book_path = (
            choice.visit or new_visit(),
            reverse("public_book", args=[page.host_handle, page.slug]),
        )
        context |= slots_context(calendar, choice, book_path=book_path, now=now, visit=visit)
    else:
        context["notice"] = choice.problem
    context["indexed"] = page.settings.listed and not request.GET
    if not page.meeting_types:
        context["empty_message"] = gettext("No times are offered here at the moment.")
    return fragment_or_page(request, context, with_slots=choice.duration is not None)


def fragment_or_page(request: HttpRequest, context: dict[str, Any], *, with_slots: bool) -> HttpResponse:
    """Answer htmx with the fragment, everybody else with the whole page."""
    fragment = with_slots and request.headers.get("HX-Request") == "true"
    response = render(request, "public/_slots.html" if fragment else "public/booking.html", context)
    response["Vary"] = "HX-Request, Accept-Language"
    return response


def path_of(page: PublicPage) -> str:
    """Return the page's path on this server."""
    return reverse("public_page", args=[page.host_handle, page.slug])


def page_context(page: PublicPage, choice: SlotSelection) -> dict[str, Any]:
    """Return what the card around month and times shows: who, what, how long, how."""
    return {
        "page": {
            "title": page.title,
            "description": page.description,
            "address": choice.path,
            "logo_url": page.look.logo_path,
        },
        "look_url": page.look.style_path,
        "host": {"name": page.host_name, "handle": page.host_handle},
        "durations": [
            {
                "minutes": duration.minutes,
                "title": duration.title,
                "label": duration.label(),
                "lasts": duration.lasts(),
                "description": duration.description,
                "url": choice.url(duration=str(duration.minutes)),
                "chosen": duration == choice.duration,
            }
            for duration in page.durations
        ],
        "duration": choice.duration,
        "facts": _facts(page),
        "host_confirms": page.approval_hours is not None,
        "zone": choice.zone.key,
        "zone_shown": datetimes.zone_on_page(choice.zone, at=timezone.now()),
        "clock": choice.clock,
        "visit": choice.visit,
        "clock_shown": "12" if choice.customs.twelve_hours else "24",
        "zone_options": zone_options,  # called by the template that shows them: fragments do without
    }


def _facts(page: PublicPage) -> list[dict[str, str]]:
    kinds = page.meeting_types
    if not kinds:
        return []
    labels = [kind.label for kind in kinds]
    facts = [{"icon": meeting_kind(kinds[0].kind).icon, "text": get_text_list(labels, gettext("or"))}]
    if page.approval_hours is not None:
        text = gettext("%(host)s confirms each booking") % {"host": page.host_name}
        facts.append({"icon": "people", "text": text})
    return facts
