"""Work that is done later: a handler is declared beside the verb it runs, and enqueues itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Generic, ParamSpec, TypeVar

from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from timetuna.jobs import queue
from timetuna.jobs.models import GENERAL, LANES, MAIL, Job

__all__ = ["GENERAL", "LANES", "MAIL", "GiveUp", "Handler", "Retry", "job"]
P = ParamSpec("P")
R = TypeVar("R")
_handlers: dict[str, "Handler[..., Any]"] = {}
_first_try: ContextVar[datetime | None] = ContextVar("first_try", default=None)


class Retry(Exception):  # noqa: N818 - it is an order, not an error
    """The work is not done; try again, from `at` (aware UTC) on. `str()` is the sentence the host reads."""

    def __init__(self, message: str, *, at: datetime | None = None) -> None:
        super().__init__(message)
        self.at = at


class GiveUp(Exception):  # noqa: N818
    """The work cannot be done by trying again. `str()` is the sentence the host reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler(Generic[P, R]):
    """A function that the worker can run: called, it runs here and now; enqueued, some time later and maybe twice.

    every: the pause between two runs, of what recurs.
    """

    name: str
    run: Callable[P, R]
    lane: str = GENERAL
    every: timedelta | None = None

    def __call__(self, *args: P.args, **ids: P.kwargs) -> R:
        return self.run(*args, **ids)

    def enqueue(
        self, *, key: str | None = None, concurrency: str = "", at: datetime | None = None, **ids: int | str
    ) -> None:
        """Write the work down, in the caller's transaction. The same key twice is one job.

        concurrency: what it belongs to, see `Job`. at: earliest moment, aware UTC.
        """
        queue.enqueue(self._row(key, concurrency, at, ids))

    def repeat(self, *, key: str, concurrency: str = "", at: datetime, **ids: int | str) -> None:
        """Write the work down also where it was done or given up before: one row for it for ever."""
        queue.repeat(self._row(key, concurrency, at, ids))

    def _row(
        self, key: str | None, concurrency: str, at: datetime | None, ids: Mapping[str, int | str]
    ) -> Job:
        return Job(
            name=self.name,
            key=key,
            lane=self.lane,
            concurrency=concurrency,
            arguments=dict(ids),
            run_at=at or timezone.now(),
        )


def job(
    name: str, *, lane: str = GENERAL, every: timedelta | None = None
) -> Callable[[Callable[P, R]], Handler[P, R]]:
    """Make a function a handler, under the name that rows keep. It takes ids by name and may be run twice.

    lane: MAIL for what talks to the mail server.  every: for what runs again and again, once at a time among all
    workers, the pause from the end of a run; a run that fails is followed by the next one all the same.
    """

    def register(function: Callable[P, R]) -> Handler[P, R]:
        if name in _handlers:
            raise ValueError(f"Two handlers are called {name}.")
        handler = Handler(name=name, run=function, lane=lane, every=every)
        _handlers[name] = handler
        return handler

    return register


def handlers() -> Mapping[str, Handler[..., Any]]:
    """By name; loaded when one is first asked for: few commands do."""
    load()
    return _handlers


@cache
def load() -> None:
    """Load, once, the modules that each app's `jobs.py` lists: those that declare work or listen to another app."""
    autodiscover_modules("jobs")


def begin_recurring() -> None:
    """Write down the work that recurs, where no worker has done so before."""
    for handler in handlers().values():
        if handler.every is not None:
            handler.enqueue(key=f"recurring:{handler.name}")


def tried_since() -> datetime:
    """When the job that runs here was first tried (aware UTC); now, where none runs."""
    return _first_try.get() or timezone.now()


@contextmanager
def first_tried(at: datetime | None) -> Iterator[None]:
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
