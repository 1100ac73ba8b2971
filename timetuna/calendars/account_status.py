"""What a host sees of connected accounts and of their calendars: how each of them stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet

from timetuna.calendars.hooks import Wants, losses_of, wants_of
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import Listing, listing, listings
from timetuna.ical.answer import Note
from timetuna.ical.refusals import sentence
from timetuna.l10n import datetimes
from timetuna.l10n.retold import retold
from timetuna.lib.text import find_zone


class CalendarState(StrEnum):
    """How it stands with a calendar."""

    RESTING = "resting"
    """Nothing asks for it, so it is not read."""
    WAITING = "waiting"
    """It has not been read yet, or for the host's zone of today, and nothing has gone wrong."""
    GOOD = "good"
    FAILING = "failing"
    """It cannot be read, and what is known of it still counts."""
    UNREADABLE = "unreadable"
    """It cannot be read, and what is known is too old to count, or there is nothing."""
    GONE = "gone"
    """Its account does not have it any more."""


TROUBLED = frozenset({CalendarState.FAILING, CalendarState.UNREADABLE, CalendarState.GONE})


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLine:
    """A calendar as its host sees it.

    silent: nothing that is known of it counts now.  counts_until: when what is known of a failing one stops to count.
    under_way: a reading is due or being done.
    """

    row: Calendar
    account: str
    state: CalendarState
    silent: bool
    counts_until: datetime | None = None
    under_way: bool = False

    def is_troubled(self) -> bool:
        return self.state in TROUBLED

    def notes(self) -> list[str]:
        """Where they count: of a calendar that takes time on a page."""
        zone = find_zone(self.row.known_zone) or ZoneInfo("UTC")
        counts = self.state in {CalendarState.GOOD, CalendarState.FAILING}
        return [retold(sentence(Note(*row), zone, when=_when)) for row in self.row.notes] if counts else []


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCard:
    """A linked account as its host sees it. losses: what disconnecting it means for pages, in sentences."""

    row: CalendarAccount
    listing: Listing
    calendars: tuple[CalendarLine, ...]
    losses: tuple[str, ...] = ()

    def first_look(self) -> bool:
        """Whether its calendars are still to be listed for the first time."""
        nothing_wrong = not (self.row.calendars_problem or self.row.needs_reconnect)
        return self.listing.has_calendars and self.row.calendars_read_at is None and nothing_wrong

    def changes_soon(self) -> bool:
        if self.row.needs_reconnect or not self.listing.ready:
            return False
        return self.first_look() or any(line.under_way for line in self.calendars)

    def rests(self) -> bool:
        return any(line.state is CalendarState.RESTING for line in self.calendars)

    def is_urgent(self) -> bool:
        """Whether its host had better connect it again."""
        return bool(self.row.needs_reconnect or self.row.grant_expires_at or self.failing_since())

    def read_at(self) -> datetime | None:
        """When one of its calendars was read last."""
        return max((line.row.read_at for line in self.calendars if line.row.read_at), default=None)

    def failing_since(self) -> datetime | None:
        """Since when the first of its calendars that cannot be read could not be."""
        return min(
            (line.row.failing_since for line in self.calendars if line.row.failing_since), default=None
        )


@dataclass(frozen=True, slots=True)
class ProviderCard:
    """A provider as its host sees it, with the accounts of it that are linked."""

    listing: Listing
    accounts: tuple[AccountCard, ...]


def provider_cards(host_id: int, *, now: datetime) -> list[ProviderCard]:
    """Those that make meetings first, those with a form last."""
    accounts = CalendarAccount.objects.filter(host_id=host_id).prefetch_related(
        Prefetch("calendars", _bare())
    )
    rows = list(accounts.order_by("connected_at", "id"))
    wants, losses = wants_of(host_id), losses_of(host_id) if rows else {}
    order = sorted(listings(), key=lambda one: (one.has_calendars, one.by_form, one.label.casefold()))
    return [
        ProviderCard(
            one, tuple(_card(row, one, wants, losses, now) for row in rows if row.provider == one.slug)
        )
        for one in order
    ]


def account_card(account_id: int, *, host_id: int, now: datetime) -> AccountCard | None:
    """None where it is not there, or not this host's."""
    rows = CalendarAccount.objects.filter(pk=account_id, host_id=host_id)
    row = rows.prefetch_related(Prefetch("calendars", _bare())).first()
    found = listing(row.provider) if row else None
    return None if row is None or found is None else _card(row, found, wants_of(host_id), {}, now)


def calendar_lines(host_id: int, *, now: datetime) -> list[CalendarLine]:
    """Account by account, in the order they were connected; without what was brought along, which nobody chooses."""
    rows = _bare().filter(account__host_id=host_id, everywhere=False).select_related("account")
    wants = wants_of(host_id)
    ordered = rows.order_by("account__connected_at", "account_id", "-is_primary", "name", "id")
    return [calendar_line(row, wants=wants, now=now) for row in ordered]


def calendar_line(row: Calendar, *, wants: Wants, now: datetime) -> CalendarLine:
    counts_until = wants.counts_until(row)
    late = counts_until is None or counts_until <= now
    known = CalendarState.UNREADABLE if late else CalendarState.GOOD
    if counts_until is None:
        known = CalendarState.WAITING
    state = _state(row, wanted=_counts(row, wants), known=known)
    due = state is CalendarState.WAITING or (
        state in TROUBLED - {CalendarState.GONE} and row.next_read_at <= now
    )
    return CalendarLine(
        row=row,
        account=row.account.called,
        state=state,
        silent=late,
        counts_until=counts_until if state is CalendarState.FAILING else None,
        under_way=due and not row.account.needs_reconnect,
    )


def _state(row: Calendar, *, wanted: bool, known: CalendarState) -> CalendarState:
    if not row.listed:
        return CalendarState.GONE
    if not wanted:
        return CalendarState.RESTING
    if row.failing_since or row.account.needs_reconnect:
        return CalendarState.FAILING if known is CalendarState.GOOD else CalendarState.UNREADABLE
    return known


def _card(
    row: CalendarAccount, found: Listing, wants: Wants, losses: Mapping[int, list[str]], now: datetime
) -> AccountCard:
    lines = [calendar_line(_with_account(one, row), wants=wants, now=now) for one in row.calendars.all()]
    shown = [line for line in lines if not line.row.is_every()]
    shown = [line for line in shown if line.state is not CalendarState.GONE or _counts(line.row, wants)]
    return AccountCard(row=row, listing=found, calendars=tuple(shown), losses=tuple(losses.get(row.pk, ())))


def _when(there: datetime) -> str:
    return f"{datetimes.day_of_year(there)}, {datetimes.clock(there)}"


def _bare() -> QuerySet[Calendar]:
    """Without what is known of their busy time, which is much and not shown."""
    return Calendar.objects.defer("busy", "cursor")


def _counts(row: Calendar, wants: Wants) -> bool:
    return row.blocks or row.pk in wants.chosen


def _with_account(row: Calendar, account: CalendarAccount) -> Calendar:
    row.account = account
    return row
