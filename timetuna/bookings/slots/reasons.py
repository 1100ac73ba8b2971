"""Reasons why a time cannot be booked, as their host reads them: a sentence, and where to change it.

Only hosts are told: guests see free times, and nothing about the others.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.urls import reverse

from timetuna.availability.hours import CapScope, Period, host_date
from timetuna.availability.interval import moment_of
from timetuna.availability.slots import Busy, Code, Kind, Reason
from timetuna.calendars.hooks import BroughtTime
from timetuna.l10n import datetimes
from timetuna.lib.text import in_words
from timetuna.pages.public import HostTime, PublicPage

_DAY = 1_440


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
        return Link(reverse("pages_calendars", args=[self.page.id]), "Calendars of this page")

    def is_my_clock(self) -> bool:
        """Whether the date that was asked is the reader's own, too."""
        return self.me is None or self.me.opening.zone.key == self.page.own.opening.zone.key

    def week(self) -> Link:
        """To the hours of the date's weekday."""
        return self.hours(f"day{self.day.weekday()}" if self.is_my_clock() else "", "Change the hours")

    def hours(self, place: str, text: str) -> Link:
        """To a place among the reader's hours; to their list of hours where they have not chosen any for this page."""
        listed = self.hours_path == reverse("availability")
        return Link(self.hours_path if listed or not place else f"{self.hours_path}#{place}", text)

    def booking(self, busy: Busy) -> Link | None:
        """Of a booking that takes a time, if it is one that may be named."""
        return self.bookings.get(busy.start_minute) if busy.kind is Kind.BOOKING else None


class _Kind(NamedTuple):
    """As what somebody else's reason is told."""

    code: Code
    name: str
    text: str


_Told = tuple[str, tuple[Link, ...]]
_TAKEN_BY = {
    Kind.CALENDAR: "an event in one of your calendars",
    Kind.BOOKING: "a booking",
    Kind.HOLD: "a time that a guest is about to book",
    Kind.UNKNOWN: "a time for which your calendars have not been read yet",
}


def tell_of(host: HostTime, reason: Reason, setting: ReasonContext) -> ReasonLine:
    """What is in a host's way: to themselves in full, to others no more than of which kind it is."""
    kind = _OF_ANOTHER.get(reason.code)
    pages = (reason.cap and reason.cap.scope is CapScope.PAGE) or (
        reason.code is Code.NOTICE and not setting.page.is_shared()
    )
    if host.id == setting.reader or kind is None or pages:
        return tell(reason, setting)
    return ReasonLine(kind.code, kind.name, kind.text)


def name_of(code: Code, *, own: bool) -> str:
    """In a word or two, for lists. own: whether it is in the way of whoever reads it."""
    kind = None if own else _OF_ANOTHER.get(code)
    return kind.name if kind else _TELLERS[code][0]


def tell(reason: Reason, setting: ReasonContext) -> ReasonLine:
    name, teller = _TELLERS[reason.code]
    text, links = teller(reason, setting)
    return ReasonLine(reason.code, name, text, links)


def _past(reason: Reason, setting: ReasonContext) -> _Told:
    return f"This time is over: it is {setting.say(reason.minute or 0)} now.", ()


def _notice(reason: Reason, setting: ReasonContext) -> _Told:
    ahead, earliest = _ahead(setting.minutes_of("notice_minutes")), setting.say(reason.minute or 0)
    text = f"Guests have to book {ahead} ahead: a meeting can start from {earliest} on, as things are now."
    return text, setting.rule("notice_minutes", "id_notice", "Change the notice")


def _horizon(reason: Reason, setting: ReasonContext) -> _Told:
    page = setting.page
    last = page.horizon_date or host_date(page.own.opening, (reason.minute or 0) - 1)
    text = f"It is too far ahead: guests can book until {datetimes.day(last)} {last.year}."
    return text, setting.tab("id_horizon_kind", "Change the horizon")


def _hours(_: Reason, setting: ReasonContext) -> _Told:
    weekday = f" of a {setting.day:%A}" if setting.is_my_clock() else ""
    return f"Your hours are closed at this time{weekday}.", (setting.week(),)


def _providers() -> Link:
    return Link(reverse("settings_providers"), "Connected providers")


def _override(reason: Reason, setting: ReasonContext) -> _Told:
    link = setting.hours("dates", "Change this date's hours")
    if reason.minute is None:
        return "This date has other hours than its weekday: it is closed.", (link,)
    opens = setting.say(reason.minute)
    return f"This date has other hours than its weekday: they begin at {opens} and are closed then.", (link,)


def _out_of_office(reason: Reason, _: ReasonContext) -> _Told:
    note = f" Your note says: {reason.label}" if reason.label else ""
    return f"You are out of office then.{note}", (Link(reverse("time_off"), "Change your absence"),)


def _holiday(reason: Reason, _: ReasonContext) -> _Told:
    return f"It is a public holiday: {reason.label}.", (Link(reverse("holidays"), "Change the holidays"),)


def _duration(reason: Reason, setting: ReasonContext) -> _Told:
    lasts, closing = datetimes.length(setting.minutes), setting.say(reason.minute or 0)
    durations = setting.tab("durations", "Change the durations", path="pages_booking")
    text = f"A meeting of {lasts} does not fit: your hours end at {closing}."
    return text, (setting.week(), *durations)


def _increment(reason: Reason, setting: ReasonContext) -> _Told:
    before = reason.minute or 0
    after = next((minute for minute in setting.grid if minute > before), None)
    times = setting.say(before) + ("" if after is None else f" and {setting.say(after)}")
    every = datetimes.length(setting.page.settings.increment_minutes)
    text = f"Meetings start every {every}. The nearest start time{'s are' if after else ' is'} {times}."
    return text, setting.tab("id_increment_minutes", "Change the increment")


def _busy(reason: Reason, setting: ReasonContext) -> _Told:
    if reason.busy and (brought := setting.brought.get(reason.busy.start_minute)):
        titles, takes = in_words([f"“{one.title}”" for one in brought]), "take" if brought[1:] else "takes"
        text = f"{titles}, booked at {brought[0].product}, {takes} {_span(reason, setting)}."
        return text, (Link(brought[0].path, "Move it here, or free the time"),)
    names = setting.calendars.get(reason.busy.start_minute, ()) if reason.busy else ()
    where = " and in ".join(f"“{name}”" for name in names) or "one of your calendars"
    return f"An event in {where} takes {_span(reason, setting)}.", (setting.own_calendars(), _providers())


def _booking(reason: Reason, setting: ReasonContext) -> _Told:
    link = setting.booking(reason.busy) if reason.busy else None
    if link is None:
        return f"A booking takes {_span(reason, setting)}.", ()
    return f"Your booking “{link.text}” takes {_span(reason, setting)}.", (
        Link(link.url, "Open the booking"),
    )


def _held(reason: Reason, setting: ReasonContext) -> _Told:
    until = setting.held_until.get(reason.busy.start_minute) if reason.busy else None
    ends = "for a few minutes" if until is None else f"until {setting.say(until)}"
    text = f"A guest who is about to book holds {_span(reason, setting)}, {ends} at most."
    return text, setting.tab("id_holds", "Change whether guests hold times")


def _buffer(reason: Reason, setting: ReasonContext) -> _Told:
    busy, bound = reason.busy, reason.minute or 0
    assert busy is not None  # noqa: S101 - a buffer is always one to something
    named = setting.booking(busy)
    what = f"your booking “{named.text}”" if named else _TAKEN_BY[busy.kind]
    if bound <= busy.start_minute:
        wish, own, rule = busy.buffer_before, "buffer_after_minutes", "before it has to end by"
    else:
        wish, own, rule = busy.buffer_after, "buffer_before_minutes", "after it can start at"
    text = f"It comes too near to {what}, {_span(reason, setting)}: a meeting {rule} {setting.say(bound)}."
    if wish > setting.minutes_of(own) and named:
        return text, (Link(named.url, "Open the booking, which asks for this buffer"),)
    return text, setting.rule(own, f"id_{own}", "Change the buffer")


def _cap(reason: Reason, setting: ReasonContext) -> _Told:
    cap, day = reason.cap, setting.day
    assert cap is not None  # noqa: S101 - only a cap is reached
    monday = day - timedelta(days=day.weekday())
    full = {
        Period.DAY: datetimes.day(day),
        Period.WEEK: f"the week from {datetimes.day(monday)}",
        Period.MONTH: f"{day:%B %Y}",
    }[cap.period]
    count = f"{cap.most} booking{'s' if cap.most != 1 else ''} a {cap.period}"
    place = f"id_cap_{cap.period}"
    if cap.scope is CapScope.PART:
        return f"You take {count} of this page, and {full} has them.", (
            setting.own_part("Change your limit", "id_cap_day"),
        )
    if cap.scope is CapScope.HOST:
        text = f"All your pages together take {count}, and {full} has them."
        return text, (Link(reverse("limits", fragment=place), "Change your limits"),)
    return f"This page takes {count}, and {full} has them.", setting.tab(place, "Change the limits")


def _unreadable(reason: Reason, setting: ReasonContext) -> _Told:
    if reason.busy:
        until = setting.say(reason.busy.start_minute)
        return f"Your calendars have been read until {until} only; more of them is read soon.", (
            setting.own_calendars(),
            _providers(),
        )
    text = f"“{reason.label}” cannot be read at the moment, so nobody knows whether you are free."
    return text, (setting.own_calendars(), _providers())


def _no_meeting_type(_: Reason, setting: ReasonContext) -> _Told:
    types = setting.tab("meeting-type", "Choose a meeting type", path="pages_booking")
    return "This page has no meeting type that can be used, so no time is offered.", (*types, _providers())


def _page_off(_: Reason, setting: ReasonContext) -> _Told:
    link = setting.tab("switched_off", "Switch it on", path="pages_off")
    return "This page is switched off: it takes no bookings.", link


def _paused(_: Reason, setting: ReasonContext) -> _Told:
    text = "You are paused on this page, so nothing new is booked with you."
    return text, (setting.own_part("Change your part", "part"),)


def _switched_off(_: Reason, __: ReasonContext) -> _Told:
    return "This account is switched off, or its mail address is not confirmed: it cannot be booked.", ()


def _no_calendar(_: Reason, setting: ReasonContext) -> _Told:
    text = "No calendar of yours is read, so nobody knows whether you are free, and others rely on it."
    return text, (setting.own_calendars(), _providers())


def _no_connection(_: Reason, __: ReasonContext) -> _Told:
    text = "You have not connected what makes the link of the meeting, so you cannot be the one who hosts it."
    return text, (_providers(),)


def _too_few_hosts(_: Reason, setting: ReasonContext) -> _Told:
    cohosts = setting.tab("staffing", "Change who takes the meeting", path="pages_booking")
    return "Fewer hosts take part in this page's meetings than it asks for, so no time is offered.", cohosts


def _span(reason: Reason, setting: ReasonContext) -> str:
    busy = reason.busy
    assert busy is not None  # noqa: S101 - the engine says what takes the time
    return f"{setting.say(busy.start_minute)} to {setting.say(busy.end_minute)}"


def _ahead(minutes: int) -> str:
    """As "2 days", "4 hours"."""
    days, rest = divmod(minutes, _DAY)
    return datetimes.length(minutes) if rest else f"{days} day{'s' if days > 1 else ''}"


_TELLERS: dict[Code, tuple[str, Callable[[Reason, ReasonContext], _Told]]] = {
    Code.PAST: ("Past", _past),
    Code.NOTICE: ("Notice", _notice),
    Code.HORIZON: ("Horizon", _horizon),
    Code.HOURS: ("Hours closed", _hours),
    Code.OVERRIDE: ("Date with other hours", _override),
    Code.OUT_OF_OFFICE: ("Out of office", _out_of_office),
    Code.HOLIDAY: ("Public holiday", _holiday),
    Code.DURATION_DOES_NOT_FIT: ("Too long for the hours", _duration),
    Code.INCREMENT: ("Between start times", _increment),
    Code.CALENDAR_BUSY: ("Calendar busy", _busy),
    Code.OWN_BOOKING: ("Own booking", _booking),
    Code.HELD: ("Held by a guest", _held),
    Code.BUFFER: ("Buffer", _buffer),
    Code.CAP_DAY: ("Limit of the day", _cap),
    Code.CAP_WEEK: ("Limit of the week", _cap),
    Code.CAP_MONTH: ("Limit of the month", _cap),
    Code.PROVIDER_UNREADABLE: ("Calendar unreadable", _unreadable),
    Code.NO_MEETING_TYPE: ("No meeting type", _no_meeting_type),
    Code.PAGE_OFF: ("Page switched off", _page_off),
    Code.PAUSED: ("Paused", _paused),
    Code.SWITCHED_OFF: ("Switched off", _switched_off),
    Code.NO_CALENDAR: ("No calendar", _no_calendar),
    Code.NO_CONNECTION: ("Not connected", _no_connection),
    Code.TOO_FEW_HOSTS: ("Too few hosts", _too_few_hosts),
}
_BUSY = _Kind(Code.CALENDAR_BUSY, "Busy", "Busy then.")
_CLOSED = _Kind(Code.HOURS, "Outside their hours", "Outside their hours.")
_UNREAD = _Kind(
    Code.PROVIDER_UNREADABLE,
    "Calendar unreadable",
    "Their calendar cannot be read, so nobody knows whether they are free.",
)
_OF_ANOTHER = {
    Code.NOTICE: _Kind(Code.NOTICE, "Notice", "Has to be booked further ahead."),
    Code.HOURS: _CLOSED,
    Code.OVERRIDE: _CLOSED,
    Code.OUT_OF_OFFICE: _CLOSED,
    Code.HOLIDAY: _CLOSED,
    Code.DURATION_DOES_NOT_FIT: _CLOSED,
    Code.CALENDAR_BUSY: _BUSY,
    Code.OWN_BOOKING: _BUSY,
    Code.HELD: _BUSY,
    Code.BUFFER: _BUSY,
    Code.CAP_DAY: _BUSY,
    Code.CAP_WEEK: _BUSY,
    Code.CAP_MONTH: _BUSY,
    Code.PROVIDER_UNREADABLE: _UNREAD,
    Code.NO_CALENDAR: _UNREAD,
    Code.PAUSED: _Kind(Code.PAUSED, "Paused", "Paused on this page."),
    Code.SWITCHED_OFF: _Kind(Code.SWITCHED_OFF, "Switched off", "Cannot be booked at the moment."),
    Code.NO_CONNECTION: _Kind(
        Code.NO_CONNECTION, "Not connected", "Has not connected what makes the link of the meeting."
    ),
}
"""Of a host who is not the reader: not what they do, with whom, in which calendar, nor how long they are away."""
