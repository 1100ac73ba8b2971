"""Reads behind every public page, which the ORM turns into SQL once instead of at every call."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from django.db.models import QuerySet

Row = TypeVar("Row")
Argument = int | str | date | datetime


class Prepared(Generic[Row]):
    """A queryset whose SQL is kept by each thread; called with the arguments, it reads and returns the rows.

    make: builds the queryset. It is called once with values that stand for the arguments, so it must hand them to
    the ORM as they are, and may not look at them. Making SQL costs ten times what such a read costs otherwise.
    """

    def __init__(self, make: Callable[..., "QuerySet[Any, Row]"]) -> None:
        self._make = make
        self._of_thread = threading.local()

    def __call__(self, *arguments: Argument) -> list[Row]:
        """Return the rows, read now."""
        statement = getattr(self._of_thread, "statement", None)
        if statement is None:
            statement = self._of_thread.statement = _Statement(self._make, arguments)
        return statement.rows(arguments)


class _Statement:
    """The queryset of one thread, whose connection its compiler holds."""

    def __init__(self, make: Callable[..., "QuerySet[Any, Any]"], arguments: Sequence[Argument]) -> None:
        markers = [_marker(argument, number) for number, argument in enumerate(arguments)]
        self.queryset = make(*markers)
        query: Any = self.queryset.query
        compiler = query.get_compiler(self.queryset.db)
        self.operations = compiler.connection.ops
        self.sql, self.params = compiler.as_sql()
        places = {self._adapted(marker): number for number, marker in enumerate(markers)}
        self.places = [places.get(param) for param in self.params]
        if set(self.places) - {None} != set(places.values()):
            raise TypeError("Every argument has to reach the SQL as it is.")
        self.bound: tuple[Any, ...] = ()
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        compiler.get_converters = lambda *_: converters
        compiler.as_sql = lambda *_, **__: (self.sql, self.bound)
        query.get_compiler = lambda *_, **__: compiler

    def rows(self, arguments: Sequence[Argument]) -> list[Any]:
        """Let the ORM read and build what it always does, with these arguments in the kept SQL."""
        adapted = [self._adapted(argument) for argument in arguments]
        self.bound = tuple(
            param if place is None else adapted[place]
            for param, place in zip(self.params, self.places, strict=True)
        )
        read: Any = self.queryset._iterable_class  # noqa: SLF001 - a QuerySet of its own would make SQL again
        return list(read(self.queryset))

    def _adapted(self, argument: Argument) -> Any:
        if isinstance(argument, datetime):
            return self.operations.adapt_datetimefield_value(argument)
        return self.operations.adapt_datefield_value(argument) if isinstance(argument, date) else argument


def _marker(argument: Argument, number: int) -> Argument:
    """Return a value of the argument's kind that stands nowhere else in a query."""
    if isinstance(argument, datetime):
        return datetime(1, 1, 1, second=number, tzinfo=UTC)
    if isinstance(argument, date):
        return date(1, 1, 1 + number)
    return f"argument {number}" if isinstance(argument, str) else -7_346_114_000 - number
