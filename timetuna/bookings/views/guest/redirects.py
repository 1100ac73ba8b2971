"""Old public addresses lead on to the new ones, and those of a host who is switched off say so.

For the time being (302): another page of the host may take the old address some day, and browsers never forget a 301.
"""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from timetuna.pages.queries import closed_page
from timetuna.pages.slugs import page_once_at
from timetuna.web.forms import Screen, show


def moved(request: HttpRequest, handle: str, slug: str) -> HttpResponseRedirect | None:
    """To the same address of the page that was here before; a form is sent on with what it holds."""
    page = page_once_at(handle, slug)
    if page is None or request.resolver_match is None:
        return None
    address = reverse(request.resolver_match.view_name, args=[page.handle, page.slug])
    return lead_on(request, address)


def moved_or_404(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """The same, or that the host takes no bookings. Raises Http404 where there never was a page."""
    return moved(request, handle, slug) or _closed_or_404(request, handle, slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoneScreen(Screen):
    """What was here is no longer open."""

    template = "public/gone.html"
    headline: str
    text: str


def _closed_or_404(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """That the host takes no bookings, where they are switched off. Raises Http404 where there never was a page."""
    host = closed_page(handle, slug)
    if host is None:
        raise Http404
    screen = GoneScreen(
        headline=gettext("%(host)s takes no bookings.") % {"host": host.name},
        text=gettext(
            "If you have an appointment already, nothing changes for it: the link in your mail still leads there. "
            "For a new one, ask the person who gave you this address."
        ),
    )
    return show(request, screen, status=404)


def lead_on(request: HttpRequest, address: str) -> HttpResponseRedirect:
    """To a path of ours, with the query that was asked."""
    query = request.META["QUERY_STRING"]
    return HttpResponseRedirect(
        f"{address}?{query}" if query else address, preserve_request=request.method == "POST"
    )
