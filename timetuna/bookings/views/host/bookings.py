"""The host's list of bookings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import ceil
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from timetuna.accounts.models import User
from timetuna.accounts.permissions import signed_in
from timetuna.bookings.listing import FoundBooking, Listed
from timetuna.bookings.models import UnusualBookings
from timetuna.bookings.permissions import (
    BookingAction,
    bookings_for,
    hosts_seen_by,
    listed_for,
    sees_more_than_own,
    unusual_for,
)
from timetuna.bookings.queries import (
    CANCELLED,
    PAST,
    REQUESTS,
    UPCOMING,
    Wanted,
    fitting,
    lately,
    order_of,
    page_titles,
    read_whole,
    unsettled_among,
)
from timetuna.bookings.status.rows import BookingDay, Reader, days
from timetuna.l10n import datetimes
from timetuna.lib.text import single_line
from timetuna.pages.permissions import Action, pages_for
from timetuna.web.forms import Screen, TabLink, row_number, show

TABS = {
    UPCOMING: gettext_lazy("Upcoming"),
    REQUESTS: gettext_lazy("Requests"),
    PAST: gettext_lazy("Past"),
    CANCELLED: gettext_lazy("Cancelled"),
}
ON_A_PAGE, MORE_ON_A_PAGE = 25, 50
ALL = "all"
MOST_COUNTED, MOST_PAGES = 1_000, 4_000
"""Whoever has more bookings than that reads that there are more: to count a million takes as long as to read them."""
LONGEST_SEARCH = 100


@dataclass(frozen=True, slots=True)
class Filter:
    """What the address asks for, and the pages and, among everybody's bookings, the hosts it may ask for.

    many: so many on a page of the list.
    """

    wanted: Wanted
    pages: dict[int, str]
    hosts: dict[int, str]
    many: int = ON_A_PAGE

    def narrows(self) -> bool:
        """Whether words, a page or a host are asked for."""
        return bool(self.wanted.text or self.wanted.page_id or self.wanted.host_id)

    def host_name(self) -> str:
        return self.hosts.get(self.wanted.host_id or 0, "")

    def page_title(self) -> str:
        return self.pages.get(self.wanted.page_id or 0, "")

    def query(self, *, page: int = 1) -> str:
        """Of the address at which this, and nothing else, is shown."""
        asked = {"show": self.wanted.which, "q": self.wanted.text, "on": self.wanted.page_id, "of": self.of()}
        rest = {"per": self.many if self.many != ON_A_PAGE else None, "page": page if page > 1 else None}
        return urlencode({name: value for name, value in (asked | rest).items() if value})

    def address(self, everybody: bool) -> str:  # noqa: FBT001 - a link for each
        """Of the list, of everybody's bookings or one's own."""
        asked = replace(self, wanted=replace(self.wanted, everybody=everybody, host_id=None))
        return f"{reverse('bookings')}?{asked.query()}"

    def of(self) -> str:
        """Of the address, where it asks for everybody's, or one host's."""
        everybody = ALL if self.wanted.everybody else ""
        return str(self.wanted.host_id or everybody)

    def elsewhere(self, which: str) -> "Filter":
        """The same under another tab."""
        return replace(self, wanted=replace(self.wanted, which=which))


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """What is shown of a list. count: of all, MOST_COUNTED where there are more.  pages: 0 where there are more.

    after: whether there is a page after this one.
    """

    rows: Sequence[FoundBooking]
    number: int
    count: int
    pages: int
    after: bool


@dataclass(frozen=True, slots=True)
class Paging:
    """The queries of the pages before and after this one, or "", and of the list with more or fewer on a page."""

    before: str
    after: str
    other: str
    other_many: int


@dataclass(frozen=True, slots=True)
class FoundElsewhere:
    """Another tab under which the search finds something."""

    label: str
    count: int
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingsScreen(Screen):
    """whose: one's own or everybody's, where there are others.

    In an empty list, found: where the search was, or an address to share; earlier: there once were some.
    """

    template = "bookings/list.html"
    asked: Filter
    tabs: Sequence[TabLink]
    whose: Sequence[TabLink]
    waiting: int
    unpaid: int
    unusual: QuerySet[UnusualBookings]
    days: Sequence[BookingDay]
    page: ListPage
    count: int
    paging: Paging
    zone: str
    found: Sequence[FoundElsewhere]
    share: str
    earlier: bool


@require_safe
@login_required
def bookings(request: HttpRequest) -> HttpResponse:
    """By day, 25 or 50 at a time."""
    host, now = signed_in(request), timezone.now()
    asked = read_filter(request, host)
    among = listed(host, asked)
    page = list_page(among, asked, row_number(request.GET.get("page", "")) or 1, now)
    reader, empty = reader_of(host, now), not page.count
    waiting = unsettled_among(bookings_for(host, to=BookingAction.CHANGE))
    screen = BookingsScreen(
        asked=asked,
        tabs=tabs(asked.wanted.which, asked, waiting=sum(waiting)),
        whose=whose(host, asked.address, everybody=asked.wanted.everybody),
        waiting=waiting.answers,
        unpaid=waiting.guests,
        unusual=lately(unusual_for(host), now=now),
        days=days(read_whole(page.rows), reader, among=among),
        page=page,
        count=page.count,
        paging=_paging(page, asked),
        zone=datetimes.zone_name(reader.zone),
        found=_found_elsewhere(host, asked, now) if empty and asked.narrows() else [],
        share=_address_to_share(host) if empty and not asked.narrows() else "",
        earlier=empty and bool(among.count(0)),
    )
    return show(request, screen)


def listed(host: User, asked: Filter) -> Listed:
    """All among which is looked."""
    return listed_for(host, everybody=asked.wanted.everybody, host_id=asked.wanted.host_id)


def list_page(among: Listed, asked: Filter, number: int, now: datetime) -> ListPage:
    """Three queries more than for the first of one's own, where everybody's are asked for."""
    wanted, many = fitting(among, asked.wanted, now=now), asked.many
    if asked.wanted.text:  # each look reads the names of all: one is enough
        found = wanted.first(MOST_COUNTED + 1, order_of(asked.wanted))
        count = len(found)
    else:
        found, count = [], wanted.count(MOST_COUNTED)
    pages = MOST_PAGES if count > MOST_COUNTED else max(1, ceil(count / many))
    number = min(number, pages)
    if len(found) < number * many < count or not asked.wanted.text:
        found = wanted.first(number * many + 1, order_of(asked.wanted)) if count else []
    return ListPage(
        rows=found[(number - 1) * many : number * many],
        number=number,
        count=min(count, MOST_COUNTED),
        pages=pages if count <= MOST_COUNTED else 0,
        after=len(found) > number * many,
    )


def whose(host: User, address: Callable[[bool], str], *, everybody: bool) -> list[TabLink]:
    """The two ways to ask, where somebody sees more than their own. address: of everybody's, or of one's own."""
    if not everybody and not sees_more_than_own(host):
        return []
    return [
        TabLink(gettext("Yours"), address(False), not everybody),
        TabLink(gettext("Everybody\N{RIGHT SINGLE QUOTATION MARK}s"), address(True), everybody),
    ]


def reader_of(host: User, now: datetime) -> Reader:
    return Reader(host_id=host.pk, zone=datetimes.zone_or_utc(host.time_zone), now=now)


def read_filter(request: HttpRequest, host: User) -> Filter:
    """What it cannot mean is left out: unknown tabs, pages of others."""
    pages = page_titles(pages_for(host, to=Action.SEE))
    which, on = request.GET.get("show", ""), request.GET.get("on", "")
    page_id = next((number for number in pages if str(number) == on), None)
    text = single_line(request.GET.get("q", ""), max_length=LONGEST_SEARCH)
    asked = read_whose(request, host)
    which = which if which in TABS else UPCOMING
    many = MORE_ON_A_PAGE if request.GET.get("per") == str(MORE_ON_A_PAGE) else ON_A_PAGE
    wanted = replace(asked.wanted, which=which, text=text, page_id=page_id)
    return replace(asked, wanted=wanted, pages=pages, many=many)


def read_whose(request: HttpRequest, host: User) -> Filter:
    """Whose bookings it asks for, and nothing else of it."""
    of = request.GET.get("of", "")
    hosts = hosts_seen_by(host) if of else {}
    host_id = next((number for number in hosts if str(number) == of), None)
    everybody = of == ALL or host_id is not None
    return Filter(Wanted(everybody=everybody, host_id=host_id), {}, hosts if everybody else {})


def tabs(current: str, asked: Filter, *, waiting: int = 0) -> list[TabLink]:
    """What was searched for stays when another is opened. What waits has one while there is any."""
    agenda = reverse("bookings_agenda", query={"of": asked.of()} if asked.of() else None)
    found = [
        TabLink(
            str(label),
            f"{reverse('bookings')}?{asked.elsewhere(which).query()}",
            which == current,
        )
        for which, label in TABS.items()
        if which != REQUESTS or waiting or current == REQUESTS
    ]
    return [*found, TabLink(gettext("Agenda"), agenda, current == "agenda")]


def _paging(page: ListPage, asked: Filter) -> Paging:
    before = asked.query(page=page.number - 1) if page.number > 1 else ""
    after = asked.query(page=page.number + 1) if page.after else ""
    other = MORE_ON_A_PAGE if asked.many == ON_A_PAGE else ON_A_PAGE
    return Paging(before, after, replace(asked, many=other).query(), other)


def _found_elsewhere(host: User, asked: Filter, now: datetime) -> list[FoundElsewhere]:
    others = [asked.elsewhere(which) for which in TABS if which != asked.wanted.which]
    counted = [
        (other, min(MOST_COUNTED, fitting(listed(host, asked), other.wanted, now=now).count(MOST_COUNTED)))
        for other in others
    ]
    return [
        FoundElsewhere(str(TABS[other.wanted.which]), count, other.query())
        for other, count in counted
        if count
    ]


def _address_to_share(host: User) -> str:
    """Of a page that they take part in: what is booked on others of their teams is not theirs."""
    first = pages_for(host, to=Action.OWN_PART).select_related("host", "team").order_by("title", "id").first()
    return first.address() if first else ""
