"""Reasons why a time cannot be booked, as their host reads them: a sentence, and where to change it.

Only hosts are told: guests see free times, and nothing about the others.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from timetuna.availability.hours import CapScope, Period, host_date
from timetuna.availability.slots import Busy, Code, Kind, Reason
from timetuna.bookings.slots.reason_context import Link, ReasonContext, ReasonLine
from timetuna.l10n import datetimes
from timetuna.l10n.lists import from_to, in_words, quoted
from timetuna.pages.public import HostTime

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_DAY = 1_440


class _Kind(NamedTuple):
    """As what somebody else's reason is told."""

    code: Code
    name: "StrOrPromise"
    text: "StrOrPromise"


_Told = tuple[str, tuple[Link, ...]]


def tell_of(host: HostTime, reason: Reason, setting: ReasonContext) -> ReasonLine:
    """What is in a host's way: to themselves in full, to others no more than of which kind it is."""
    kind = _OF_ANOTHER.get(reason.code)
    pages = (reason.cap and reason.cap.scope is CapScope.PAGE) or (
        reason.code is Code.NOTICE and not setting.page.is_shared()
    )
    if host.id == setting.reader or kind is None or pages:
        return tell(reason, setting)
    return ReasonLine(kind.code, str(kind.name), str(kind.text))


def name_of(code: Code, *, own: bool) -> str:
    """In a word or two, for lists. own: whether it is in the way of whoever reads it."""
    kind = None if own else _OF_ANOTHER.get(code)
    return str(kind.name if kind else _TELLERS[code][0])


def tell(reason: Reason, setting: ReasonContext) -> ReasonLine:
    name, teller = _TELLERS[reason.code]
    text, links = teller(reason, setting)
    return ReasonLine(reason.code, str(name), text, links)


def _past(reason: Reason, setting: ReasonContext) -> _Told:
    now = {"now": setting.say(reason.minute or 0)}
    return gettext("This time is over: it is %(now)s now.") % now, ()


def _notice(reason: Reason, setting: ReasonContext) -> _Told:
    text = gettext(
        "Guests have to book %(ahead)s ahead: a meeting can start from %(earliest)s on, as things are now."
    ) % {"ahead": _ahead(setting.minutes_of("notice_minutes")), "earliest": setting.say(reason.minute or 0)}
    return text, setting.rule("notice_minutes", "id_notice", gettext("Change the notice"))


def _horizon(reason: Reason, setting: ReasonContext) -> _Told:
    page = setting.page
    last = page.horizon_date or host_date(page.own.opening, (reason.minute or 0) - 1)
    text = gettext("It is too far ahead: guests can book until %(day)s.")
    link = setting.tab("id_horizon_kind", gettext("Change the horizon"))
    return text % {"day": datetimes.day_of_year(last)}, link


def _hours(_: Reason, setting: ReasonContext) -> _Told:
    text = gettext("Your hours are closed at this time.")
    if setting.is_my_clock():
        weekday = datetimes.written(setting.day, "l")
        text = gettext("Your hours are closed at this time of a %(weekday)s.") % {"weekday": weekday}
    return text, (setting.week(),)


def _providers() -> Link:
    return Link(reverse("settings_providers"), gettext("Connected providers"))


def _override(reason: Reason, setting: ReasonContext) -> _Told:
    link = setting.hours("dates", gettext("Change this date’s hours"))
    if reason.minute is None:
        return gettext("This date has other hours than its weekday: it is closed."), (link,)
    text = gettext("This date has other hours than its weekday: they begin at %(opens)s and are closed then.")
    return text % {"opens": setting.say(reason.minute)}, (link,)


def _out_of_office(reason: Reason, _: ReasonContext) -> _Told:
    text = gettext("You are out of office then.")
    if reason.label:
        text = gettext("You are out of office then. Your note says: %(note)s") % {"note": reason.label}
    return text, (Link(reverse("time_off"), gettext("Change your absence")),)


def _holiday(reason: Reason, _: ReasonContext) -> _Told:
    text = gettext("It is a public holiday: %(holiday)s.") % {"holiday": reason.label}
    return text, (Link(reverse("holidays"), gettext("Change the holidays")),)


def _duration(reason: Reason, setting: ReasonContext) -> _Told:
    durations = setting.tab("durations", gettext("Change the durations"), path="pages_booking")
    text = gettext("A meeting of %(length)s does not fit: your hours end at %(closing)s.") % {
        "length": datetimes.length(setting.minutes),
        "closing": setting.say(reason.minute or 0),
    }
    return text, (setting.week(), *durations)


def _increment(reason: Reason, setting: ReasonContext) -> _Told:
    before = reason.minute or 0
    after = next((minute for minute in setting.grid if minute > before), None)
    text = gettext("Meetings start every %(length)s. The nearest start time is %(before)s.")
    if after is not None:
        text = gettext(
            "Meetings start every %(length)s. The nearest start times are %(before)s and %(after)s."
        )
    text %= {
        "length": datetimes.length(setting.page.settings.increment_minutes),
        "before": setting.say(before),
        "after": setting.say(after or 0),
    }
    return text, setting.tab("id_increment_minutes", gettext("Change the increment"))


def _busy(reason: Reason, setting: ReasonContext) -> _Told:
    span = _span(reason, setting)
    if reason.busy and (brought := setting.brought.get(reason.busy.start_minute)):
        titles = in_words([quoted(one.title) for one in brought])
        text = ngettext(
            "%(titles)s, booked at %(product)s, takes %(span)s.",
            "%(titles)s, booked at %(product)s, take %(span)s.",
            len(brought),
        ) % {"titles": titles, "product": brought[0].product, "span": span}
        return text, (Link(brought[0].path, gettext("Move it here, or free the time")),)
    names = setting.calendars.get(reason.busy.start_minute, ()) if reason.busy else ()
    text = gettext("An event in one of your calendars takes %(span)s.")
    if names:
        text = gettext("An event in %(calendars)s takes %(span)s.")
    text %= {"calendars": in_words([quoted(name) for name in names]), "span": span}
    return text, (setting.own_calendars(), _providers())


def _booking(reason: Reason, setting: ReasonContext) -> _Told:
    link, span = setting.booking(reason.busy) if reason.busy else None, _span(reason, setting)
    if link is None:
        return gettext("A booking takes %(span)s.") % {"span": span}, ()
    text = gettext("Your booking “%(booking)s” takes %(span)s.") % {"booking": link.text, "span": span}
    return text, (Link(link.url, gettext("Open the booking")),)


def _held(reason: Reason, setting: ReasonContext) -> _Told:
    until = setting.held_until.get(reason.busy.start_minute) if reason.busy else None
    text = gettext("A guest who is about to book holds %(span)s, for a few minutes at most.")
    if until is not None:
        text = gettext("A guest who is about to book holds %(span)s, until %(until)s at most.")
    text %= {"span": _span(reason, setting), "until": setting.say(until or 0)}
    return text, setting.tab("id_holds", gettext("Change whether guests hold times"))


def _buffer(reason: Reason, setting: ReasonContext) -> _Told:
    busy, bound = reason.busy, reason.minute or 0
    assert busy is not None  # noqa: S101 - a buffer is always one to something
    named = setting.booking(busy)
    if bound <= busy.start_minute:
        wish, own = busy.buffer_before, "buffer_after_minutes"
        text = gettext(
            "It comes too near to %(what)s, %(span)s: a meeting before it has to end by %(bound)s."
        )
    else:
        wish, own = busy.buffer_after, "buffer_before_minutes"
        text = gettext("It comes too near to %(what)s, %(span)s: a meeting after it can start at %(bound)s.")
    text %= {
        "what": _what_takes(busy, named),
        "span": _span(reason, setting),
        "bound": setting.say(bound),
    }
    if wish > setting.minutes_of(own) and named:
        return text, (Link(named.url, gettext("Open the booking, which asks for this buffer")),)
    return text, setting.rule(own, f"id_{own}", gettext("Change the buffer"))


def _what_takes(busy: Busy, named: Link | None) -> str:
    if named:
        return gettext("your booking “%(booking)s”") % {"booking": named.text}
    return {
        Kind.CALENDAR: gettext("an event in one of your calendars"),
        Kind.BOOKING: gettext("a booking"),
        Kind.HOLD: gettext("a time that a guest is about to book"),
        Kind.UNKNOWN: gettext("a time for which your calendars have not been read yet"),
    }[busy.kind]


def _cap(reason: Reason, setting: ReasonContext) -> _Told:
    cap, day = reason.cap, setting.day
    assert cap is not None  # noqa: S101 - only a cap is reached
    monday = day - timedelta(days=day.weekday())
    full = {
        Period.DAY: datetimes.day(day),
        Period.WEEK: gettext("the week from %(day)s") % {"day": datetimes.day(monday)},
        Period.MONTH: datetimes.written(day, pgettext("month", "F Y")),
    }[cap.period]
    given = {"count": _count(cap.most, cap.period), "full": full}
    place = f"id_cap_{cap.period}"
    if cap.scope is CapScope.PART:
        text = gettext("You take %(count)s of this page, and %(full)s has them.")
        return text % given, (setting.own_part(gettext("Change your limit"), "id_cap_day"),)
    if cap.scope is CapScope.HOST:
        text = gettext("All your pages together take %(count)s, and %(full)s has them.")
        return text % given, (Link(reverse("limits", fragment=place), gettext("Change your limits")),)
    text = gettext("This page takes %(count)s, and %(full)s has them.")
    return text % given, setting.tab(place, gettext("Change the limits"))


def _count(most: int, period: Period) -> str:
    """As in "2 bookings a week"."""
    said = {
        Period.DAY: ngettext("%(count)d booking a day", "%(count)d bookings a day", most),
        Period.WEEK: ngettext("%(count)d booking a week", "%(count)d bookings a week", most),
        Period.MONTH: ngettext("%(count)d booking a month", "%(count)d bookings a month", most),
    }
    return said[period] % {"count": most}


def _unreadable(reason: Reason, setting: ReasonContext) -> _Told:
    links = setting.own_calendars(), _providers()
    if reason.busy:
        text = gettext("Your calendars have been read until %(until)s only; more of them is read soon.")
        return text % {"until": setting.say(reason.busy.start_minute)}, links
    text = gettext("“%(calendar)s” cannot be read at the moment, so nobody knows whether you are free.")
    return text % {"calendar": reason.label}, links


def _no_meeting_type(_: Reason, setting: ReasonContext) -> _Told:
    types = setting.tab("meeting-type", gettext("Choose a meeting type"), path="pages_booking")
    text = gettext("This page has no meeting type that can be used, so no time is offered.")
    return text, (*types, _providers())


def _page_off(_: Reason, setting: ReasonContext) -> _Told:
    link = setting.tab("switched_off", gettext("Switch it on"), path="pages_off")
    return gettext("This page is switched off: it takes no bookings."), link


def _unpayable(_: Reason, setting: ReasonContext) -> _Told:
    price = setting.tab("price", gettext("Change the price"), path="pages_booking")
    text = gettext("Guests are to pay for this page, and its owner has no Stripe account that can be paid.")
    return text, (*price, _providers())


def _paused(_: Reason, setting: ReasonContext) -> _Told:
    text = gettext("You are paused on this page, so nothing new is booked with you.")
    return text, (setting.own_part(gettext("Change your part"), "part"),)


def _switched_off(_: Reason, __: ReasonContext) -> _Told:
    text = gettext(
        "This account is switched off, or its email address is not confirmed: it cannot be booked."
    )
    return text, ()


def _no_calendar(_: Reason, setting: ReasonContext) -> _Told:
    text = gettext(
        "No calendar of yours is read, so nobody knows whether you are free, and others rely on it."
    )
    return text, (setting.own_calendars(), _providers())


def _no_connection(_: Reason, __: ReasonContext) -> _Told:
    text = gettext(
        "You have not connected what makes the link of the meeting, so you cannot be the one who hosts it."
    )
    return text, (_providers(),)


def _too_few_hosts(_: Reason, setting: ReasonContext) -> _Told:
    cohosts = setting.tab("staffing", gettext("Change who takes the meeting"), path="pages_booking")
    text = gettext("Fewer hosts take part in this page’s meetings than it asks for, so no time is offered.")
    return text, cohosts


def _span(reason: Reason, setting: ReasonContext) -> str:
    busy = reason.busy
    assert busy is not None  # noqa: S101 - the engine says what takes the time
    return from_to(setting.say(busy.start_minute), setting.say(busy.end_minute))


def _ahead(minutes: int) -> str:
    """As "2 days", "4 hours"."""
    days, rest = divmod(minutes, _DAY)
    return (
        datetimes.length(minutes)
        if rest
        else ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
    )


_TELLERS: dict[Code, tuple["StrOrPromise", Callable[[Reason, ReasonContext], _Told]]] = {
    Code.PAST: (gettext_lazy("Past"), _past),
    Code.NOTICE: (gettext_lazy("Notice"), _notice),
    Code.HORIZON: (gettext_lazy("Horizon"), _horizon),
    Code.HOURS: (gettext_lazy("Hours closed"), _hours),
    Code.OVERRIDE: (gettext_lazy("Date with other hours"), _override),
    Code.OUT_OF_OFFICE: (gettext_lazy("Out of office"), _out_of_office),
    Code.HOLIDAY: (gettext_lazy("Public holiday"), _holiday),
    Code.DURATION_DOES_NOT_FIT: (gettext_lazy("Too long for the hours"), _duration),
    Code.INCREMENT: (gettext_lazy("Between start times"), _increment),
    Code.CALENDAR_BUSY: (gettext_lazy("Calendar busy"), _busy),
    Code.OWN_BOOKING: (gettext_lazy("Own booking"), _booking),
    Code.HELD: (gettext_lazy("Held by a guest"), _held),
    Code.BUFFER: (gettext_lazy("Buffer"), _buffer),
    Code.CAP_DAY: (gettext_lazy("Limit of the day"), _cap),
    Code.CAP_WEEK: (gettext_lazy("Limit of the week"), _cap),
    Code.CAP_MONTH: (gettext_lazy("Limit of the month"), _cap),
    Code.PROVIDER_UNREADABLE: (gettext_lazy("Calendar unreadable"), _unreadable),
    Code.NO_MEETING_TYPE: (gettext_lazy("No meeting type"), _no_meeting_type),
    Code.PAGE_OFF: (gettext_lazy("Page switched off"), _page_off),
    Code.UNPAYABLE: (gettext_lazy("Cannot be paid"), _unpayable),
    Code.PAUSED: (gettext_lazy("Paused"), _paused),
    Code.SWITCHED_OFF: (gettext_lazy("Switched off"), _switched_off),
    Code.NO_CALENDAR: (gettext_lazy("No calendar"), _no_calendar),
    Code.NO_CONNECTION: (gettext_lazy("Not connected"), _no_connection),
    Code.TOO_FEW_HOSTS: (gettext_lazy("Too few hosts"), _too_few_hosts),
}
_BUSY = _Kind(Code.CALENDAR_BUSY, gettext_lazy("Busy"), gettext_lazy("Busy then."))
_CLOSED = _Kind(Code.HOURS, gettext_lazy("Outside their hours"), gettext_lazy("Outside their hours."))
_UNREAD = _Kind(
    Code.PROVIDER_UNREADABLE,
    gettext_lazy("Calendar unreadable"),
    gettext_lazy("Their calendar cannot be read, so nobody knows whether they are free."),
)
_OF_ANOTHER = {
    Code.NOTICE: _Kind(Code.NOTICE, gettext_lazy("Notice"), gettext_lazy("Has to be booked further ahead.")),
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
    Code.PAUSED: _Kind(Code.PAUSED, gettext_lazy("Paused"), gettext_lazy("Paused on this page.")),
    Code.SWITCHED_OFF: _Kind(
        Code.SWITCHED_OFF, gettext_lazy("Switched off"), gettext_lazy("Cannot be booked at the moment.")
    ),
    Code.NO_CONNECTION: _Kind(
        Code.NO_CONNECTION,
        gettext_lazy("Not connected"),
        gettext_lazy("Has not connected what makes the link of the meeting."),
    ),
}
"""Of a host who is not the reader: not what they do, with whom, in which calendar, nor how long they are away."""
