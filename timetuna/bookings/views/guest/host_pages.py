"""What a host or a team offers to everybody: the list of their pages at /<handle>."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from timetuna.accounts.queries import owner_once_called
from timetuna.bookings.views.guest.redirects import lead_on, takes_none
from timetuna.bookings.views.guest.slots import Preview, path_of, preview
from timetuna.bookings.visitor import read_came
from timetuna.l10n.lists import listed
from timetuna.pages.prices import in_short
from timetuna.pages.public import Face, PublicPage, met_on
from timetuna.pages.queries import all_listed
from timetuna.web.forms import Screen, in_full, may_come_back, show


@dataclass(frozen=True, slots=True)
class OfferedPage:
    """A page that can be booked. price: "" where it costs nothing.

    hosts: with whom, where that is not said by whose list it is.
    """

    title: str
    url: str
    lasts: str
    price: str
    description: str
    hosts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HostScreen(Screen):
    template = "public/host.html"
    host: str
    face: Face
    offers: Sequence[OfferedPage]
    preview: Preview


@require_safe
def offers(request: HttpRequest, handle: str) -> HttpResponse:
    """Who lists nothing is not told from nobody; whose pages are all off takes no bookings."""
    found, now = all_listed(handle), timezone.now()
    if not found:
        owner = owner_once_called(handle)
        if owner is None or not all_listed(owner.handle):
            raise Http404
        return lead_on(request, reverse("public_host", args=[owner.handle]))
    pages = [page for page in found if page.is_open(now)]
    if not pages:
        named = {"host": found[0].whose()}
        return takes_none(request, gettext("%(host)s takes no bookings at the moment.") % named)
    host = pages[0].whose()
    screen = HostScreen(
        host=host,
        face=Face(pages[0].team) if pages[0].team else pages[0].own.face,
        offers=[_offer(page, read_came(request).query) for page in pages],
        preview=preview(
            gettext("Meet %(host)s") % {"host": host},
            gettext("What would you like to book?"),
            address=in_full(reverse("public_host", args=[pages[0].handle])),
            asked=request.GET,
        ),
    )
    response = show(request, screen)
    response["Vary"] = "Accept-Language"
    return may_come_back(response)


def _offer(page: PublicPage, came: str) -> OfferedPage:
    """came: what the address brought along, for the next one."""
    lengths = listed([duration.lasts() for duration in page.durations], gettext("or"))
    met = met_on(page, now=timezone.now())
    hosts = met.hosts if page.team or met.names != [page.host_name] else ""
    url = f"{path_of(page)}?{came}" if came else path_of(page)
    return OfferedPage(page.title, url, lengths, in_short(page.prices()), page.description, hosts)
