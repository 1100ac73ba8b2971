"""Stand-ins: what one says of itself, and how each of its calls is answered."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from sandbox.base.accounts import OAuthData
from sandbox.base.faults import Fault, page_of_html
from sandbox.base.service import Control, Handler, Service
from sandbox.base.state import SHARED, Call, Memory
from sandbox.base.wire import RefusedError, Request, Response
from sandbox.base.world import Link, World
from sandbox.config import SERVICES, SandboxConfig

Json = dict[str, Any]
Page = Callable[[World, Request], Response]
_ERROR = 400


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the sandbox that has pages for people, controls for tests, and faults.

    controls: by method and what follows `/_control/<part>/`.  page: a page of this part, or None where it has none.
    settings: what points the product to it.
    """

    part: str
    label: str
    faults: Mapping[str, Fault] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    page: Callable[[Request], Page | None] = lambda _: None
    controls: Mapping[tuple[str, str], Control] = field(default_factory=dict)
    settings: Callable[[World], Mapping[str, str]] = lambda _: {}


@dataclass(frozen=True, kw_only=True)
class StandIn(Part):
    """A service's stand-in; what it remembers lies in `world.store.parts[part]` and is written to `<part>.json`.

    service: its sign-in, its rules, its deeds.  kind_of: names a call, for faults, rules and the log.
    handlers: who answers them.  browsed: the calls that a person's browser makes; they are guarded as all pages are.
    instead: an answer that comes before the handler's.  finish: what all answers get.
    lost: remembers what the app cannot know, because a fault took the answer.  tick: does what is due by the
    sandbox's clock, and returns how much that was.  real_hosts: domains of the real service, beside which the
    sandbox does not start.
    """

    service: Service[Any]
    data: type[OAuthData[Any]]
    kind_of: Callable[[Request], str]
    handlers: Mapping[str, Handler]
    browsed: frozenset[str]
    instead: Callable[[World, Request, Call], Response | None] = lambda _world, _request, _call: None
    finish: Callable[[World, Request, Call, Response], None] = lambda _world, _request, _call, _response: None
    lost: Callable[[World, Call], None] = lambda _world, _call: None
    tick: Callable[[World], int] = lambda _: 0
    real_hosts: tuple[str, ...] = ()

    def memory(self, config: SandboxConfig) -> Memory:
        """Return how its state begins, and how it is read."""
        return Memory(
            fresh=lambda: self.data(app=config.app_of(self.part)),
            read=lambda saved: self.data.read(saved, config.app_of(self.part)),
        )

    def is_page(self, request: Request) -> bool:
        """Say whether a person's browser makes this request."""
        return self.kind_of(request) in self.browsed

    def serve(self, world: World, request: Request) -> Response:
        """Answer one request: the call is named and written down, its rules are looked at, and faults may strike."""
        started = time.monotonic()
        with world.store.lock:
            call = self._call(world, request)
            world.store.data.calls.append(call)
            self.service.look(world, request, call)
        response = self._respond(world, request, call)
        with world.store.lock:
            call.status = response.status if response.ending in {"sent", "truncated"} else None
            call.ending = response.ending
            call.seconds = round(time.monotonic() - started, 3)
            world.store.save(SHARED, self.part)
        return response

    def _call(self, world: World, request: Request) -> Call:
        scheme = request.header("Authorization").split(" ", 1)[0].lower()
        return Call(
            number=world.store.data.next_number(),
            time=world.store.stamp(milliseconds=True),
            kind=self.kind_of(request),
            method=request.method,
            path=urlsplit(request.target).path[:300],
            auth=scheme if scheme in {"basic", "bearer"} else ("other" if scheme else "none"),
            query_names=sorted(request.query()),
        )

    def _respond(self, world: World, request: Request, call: Call) -> Response:
        if not wait(world, call):
            return Response(ending="dropped")
        response = self._answer_before(world, call)
        if response is None:
            with world.store.lock:
                response = self._answer_after(world, call, self._answer(world, request, call))
        self.finish(world, request, call, response)
        return response

    def _answer_before(self, world: World, call: Call) -> Response | None:
        name, args = world.faults.take("before", kind=call.kind) or ("", {})
        if not name:
            return None
        call.faults.append(name)
        answer = self.faults[name].answer
        return None if answer is None else answer({**args, "now": world.store.now()})

    def _answer(self, world: World, request: Request, call: Call) -> Response:
        try:
            return self.instead(world, request, call) or self.handlers[call.kind](world, request, call)
        except RefusedError as refused:
            return refused.response

    def _answer_after(self, world: World, call: Call, response: Response) -> Response:
        for name, args in world.faults.take_all("shape", kind=call.kind):
            content, change = response.content(), self.faults[name].change
            if isinstance(content, dict) and change is not None:
                call.faults.append(name)
                change(content, args)
                status = int(args.get("status", 0) if response.status >= _ERROR else 0) or response.status
                response = Response(status, Response.json(content).body, response.headers)
        name, args = world.faults.take("after", kind=call.kind) or ("", {})
        if not name:
            return response
        call.faults.append(name)
        self.lost(world, call)
        if "status" in args:
            return page_of_html(int(args["status"]), "Error")(args)
        response.ending = args["ending"]
        return response


def wait(world: World, call: Call) -> bool:
    """Let an answer be slow; False where all was forgotten meanwhile: the faults that are on now are for others."""
    slow, day = world.faults.take("slow", kind=call.kind), world.store.data
    if slow:
        call.faults.append(slow[0])
        world.stopping.wait(float(slow[1]["seconds"]))
    return world.store.data is day


def struck(world: World, call: Call, answers: Mapping[str, Response]) -> Response | None:
    """Return the answer of the first fault among these that is switched on for the call, and write it down."""
    name = next((name for name in answers if world.faults.rules(name, kind=call.kind)), "")
    call.faults += [name] if name else []
    return answers.get(name)


@lru_cache(maxsize=1)
def stand_ins() -> Mapping[str, StandIn]:
    """Return every stand-in there is, by its part's name."""
    return {part: _load(part) for part in sorted(SERVICES)}


def _load(part: str) -> StandIn:
    found = import_module(f"sandbox.{part}.standin").STAND_IN
    if not isinstance(found, StandIn) or found.part != part:
        raise TypeError(f"sandbox/{part}/standin.py needs a STAND_IN whose part is {part!r}.")
    return found
