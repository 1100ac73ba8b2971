"""The control API for tests, below /_control/, answered to this machine only."""

import ipaddress
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sandbox.base.faults import UnknownFaultError
from sandbox.base.pages import deed
from sandbox.base.parts import Part, StandIn
from sandbox.base.wire import Request, Response
from sandbox.base.world import World

Json = dict[str, Any]
PREFIX = "/_control/"


class Controls:
    """What tests may ask of a sandbox that consists of these parts."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.stand_ins = [one for one in parts if isinstance(one, StandIn)]
        self._routes: dict[tuple[str, str], Callable[[World, Json], Json]] = {
            ("GET", "state"): _state,
            ("GET", "secrets"): self.secrets,
            ("GET", "faults"): _fault_names,
            ("POST", "fault"): self.fault,
            ("POST", "faults/clear"): _clear_faults,
            ("POST", "reset"): _reset,
            ("POST", "clock"): self.clock,
        }
        for one in parts:
            self._routes |= {
                (method, f"{one.part}/{path}"): do for (method, path), do in one.controls.items()
            }

    def answer(self, world: World, request: Request) -> Response:
        """Answer one call of the control API."""
        if not _is_this_machine(request):
            return Response.json({"error": "The control API answers this machine only."}, status=403)
        route = self._routes.get((request.method, request.path.removeprefix(PREFIX)))
        if route is None:
            return Response.json({"error": "There is no such control."}, status=404)
        try:
            content = route(world, _wishes(request))
        except (UnknownFaultError, TypeError, ValueError, KeyError) as problem:
            return Response.json({"error": str(problem)}, status=400)
        if request.method == "POST":
            world.store.save()
        return Response.json(content)

    def secrets(self, world: World, _: Json) -> Json:
        """Return every token, code and secret, so that a test can look for them where they must not be."""
        with world.store.lock:
            data = [world.store.parts[one.part] for one in self.stand_ins]
            codes = [code.value for one in data for code in one.codes]
            return {"secrets": [text for one in data for text in one.secrets()], "codes": codes}

    def fault(self, world: World, wishes: Json) -> Json:
        """Switch a fault on, or do it at once where it is a deed."""
        name, args, times = str(wishes["name"]), wishes.get("args") or {}, wishes.get("times", 1)
        done = deed(self.parts, world, name, args)
        if done is not None:
            return {"done": done}
        world.faults.switch_on(name, times=None if times is None else int(times), args=args)
        return {"on": name}

    def clock(self, world: World, wishes: Json) -> Json:
        """Set the clock to so many seconds from now, and do what is due by then."""
        world.store.data.clock_offset = float(wishes["offset_seconds"])
        return {"now": world.store.stamp(), "retried": sum(one.tick(world) for one in self.stand_ins)}


def _is_this_machine(request: Request) -> bool:
    """Look at the address and, against pages that rebind a name, at the Host and Origin headers."""
    try:
        loopback = ipaddress.ip_address(request.client.split("%")[0]).is_loopback
    except ValueError:
        return False
    host = request.header("Host").rsplit(":", 1)[0].strip("[]")
    return loopback and host in {"127.0.0.1", "localhost", "::1"} and not request.header("Origin")


def _wishes(request: Request) -> Json:
    if request.method == "GET":
        return dict(request.query())
    wishes = request.json() if request.body else {}
    if not isinstance(wishes, dict):
        raise TypeError("The body must be a JSON object.")
    return wishes


def _state(world: World, _: Json) -> Json:
    """Return what the parts share: the calls, the rules that were broken, the faults, the clock."""
    with world.store.lock:
        data = world.store.data
        return {
            "calls": [asdict(row) for row in data.calls],
            "violations": [asdict(row) for row in data.violations],
            "faults": [asdict(row) for row in data.faults],
            "clock": {"now": world.store.stamp(), "offset_seconds": data.clock_offset},
            "urls": {"http": world.http_url, "public": world.public_url, "smtp_port": world.smtp_port},
        }


def _fault_names(world: World, _: Json) -> Json:
    """Return the catalogue of faults."""
    return {
        name: {"words": row.words, "stage": row.stage, "on": row.on, "args": dict(row.args)}
        for name, row in world.catalogue.items()
    }


def _clear_faults(world: World, _: Json) -> Json:
    world.faults.clear()
    return {}


def _reset(world: World, _: Json) -> Json:
    world.reset()
    return {}
