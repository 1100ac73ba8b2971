"""One running sandbox: its servers, its threads, its routes."""

import threading
from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from sandbox.base import control_routes, pages
from sandbox.base.control_routes import Controls
from sandbox.base.pages import Pages
from sandbox.base.parts import Part, stand_ins
from sandbox.base.state import Store
from sandbox.base.wire import Request, Response, Server
from sandbox.base.world import World
from sandbox.caldav import server as calendar_server
from sandbox.caldav.part import CALDAV
from sandbox.caldav.shelf import Shelf
from sandbox.config import SandboxConfig
from sandbox.mailbox.letterbox import Letterbox
from sandbox.mailbox.part import MAILBOX
from sandbox.mailbox.postman import Postman

_TICK = 0.5


class Sandbox:
    """The stand-ins and the mail server; runs in threads of the process that starts it."""

    def __init__(self, config: SandboxConfig | None = None) -> None:
        self.config = config or SandboxConfig()
        folder = self.config.state_dir
        self.stand_ins = [one for part, one in stand_ins().items() if part in self.config.parts]
        others = [one for one in (CALDAV, MAILBOX) if one.part in self.config.parts]
        parts: list[Part] = [*self.stand_ins, *others]
        self._pages, self._controls = Pages(parts), Controls(parts)
        self.world = World(
            config=self.config,
            store=Store(self.config, {one.part: one.memory(self.config) for one in self.stand_ins}),
            catalogue={name: fault for one in parts for name, fault in one.faults.items()},
            links=tuple(link for one in parts for link in one.links),
        )
        if "mailbox" in self.config.parts:
            self.world.letterbox = Letterbox(None if folder is None else folder / "mail")
        if "caldav" in self.config.parts:
            self.world.shelf = Shelf(None if folder is None else folder / "calendars")
        self._server: Server | None = None
        self._postman: Postman | None = None
        self._threads: list[threading.Thread] = []

    @property
    def http_url(self) -> str:
        """Where this sandbox listens."""
        return self.world.http_url

    @property
    def public_url(self) -> str:
        """Where people and browsers find this sandbox."""
        return self.world.public_url

    @property
    def smtp_port(self) -> int:
        """The port of the mail server; 0 where there is none."""
        return self.world.smtp_port

    def start(self) -> Self:
        """Listen and serve; `OSError` where a port is taken."""
        self._server = Server((self.config.host, self.config.http_port), answer=self.answer)
        if self.world.letterbox is not None:
            self._postman = Postman(self.world.letterbox, self.world.faults)
            try:
                self.world.smtp_port = self._postman.start(host=self.config.host, port=self.config.smtp_port)
            except OSError:
                self._server.server_close()
                raise
        self.world.http_url = f"http://{_reachable(self.config.host)}:{self._server.server_port}"
        self.world.public_url = self.config.public_url or f"http://localhost:{self._server.server_port}"
        self._run(partial(self._server.serve_forever, poll_interval=0.05), name="sandbox-http")
        self._run(self._tick, name="sandbox-retries")
        return self

    def stop(self) -> None:
        """End everything; the state is on disk already."""
        self.world.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.hang_up()
            self._server.server_close()
        if self._postman is not None:
            self._postman.stop()
        for thread in self._threads:
            thread.join(timeout=10)

    def reset(self) -> None:
        """Forget everything, mail included."""
        self.world.reset()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def answer(self, request: Request) -> Response:
        """Answer one HTTP request, whoever it is for."""
        if request.path.startswith(control_routes.PREFIX):
            return self._controls.answer(self.world, request)
        for one in self.stand_ins:
            if one.service.is_mine(request):
                return (
                    self._guarded(request, one.serve)
                    if one.is_page(request)
                    else one.serve(self.world, request)
                )
        if self.world.shelf is not None and calendar_server.is_mine(request):
            return calendar_server.serve(self.world.shelf, request)
        return self._guarded(request, self._pages.answer)

    def _guarded(self, request: Request, answer: Callable[[World, Request], Response]) -> Response:
        if not pages.is_our_name(self.world, request):
            return _unknown_name()
        if request.method == "POST" and pages.from_elsewhere(self.world, request):
            return _forbidden()
        return self._harmless(answer(self.world, request))

    def _harmless(self, response: Response) -> Response:
        """Add the headers that keep a page for people harmless."""
        addresses = [data.app.redirect_uri for data in self.world.store.parts.values()]
        homes = sorted({f"{home.scheme}://{home.netloc}" for home in map(urlsplit, addresses)})
        policy = (
            "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-src 'self'; base-uri 'none'; "
            f"frame-ancestors 'self'; form-action 'self' {' '.join(homes)}"
        )
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _run(self, work: Callable[[], None], *, name: str) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _tick(self) -> None:
        while not self.world.stopping.wait(_TICK):
            for one in self.stand_ins:
                one.tick(self.world)


def _unknown_name() -> Response:
    return Response(
        421, b"The sandbox is not reached under this name.\n", {"Content-Type": "text/plain; charset=utf-8"}
    )


def _forbidden() -> Response:
    return Response(
        403, b"This form was sent from another site.\n", {"Content-Type": "text/plain; charset=utf-8"}
    )


def _reachable(host: str) -> str:
    return "127.0.0.1" if host in {"", "0.0.0.0"} else host
