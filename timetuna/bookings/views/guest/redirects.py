"""What an address leads to that opens no page of times: to another address, or to a sentence that says why.

For the time being (302): another page of the host may take the old address some day, and browsers never forget a 301.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.bookings.models import TAKES_TIME, Booking
from timetuna.bookings.slots.selection import choice_of
from timetuna.bookings.views.guest.again import show_again
from timetuna.bookings.visitor import LINK, Came, bookings_kept
from timetuna.l10n import datetimes
from timetuna.lib.phones import PhoneLink, phone_link
from timetuna.pages.links import LinkState, last_day_of, link_with, opened_by, state_of
from timetuna.pages.models import BookingLink
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import closed_page
from timetuna.pages.slugs import page_once_at
from timetuna.web.forms import Screen, private, show


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
    """What was here is no longer open. ask: whom, for what would be; contact: where."""

    template = "public/gone.html"
    headline: str
    text: str
    ask: str = ""
    contact: PhoneLink | None = None


def _closed_or_404(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """That the host takes no bookings, where they are switched off. Raises Http404 where there never was a page."""
    host = closed_page(handle, slug)
    if host is None:
        raise Http404
    return takes_none(request, gettext("%(host)s takes no bookings.") % {"host": host.name})


def takes_none(request: HttpRequest, headline: str) -> HttpResponse:
    """The same of a host or a team, in the words of the headline."""
    screen = GoneScreen(
        headline=headline,
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


class ByLink(NamedTuple):
    """page: as the link opens it.  filled: with what it fills in.  over: what is shown in place of the page, if so."""

    page: PublicPage
    filled: Came
    over: HttpResponse | None


def by_link(request: HttpRequest, page: PublicPage, came: Came) -> ByLink:
    """What the link leads to that the page was asked for with. Raises nothing: a link that is over is a sentence."""
    now, token = timezone.now(), came.of(LINK)
    link = link_with(token, page.id)
    state = state_of(link, now=now) if token else LinkState.MISSING
    if link is None or state is not LinkState.GOOD:
        return ByLink(opened_by(page, link), came, _link_over(request, page, state, link))
    return ByLink(opened_by(page, link), came.with_values(link.prefill), None)


def contact_of(page: PublicPage) -> PhoneLink | None:
    """Where its host may be asked by everybody; None where that is not given, and of a team."""
    given = "" if page.team else page.settings.host.contact
    if "@" in given:
        return PhoneLink(given, f"mailto:{quote(given, safe='@+')}")
    return phone_link(given) if given else None


_NOT_FOUND = {LinkState.UNKNOWN: HTTPStatus.NOT_FOUND, LinkState.MISSING: HTTPStatus.FORBIDDEN}


def _link_over(
    request: HttpRequest, page: PublicPage, state: LinkState, link: BookingLink | None
) -> HttpResponse:
    """Why a link opens the page no more, and whom to ask. Nobody reads its label, nor for whom it was.

    Who has just booked by it, in this browser, reads that they have.
    """
    kept = Booking.objects.filter(pk__in=bookings_kept(request), link=link, status__in=TAKES_TIME)
    if link and (mine := kept.last()):
        path = reverse("public_page", args=[page.handle, page.slug])
        return show_again(request, mine, choice_of(request, page, request.GET, path=path), anew=False)
    headline, text = _link_words(state, once=link is not None and link.uses == 1)
    last = last_day_of(link, datetimes.zone_or_utc(page.time_zone)) if link else None
    until = datetimes.day(last) if last else ""
    named = {"host": page.whose(), "date": until}
    again = gettext("To book again, ask %(host)s for a new link.")
    ask = (again if state is LinkState.USED else gettext("Ask %(host)s for a new link.")) % named
    screen = GoneScreen(headline=headline, text=text % named, ask=ask, contact=contact_of(page))
    return private(show(request, screen, status=_NOT_FOUND.get(state, HTTPStatus.GONE)))


def _link_words(state: LinkState, *, once: bool) -> tuple[str, str]:
    """once: it was for one booking."""
    if state is LinkState.USED and once:
        return gettext("This link has been used"), gettext(
            "It was for one booking, which has been made. If you made it, open the link in your mail: there you can "
            "see, move or cancel it."
        )
    if state is LinkState.USED:
        return gettext("This link has been used"), gettext(
            "All bookings it was for have been made. If you made one of them, open the link in your mail: there you "
            "can see, move or cancel it."
        )
    if state is LinkState.EXPIRED:
        return gettext("This link has expired"), gettext("It could be used until %(date)s.")
    if state is LinkState.MISSING:
        return gettext("You need a link to book this page"), gettext(
            "%(host)s gives out links to it. The address alone does not open it."
        )
    if state is LinkState.UNKNOWN:
        return gettext("This link is not complete"), gettext(
            "A part of it may have been lost on the way. Open it once more from the message it came in."
        )
    return gettext("This link is no longer valid"), gettext(
        "%(host)s does not take bookings by it any more. What was booked with it stays booked."
    )
