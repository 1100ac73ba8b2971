"""Handlers by name, and the words they use to talk to the queue."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

Handler = Callable[..., None]
_handlers: dict[str, Handler] = {}
_periods: dict[str, timedelta] = {}


class Retry(Exception):  # noqa: N818 - it is an order, not an error
    """The work is not done; try again, from `at` (aware UTC) on. `str()` is the sentence the host reads."""

    def __init__(self, message: str, *, at: datetime | None = None) -> None:
        super().__init__(message)
        self.at = at


class GiveUp(Exception):  # noqa: N818
    """The work cannot be done by trying again. `str()` is the sentence the host reads."""


def job(name: str) -> Callable[[Handler], Handler]:
    """Register a handler under its name. Handlers take ids as keyword arguments and may be run twice."""

    def register(handler: Handler) -> Handler:
        if name in _handlers:
            raise ValueError(f"Two handlers are called {name}.")
        _handlers[name] = handler
        return handler

    return register


def recurring(name: str, *, every: timedelta) -> Callable[[Handler], Handler]:
    """Register a handler without arguments that runs again and again, once at a time among all workers.

    The pause of `every` is counted from the end of a run; a run that fails is followed by the next one all the same.
    """
    _periods[name] = every
    return job(name)


def periods() -> Mapping[str, timedelta]:
    """Return what runs again and again, and after which pause."""
    return _periods


def run(name: str, arguments: dict[str, Any]) -> None:
    """Call the handler. Raises GiveUp when there is none, and whatever the handler raises."""
    handler = _handlers.get(name)
    if handler is None:
        raise GiveUp(f"This version of TimeTuna does not know the work {name!r}.")
    handler(**arguments)
