"""The next bookings of a list, in order: what it costs does not grow with how many others there are.

A list of everybody's is that of several pages. Each page has an index by which its own are in order, and so has a host;
all of them together have none. So the next of each page are looked for, and of these the next of all
(docs/decisions/0097).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import ceil
from typing import Any, NamedTuple

from django.db.models import BooleanField, F, Func, Q, QuerySet

from timetuna.availability.interval import moment_of
from timetuna.db.each import IsAmong, count_of_each, each, first_of_each

Mine = QuerySet[Any]
"""What `permissions.bookings_for` returns: with `from_minute`, `to_minute`, `readable`, which no type checker knows."""


class ListOrder(NamedTuple):
    """By when they begin, or were made; equal ones by their ids."""

    by_start: bool = True
    latest_first: bool = False

    def sign(self) -> str:
        return "-" if self.latest_first else ""

    def own(self) -> str:
        return "from_minute" if self.by_start else "created_at"

    def indexed(self) -> str:
        """By what an index has the bookings of a page in this order."""
        return "start_at" if self.by_start else "created_at"


class FoundBooking(NamedTuple):
    """One in a list. key: what it stands in order by: a UTC minute, or a moment."""

    pk: int
    key: Any
    readable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Bookings that somebody may list, each in one of two parts.

    own: those of one host.  theirs: those of any page, of which the ones of `pages` count.
    scattered: they are found by what a guest is called, and no page would have its next ones soon.
    """

    own: Mine
    theirs: Mine | None = None
    pages: tuple[int, ...] = ()
    scattered: bool = False

    def only(self, change: Callable[[Mine], Mine]) -> "Listed":
        """With the same filter, or annotation, on both parts."""
        theirs = None if self.theirs is None else change(self.theirs)
        return replace(self, own=change(self.own), theirs=theirs)

    def on_pages(self, pages: Collection[int]) -> "Listed":
        """Those of these pages."""
        own = self.own.filter(page__in=pages)
        return replace(self, own=own, pages=tuple(one for one in self.pages if one in pages))

    def parts(self) -> list[Mine]:
        """As ordinary queries, for what is no list."""
        if self.theirs is None or not self.pages:
            return [self.own]
        return [self.own, self.theirs.filter(IsAmong(F("page_id"), self.pages))]

    def first(self, many: int, order: ListOrder) -> list[FoundBooking]:
        """At most so many; three queries at most."""
        parts = self.parts() if self.scattered else [self.own]
        rows = [self._ordered(part, order).annotate(key=F(order.own())) for part in parts]
        found = [
            FoundBooking(*row) for part in rows for row in part.values_list("pk", "key", "readable")[:many]
        ]
        found += [] if self.scattered else self._first_of_pages(many, order)
        found.sort(key=lambda one: (one.key, one.pk), reverse=order.latest_first)
        return found[:many]

    def count(self, most: int) -> int:
        """How many there are, as far as it is not more than `most`; then one more than that. Two queries."""
        number = self.own.order_by()[: most + 1].count()
        if self.scattered:
            number += sum(part.order_by()[: most + 1].count() for part in self.parts()[1:])
        elif number <= most and self.theirs is not None and self.pages:
            rows = self.theirs.filter(page_id=each()).order_by().values_list("pk")
            number += count_of_each(self.pages, rows, most=most + 1)
        return min(number, most + 1)

    def _first_of_pages(self, many: int, order: ListOrder) -> list[FoundBooking]:
        """What is beyond the last of a few of each page is not among the first of all: of many pages hardly any is."""
        if self.theirs is None or not self.pages:
            return []
        rows = self.theirs.filter(page_id=each()).annotate(key=F(order.own()))
        few = ceil(many / len(self.pages)) + 1
        if few < many:
            some = self._of_each(rows.values_list("pk", "key"), order, few, many)
            if len(some) == many:
                _, last = some[-1]
                bound = moment_of(last) if order.by_start else _moment(last)
                side = "gte" if order.latest_first else "lte"
                rows = rows.filter(**{f"{order.indexed()}__{side}": bound})
        found = self._of_each(rows.values_list("pk", "key", "readable"), order, many, many)
        return [
            FoundBooking(pk, key if order.by_start else _moment(key), bool(readable))
            for pk, key, readable in found
        ]

    def _of_each(self, rows: Mine, order: ListOrder, few: int, many: int) -> list[tuple[Any, ...]]:
        """So few of each page, and of these the first of all."""
        ordered = self._ordered(rows, order, indexed=True)[:few]
        return first_of_each(self.pages, ordered, latest_first=order.latest_first, most=many)

    @staticmethod
    def _ordered(rows: Mine, order: ListOrder, *, indexed: bool = False) -> Mine:
        column = order.indexed() if indexed else order.own()
        return rows.order_by(f"{order.sign()}{column}", f"{order.sign()}pk")


def _moment(value: datetime | str) -> datetime:
    """Of what a database says in plain SQL."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


NOT_CONFIRMED = Func(F("status"), template="NOT (%(expressions)s = 'confirmed')", output_field=BooleanField())
"""Said to whatever knows it already, in the words of the index of the few that are not confirmed."""


def since(minute: int, *, beyond: bool) -> Q:
    """Begins after that UTC minute, or before. Said of both columns, so that either index knows."""
    side = "gt" if beyond else "lt"
    return Q(**{f"from_minute__{side}": minute, f"start_at__{side}": moment_of(minute)})
