"""The pages for people that all parts share: where everything stands, what was called, what can go wrong."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from sandbox.base.faults import STAGES, Fault, UnknownFaultError
from sandbox.base.parts import Page, Part, StandIn
from sandbox.base.rendering import render, stylesheet
from sandbox.base.wire import Request, Response
from sandbox.base.world import World

SHOWN_CALLS = 300


def page(world: World, template: str, *, title: str, **values: Any) -> Response:
    """Return one page of the sandbox, with its frame."""
    frame = {"links": world.links, "services": bool(world.store.parts)}
    return Response.html(render(template, title=title, **frame, **values))


def missing(world: World, request: Request) -> Response:  # noqa: ARG001
    """Say that there is no such page."""
    return Response.html(render("refused.html", title="There is no such page", number="404"), status=404)


def deed(parts: Sequence[Part], world: World, name: str, args: dict[str, Any]) -> int | None:
    """Do what a fault of the stage `now` is; return how many things it hit, None where the fault is none of those."""
    for one in parts:
        if isinstance(one, StandIn) and name in one.faults and one.faults[name].stage == "now":
            return one.service.deed(world, name, args)
    return None


class Pages:
    """The pages of a sandbox that consists of these parts."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.stand_ins = [one for one in parts if isinstance(one, StandIn)]
        self._pages: dict[tuple[str, str], Page] = {
            ("GET", "/"): self.index,
            ("GET", "/static/sandbox.css"): _style,
            ("GET", "/faults"): self.faults,
            ("POST", "/faults/set"): self.set_fault,
            ("POST", "/faults/clear"): _clear_faults,
        } | ({("GET", "/calls"): self.calls} if self.stand_ins else {})

    def answer(self, world: World, request: Request) -> Response:
        """Answer a browser."""
        method = "GET" if request.method == "HEAD" else request.method
        chosen = [self._pages.get((method, request.path)), *(one.page(request) for one in self.parts)]
        return next(filter(None, chosen), missing)(world, request)

    def index(self, world: World, _: Request) -> Response:
        """Say what this is, and where everything stands."""
        labels, data = [one.label for one in self.parts], world.store.data
        return page(
            world,
            "index.html",
            title="Sandbox",
            plays=" and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]])),
            tiles=[link._replace(words=link.words.format(link.count(world))) for link in world.links],
            calls=len(data.calls),
            violations=len(data.violations),
            settings=[item for one in self.parts for item in one.settings(world).items()],
            app_url=world.config.app_url,
            clock=world.store.stamp(),
        )

    def calls(self, world: World, _: Request) -> Response:
        """List every call that came in, and every rule that was broken."""
        data = world.store.data
        words = {rule: text for one in self.stand_ins for rule, text in one.service.rules().items()}
        return page(
            world,
            "calls.html",
            title="Calls",
            calls=list(reversed(data.calls[-SHOWN_CALLS:])),
            violations=[{"row": row, "words": words.get(row.rule, "")} for row in reversed(data.violations)],
        )

    def faults(self, world: World, _: Request) -> Response:
        """Show a switch for everything that can go wrong."""
        active: dict[str, list[str]] = {}
        for row in world.store.data.faults:
            left = "until switched off" if row.times is None else f"{row.times} more"
            active.setdefault(row.name, []).append(left)
        groups = [group for one in self.parts for group in _groups(one.label, one.faults, active)]
        return page(world, "faults.html", title="Faults", groups=groups, active=len(active))

    def set_fault(self, world: World, request: Request) -> Response:
        """Switch one fault on or off, or do it at once where it is a deed."""
        form = request.form()
        name, times = form.get("name", ""), form.get("times", "1")
        try:
            if times == "off":
                world.faults.switch_off(name)
            elif deed(self.parts, world, name, {}) is None:
                world.faults.switch_on(name, times=None if times == "stay" else int(times), args={})
        except (UnknownFaultError, ValueError):
            return missing(world, request)
        world.store.save()
        return Response.redirect(f"/faults#{name}")


def _style(_: World, __: Request) -> Response:
    return Response(200, stylesheet(), {"Content-Type": "text/css; charset=utf-8"})


def _clear_faults(world: World, _: Request) -> Response:
    world.faults.clear()
    world.store.save()
    return Response.redirect("/faults")


def _groups(label: str, faults: Mapping[str, Fault], active: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Return a part's faults by their stages."""
    return [
        {
            "title": f"{label}: {title}",
            "instant": stage == "now",
            "rows": [
                {"name": name, "words": fault.words, "active": ", ".join(active.get(name, []))}
                for name, fault in faults.items()
                if fault.stage == stage
            ],
        }
        for stage, title in STAGES.items()
        if any(fault.stage == stage for fault in faults.values())
    ]


def is_our_name(world: World, request: Request) -> bool:
    """Say whether a browser asked for one of our names: a page whose name was rebound to us reads nothing."""
    ours = {urlsplit(url).hostname for url in (world.public_url, world.http_url)}
    try:
        asked = urlsplit(f"//{request.header('Host')}").hostname
    except ValueError:
        return False
    return asked in {"localhost", "127.0.0.1", "::1", *ours}


def from_elsewhere(world: World, request: Request) -> bool:
    """Say whether a form was sent from another site's page."""
    origin = request.header("Origin")
    ours = {request.header("Host"), urlsplit(world.public_url).netloc}
    return bool(origin) and urlsplit(origin).netloc not in ours
