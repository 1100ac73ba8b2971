"""The mail server: takes every mail, and misbehaves when told to."""

import asyncio
import threading
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from sandbox.base.faults import FaultBox
from sandbox.mailbox.letterbox import Letterbox

SIZE_LIMIT = 30 * 1024 * 1024


class Postman:
    """An SMTP server in a thread of its own."""

    def __init__(self, letterbox: Letterbox, faults: FaultBox) -> None:
        self._letterbox = letterbox
        self._faults = faults
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sandbox-smtp", daemon=True)
        self._server: asyncio.Server | None = None

    def start(self, *, host: str, port: int) -> int:
        """Listen; return the port."""
        self._thread.start()
        listening = self._loop.create_server(self._greet, host, port)
        try:
            self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(timeout=10)
        except OSError:
            self._end_loop()
            raise
        return int(self._server.sockets[0].getsockname()[1])

    def stop(self) -> None:
        """End every conversation and stop listening."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._end_loop()

    def _end_loop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _greet(self) -> asyncio.Protocol:
        if self._faults.take("smtp", kind="connect"):
            return _Refusal()
        return SMTP(
            self,
            enable_SMTPUTF8=True,
            data_size_limit=SIZE_LIMIT,
            hostname="sandbox.localhost",
            ident="TimeTuna sandbox",
            loop=self._loop,
        )

    async def handle_RCPT(  # noqa: N802  # aiosmtpd finds it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take the recipient, unless a fault says otherwise."""
        unknown = self._faults.take("smtp", kind="rcpt", name="smtp_550", to=address)
        if unknown:
            return "550 5.1.1 No such mailbox here"
        if self._faults.take("smtp", kind="rcpt", name="smtp_451", to=address):
            return "451 4.3.0 Try again later"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd finds it by this name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Keep the mail."""
        slow = self._faults.take("smtp", kind="data", name="smtp_slow")
        if slow:
            await asyncio.sleep(float(slow[1]["seconds"]))
        content: Any = envelope.content
        self._letterbox.put(
            mail_from=envelope.mail_from or "",
            rcpt_to=list(envelope.rcpt_tos),
            raw=content if isinstance(content, bytes) else b"",
        )
        if self._faults.take("smtp", kind="data", name="smtp_drop"):
            _hang_up(server)
        return "250 OK, kept"


def _hang_up(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.Transport):
        server.transport.abort()


class _Refusal(asyncio.Protocol):
    """A conversation that is over before it began."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say 421 and hang up."""
        if isinstance(transport, asyncio.Transport):
            transport.write(b"421 4.3.2 Service not available, try again later\r\n")
            transport.close()
