"""Reading booking pages: as plain values for whoever offers times, and as rows for the editor."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import ngettext

from timetuna.accounts.models import Team, User
from timetuna.accounts.queries import host_switched_off, owner_by_handle
from timetuna.availability.hours import Away, Cap
from timetuna.pages.calendar_use import kinds_of, leaders
from timetuna.pages.hosts import HostTime, Kinds, host_times
from timetuna.pages.meeting_types.base import MeetingChoice, meeting_kinds
from timetuna.pages.models import BookingPage, DateOverride, MeetingType, OutOfOffice, PageHost, TravelZone
from timetuna.pages.prefetch import (
    caps,
    dates_over,
    row_at,
    row_with,
    with_its_host,
)
from timetuna.web.forms import in_full

MOST_LISTED = 100
_BRIGHT = 0.179  # above this luminance black text can be read better than white (WCAG 2.2, contrast ratio)


@dataclass(frozen=True, slots=True)
class Branding:
    """color: "#rrggbb" or "".  style_path, logo_path: paths on this server; "" where there is nothing of the kind."""

    color: str = ""
    style_path: str = ""
    logo_path: str = ""

    def text_color(self) -> str:
        """Black or white, whichever can be read on the colour; "" without a colour."""
        if not self.color:
            return ""
        return "#000000" if _luminance(self.color) > _BRIGHT else "#ffffff"


NO_LOOK = Branding()


def look_of(page: BookingPage | None) -> Branding:
    """The addresses change with what is behind them, so that it may be kept for ever."""
    if page is None:
        return NO_LOOK
    return Branding(
        page.brand_color,
        reverse("page_style", args=[page.pk, page.brand_color[1:]]) if page.brand_color else "",
        reverse("page_logo", args=[page.pk, page.logo_version]) if page.logo_version else "",
    )


@dataclass(frozen=True, slots=True)
class PageDuration:
    """`title` and `description` may be empty."""

    minutes: int
    title: str = ""
    description: str = ""

    def label(self) -> str:
        """In words where there is no title."""
        return self.title or self.lasts()

    def lasts(self) -> str:
        """In words: "90 minutes"."""
        return ngettext("%(count)d minute", "%(count)d minutes", self.minutes) % {"count": self.minutes}


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicPage:
    """A booking page, read once for all who ask.

    handle: the first part of its address, its host's or its team's.  team: the name of that; "" for none.
    settings: its row, where every column that a host sets is read. The rest is worked out of more than that.
    hosts: who takes part in its meetings, in their order there. own: its owner's time, by whose clock the page is
    made; `time_zone` is the name of their hours' zone.  caps: how many bookings of the page are enough.
    several: see `is_shared`; it stays so where only those are asked who have a meeting already.
    horizon_days, horizon_date: at most one of them is there; see `last_day`.
    meeting_types: only what is on and can be used right now; without any, no time is offered.
    approval_hours: for how long the host is asked for their yes; None where a booking needs none.
    """

    id: int
    host_id: int
    host_name: str
    handle: str
    slug: str
    title: str
    description: str
    time_zone: str
    durations: tuple[PageDuration, ...]
    own: HostTime
    hosts: tuple[HostTime, ...]
    caps: tuple[Cap, ...]
    horizon_days: int | None
    horizon_date: date | None
    meeting_types: tuple[MeetingChoice, ...]
    approval_hours: int | None
    settings: BookingPage
    several: bool = False
    look: Branding = NO_LOOK
    team: str = ""

    def last_day(self, today: date) -> date | None:
        """The last of the host's dates that can be booked, or None without end."""
        return self.horizon_date if self.horizon_days is None else today + timedelta(days=self.horizon_days)

    def takes_turns(self) -> int:
        """How many of those who take turns come to each meeting."""
        anybody = self.settings.staffing == BookingPage.Staffing.ANY
        return max(1, self.settings.rotating_count) if anybody else 0

    def is_staffed(self) -> bool:
        """Whether it is meant for several, even while there is but one."""
        return self.settings.is_shared()

    def is_shared(self) -> bool:
        """Whether several take part: then meetings start on the page's own grid, and who has no calendar is busy."""
        return self.several

    def own_or_pages(self, host: HostTime, column: str) -> int:
        """A buffer or the notice: the host's own where several take part, else as the page has it."""
        own: int | None = getattr(host.row, column) if self.is_shared() else None
        pages: int = getattr(self.settings, column)
        return pages if own is None else own

    def hosts_may_change(self) -> bool:
        """Whether a meeting may come to be somebody else's, so that no host's own address may invite to it."""
        anybody = self.settings.staffing == BookingPage.Staffing.ANY
        return anybody or self.settings.team_id is not None or len(self.hosts) > 1

    def notes_for(self, first: date, last: date) -> tuple[Away, ...]:
        """The absences that touch these dates and have a note for guests; nobody's where others host it, too."""
        away = self.own.opening.away if [host.id for host in self.hosts] == [self.host_id] else ()
        return tuple(one for one in away if one.note and one.first <= last and one.last >= first)

    def address(self) -> str:
        """In full, with https://."""
        return in_full(reverse("public_page", args=[self.handle, self.slug]))

    def shown_address(self) -> str:
        """As people write it, without https://."""
        return self.address().partition("://")[2]

    def shown_host_address(self) -> str:
        """What all pages of its host or team begin with, without https://."""
        return self.shown_address().rpartition("/")[0]


def public_page(handle: str, slug: str) -> PublicPage | None:
    """The page at /<handle>/<slug> (any case), or None unless its host is active and verified."""
    return _values(row_at(handle, slug))


def by_title(pages: QuerySet[BookingPage]) -> list[PublicPage]:
    """In a number of queries that does not grow with them."""
    return _by_title(whole(pages))


def _by_title(pages: QuerySet[BookingPage], *, most: int | None = None) -> list[PublicPage]:
    return _pages(list(pages.order_by("title", "id")[:most]))


def listed_pages(handle: str) -> list[PublicPage]:
    """What the host or the team called so (any case) offers to everybody, by title: listed pages that can be booked.

    None for nobody, and of a host who is not active and verified; three queries in any case but the good one.
    """
    verified = EmailAddress.objects.filter(user=OuterRef("host"), verified=True)
    there = BookingPage.objects.filter(Exists(verified), host__is_active=True, listed=True)
    rows = whole(there.filter(**at(owner_by_handle(handle))))
    return [page for page in _by_title(rows, most=MOST_LISTED) if page.meeting_types]


def titles_in_team(team: Team, *, of: User | None = None) -> list[str]:
    """Of all its pages, or of those that one person owns."""
    pages = BookingPage.objects.filter(team=team)
    return list(
        (pages.filter(host=of) if of else pages).order_by("title", "id").values_list("title", flat=True)
    )


def titles_with(team: Team, host: User) -> dict[int, str]:
    """By id, of the team's pages that are somebody else's and in whose meetings the host takes part."""
    mine = PageHost.objects.filter(page=OuterRef("pk"), host=host, active=True)
    pages = BookingPage.objects.filter(Exists(mine), team=team).exclude(host=host)
    return dict(pages.order_by("title", "id").values_list("id", "title"))


def at(owner: User | Team | None) -> dict[str, Any]:
    """By what the pages are found whose addresses begin with the owner's handle; nothing is found of nobody."""
    return {"team": owner} if isinstance(owner, Team) else {"host": owner.pk if owner else 0, "team": None}


def closed_page(handle: str, slug: str) -> User | None:
    """The host of the page at /<handle>/<slug> (any case), if there is one and its host is switched off."""
    off = BookingPage.objects.select_related("host").filter(slug=slug.lower(), host__is_active=False)
    host = host_switched_off(handle)
    page = off.filter(**at(host)).first() if host else off.filter(team__handle=handle.lower()).first()
    return page.host if page else None


def warnings(page: PublicPage) -> list[str]:
    """What keeps guests from booking the page, in a few words each."""
    found = [] if page.meeting_types else ["No usable meeting type"]
    opens = page.own.opening.weekly or any(page.own.opening.overrides.values())
    return found if opens else [*found, "No weekly hours"]


def page_settings(page_id: int) -> PublicPage | None:
    """Whatever the state of its host."""
    return _values(row_with(page_id))


@dataclass(frozen=True, slots=True)
class MailText:
    """What a page's host wrote into one kind of mail; empty parts are TimeTuna's own."""

    subject: str = ""
    message: str = ""


def mail_text(page: BookingPage | None, kind: str) -> MailText:
    if page is None:
        return MailText()
    if kind == "confirmed":
        return MailText(page.mail_subject, page.mail_message)
    own = page.mails.filter(kind=kind).first()
    return MailText(own.subject, own.message) if own else MailText()


def whole(pages: QuerySet[BookingPage]) -> QuerySet[BookingPage]:
    """With all rows that belong to them."""
    over = dates_over()
    return with_its_host(pages).prefetch_related(
        "durations",
        "meeting_types",
        "schedule__weekly_hours",
        Prefetch("schedule__overrides", DateOverride.objects.filter(date__gte=over)),
        Prefetch("host__out_of_office", OutOfOffice.objects.filter(last__gte=over)),
        Prefetch("host__travel_zones", TravelZone.objects.filter(last__gte=over)),
    )


def _values(page: BookingPage | None) -> PublicPage | None:
    return None if page is None else values(page)


def values(page: BookingPage) -> PublicPage:
    return _pages([page])[0]


def _pages(pages: list[BookingPage]) -> list[PublicPage]:
    """In a number of queries that does not grow with them, nor with their hosts. Who hosts alone costs none."""
    rows = [row for page in pages for row in page.page_hosts.all() if row.part_on(page)]
    kinds = kinds_of(rows, {row.kind for page in pages for row in page.meeting_types.all() if row.enabled})
    hosts = host_times(pages, kinds)
    return [_page(page, *hosts[page.pk], kinds) for page in pages]


def _page(page: BookingPage, own: HostTime, hosts: tuple[HostTime, ...], kinds: Kinds) -> PublicPage:
    ready = frozenset[str]().union(*(kinds[page.pk, row.host_id] for row in leaders(page)))
    return PublicPage(
        id=page.pk,
        host_id=page.host_id,
        host_name=page.host.name,
        handle=page.handle(),
        slug=page.slug,
        title=page.title,
        description=page.description,
        time_zone=page.schedule.time_zone,
        durations=tuple(
            PageDuration(row.minutes, row.title, row.description) for row in page.durations.all()
        ),
        own=own,
        hosts=hosts,
        several=len(hosts) > 1,
        caps=caps(page),
        horizon_days=page.horizon_days if page.horizon_kind == BookingPage.Horizon.ROLLING else None,
        horizon_date=page.horizon_date if page.horizon_kind == BookingPage.Horizon.DATE else None,
        meeting_types=_choices(page.meeting_types.all(), ready),
        approval_hours=page.approval_hours if page.approval else None,
        look=look_of(page),
        team=page.team.name if page.team else "",
        settings=page,
    )


def _choices(rows: Iterable[MeetingType], ready: frozenset[str]) -> tuple[MeetingChoice, ...]:
    """What is on and usable, in the editor's order, whatever order it was saved in."""
    enabled = {row.kind: row.detail for row in rows if row.enabled}
    return tuple(
        MeetingChoice(kind.slug, kind.label(), enabled[kind.slug])
        for kind in meeting_kinds()
        if kind.slug in enabled
        and (kind.slug in ready if kind.makes_link else enabled[kind.slug] or not kind.needs_detail)
    )


def _luminance(color: str) -> float:
    """Relative, 0 to 1 (WCAG 2.2)."""
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels]  # noqa: PLR2004
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
