"""Rows of models that plain SQL has read, and those that were read along with them."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState


class Kept:
    """A queryset that is made when it is asked for more than its rows: to make one takes longer than to read a row."""

    def __init__(self, owner: Model, name: str, rows: list[Model]) -> None:
        self._owner, self._name, self._rows = owner, name, rows

    def __iter__(self) -> Iterator[Model]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, place: Any) -> Any:
        return self._rows[place]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._queryset(), name)

    def _queryset(self) -> QuerySet[Any]:
        kept = self._owner.__dict__["_prefetched_objects_cache"]
        del kept[self._name]
        try:
            rows: QuerySet[Any] = getattr(self._owner, self._name).get_queryset()
        finally:
            kept[self._name] = self
        rows._result_cache, rows._prefetch_done = self._rows, True  # type: ignore[attr-defined]  # noqa: SLF001
        return rows


def row_of(model: type[Model], columns: tuple[str, ...], values: Iterator[Any]) -> Any:
    """The row of the model whose columns come next; None where all of it is missing."""
    own = list(islice(values, len(columns)))
    return None if own[0] is None else _read(model, columns, own)


def rows_of(
    model: type[Model], columns: tuple[str, ...], rows: list[list[Any]], *readers: Callable[[Any], Any] | None
) -> list[Model]:
    """readers: how the first columns come out of JSON, where not as they are."""
    for place, read in enumerate(readers):
        if read is not None:
            for row in rows:
                row[place] = read(row[place])
    return [_read(model, columns, row) for row in rows]


def _read(model: type[Model], columns: Iterable[str], values: Iterable[Any]) -> Any:
    """As `from_db` makes it, which takes ten times as long; nothing of ours listens to a model's `__init__`."""
    row = model.__new__(model)
    row.__dict__.update(zip(columns, values, strict=True))
    row._state = state = ModelState()  # noqa: SLF001 - as `__init__` does
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    return row


def keep(owner: Model, **related: list[Model]) -> None:
    """Have them be what `all()` answers, as prefetch_related does: whoever asks further asks the database."""
    kept = {name: Kept(owner, name, rows) for name, rows in related.items()}
    owner.__dict__.setdefault("_prefetched_objects_cache", {}).update(kept)


def kept(owner: Model, name: str) -> list[Any]:
    """The rows that `keep` put there, or those that `all()` answers."""
    found = owner.__dict__.get("_prefetched_objects_cache", {}).get(name)
    return list(getattr(owner, name).all() if found is None else found)


def relate(row: Model, **others: Model | None) -> None:
    """Have them be what it refers to, as select_related does, where its columns say so already."""
    row._state.fields_cache.update(others)  # noqa: SLF001 - as select_related does
