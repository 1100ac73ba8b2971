"""Rows that belong to a row, read with it: each kind as one column of JSON, instead of by a query of its own."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import BooleanField, DateField, F, JSONField, Model, QuerySet, Subquery, TextField
from django.db.models.functions import JSONArray

Row = TypeVar("Row", bound=Model)


class Gathered(Subquery):
    """The rows of a queryset as JSON text, in their order, each the list of its columns; `rows_of` reads it.

    For models of numbers, texts, truth values, dates and JSON.
    """

    output_field = TextField()
    template = "(SELECT json_agg(_gathered.whole)::text FROM (%(subquery)s) _gathered)"

    def __init__(self, rows: QuerySet[Any]) -> None:
        model: type[Model] = rows.model
        super().__init__(rows.values(whole=JSONArray(*map(F, _columns(model)))))

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        """Say it in SQLite's words; what JSON is inside of JSON has to be said to it (json1, "json_group_array")."""
        template = "(SELECT json_group_array(json(_gathered.whole)) FROM (%(subquery)s) _gathered)"
        return self.as_sql(compiler, connection, template=template)


def rows_of(model: type[Row], gathered: str | None, *, using: str) -> list[Row]:
    """Return the rows in what `Gathered` read, as the ORM's from the database `using`. Nothing is no rows."""
    if not gathered:
        return []
    names, readers = _columns(model), _readers(model)
    return [
        model.from_db(
            using, names, [read(value) if read else value for read, value in zip(readers, row, strict=True)]
        )
        for row in json.loads(gathered)
    ]


@lru_cache
def _columns(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]  # noqa: SLF001 - documented


@lru_cache
def _readers(model: type[Model]) -> list[Callable[[Any], Any] | None]:
    return [_reader(field) for field in model._meta.concrete_fields]  # noqa: SLF001 - documented


def _reader(field: Any) -> Callable[[Any], Any] | None:
    """Return how a column comes out of JSON; SQLite has 0 and 1 for truth values, and JSON as text."""
    if isinstance(field, DateField):
        return date.fromisoformat
    if isinstance(field, BooleanField):
        return bool
    return _json if isinstance(field, JSONField) else None


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value
