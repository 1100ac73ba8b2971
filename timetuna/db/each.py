"""The first rows of each of many, and of these the first of all: what the ORM has no word for (LATERAL)."""

from collections.abc import Iterable, Sequence
from typing import Any

import orjson
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, CharField, Func, QuerySet, TextField
from django.db.models.expressions import RawSQL


def each() -> RawSQL:
    """The value whose rows are asked for, in what `first_of_each` and `count_of_each` are given."""
    return RawSQL(f"{_EACH}.value", ())  # noqa: S611 - a name of ours


def first_of_each(
    values: Sequence[int], rows: QuerySet[Any], *, latest_first: bool, most: int
) -> list[tuple[Any, ...]]:
    """The first of all rows that some have of each value, by their second column and their first.

    rows: of `each()`, as a list of values, in this order and sliced: the ORM cannot say it (LATERAL).
    """
    direction = "DESC" if latest_first else "ASC"
    statement, values_of = _of_each(values, rows)
    return _fetched(
        f"SELECT * FROM ({statement}) one ORDER BY 2 {direction}, 1 {direction} LIMIT {most:d}",  # noqa: S608 - the ORM's
        values_of,
    )


def count_of_each(values: Sequence[int], rows: QuerySet[Any], *, most: int) -> int:
    """How many rows there are of all values, as far as they are counted."""
    statement, values_of = _of_each(values, rows[:most])
    counted = f"SELECT COUNT(*) FROM (SELECT 1 FROM ({statement}) one LIMIT {most:d}) counted"  # noqa: S608 - the ORM's
    [(number,)] = _fetched(counted, values_of)
    return int(number)


_EACH = "each_of_them"


def _of_each(values: Sequence[int], rows: QuerySet[Any]) -> tuple[str, list[Any]]:
    inner, inner_values = rows.query.sql_with_params()
    if connection.vendor == "postgresql":
        outer = f"SELECT found.* FROM unnest(CAST(%s AS bigint[])) {_EACH}(value) CROSS JOIN LATERAL ({inner}) found"  # noqa: S608
        return outer, [list(values), *inner_values]
    # SQLite has no LATERAL, but a function's values may be those of the table before it.
    names = [f"c{place}" for place in range(_width(rows))]
    taken = ", ".join(
        f"json_extract(found.value, '$[{place}]') AS {name}" for place, name in enumerate(names)
    )
    named = ", ".join(names)
    listed = f"WITH one({named}) AS ({inner}) SELECT json_group_array(json_array({named})) FROM one"  # noqa: S608
    outer = f"SELECT {taken} FROM json_each(%s) {_EACH}, json_each(({listed})) found"  # noqa: S608
    return outer, [orjson.dumps(list(values)).decode(), *inner_values]


def _width(rows: QuerySet[Any]) -> int:
    """How many columns it reads."""
    return len(rows.query.values_select) + len(rows.query.annotation_select)


def _fetched(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


class MinuteOf(Func):
    """Of a moment: the UTC minute it is in, as `availability.interval.minute_of` has it."""

    output_field = BigIntegerField()

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        column, values = compiler.compile(self.get_source_expressions()[0])
        if connection.vendor == "postgresql":
            return f"(CAST(EXTRACT(EPOCH FROM {column}) AS bigint) / 60)", [*values]
        return f"(CAST(strftime('%%s', {column}) AS integer) / 60)", [*values]


class IsAmong(Func):
    """Whether a column has one of many values, which are one of the statement's and not as many: numbers, or texts."""

    output_field = BooleanField()

    def __init__(self, column: Any, values: Iterable[Any]) -> None:
        self.values = list(values)
        super().__init__(column)

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        [source] = self.get_source_expressions()
        column, values = compiler.compile(source)
        if connection.vendor == "postgresql":
            kind = "text" if isinstance(source.output_field, CharField | TextField) else "bigint"
            return f"{column} = ANY(CAST(%s AS {kind}[]))", [*values, self.values]
        among = orjson.dumps(self.values).decode()
        return f"{column} IN (SELECT value FROM json_each(%s))", [*values, among]  # noqa: S608 - a column of ours
