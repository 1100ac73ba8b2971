"""Stand-ins beside Zoom's: a package in here with a `standin.py` is one, and says in it what it answers and keeps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from sandbox.base.faults import Fault
from sandbox.base.wire import Request, Response
from sandbox.base.world import World
from sandbox.config import OUTSIDE, OutsideApp

Json = dict[str, Any]
Control = Callable[[World, Json], Json]


class Link(NamedTuple):
    """A page of a stand-in for people: where it is, what it is called, what it is for."""

    path: str
    title: str
    words: str


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """One stand-in. Its state lies in `world.store.parts[part]` and is written to `<part>.json`.

    is_mine, answer: which requests it takes (all below `/<part>/`), and what it answers; `answer` has all the care of
    its calls, see `serving.serve`.  is_page: requests that a person's browser makes; they are guarded as all pages are.
    fresh: its state on the first day.  read: its state out of what was written.
    controls: what tests may ask, below `/_control/<part>/`, by method and the rest of the path.
    faults: its part of the catalogue; the names begin with the part's.  deed: does those of the stage `now` and returns
    how many things it hit.  rules: what an app can do wrong, by name, with the words people read.
    secrets: every token and code of the state.  settings: the product's settings that lead here.
    real_hosts: domains of the real service, beside whose addresses the sandbox does not start.
    """

    part: str
    label: str
    is_mine: Callable[[Request], bool]
    is_page: Callable[[Request], bool]
    answer: Callable[[World, Request], Response]
    fresh: Callable[[OutsideApp], Any]
    read: Callable[[Json, OutsideApp], Any]
    secrets: Callable[[Any], list[str]]
    deed: Callable[[World, str, Json], int]
    controls: Mapping[tuple[str, str], Control]
    faults: Mapping[str, Fault]
    rules: Mapping[str, str]
    pages: tuple[Link, ...] = ()
    settings: Callable[[World], Mapping[str, str]] = field(default=lambda _: {})
    real_hosts: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def stand_ins() -> Mapping[str, StandIn]:
    """Return every stand-in there is, by its part's name."""
    return {part: _load(part) for part in sorted(OUTSIDE) if _is_there(part)}


def _is_there(part: str) -> bool:
    package = f"sandbox.{part}"
    return find_spec(package) is not None and find_spec(f"{package}.standin") is not None


def _load(part: str) -> StandIn:
    found = import_module(f"sandbox.{part}.standin").STAND_IN
    if not isinstance(found, StandIn) or found.part != part:
        raise TypeError(f"sandbox/{part}/standin.py needs a STAND_IN whose part is {part!r}.")
    return found
