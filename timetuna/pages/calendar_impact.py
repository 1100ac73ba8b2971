"""What becomes of pages for want of a calendar: those that are silent now, and what goes with an account."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from timetuna.calendars.account_status import CalendarLine, CalendarState, calendar_lines
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import Target, comes_with_event, conference_kinds, event_kinds_of, targets
from timetuna.lib.text import in_words
from timetuna.pages.models import BookingPage, PageHost


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a page is silent. names: the calendars. first: they are being read, and nothing is wrong."""

    names: tuple[str, ...]
    first: bool

    def sentence(self) -> str:
        named = in_words([f"“{name}”" for name in self.names])
        if self.first:
            return f"Offers no times yet: {named} {'are' if len(self.names) > 1 else 'is'} being read."
        return f"Offers no times, because {named} cannot be read."


def silences(host_id: int, *, now: datetime) -> dict[int, Silence]:
    """By the id of each page that this host takes part in, for want of their own calendars.

    In a number of queries that does not grow; one query for a host without calendars.
    """
    if not Calendar.objects.filter(account__host_id=host_id).exists():
        return {}
    lines = {line.row.pk: line for line in calendar_lines(host_id, now=now)}
    rows = PageHost.objects.filter(host_id=host_id, active=True).prefetch_related("calendars")
    found = {row.page_id: _silence(_asked(row, lines)) for row in rows}
    return {pk: silence for pk, silence in found.items() if silence is not None}


def _asked(row: PageHost, lines: dict[int, CalendarLine]) -> Iterable[CalendarLine]:
    if row.own_calendars:
        return [lines[one.calendar_id] for one in row.calendars.all() if one.calendar_id in lines]
    return [line for line in lines.values() if line.row.blocks]


def _silence(asked: Iterable[CalendarLine]) -> Silence | None:
    silent = [line for line in asked if line.silent]
    first = all(line.state is CalendarState.WAITING for line in silent)
    told = silent if first else [line for line in silent if line.state is not CalendarState.WAITING]
    return Silence(tuple(line.row.name for line in told), first) if silent else None


_MOST_NAMES = 3
_Writes = PageHost.Writes


def losses_of(host_id: int) -> Mapping[int, list[str]]:
    """By account's id, in sentences; in six queries, however many there are."""
    rows = PageHost.objects.filter(host_id=host_id, active=True).order_by("page__title", "page")
    there = _There(
        rows=tuple(rows.select_related("page").prefetch_related("page__meeting_types", "calendars")),
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
        found = [self._blocking(gone), self._writing(gone), *self._meeting(account, gone)]
        return [sentence for sentence in found if sentence]

    def _blocking(self, gone: Mapping[int, Calendar]) -> str:
        everywhere = {pk for pk, row in gone.items() if row.blocks}
        names: set[str] = set()
        touched = []
        for row in self.rows:
            chosen = {one.calendar_id for one in row.calendars.all()}
            lost = chosen & gone.keys() if row.own_calendars else everywhere
            names |= {gone[pk].name for pk in lost}
            touched += [row.page.title] if lost else []
        if not touched:
            return ""
        return f"Guests can then book {_titles(touched)} whatever is in {_titles(sorted(names))}."

    def _writing(self, gone: Collection[int]) -> str:
        lost = [row.page.title for row in self.rows if (to := self._target(row)) and to.id in gone]
        return f"New bookings of {_titles(lost)} no longer go to its calendar." if lost else ""

    def _meeting(self, account: CalendarAccount, gone: Collection[int]) -> Iterable[str]:
        same = [one for one in self.accounts if one.provider == account.provider]
        for kind, label in conference_kinds().items():
            on = [row for row in self.rows if _has_on(row.page, kind)]
            if comes_with_event(kind):
                lost = [row.page.title for row in on if self._carries(row, kind, but=())]
                kept = [row.page.title for row in on if self._carries(row, kind, but=gone)]
                lost = [title for title in lost if title not in kept]
            else:
                lost = [row.page.title for row in on] if kind == account.provider and len(same) == 1 else []
            if lost:
                yield f"{label} is then no meeting type of {_titles(lost)}."

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
    shown = [f"“{name}”" for name in names[:_MOST_NAMES]]
    more = len(names) - len(shown)
    return in_words([*shown, f"{more} more"] if more else shown)
