"""Reading booking pages: as plain values for whoever offers times, and as rows for the editor."""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from timetuna.calendars.queries import conference_kinds, usable
from timetuna.pages.kinds import NEEDS_DETAIL, guest_labels
from timetuna.pages.models import BookingPage, MeetingType


@dataclass(frozen=True, slots=True)
class PageDuration:
    """A length offered on a page. `title` and `description` may be empty."""

    minutes: int
    title: str = ""
    description: str = ""

    def label(self) -> str:
        """Return the title, or the length in words."""
        return self.title or f"{self.minutes} minutes"


@dataclass(frozen=True, slots=True)
class MeetingChoice:
    """A way to meet that a guest may choose. `detail` is the number, place or link; it may be empty."""

    kind: str
    label: str
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicPage:
    """A booking page as plain values.

    hours: (weekday, start, end), 0 is Monday, in minutes after midnight on the wall clock of `time_zone`;
    1440 is the end of the day.
    meeting_types: only what is on and can be used right now; without any, no time is offered.
    """

    id: int
    host_id: int
    host_name: str
    host_handle: str
    slug: str
    title: str
    description: str
    time_zone: str
    durations: tuple[PageDuration, ...]
    hours: tuple[tuple[int, int, int], ...]
    buffer_before_minutes: int
    buffer_after_minutes: int
    increment_minutes: int
    notice_minutes: int
    horizon_days: int
    meeting_types: tuple[MeetingChoice, ...]
    mail_subject: str
    mail_message: str

    def address(self) -> str:
        """Return the full public address."""
        return f"{settings.BASE_URL}/{self.host_handle}/{self.slug}"

    def shown_address(self) -> str:
        """Return the public address as people write it, without https://."""
        return self.address().partition("://")[2]

    def shown_host_address(self) -> str:
        """Return the address all pages of the host begin with, without https://."""
        return self.shown_address().rpartition("/")[0]


def public_page(handle: str, slug: str) -> PublicPage | None:
    """Return the page at /<handle>/<slug> (any case), or None unless its host is active and verified."""
    verified = EmailAddress.objects.filter(user=OuterRef("host"), verified=True)
    pages = _public().alias(lower_handle=Lower("host__handle")).filter(Exists(verified), host__is_active=True)
    return _values(pages.filter(lower_handle=handle.lower(), slug=slug.lower()).first())


def host_pages(host_id: int) -> list[PublicPage]:
    """Return the host's pages by title, in a number of queries that does not grow with them."""
    pages = list(_public().filter(host=host_id).order_by("title", "id"))
    ready = _ready_kinds(host_id, pages)
    return [_page(page, ready) for page in pages]


def warnings(page: PublicPage) -> list[str]:
    """Return what keeps guests from booking the page, in a few words each."""
    found = [] if page.meeting_types else ["No usable meeting type"]
    return found if page.hours else [*found, "No weekly hours"]


def own_page(host_id: int, page_id: int) -> BookingPage | None:
    """Return the row if the page is this host's, for the editor."""
    return _public().filter(host=host_id, pk=page_id).first()


def page_settings(page_id: int) -> PublicPage | None:
    """Return the page with this id, whatever the state of its host, or None."""
    return _values(_public().filter(pk=page_id).first())


def _public() -> QuerySet[BookingPage]:
    rows = BookingPage.objects.select_related("host").order_by()
    return rows.prefetch_related("durations", "weekly_hours", "meeting_types")


def _values(page: BookingPage | None) -> PublicPage | None:
    return None if page is None else values(page)


def values(page: BookingPage) -> PublicPage:
    """Return a row as plain values."""
    return _page(page, _ready_kinds(page.host_id, [page]))


def _page(page: BookingPage, ready: frozenset[str]) -> PublicPage:
    return PublicPage(
        id=page.pk,
        host_id=page.host_id,
        host_name=page.host.name,
        host_handle=page.host.handle,
        slug=page.slug,
        title=page.title,
        description=page.description,
        time_zone=page.time_zone,
        durations=tuple(
            PageDuration(row.minutes, row.title, row.description) for row in page.durations.all()
        ),
        hours=tuple((row.weekday, row.start_minute, row.end_minute) for row in page.weekly_hours.all()),
        buffer_before_minutes=page.buffer_before_minutes,
        buffer_after_minutes=page.buffer_after_minutes,
        increment_minutes=page.increment_minutes,
        notice_minutes=page.notice_minutes,
        horizon_days=page.horizon_days,
        meeting_types=_choices(page.meeting_types.all(), ready),
        mail_subject=page.mail_subject,
        mail_message=page.mail_message,
    )


def _ready_kinds(host_id: int, pages: Iterable[BookingPage]) -> frozenset[str]:
    """Return which of the connected kinds that these pages have on can be used: one look for each kind."""
    enabled = {row.kind for page in pages for row in page.meeting_types.all() if row.enabled}
    return frozenset(kind for kind in enabled & conference_kinds().keys() if usable(host_id, kind))


def _choices(rows: Iterable[MeetingType], ready: frozenset[str]) -> tuple[MeetingChoice, ...]:
    """Return what is on and usable, in the editor's order, whatever order it was saved in."""
    enabled = {row.kind: row.detail for row in rows if row.enabled}
    return tuple(
        MeetingChoice(kind, label, enabled[kind])
        for kind, label in guest_labels().items()
        if kind in enabled and (kind in ready or _complete(kind, enabled[kind]))
    )


def _complete(kind: str, detail: str) -> bool:
    return kind not in conference_kinds() and (bool(detail) or kind not in NEEDS_DETAIL)
