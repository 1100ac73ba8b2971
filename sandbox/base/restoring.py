"""Puts a stand-in's state together again from what was written."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, ClassVar, Protocol, TypeVar


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


DataT = TypeVar("DataT", bound=_Dataclass)


def restored(fresh: DataT, saved: Mapping[str, Any], *, rows: Mapping[str, type]) -> DataT:
    """Return `fresh` with everything that was saved; the app stays as the sandbox was started.

    rows: the fields that are lists of a class, with that class.
    """
    for entry in fields(fresh):
        if entry.name != "app" and entry.name in saved:
            row, value = rows.get(entry.name), saved[entry.name]
            setattr(fresh, entry.name, value if row is None else [row(**item) for item in value])
    return fresh
