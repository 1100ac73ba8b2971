"""What becomes of pages for want of a calendar: those that are silent now, and what goes with an account."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import F, Prefetch, QuerySet
from django.utils.translation import gettext, gettext_noop, ngettext

from timetuna.accounts.models import User
from timetuna.calendars.account_status import CalendarLine, CalendarState, calendar_line
from timetuna.calendars.hooks import Wants
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import Target, comes_with_event, conference_kinds, event_kinds_of, targets
from timetuna.l10n.datetimes import date_from, date_in
from timetuna.l10n.lists import in_words, quoted
from timetuna.pages.calendar_use import lost_calendar
from timetuna.pages.models import FOR_GOOD, BookingPage, HostRules, PageHost, PageHostCalendar


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a host has no time on a page, for themselves to read: it names their calendars.

    names: those that say nothing; without any, none says when they are busy, and others rely on it.  first: they are
    being read, and nothing is wrong.  needed: no meeting is held without this host.
    """

    names: tuple[str, ...]
    first: bool
    needed: bool = True

    def sentence(self) -> str:
        return self._of_page() if self.needed else self._of_host()

    def _of_page(self) -> str:
        if not self.names:
            return gettext("Offers no times, because no calendar says when you are busy.")
        text = ngettext(
            "Offers no times, because %(calendars)s cannot be read.",
            "Offers no times, because %(calendars)s cannot be read.",
            len(self.names),
        )
        if self.first:
            text = ngettext(
                "Offers no times yet: %(calendars)s is being read.",
                "Offers no times yet: %(calendars)s are being read.",
                len(self.names),
            )
        return text % {"calendars": in_words([quoted(name) for name in self.names])}

    def _of_host(self) -> str:
        if not self.names:
            return gettext("You are not booked here, because no calendar says when you are busy.")
        text = ngettext(
            "You are not booked here, because %(calendars)s cannot be read.",
            "You are not booked here, because %(calendars)s cannot be read.",
            len(self.names),
        )
        if self.first:
            text = ngettext(
                "You are not booked here yet: %(calendars)s is being read.",
                "You are not booked here yet: %(calendars)s are being read.",
                len(self.names),
            )
        return text % {"calendars": in_words([quoted(name) for name in self.names])}

    def way_out(self) -> str:
        """Of the link to the host's calendars for the page."""
        return gettext("Your calendars for this page") if self.names else gettext("Connect a calendar")


def silences(host_id: int, *, now: datetime) -> dict[int, Silence]:
    """By the id of each page that this host takes part in, for want of their own calendars.

    In a number of queries that does not grow.
    """
    rows = list(_with_calendar(PageHost.objects.filter(host_id=host_id, active=True)))
    found = {row.page_id: _silence(row, asked) for row, asked in _asked(rows, now=now)}
    return {pk: silence for pk, silence in found.items() if silence is not None}


class CalendarTrouble(StrEnum):
    """What is the matter with somebody's calendars, in English."""

    NONE = gettext_noop("No calendar connected")
    RECONNECT = gettext_noop("Calendar needs reconnecting")
    READING = gettext_noop("Calendar is being read")
    UNREADABLE = gettext_noop("Calendar cannot be read")


@dataclass(frozen=True, slots=True)
class HostTrouble:
    """What is the matter with the calendars of somebody who hosts a page, for others to read: it names none of them.

    silent: they have no time on the page for it.
    """

    text: CalendarTrouble
    silent: bool

    def said(self) -> str:
        """In the reader's language."""
        return gettext(self.text)


def troubles_on(page_id: int, *, now: datetime) -> dict[int, HostTrouble]:
    """By the id of each row of the page's hosts with whom something is. In a number of queries that does not grow."""
    return troubles_of(PageHost.objects.filter(page=page_id, active=True), now=now)


def troubles_of(hosts: QuerySet[PageHost], *, now: datetime) -> dict[int, HostTrouble]:
    """The same of any hosts of any pages."""
    found = {row.pk: _trouble(row, asked) for row, asked in _asked(list(_with_calendar(hosts)), now=now)}
    return {pk: trouble for pk, trouble in found.items() if trouble is not None}


def _with_calendar(rows: QuerySet[PageHost]) -> QuerySet[PageHost]:
    """And with all who host the page, as far as it is asked here."""
    hosts = PageHost.objects.only("page", *_OF_HOST).order_by()
    return (
        rows.select_related("page", "write_calendar")
        .prefetch_related(Prefetch("page__page_hosts", hosts))
        .only("page", *_OF_HOST, "own_calendars", "writes", *_OF_PAGE, *_OF_CALENDAR)
    )


_OF_HOST = ("host", "active", "part")
_OF_PAGE = ("page__host", "page__staffing")
_OF_CALENDAR = ("write_calendar__name", "write_calendar__listed")


def _asked(rows: Collection[PageHost], *, now: datetime) -> Iterator[tuple[PageHost, list[CalendarLine]]]:
    """Each with the calendars that take its host's time on the page."""
    hosts = {row.user_id for row in rows}
    found = Calendar.objects.filter(account__host__in=hosts).select_related("account")
    ordered = found.order_by("account__connected_at", "account", "-is_primary", "name", "id")
    calendars = ordered.annotate(
        zone=F("account__host__time_zone"), patience=F("account__host__host_rules__calendar_patience_hours")
    ).defer("busy", "cursor")
    mine = PageHost.objects.filter(host__in=hosts, active=True, own_calendars=True)
    of_pages = PageHostCalendar.objects.filter(page_host__in=mine).values_list("page_host", "calendar")
    pairs = set(of_pages if calendars else ())
    chosen = frozenset(calendar_id for _, calendar_id in pairs)
    lines = defaultdict[int, list[CalendarLine]](list)
    for one in calendars:
        patience = timedelta(hours=HostRules.PATIENCE_HOURS if one.patience is None else one.patience)
        wants = Wants(patience=patience, chosen=chosen, zone=one.zone)
        lines[one.account.host_id].append(calendar_line(one, wants=wants, now=now))
    for row in rows:
        own = lines[row.user_id]
        if row.own_calendars:
            yield row, [line for line in own if (row.pk, line.row.pk) in pairs]
        else:
            yield row, [line for line in own if line.row.blocks]


def _silence(row: PageHost, asked: Collection[CalendarLine]) -> Silence | None:
    """Whose part is none at the moment is silent for another reason; who hosts alone may do without calendars."""
    part, silent, lost = row.part_on(row.page), [line for line in asked if line.silent], lost_calendar(row)
    if part is None or not (silent or lost or (row.page.is_shared() and not asked)):
        return None
    first = bool(silent) and not lost and all(line.state is CalendarState.WAITING for line in silent)
    told = [line.row.name for line in silent if first or line.state is not CalendarState.WAITING]
    names = dict.fromkeys([*told, *([lost] if lost else [])])
    return Silence(tuple(names), first, part == PageHost.Part.REQUIRED)


def _trouble(row: PageHost, asked: Collection[CalendarLine]) -> HostTrouble | None:
    silence = _silence(row, asked)
    if not asked:
        return HostTrouble(CalendarTrouble.NONE, silence is not None)
    if any(line.row.account.needs_reconnect for line in asked):
        return HostTrouble(CalendarTrouble.RECONNECT, silence is not None)
    if silence is None:
        return None
    return HostTrouble(CalendarTrouble.READING if silence.first else CalendarTrouble.UNREADABLE, silent=True)


def paused_words(row: PageHost, host: User, *, now: datetime) -> str:
    """As in "Paused until 12 January"; "" while they are not."""
    if not is_paused(row, host, now=now):
        return ""
    if (day := pause_end(row.paused_until, host, now=now)) is None:
        return gettext("Paused until further notice")
    return gettext("Paused until %(day)s") % {"day": day}


def is_paused(row: PageHost, host: User, *, now: datetime) -> bool:
    return bool(row.paused_until and row.is_paused(now, zone=host.time_zone))


def pause_end(until: date | None, host: User, *, now: datetime) -> str | None:
    """As in "12 January"; None for good."""
    if until is None or until == FOR_GOOD:
        return None
    return date_from(until, today=date_in(host.time_zone, now))


def pause_sentence(until: date | None, host: User, *, now: datetime) -> str:
    """As in "You are paused until 12 January", for the host."""
    if (day := pause_end(until, host, now=now)) is None:
        return gettext("You are paused until further notice")
    return gettext("You are paused until %(day)s") % {"day": day}


_MOST_NAMES = 3
_Writes = PageHost.Writes


def losses_of(host_id: int) -> Mapping[int, list[str]]:
    """By account's id, in sentences; in six queries, however many there are."""
    rows = PageHost.objects.filter(host_id=host_id, active=True).order_by("page__title", "page")
    around = rows.select_related("page").prefetch_related(
        "page__meeting_types", "page__page_hosts", "calendars"
    )
    there = _There(
        rows=tuple(row for row in around if row.part_on(row.page) is not None),
        calendars=tuple(Calendar.objects.filter(account__host_id=host_id).defer("busy", "cursor")),
        targets=tuple(targets(host_id)),
        accounts=tuple(CalendarAccount.objects.filter(host_id=host_id)),
    )
    return {account.pk: there.without(account) for account in there.accounts}


@dataclass(frozen=True, slots=True, kw_only=True)
class _There:
    """Everything of a host that the question touches. rows: what pages they host, with their own part of each.

    targets: calendars that can be written to, the default first.
    """

    rows: tuple[PageHost, ...]
    calendars: tuple[Calendar, ...]
    targets: tuple[Target, ...]
    accounts: tuple[CalendarAccount, ...]

    def without(self, account: CalendarAccount) -> list[str]:
        gone = {row.pk: row for row in self.calendars if row.account_id == account.pk}
        return [*self._blocking(gone), *self._writing(gone), *self._meeting(account, gone)]

    def _blocking(self, gone: Mapping[int, Calendar]) -> Iterable[str]:
        names: set[str] = set()
        touched, idle = [], []
        for row in self.rows:
            chosen = {one.calendar_id for one in row.calendars.all()}
            asked = chosen if row.own_calendars else {one.pk for one in self.calendars if one.blocks}
            lost = asked & gone.keys()
            if lost == asked and row.page.is_shared():
                idle += [row.page.title] if lost else []
                continue
            names |= {gone[pk].name for pk in lost}
            touched += [row.page.title] if lost else []
        if touched:
            sentence = gettext("Guests can then book %(pages)s whatever is in %(calendars)s.")
            yield sentence % {"pages": _titles(touched), "calendars": _titles(sorted(names))}
        if idle:
            sentence = gettext(
                "Nobody can then book you on %(pages)s: no calendar would say when you are busy."
            )
            yield sentence % {"pages": _titles(idle)}

    def _writing(self, gone: Collection[int]) -> Iterable[str]:
        lost = [row.page.title for row in self.rows if (to := self._target(row)) and to.id in gone]
        if lost:
            yield gettext("New bookings of %(pages)s no longer go to its calendar.") % {
                "pages": _titles(lost)
            }

    def _meeting(self, account: CalendarAccount, gone: Collection[int]) -> Iterable[str]:
        for kind, label in conference_kinds().items():
            lost = [row.page for row in self.rows if self._loses(row, kind, account, gone)]
            alone = [page.title for page in lost if not page.is_shared()]
            shared = [page.title for page in lost if page.is_shared()]
            if alone:
                sentence = gettext("%(kind)s is then no meeting type of %(pages)s.")
                yield sentence % {"kind": label, "pages": _titles(alone)}
            if shared:
                sentence = gettext(
                    "Your %(kind)s is then gone from %(pages)s: others who host it need theirs."
                )
                yield sentence % {"kind": label, "pages": _titles(shared)}

    def _loses(self, row: PageHost, kind: str, account: CalendarAccount, gone: Collection[int]) -> bool:
        if not _has_on(row.page, kind):
            return False
        if comes_with_event(kind):
            return self._carries(row, kind, but=()) and not self._carries(row, kind, but=gone)
        same = [one for one in self.accounts if one.provider == account.provider]
        return kind == account.provider and len(same) == 1

    def _carries(self, row: PageHost, kind: str, *, but: Collection[int]) -> bool:
        return kind in event_kinds_of(self._target(row, but=but))

    def _target(self, row: PageHost, *, but: Collection[int] = ()) -> Target | None:
        left = [one for one in self.targets if one.id not in but]
        if row.writes == _Writes.DEFAULT:
            return next(iter(left), None)
        chosen = row.write_calendar_id if row.writes == _Writes.CHOSEN else None
        return next((one for one in left if one.id == chosen), None)


def _has_on(page: BookingPage, kind: str) -> bool:
    return any(row.kind == kind and row.enabled for row in page.meeting_types.all())


def _titles(names: list[str]) -> str:
    shown = [quoted(name) for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return in_words([*shown, gettext("%(count)s more") % {"count": more}] if more else shown)
