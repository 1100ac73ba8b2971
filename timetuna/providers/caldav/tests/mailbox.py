"""A mail server that keeps what a calendar server sends to guests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller


class Mailbox(Controller):
    """Listens on a free port; `letters` is what came, each whole."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        super().__init__(self, hostname="127.0.0.1", port=0)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        self.letters.append(envelope.content)
        return "250 OK"

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def listening() -> Iterator[Mailbox]:
    """Run the mail server."""
    box = Mailbox()
    box.start()
    try:
        yield box
    finally:
        box.stop()
