"""Rows that were read along with another, in place of the queryset that would ask for them."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Model, QuerySet


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
