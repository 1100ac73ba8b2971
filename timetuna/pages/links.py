"""Links that a host has made to one of their pages: who has one, whether it still opens the page, and what as."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet

from timetuna.encryption import box
from timetuna.lib.crypto import fingerprint, random_token
from timetuna.lib.text import single_line
from timetuna.pages.models import BookingLink, BookingPage
from timetuna.pages.public import PageDuration, PublicPage

PARAMETER = "link"
"""What the page's address calls it."""
_TOKEN_BYTES = 16


class LinkState(StrEnum):
    """GOOD opens the page; why the others do not. MISSING: the page needs one. UNKNOWN: there is none such of it."""

    GOOD = "good"
    USED = "used"
    EXPIRED = "expired"
    ENDED = "ended"
    UNKNOWN = "unknown"
    MISSING = "missing"


def link_with(token: str, page_id: int) -> BookingLink | None:
    """The page's own with this secret part, whatever its state."""
    rows = BookingLink.objects.select_related("person").filter(page=page_id)
    return rows.filter(token_fingerprint=fingerprint(token)).first() if token else None


def state_of(link: BookingLink | None, *, now: datetime) -> LinkState:
    """Of one that was asked for."""
    if link is None:
        return LinkState.UNKNOWN
    if link.ended_at is not None:
        return LinkState.ENDED
    if link.uses is not None and link.used >= link.uses:
        return LinkState.USED
    over = link.expires_at is not None and link.expires_at <= now
    return LinkState.EXPIRED if over else LinkState.GOOD


def last_day_of(link: BookingLink, zone: ZoneInfo) -> date | None:
    """The last on which it is good, by the clock of a zone: one that expires at midnight does on the day before."""
    return (link.expires_at - timedelta(minutes=1)).astimezone(zone).date() if link.expires_at else None


def good(*, now: datetime) -> Q:
    """Those that are GOOD, for a query."""
    left = Q(uses=None) | Q(used__lt=F("uses"))
    return Q(ended_at=None) & left & (Q(expires_at=None) | Q(expires_at__gt=now))


def opened_by(page: PublicPage, link: BookingLink | None) -> PublicPage:
    """The page as it is for who has the link: with its lengths, its dates and its host."""
    if link is None:
        return page
    if link.lengths:
        known = {one.minutes: one for one in page.durations}
        page = replace(
            page, durations=tuple(known.get(one, PageDuration(one)) for one in sorted(link.lengths))
        )
    if link.first or link.last:
        days = None if link.last else page.horizon_days
        last = link.last or page.horizon_date
        page = replace(page, first_day=link.first, horizon_days=days, horizon_date=last)
    return replace(page, named=link.person.user_id) if link.person else page


def set_token(link: BookingLink) -> None:
    """Of one that is not saved yet."""
    token = random_token(_TOKEN_BYTES)
    link.token_fingerprint = fingerprint(token)
    link.token_sealed = box().seal(token, context=_context(link))


def address_of(link: BookingLink, page: PublicPage | BookingPage) -> str:
    """In full, with https://."""
    return f"{page.address()}?{PARAMETER}={token_of(link)}"


def token_of(link: BookingLink) -> str:
    """Its secret part. Raises SecretBoxError where the key it is sealed with is gone."""
    return box().open(link.token_sealed, context=_context(link))


def reseal_link(link: BookingLink) -> None:
    """With the newest key; it is not saved."""
    link.token_sealed = box().rotate(link.token_sealed, context=_context(link))


def _context(link: BookingLink) -> str:
    return f"pages.link:{link.token_fingerprint}"


def links_of(page: BookingPage) -> "QuerySet[BookingLink]":
    """The latest first, each with `booked`: how many bookings it has made, those called off too."""
    rows = BookingLink.objects.filter(page=page).select_related("made_by", "person__host")
    return rows.annotate(booked=Count("bookings")).order_by("-id")


def booked_by(link: BookingLink) -> int:
    """How many bookings one of `links_of` has made."""
    return int(getattr(link, "booked", 0))


def label_of(name: str, email: str) -> str:
    """What a link for somebody is called."""
    return single_line(f"{name}, {email}" if name and email else name or email, max_length=120)
