"""What is kept of a connected account, as one text."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from timetuna.lib.text import spoken
from timetuna.providers.errors import NeedsReconnect


@dataclass(frozen=True, slots=True, kw_only=True)
class CaldavAccount:
    """How to reach the calendars.

    origin: scheme, host and port of the server, without a path.  homes: paths of the collections they are in.
    addresses: mail addresses the server knows its owner by.
    """

    origin: str
    homes: tuple[str, ...]
    user: str = field(repr=False)
    password: str = field(repr=False)
    addresses: tuple[str, ...] = field(default=(), repr=False)

    def credential(self) -> str:
        """One JSON text: a secret."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, credential: str) -> Self:
        """Raises NeedsReconnect."""
        try:
            kept = json.loads(credential)
            return cls(
                origin=_text(kept["origin"]),
                homes=tuple(map(_text, kept["homes"])),
                user=_text(kept["user"]),
                password=_text(kept["password"]),
                addresses=tuple(map(_text, kept["addresses"])),
            )
        except (ValueError, KeyError, TypeError, RecursionError):
            raise NeedsReconnect(
                spoken("What was kept of this calendar account cannot be read. Connect it again."),
                code="caldav:credential",
            ) from None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
