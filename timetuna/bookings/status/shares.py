"""The ledger of a page whose hosts take turns: what each is owed, has taken and should have, and how that came."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from django.utils.formats import get_format
from django.utils.translation import gettext, ngettext_lazy, pgettext

from timetuna.availability.shares import WHOLE
from timetuna.bookings.actions.turns import taken_this_month
from timetuna.bookings.models import Turn
from timetuna.bookings.status.rows import Reader
from timetuna.bookings.status.turns import ABSENT, name_of, named, of_a_meeting
from timetuna.l10n import datetimes
from timetuna.l10n.lists import in_words
from timetuna.lib.plot import Plot, Point, plot
from timetuna.pages.models import BookingPage, PageHost

MOST_IN_ONE = 3
"""Lines that can be told apart in one plot; more have a plot each."""
_SAMPLES = 5
_Part = PageHost.Part
_COMES = {
    _Part.REQUIRED: ngettext_lazy("%(names)s is always there.", "%(names)s are always there.", "count"),
    _Part.OPTIONAL: ngettext_lazy("%(names)s joins if free.", "%(names)s join if free.", "count"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareLine:
    """One host, or all who have left together.

    members: their names.  balance: what they are owed now, in words.  month: their meetings since it began, where these
    are what counts.  fair: their share of the meetings of the time that is shown.  note: why they take no turns now.
    path: their line in the plot.  color: its number; 0 is grey.  samples: what it shows on a few dates.
    """

    name: str
    members: str
    is_former: bool
    balance: str
    month: int
    taken: int
    fair: str
    weight: int
    tier: int
    last: str
    note: str
    path: str
    color: int
    samples: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """is_counted: by the meetings of a month, not by balances.  is_empty: nothing has been shared out yet.

    is_apart: too many lines for one plot.  dates: of the samples.  others: who comes without taking turns.
    """

    is_counted: bool
    is_empty: bool
    is_apart: bool
    lines: Sequence[ShareLine]
    balance: str
    month: int
    taken: int
    fair: str
    plot: Plot
    dates: Sequence[str]
    others: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShownSpan:
    """The time that is shown, aware UTC."""

    since: datetime
    until: datetime

    def place(self, moment: datetime) -> float:
        """From 0 to 1."""
        return (moment - self.since) / (self.until - self.since)

    def samples(self) -> list[datetime]:
        step = (self.until - self.since) / (_SAMPLES - 1)
        return [self.since + step * number for number in range(_SAMPLES)]


class _Entry(NamedTuple):
    """What one turn did, in millionths of a meeting."""

    at: datetime
    credit: int
    debit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    """What one line stands on. values: what it shows at its beginning and after each of the moments `at`."""

    rows: Sequence[PageHost]
    balance: int
    month: int
    taken: int
    credit: int
    at: Sequence[datetime]
    values: Sequence[int]

    def is_former(self) -> bool:
        return not self.rows[0].active

    def last_turn(self) -> datetime | None:
        return max((row.last_turn_at for row in self.rows if row.last_turn_at), default=None)

    def points(self, span: ShownSpan) -> list[Point]:
        places = [0.0, *(span.place(moment) for moment in self.at)]
        return [(place, value / WHOLE) for place, value in zip(places, self.values, strict=True)]

    def value_at(self, moment: datetime) -> int:
        return self.values[bisect_right(self.at, moment)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ledger:
    """Read once for all lines. entries, month: by row of the page."""

    page: BookingPage
    span: ShownSpan
    is_counted: bool
    entries: Mapping[int, Sequence[_Entry]]
    month: Mapping[int, int]

    def accounts(self, rows: Iterable[PageHost]) -> list[_Account]:
        """Of those who take turns, or did, in the page's order; all who have left are one, the last."""
        concerned = [
            row
            for row in rows
            if row.part_on(self.page) is _Part.ROTATING or row.balance or row.pk in self.entries
        ]
        former = [row for row in concerned if not row.active]
        found = [self._account([row]) for row in concerned if row.active]
        return [*found, *([self._account(former)] if former else [])]

    def _account(self, rows: Sequence[PageHost]) -> _Account:
        entries = sorted(entry for row in rows for entry in self.entries.get(row.pk, ()))
        changes = [one.debit if self.is_counted else one.credit - one.debit for one in entries]
        balance = sum(row.balance for row in rows)
        values = [0 if self.is_counted else balance - sum(changes)]
        for change in changes:
            values.append(values[-1] + change)
        return _Account(
            rows=rows,
            balance=balance,
            month=sum(self.month.get(row.pk, 0) for row in rows),
            taken=sum(bool(one.debit) for one in entries),
            credit=sum(one.credit for one in entries),
            at=[one.at for one in entries],
            values=values,
        )


def shares_of(page: BookingPage, span: ShownSpan, reader: Reader) -> Shares:
    """In three queries at most. What was taken back counts as if it had never been."""
    rows = list(page.page_hosts.select_related("host"))
    ledger = _read(page, span)
    accounts = ledger.accounts(rows)
    drawn = plot([account.points(span) for account in accounts])
    apart = len(accounts) > MOST_IN_ONE
    numbered = enumerate(zip(accounts, drawn.paths, strict=True), start=1)
    lines = [
        _line(account, ledger, reader, (path, 0 if account.is_former() else 1 if apart else number))
        for number, (account, path) in sorted(numbered, key=lambda one: _place(one[1][0], ledger))
    ]
    return Shares(
        is_counted=ledger.is_counted,
        is_empty=not any(row.balance or row.last_turn_at or row.pk in ledger.entries for row in rows),
        is_apart=apart,
        lines=lines,
        balance=of_a_meeting(sum(account.balance for account in accounts)),
        month=sum(account.month for account in accounts),
        taken=sum(account.taken for account in accounts),
        fair=of_a_meeting(sum(account.credit for account in accounts)),
        plot=_as_written(drawn),
        dates=[_day(moment, reader) for moment in span.samples()],
        others=_others(page, rows),
    )


def _as_written(drawn: Plot) -> Plot:
    """With the numbers beside it as the language that is spoken writes them."""
    point = get_format("DECIMAL_SEPARATOR")
    return replace(drawn, ticks=[replace(tick, label=tick.label.replace(".", point)) for tick in drawn.ticks])


def first_turn_at(page: BookingPage) -> datetime | None:
    """When the ledger began."""
    turns = Turn.objects.filter(page_host__page=page).exclude(rule__in=ABSENT)
    return turns.order_by("at").values_list("at", flat=True).first()


def _read(page: BookingPage, span: ShownSpan) -> _Ledger:
    counted = page.share_rule == BookingPage.ShareRule.FEWEST
    turns = Turn.objects.filter(page_host__page=page, undone=False, at__gte=span.since, at__lte=span.until)
    entries: dict[int, list[_Entry]] = defaultdict(list)
    for row, at, credit, debit in turns.exclude(rule__in=ABSENT).values_list(
        "page_host", "at", "credit", "debit"
    ):
        entries[row].append(_Entry(at, credit, debit))
    return _Ledger(
        page=page,
        span=span,
        is_counted=counted,
        entries=dict(entries),
        month=taken_this_month(page, span.until) if counted else {},
    )


def _place(account: _Account, ledger: _Ledger) -> tuple[bool, int, Fraction]:
    """Whose turn it is first, if all are free, and who has left last."""
    row = account.rows[0]
    measure = Fraction(account.month, row.weight or 1) if ledger.is_counted else Fraction(-account.balance)
    return account.is_former(), row.tier, measure


def _line(account: _Account, ledger: _Ledger, reader: Reader, drawn: tuple[str, int]) -> ShareLine:
    row, last, former = account.rows[0], account.last_turn(), account.is_former()
    return ShareLine(
        name=gettext("Former hosts") if former else name_of(row),
        members=named(account.rows) if former else "",
        is_former=former,
        balance=_owed(account.balance),
        month=account.month,
        taken=account.taken,
        fair=of_a_meeting(account.credit),
        weight=row.weight,
        tier=row.tier,
        last=datetimes.dated(last, zone=reader.zone, now=reader.now) if last else "",
        note="" if former else _note(row, ledger.page, reader),
        path=drawn[0],
        color=drawn[1],
        samples=[
            (_day(moment, reader), _sample(account.value_at(moment), ledger))
            for moment in ledger.span.samples()
        ],
    )


def _sample(value: int, ledger: _Ledger) -> str:
    return str(value // WHOLE) if ledger.is_counted else of_a_meeting(value)


def _owed(balance: int) -> str:
    """In words, where it is anything that can be seen."""
    text = of_a_meeting(abs(balance))
    if text == "0":
        return gettext("Even")
    said = gettext("Owed %(amount)s") if balance > 0 else gettext("Owes %(amount)s")
    return said % {"amount": text}


def _note(row: PageHost, page: BookingPage, reader: Reader) -> str:
    if row.part_on(page) is not _Part.ROTATING:
        return gettext("Takes no turns")
    if row.is_paused(reader.now, zone=row.host.time_zone):
        return gettext("Paused")
    return "" if row.weight else gettext("Takes no turns: weight 0")


def _others(page: BookingPage, rows: Iterable[PageHost]) -> list[str]:
    """Who comes without taking turns; nobody is told where nobody takes any."""
    if page.staffing != BookingPage.Staffing.ANY:
        return []
    rows = list(rows)
    names = {part: [name_of(row) for row in rows if row.part_on(page) is part] for part in _COMES}
    return [
        said % {"names": in_words(names[part]), "count": len(names[part])}
        for part, said in _COMES.items()
        if names[part]
    ]


def _day(moment: datetime, reader: Reader) -> str:
    """As "3 Sep", in another year "3 Sep 2026"."""
    there = moment.astimezone(reader.zone)
    if there.year == reader.today().year:
        return datetimes.written(there, pgettext("short date", "j M"))
    return datetimes.written(there, pgettext("short date", "j M Y"))
