"""The public booking page: length, month, times; and the time that is kept for a form that a guest has open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from babel.core import get_global
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_lazy, to_locale
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from timetuna.bookings.actions.host_time import hold, refuse_if_taken, release
from timetuna.bookings.looks import NOTED, ONE_PICK, ROBOT, PageLook
from timetuna.bookings.slots.availability import SlotQuery
from timetuna.bookings.slots.selection import SlotSelection, choice_of, free_times
from timetuna.bookings.views.guest.month import Closed, SlotPicker, slot_picker
from timetuna.bookings.views.guest.persons import person_links
from timetuna.bookings.views.guest.redirects import by_link, contact_of, moved_or_404
from timetuna.bookings.visitor import LINK, Pairs, new_visit, read_came, read_visit
from timetuna.l10n import datetimes
from timetuna.l10n.lists import listed
from timetuna.lib.text import single_line, unbroken
from timetuna.pages.meeting_types.base import meeting_kind
from timetuna.pages.prices import free
from timetuna.pages.public import Met, PageDuration, PublicPage, before_booking, card_of, met_on
from timetuna.pages.queries import listed_pages, public_page
from timetuna.rate_limits.limits import client_of, spend
from timetuna.web.csp import PART, also
from timetuna.web.forms import Screen, TabLink, in_full, may_come_back, show
from timetuna.web.framing import enter, framable, is_embedded
from timetuna.web.middleware import PARAMETER, meant
from timetuna.web.style_sheets import tight
from timetuna.web.zones import SETTLE, SETTLE_ALLOWED, ZONE_COOKIE

NEVER = "badge brand buttons card choice controls copy people quote sent-times sheet when zone-links"
"""Components of the style sheet that no page with a month has any of."""
NO_TIMES = gettext_lazy("No times are offered here at the moment.")
MOST_OTHERS = 3
"""Pages that are named where one has no times."""


_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What search engines, and programs that show links, read of a page (Open Graph). Addresses are in full.

    address: the page, in whatever language its reader prefers.  url: as it was asked for.  image: "" for none.
    indexed: search engines may show it as it was asked for.
    """

    title: str
    description: str
    address: str
    url: str
    locale: str
    indexed: bool
    image: str = ""


def preview_of(page: PublicPage, asked: Mapping[str, object]) -> Preview | None:
    """None of a page that is not for everybody: a preview names the host. asked: the query."""
    if not page.settings.listed or page.settings.link_only:
        return None
    who = page.team or page.host_name
    named = {"title": page.title, "host": who}
    text = single_line(page.description, max_length=_LONGEST)
    found = preview(
        gettext("%(title)s with %(host)s") % named,
        text or gettext("Pick a time with %(host)s. Times are shown in your own time zone.") % named,
        address=page.address(),
        asked=asked,
    )
    photo = "" if page.team else page.settings.host.photo_version
    version = card_of(page.title, who, page.look, photo).version()
    return replace(found, image=in_full(reverse("page_card", args=[page.id, version])))


def preview(title: str, description: str, *, address: str, asked: Mapping[str, object]) -> Preview:
    """In the language that is spoken. asked: the query; more than a language makes a page nobody else's."""
    spoken = to_locale(get_language() or settings.LANGUAGE_CODE)
    likely = str(get_global("likely_subtags").get(spoken, spoken)).split("_")
    language = meant(str(asked.get(PARAMETER, "")))
    return Preview(
        title=title,
        description=description,
        address=address,
        url=f"{address}?{PARAMETER}={language}" if language else address,
        locale=f"{likely[0]}_{likely[-1]}",  # with the region that most who speak it are from
        indexed={*asked} <= {PARAMETER},
    )


@dataclass(frozen=True, slots=True)
class Fact:
    """A short line about the meeting with the name of its icon. note: what else there is to know."""

    icon: str
    text: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DurationLink:
    """price: in words, where not all lengths cost the same."""

    duration: PageDuration
    url: str
    chosen: bool
    price: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsScreen(Screen):
    """A booking page. slots: None while one of several lengths has to be chosen; notice: what is said meanwhile.

    met: who comes to its meetings.  came: what the address brought along.
    offset: how many minutes the zone is ahead of UTC now.
    unneeded: components of the style sheet that the page has none of.
    settle: the script that makes the zone this device's, where it does not belong to a booking.
    preview: what is shown beside a link to it; None where that is not for everybody.
    """

    template = "public/booking.html"
    fragment = "public/_slots.html"
    page: PublicPage
    met: Met
    path: str
    durations: Sequence[DurationLink]
    duration: PageDuration | None
    facts: Sequence[Fact]
    zone: datetimes.ZoneChoice
    offset: int
    clock_shown: str
    notice: str
    slots: SlotPicker | None
    unneeded: str = ""
    settle: str = ""
    zone_cookie: str = ZONE_COOKIE
    came: Pairs = ()
    preview: Preview | None = None


@framable()
@also({"script-src": [SETTLE_ALLOWED]})
@require_safe
def slots(request: HttpRequest, handle: str, slug: str) -> HttpResponse:
    """The whole page; for slots.js the month and times alone."""
    page = public_page(handle, slug)
    if page is None:
        return moved_or_404(request, handle, slug)
    enter(request, page.settings.embed_origins, page=f"{page.handle}/{page.slug}")
    came = read_came(request)
    if came.of(LINK) or page.settings.link_only:
        page, _, over = by_link(request, page, came)
        if over:
            return over
    _note_look(request, page)
    choice = replace(choice_of(request, page, request.GET, path=path_of(page)), came=came)
    book_path = reverse("public_book", args=[page.handle, page.slug])
    screen = page_screen(request, page, choice, book_path=book_path)
    preview = None if came.of(LINK) else preview_of(page, request.GET)
    answer = show_slots(request, replace(screen, settle=SETTLE, preview=preview))
    return answer if _is_part(request) else may_come_back(answer)


def page_screen(
    request: HttpRequest, page: PublicPage, choice: SlotSelection, *, book_path: str
) -> SlotsScreen:
    """With the times that the choice leaves, or that there are none at all. book_path: where one of them leads."""
    now = timezone.now()
    client = client_of(request, visit=choice.visit)
    query = SlotQuery(page=page, minutes=0, now=now, client=client, person=choice.person_id())
    if not choice.duration:
        if page.is_open(now) and _any_times(query, choice):
            return slots_screen(page, choice, None)
        choice = replace(choice, month=None, day=None)
    calendar = free_times(query, choice if choice.duration else replace(choice, duration=page.durations[0]))
    picker = slot_picker(calendar, choice, book_path=book_path, now=now, visit=choice.visit or new_visit())
    if page.is_shared():
        picker = replace(picker, people=person_links(page, choice, now=now))
    if picker.closed:
        picker = replace(picker, closed=_closed(page, picker.closed, now=now))
    return slots_screen(page, choice, picker)


def _any_times(query: SlotQuery, choice: SlotSelection) -> bool:
    """Whether there is anything to choose a length for. Where one has times, one look at the page's days says so."""
    whenever = replace(choice, month=None, day=None)
    lengths = sorted(query.page.durations, key=attrgetter("minutes"))
    return any(free_times(query, replace(whenever, duration=one)).days for one in lengths)


def _closed(page: PublicPage, closed: Closed, *, now: datetime) -> Closed:
    """With whom to ask, and what else they offer."""
    text = closed.text if page.is_open(now) else str(NO_TIMES)
    offered = [one for one in listed_pages(page.handle) if one.id != page.id][:MOST_OTHERS]
    return replace(
        closed,
        text=text,
        advice=_advice(page, closed),
        contact=None if closed.next else contact_of(page),
        others=[TabLink(one.title, path_of(one), False) for one in offered],
    )


def _advice(page: PublicPage, closed: Closed) -> str:
    """What the host says while the page is off, or whom to ask."""
    if page.settings.switched_off and page.settings.off_note:
        return page.settings.off_note
    return "" if closed.next else gettext("Ask %(host)s for a time.") % {"host": page.whose()}


def show_slots(request: HttpRequest, screen: SlotsScreen, *, status: int = 200) -> HttpResponse:
    """For slots.js the fragment, for everybody else the whole page."""
    fragment = screen.slots is not None and _is_part(request)
    response = show(request, screen, status=status, part=fragment)
    response.content = tight(response.content.decode()).encode()
    response["Vary"] = "HX-Request, Accept-Language, Cookie"
    if fragment:
        response["Content-Security-Policy"] = PART  # it is no page
    return response


def _is_part(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true"


def path_of(page: PublicPage) -> str:
    return reverse("public_page", args=[page.handle, page.slug])


def slots_screen(page: PublicPage, choice: SlotSelection, picker: SlotPicker | None) -> SlotsScreen:
    """The card around month and times: who, what, how long, how."""
    now = timezone.now()
    return SlotsScreen(
        unneeded=_unneeded(page, picker),
        page=page,
        met=met_on(page, now=now, person=choice.person),
        path=choice.path,
        durations=[
            DurationLink(one, choice.url(duration=str(one.minutes)), one == choice.duration, price)
            for one, price in zip(page.durations, _prices(page), strict=True)
        ],
        duration=choice.duration,
        facts=facts_of(page, choice.duration),
        zone=datetimes.zone_choice(choice.zone),
        offset=int((now.astimezone(choice.zone).utcoffset() or timedelta()).total_seconds() // 60),
        clock_shown="12" if choice.customs.twelve_hours else "24",
        notice=choice.problem,
        slots=picker,
        came=choice.came.pairs,
    )


def _unneeded(page: PublicPage, picker: SlotPicker | None) -> str:
    """What is not there, and cannot come in place of something that is."""
    needed = {
        "backdrop": page.look.has_backdrop(),
        "disclosure persons": page.is_shared() or bool(picker and picker.nearest),
        "link-cards": picker is None,
        "month slots times timezone field": picker is not None,
        "pills": len(page.durations) > 1,
    }
    return " ".join([NEVER, *(names for names, there in needed.items() if not there)])


def _prices(page: PublicPage) -> list[str]:
    """Of each length in words; nothing where all cost the same."""
    prices = page.prices()
    if len(set(prices)) < 2:  # noqa: PLR2004
        return [""] * len(prices)
    return [str(price) if price else free() for price in prices]


def facts_of(page: PublicPage, duration: PageDuration | None, *, in_form: bool = False) -> list[Fact]:
    """How its meetings are held, what they cost, and that the host confirms each where it is so.

    in_form: where there is a choice, the form itself says of each what there is to know.
    """
    kinds = page.meeting_types
    if not kinds:
        return []
    if in_form and len(kinds) > 1:
        labels = listed([kind.label for kind in kinds], gettext("or"))
        facts = [Fact(meeting_kind(kinds[0].kind).icon, labels)]
    else:
        facts = [
            Fact(meeting_kind(one.kind).icon, one.label, unbroken(before_booking(page, one))) for one in kinds
        ]
    facts += _cost(page, duration)
    if page.approval_hours is not None:
        text = gettext("%(host)s confirms each booking") % {"host": page.host_name}
        if page.is_staffed():
            text = gettext("Each booking is confirmed by a person first")
        facts.append(Fact("people", text))
    return facts


def _cost(page: PublicPage, duration: PageDuration | None) -> list[Fact]:
    """What is to be paid, once it is known how long the meeting lasts."""
    prices = [page.price_of(duration.minutes)] if duration else page.prices()
    price = prices[0] if len(set(prices)) == 1 else None
    if price is None:
        return []
    when = gettext("Paid online when you book")
    if page.approval_hours is not None:
        when = gettext("Paid online once it is confirmed")
    return [Fact("card", str(price), when)]


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
        token = hold(query, start_minute=start_minute) or ""
        _note_pick(request, query)
        return token
    refuse_if_taken(query, start_minute=start_minute)
    return ""


def _is_visit(request: HttpRequest) -> bool:
    if is_embedded(request) and request.headers.get("Sec-Fetch-Site") == "same-origin":
        return request.headers.get("Sec-Fetch-Dest") == "iframe"
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


def _looks_ahead(request: HttpRequest) -> bool:
    said = (request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"))
    return any(word in purpose.lower() for purpose in said for word in ("prefetch", "preview", "prerender"))


def _note_look(request: HttpRequest, page: PublicPage) -> None:
    """Once for each time that the page is opened: not while its months are turned, nor when a form leads back to it."""
    within = settings.BASE_URL + path_of(page)
    if read_visit(request.GET) or request.headers.get("Referer", "").startswith(within):
        return
    if not _is_part(request) and _is_guest(request):
        NOTED.append(PageLook(page.id, page.time_zone, timezone.now(), picked=False))


def _note_pick(request: HttpRequest, query: SlotQuery) -> None:
    """The first time that a visit picks; who moves a booking has picked before."""
    visit = f"{query.page.id} {query.client.visit or query.client.fingerprint}"
    if query.moving is None and _is_guest(request) and not spend(ONE_PICK, visit):
        NOTED.append(PageLook(query.page.id, query.page.time_zone, timezone.now(), picked=True))


def _is_guest(request: HttpRequest) -> bool:
    """Whether a person sees it who is nobody's host here; what says that it is a program is believed."""
    if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES or _looks_ahead(request):
        return False
    agent, shown_as = request.headers.get("User-Agent", ""), request.headers.get("Sec-Fetch-Dest", "document")
    return agent.startswith("Mozilla/") and not ROBOT.search(agent) and shown_as in {"document", "iframe"}
