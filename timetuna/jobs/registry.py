"""Handlers by name, the lanes they run in, and the words they use to talk to the queue."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

Handler = Callable[..., None]
GENERAL, MAIL = "", "mail"
LANES = (GENERAL, MAIL)
"""Each has threads of its own in every worker, so that who waits in one holds nothing up in another."""
_handlers: dict[str, Handler] = {}
_lanes: dict[str, str] = {}
_periods: dict[str, timedelta] = {}
_first_try: ContextVar[datetime | None] = ContextVar("first_try", default=None)


class Retry(Exception):  # noqa: N818 - it is an order, not an error
    """The work is not done; try again, from `at` (aware UTC) on. `str()` is the sentence the host reads."""

    def __init__(self, message: str, *, at: datetime | None = None) -> None:
        super().__init__(message)
        self.at = at


class GiveUp(Exception):  # noqa: N818
    """The work cannot be done by trying again. `str()` is the sentence the host reads."""


def job(name: str, *, lane: str = GENERAL) -> Callable[[Handler], Handler]:
    """Register a handler under its name. Handlers take ids as keyword arguments and may be run twice.

    lane: MAIL for what talks to the mail server.
    """

    def register(handler: Handler) -> Handler:
        if name in _handlers:
            raise ValueError(f"Two handlers are called {name}.")
        _handlers[name] = handler
        _lanes[name] = lane
        return handler

    return register


def recurring(name: str, *, every: timedelta) -> Callable[[Handler], Handler]:
    """Register a handler without arguments that runs again and again, once at a time among all workers.

    The pause of `every` is counted from the end of a run; a run that fails is followed by the next one all the same.
    """
    _periods[name] = every
    return job(name)


def handlers() -> Mapping[str, Handler]:
    """Return all handlers by name. Every app's `jobs.py` is loaded when one is first asked for: few commands do."""
    _load()
    return _handlers


@cache
def _load() -> None:
    autodiscover_modules("jobs")


def periods() -> Mapping[str, timedelta]:
    """Return what runs again and again, and after which pause."""
    _load()
    return _periods


def lane_of(name: str) -> str:
    """Return the lane that work of this name runs in."""
    _load()
    return _lanes.get(name, GENERAL)


def tried_since() -> datetime:
    """Return when the job that runs here was first tried (aware UTC); now, where none runs."""
    return _first_try.get() or timezone.now()


@contextmanager
def first_tried(at: datetime | None) -> Iterator[None]:
    """Say to what runs within when its job was first tried."""
    token = _first_try.set(at)
    try:
        yield
    finally:
        _first_try.reset(token)


def run(name: str, arguments: dict[str, Any]) -> None:
    """Call the handler. Raises GiveUp when there is none, and whatever the handler raises."""
    handler = handlers().get(name)
    if handler is None:
        raise GiveUp(f"This version of TimeTuna does not know the work {name!r}.")
    handler(**arguments)
