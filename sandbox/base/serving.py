"""How a stand-in answers: the call is named and written down, its rules are looked at, and faults may strike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sandbox.base.state import Call
from sandbox.base.wire import Request, Response
from sandbox.base.world import World

Json = dict[str, Any]
Handler = Callable[[World, Request, Call], Response]


def _nothing_lost(_: World, __: Call) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Desk:
    """What `serve` needs to know of one stand-in.

    kind_of: names a call, `<part>.…`; the names are what faults and the log use.  look: writes violations down.
    before: the answers of faults of the stage `before`, by name.  shapes: how those of the stage `shape` change the
    JSON of an answer.  lost: remembers what the app cannot know, because a fault of the stage `after` took the answer.
    Faults of that stage say in their arguments how it ends: `ending` reset, dropped or truncated, or a `status`.
    """

    part: str
    kind_of: Callable[[Request], str]
    handlers: Mapping[str, Handler]
    look: Callable[[World, Request, Call], None]
    before: Mapping[str, Callable[[World, Json], Response]]
    shapes: Mapping[str, Callable[[Json, Json], None]]
    lost: Callable[[World, Call], None] = _nothing_lost


def serve(desk: Desk, world: World, request: Request) -> Response:
    """Answer one request."""
    started = time.monotonic()
    with world.store.lock:
        call = _call(desk, world, request)
        world.store.data.calls.append(call)
        desk.look(world, request, call)
    response = _respond(desk, world, request, call)
    with world.store.lock:
        call.status = response.status if response.ending in {"sent", "truncated"} else None
        call.ending = response.ending
        call.seconds = round(time.monotonic() - started, 3)
        world.store.save("zoom", desk.part)
    return response


def _call(desk: Desk, world: World, request: Request) -> Call:
    scheme = request.header("Authorization").split(" ", 1)[0].lower()
    return Call(
        number=world.store.data.next_number(),
        time=world.store.stamp(milliseconds=True),
        kind=desk.kind_of(request),
        method=request.method,
        path=urlsplit(request.target).path[:300],
        auth=scheme if scheme in {"basic", "bearer"} else ("other" if scheme else "none"),
        query_names=sorted(request.query()),
    )


def _respond(desk: Desk, world: World, request: Request, call: Call) -> Response:
    if not wait(world, call):
        return Response(ending="dropped")
    struck = world.faults.take("before", kind=call.kind)
    if struck:
        call.faults.append(struck[0])
        return desk.before[struck[0]](world, struck[1])
    with world.store.lock:
        return _answer_after(desk, world, call, desk.handlers[call.kind](world, request, call))


def wait(world: World, call: Call) -> bool:
    """Let an answer be slow; False where all was forgotten meanwhile: the faults that are on now are for others."""
    slow, day = world.faults.take("slow", kind=call.kind), world.store.data
    if slow:
        call.faults.append(slow[0])
        world.stopping.wait(float(slow[1]["seconds"]))
    return world.store.data is day


def _answer_after(desk: Desk, world: World, call: Call, response: Response) -> Response:
    for name, args in world.faults.take_all("shape", kind=call.kind):
        content = response.content()
        if isinstance(content, dict):
            call.faults.append(name)
            desk.shapes[name](content, args)
            response = Response(response.status, Response.json(content).body, response.headers)
    struck = world.faults.take("after", kind=call.kind)
    if struck is None:
        return response
    call.faults.append(struck[0])
    desk.lost(world, call)
    if "status" in struck[1]:
        return Response.html("<html><title>Error</title></html>\n", status=int(struck[1]["status"]))
    response.ending = struck[1]["ending"]
    return response


def struck(world: World, call: Call, answers: Mapping[str, Response]) -> Response | None:
    """Return the answer of the first fault among these that is switched on for the call, and write it down."""
    name = next((name for name in answers if world.faults.rules(name, kind=call.kind)), "")
    call.faults += [name] if name else []
    return answers.get(name)
