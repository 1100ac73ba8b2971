"""What the reasons why a time cannot be booked refer to, and where each leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext

from timetuna.availability.interval import moment_of
from timetuna.availability.slots import Busy, Code, Kind
from timetuna.calendars.hooks import BroughtTime
from timetuna.l10n import datetimes
from timetuna.pages.public import HostTime, PublicPage


class Link(NamedTuple):
    url: str
    text: str


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """name: what it is in a word or two, for lists.  text: a sentence.  links: where it can be changed."""

    code: Code
    name: str
    text: str
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonContext:
    """What sentences refer to.

    reader: who reads them (id).  me: the same as a host of the page, if they are one.  can_edit: the page.
    day, zone: the date that was asked, by the page's clock, and where that clock hangs. hours_path: where the reader's
    hours are changed. grid: the start times of the date. bookings: those that may be named, each with its page,
    held_until: the UTC minute each hold ends by itself, calendars: the names of those that are busy, and brought: what
    was brought along from elsewhere; all four by the UTC minute that they begin at.
    """

    page: PublicPage
    reader: int
    me: HostTime | None = None
    can_edit: bool = True
    minutes: int
    day: date
    zone: ZoneInfo
    hours_path: str
    grid: Sequence[int] = ()
    bookings: Mapping[int, Link] = field(default_factory=dict)
    held_until: Mapping[int, int] = field(default_factory=dict)
    calendars: Mapping[int, Sequence[str]] = field(default_factory=dict)
    brought: Mapping[int, Sequence[BroughtTime]] = field(default_factory=dict)

    def say(self, minute: int) -> str:
        """As "14:00", on another date "Wednesday 2 December, 14:00". minute: in UTC."""
        there = moment_of(minute).astimezone(self.zone)
        other_day = f"{datetimes.day(there)}, " if there.date() != self.day else ""
        return f"{other_day}{datetimes.clock(there)} {datetimes.which_of_two(there)}".rstrip()

    def tab(self, place: str, text: str, *, path: str = "pages_availability") -> tuple[Link, ...]:
        """To a setting of the page, for who may change it."""
        return (
            (Link(reverse(path, args=[self.page.id], fragment=place or None), text),) if self.can_edit else ()
        )

    def rule(self, column: str, place: str, text: str) -> tuple[Link, ...]:
        """To a buffer or the notice: the reader's own, if they have one on this page, else the page's."""
        is_own = self.page.is_shared() and self.me and getattr(self.me.row, column) is not None
        return (self.own_part(text, place),) if is_own else self.tab(place, text)

    def minutes_of(self, column: str) -> int:
        """Of a buffer or the notice, as it holds for the reader."""
        host = self.me or next(iter(self.page.hosts), self.page.own)
        return self.page.own_or_pages(host, column)

    def own_part(self, text: str, place: str = "") -> Link:
        """To a place on the page's tab Your part."""
        return Link(reverse("pages_your_part", args=[self.page.id], fragment=place or None), text)

    def own_calendars(self) -> Link:
        """To the page's tab Calendars."""
        return Link(reverse("pages_calendars", args=[self.page.id]), gettext("Calendars of this page"))

    def is_my_clock(self) -> bool:
        """Whether the date that was asked is the reader's own, too."""
        return self.me is None or self.me.opening.zone.key == self.page.own.opening.zone.key

    def week(self) -> Link:
        """To the hours of the date's weekday."""
        return self.hours(
            f"day{self.day.weekday()}" if self.is_my_clock() else "", gettext("Change the hours")
        )

    def hours(self, place: str, text: str) -> Link:
        """To a place among the reader's hours; to their list of hours where they have not chosen any for this page."""
        listed = self.hours_path == reverse("availability")
        return Link(self.hours_path if listed or not place else f"{self.hours_path}#{place}", text)

    def booking(self, busy: Busy) -> Link | None:
        """Of a booking that takes a time, if it is one that may be named."""
        return self.bookings.get(busy.start_minute) if busy.kind is Kind.BOOKING else None
