"""Reading booking pages and their hosts: as plain values for whoever offers times, and as rows for the editor."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.models import Team, User
from timetuna.accounts.queries import host_switched_off, owner_by_handle
from timetuna.availability.hours import Cap, CapScope, Period
from timetuna.availability.teams import Part
from timetuna.pages.calendar_use import blocking_for, blocking_of, kinds_of, leaders, lost_calendar, own_part
from timetuna.pages.hooks import paid_into
from timetuna.pages.meeting_types.base import MeetingChoice, meeting_kind, meeting_kinds
from timetuna.pages.models import (
    BookingPage,
    MeetingType,
    PageHost,
    Question,
    Reminder,
)
from timetuna.pages.prefetch import (
    HostRow,
    caps,
    caps_of,
    host_rows,
    opening,
    people,
    row_at,
    row_called,
    row_with,
    rows_with,
)
from timetuna.pages.public import NO_LOOK, Branding, Face, HostTime, PageDuration, PublicPage

MOST_LISTED = 100
OF_ANSWER = "answer."
"""What the words in braces begin with that stand for an answer to a question: its key follows."""
_FOR_EVERYBODY = Q(listed=True, link_only=False)
Kinds = Mapping[tuple[int, int], frozenset[str]]
"""By page and host the meeting types they can make the link of; see `calendar_use.kinds_of`."""


def listed_page(page_id: int) -> BookingPage | None:
    """With host and team; None for a page that is not listed, and for one of a host who is disabled."""
    listed = BookingPage.objects.filter(_FOR_EVERYBODY, pk=page_id, host__is_active=True)
    return listed.select_related("host", "team").first()


def look_of(page: BookingPage | None) -> Branding:
    """A picture's address changes with it, so that it may be kept for ever."""
    if page is None:
        return NO_LOOK
    versions = {
        "page_logo": page.logo_version,
        "page_background": page.background_version,
        "page_video": page.video_version,
    }
    paths = (reverse(name, args=[page.pk, version]) if version else "" for name, version in versions.items())
    return Branding(page.brand_color, *paths)


def public_page(handle: str, slug: str) -> PublicPage | None:
    """The page at /<handle>/<slug> (any case), or None unless its host is active and verified."""
    return _values(row_at(handle, slug))


def by_title(pages: QuerySet[BookingPage]) -> list[PublicPage]:
    """In a number of queries that does not grow with them."""
    return _by_title(pages)


def _by_title(pages: QuerySet[BookingPage], *, most: int | None = None) -> list[PublicPage]:
    return _pages(rows_with(list(pages.order_by("title", "id").values_list("id", flat=True)[:most])))


def listed_pages(handle: str) -> list[PublicPage]:
    """What the host or the team called so (any case) offers to everybody, by title: listed pages that can be booked."""
    now = timezone.now()
    return [page for page in all_listed(handle) if page.is_open(now)]


def all_listed(handle: str) -> list[PublicPage]:
    """The same, whether or not they can be booked at present.

    None for nobody, and of a host who is not active and verified; three queries in any case but the good one.
    """
    verified = EmailAddress.objects.filter(user=OuterRef("host"), verified=True)
    there = BookingPage.objects.filter(Exists(verified), _FOR_EVERYBODY, host__is_active=True)
    return _by_title(there.filter(**at(owner_by_handle(handle))), most=MOST_LISTED)


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
    found = [] if page.meeting_types else [gettext("No usable meeting type")]
    if not page.payable:
        found.append(gettext("Stripe cannot take payments"))
    opens = page.own.opening.weekly or any(page.own.opening.overrides.values())
    return found if opens else [*found, gettext("No weekly hours")]


def page_settings(page_id: int) -> PublicPage | None:
    """Whatever the state of its host."""
    return _values(row_with(page_id))


def settings_called(public_id: str) -> PublicPage | None:
    """Likewise, as programs call the page."""
    return _values(row_called(public_id))


def taking_part(page: BookingPage) -> QuerySet[PageHost]:
    """Those who do now, as people see them: in order, each with their account."""
    rows = PageHost.objects.filter(page=page, active=True)
    return rows.select_related("host").order_by("position", "id")


def meetings_between(page_ids: Collection[int], first: datetime, beyond: datetime) -> dict[int, int]:
    """By page how many meetings begin in that time, those called off left out. One query."""
    within = Q(bookings__status="confirmed", bookings__start_at__gte=first, bookings__start_at__lt=beyond)
    rows = BookingPage.objects.filter(pk__in=page_ids).annotate(meetings=Count("bookings", filter=within))
    return dict(rows.order_by().values_list("pk", "meetings"))


def questions_of(page_id: int) -> list[Question]:
    """What the host of a page asks, in order."""
    return list(Question.objects.filter(page=page_id))


def text_reminders(page_id: int) -> int:
    """How many reminders of a page go to its guests by text."""
    return Reminder.objects.filter(page=page_id, audience=Reminder.Audience.GUEST, channel="text").count()


def asks_for_number(page: BookingPage) -> bool:
    """Whether its guests are asked for a phone number, for itself or so that the host can call."""
    rows = page.meeting_types.filter(enabled=True)
    asked = any(meeting_kind(row.kind).asks(row.detail) for row in rows)
    return asked or page.phone != BookingPage.Phone.OFF


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


def _values(page: BookingPage | None) -> PublicPage | None:
    return None if page is None else values(page)


def values(page: BookingPage) -> PublicPage:
    return _pages([page])[0]


def _pages(pages: list[BookingPage]) -> list[PublicPage]:
    """In a number of queries that does not grow with them, nor with their hosts. Who hosts alone costs none."""
    rows = [row for page in pages for row in page.page_hosts.all() if row.part_on(page)]
    kinds = kinds_of(rows, {row.kind for page in pages for row in page.meeting_types.all() if row.enabled})
    hosts = host_times(pages, kinds)
    unpaid = _unpaid(pages)
    return [replace(_page(page, *hosts[page.pk], kinds), payable=page.pk not in unpaid) for page in pages]


def _unpaid(pages: list[BookingPage]) -> frozenset[int]:
    """Those for which guests are to pay, and cannot. One query where any has a price, else none."""
    paid = [page for page in pages if page.currency]
    accounts = paid_into({page.host_id for page in paid}) if paid else {}
    works = {host for host, account in accounts.items() if account.works}
    return frozenset(page.pk for page in paid if page.host_id not in works)


def _page(page: BookingPage, own: HostTime, hosts: tuple[HostTime, ...], kinds: Kinds) -> PublicPage:
    ready = frozenset[str]().union(*(kinds[page.pk, row.user_id] for row in leaders(page)))
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
            PageDuration(row.minutes, row.title, row.description, row.price) for row in page.durations.all()
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


def host_times(
    pages: Collection[BookingPage], kinds: Kinds
) -> dict[int, tuple[HostTime, tuple[HostTime, ...]]]:
    """By page its owner's time, by whose clock it is made, and that of all who take part in it, in their order there.

    Where owners host alone it costs no query, else one for all pages.
    """
    shared = {page.pk for page in pages if not _is_alone(page)}
    read = host_rows(shared) if shared else {}
    found = {}
    for page in pages:
        own = _own_time(page, kinds)
        taking_part = tuple(
            _host_time(row, Part(part), read[row.pk], kinds) if row.pk in read else own
            for row in page.page_hosts.all()
            if (part := row.part_on(page))
        )
        found[page.pk] = own, taking_part
    return found


def times_beside(page: BookingPage, hosts: Collection[int]) -> tuple[HostTime, ...]:
    """Of people who do not take part in a page, but in a meeting that was booked on it. One query."""
    rows = {host: PageHost(page=page, host_id=host) for host in hosts}
    found = people(hosts)
    return tuple(
        _host_time(rows[host], Part.REQUIRED, read, {(page.pk, host): frozenset()})
        for host, read in found.items()
    )


def _own_time(page: BookingPage, kinds: Kinds) -> HostTime:
    """The owner's, by the hours of the page; whether they take part or not."""
    row, owner = own_part(page, page.host_id), page.host
    return HostTime(
        id=owner.pk,
        face=Face.of(owner.pk, owner.name, owner.photo_version, owner.role),
        opening=opening(page),
        caps=caps_of(owner),
        calendars=blocking_of(row, owner),
        row=row,
        part=Part(row.part_on(page) or Part.REQUIRED),
        lost_calendar=lost_calendar(row),
        kinds=kinds.get((page.pk, owner.pk), frozenset()),
    )


def _host_time(
    row: PageHost,
    part: Part,
    read: HostRow,
    kinds: Kinds,
) -> HostTime:
    return HostTime(
        id=read.id,
        face=Face.of(read.id, read.name, read.photo_version, read.role),
        opening=read.opening,
        caps=read.caps + _own_cap(row),
        calendars=blocking_for(row, patience_hours=read.patience_hours, zone=read.time_zone),
        row=row,
        part=part,
        lost_calendar=lost_calendar(row),
        kinds=kinds[row.page_id, row.user_id],
        bookable=read.bookable,
    )


def _own_cap(row: PageHost) -> tuple[Cap, ...]:
    """How many of the page's meetings they take a day."""
    return () if row.cap_day is None else (Cap(Period.DAY, CapScope.PART, row.cap_day),)


def _is_alone(page: BookingPage) -> bool:
    """Whether nobody takes part but its owner, by the hours of the page."""
    taking_part = [row for row in page.page_hosts.all() if row.part_on(page)]
    owner_alone = all(row.host_id == page.host_id and row.schedule_id is None for row in taking_part)
    return page.staffing == BookingPage.Staffing.SOLO or owner_alone


def has_cohosts(page: BookingPage) -> bool:
    """Whether somebody beside its owner takes part in it."""
    return PageHost.objects.filter(page=page, active=True).exclude(host=page.host_id).exists()


def takes_part(host_id: int, pages: QuerySet[BookingPage]) -> bool:
    """Whether somebody has a part in any of these pages, or had one."""
    return PageHost.objects.filter(page__in=pages, host=host_id).exists()
