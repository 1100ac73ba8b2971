"""A thousand messages to a hundred programs, some of which never answer: `python benchmarks/webhooks.py`.

50 bookings of five hosts with 20 webhooks each (2 of them lead to a program that takes a message and keeps silent) are
told by one `timetuna worker`, which is running already when all of it falls due. Each program listens on a port of its
own, in this process. Times are from the moment at which the messages fall due, of those that answer; seconds of the
processor are the worker's until the last of these has come. --hanging N is how many do not answer. --load N keeps so
many processes busy beside it.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from serving import ENGINES, cpu_of, database, markdown, write_table

from tests.running import ROOT, LiveTimeTuna, free_ports, resting_timetuna

HOSTS, EACH, BOOKINGS, PATIENCE_SECONDS = 5, 20, 50, 300.0
PROGRAMS = HOSTS * EACH
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Programs:
    """Listens on many ports. came: when a message was read, by program; those from `hanging` on never answer."""

    def __init__(self, hanging: int) -> None:
        self.ports = free_ports(PROGRAMS)
        self.hang_from = PROGRAMS - hanging
        self.came: list[tuple[float, int, str]] = []
        self.connections = 0
        self._loop = asyncio.new_event_loop()

    def start(self) -> None:
        """In a thread of its own."""
        threading.Thread(target=self._run, daemon=True).start()

    def answered(self) -> list[float]:
        """When each message came to a program that answers, once each."""
        first: dict[tuple[int, str], float] = {}
        for at, number, message in list(self.came):
            if number < self.hang_from:
                first.setdefault((number, message), at)
        return sorted(first.values())

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())

    async def _serve(self) -> None:
        for number, port in enumerate(self.ports):
            await asyncio.start_server(self._taker(number), "127.0.0.1", port, backlog=200)
        await asyncio.Event().wait()

    def _taker(self, number: int):  # noqa: ANN202 - asyncio's callback
        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self.connections += 1
            try:
                while head := await reader.readuntil(b"\r\n\r\n"):
                    fields = dict(
                        line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line
                    )
                    await reader.readexactly(int(fields[b"content-length"]))
                    self.came.append((time.monotonic(), number, fields[b"webhook-id"].decode()))
                    if number >= self.hang_from:
                        await asyncio.sleep(PATIENCE_SECONDS)
                    writer.write(ANSWER)
                    await writer.drain()
                    if fields.get(b"connection") == b"close":
                        break
            except (asyncio.IncompleteReadError, ConnectionError):
                pass
            finally:
                writer.close()

        return take


def fill(ports: list[int]) -> None:
    """Five hosts with twenty webhooks and ten bookings each; nothing is due yet; print nothing."""
    import django  # noqa: PLC0415 - settings are read here

    django.setup()
    from datetime import timedelta  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.fill import make_hosts  # noqa: PLC0415
    from timetuna.accounts.models import User  # noqa: PLC0415
    from timetuna.availability.interval import minute_of  # noqa: PLC0415
    from timetuna.bookings.actions.book import Order, book  # noqa: PLC0415
    from timetuna.bookings.forms.book import new_key  # noqa: PLC0415
    from timetuna.bookings.guests import Guest  # noqa: PLC0415
    from timetuna.jobs.models import Job  # noqa: PLC0415
    from timetuna.pages.models import BookingPage  # noqa: PLC0415
    from timetuna.webhooks.actions.change_webhook import NewWebhook, create_webhook  # noqa: PLC0415
    from timetuna.webhooks.body import TYPES  # noqa: PLC0415

    made, now = make_hosts("w", HOSTS, open_between=(0, 1440), weekdays=7), timezone.now()
    BookingPage.objects.update(notice_minutes=0, holds=False)
    for number, port in enumerate(ports):
        owner = User.objects.get(pk=made[number % HOSTS][0])
        wanted = NewWebhook(url=f"http://127.0.0.1:{port}/hook", events=TYPES)
        create_webhook(owner, wanted, now=now)
    first = minute_of(now.replace(second=0, microsecond=0)) // 30 * 30 + 3 * 24 * 60
    for number in range(BOOKINGS):
        guest = Guest(
            name="Sam", email=f"s{number}@guest.example", time_zone="UTC", answers={"phone": "+49 30 123456"}
        )
        page, start = made[number % HOSTS][1], first + 30 * (number // HOSTS)
        book(
            Order(page_id=page, minutes=30, start_minute=start, kind="phone", guest=guest, key=new_key()),
            now=now,
        )
    Job.objects.exclude(name="webhooks.deliver").delete()
    Job.objects.update(run_at=now + timedelta(days=1))


def release() -> None:
    """Let all of it fall due now."""
    import django  # noqa: PLC0415

    django.setup()
    from timetuna.jobs.models import Job  # noqa: PLC0415
    from timetuna.jobs.queue import retry_now  # noqa: PLC0415

    began = time.monotonic()
    retry_now(Job.objects.filter(name="webhooks.deliver"))
    print(began)  # the clock is the machine's, the same in each process


def do(live: LiveTimeTuna, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "benchmarks/webhooks.py", *arguments],
        env=live.environment | {"DJANGO_SETTINGS_MODULE": "timetuna.settings"},
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


@contextmanager
def worker(live: LiveTimeTuna) -> Iterator[None]:
    with (live.folder / "serve.log").open("ab") as log:
        command = [sys.executable, "-m", "timetuna", "worker"]
        running = subprocess.Popen(command, env=live.environment, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603
        try:
            _wait_until(lambda: "ready with" in live.log())
            yield
        finally:
            running.terminate()
            running.wait()


@contextmanager
def busy(count: int) -> Iterator[None]:
    """So many processes that compute for nothing."""
    running = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def measure(engine: str, wanted: Namespace) -> list[str]:
    programs = Programs(wanted.hanging)
    programs.start()
    expected = BOOKINGS // HOSTS * programs.hang_from
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(database(engine))
        more = {"WEBHOOK_ALLOW_PRIVATE": "yes", "WEBHOOK_ALLOW_HTTP": "yes"}
        live = stack.enter_context(resting_timetuna(folder, **more))
        do(live, "--fill", *map(str, programs.ports))
        stack.enter_context(busy(wanted.load))
        with worker(live):
            before = cpu_of("timetuna worker")
            began = float(do(live, "--release").split()[-1])
            _wait_until(lambda: len(programs.answered()) >= expected)
            spent = cpu_of("timetuna worker") - before
    came = [at - began for at in programs.answered()]
    return [
        engine,
        str(wanted.hanging),
        f"{len(came)} of {expected}",
        f"{came[0]:.1f} s",
        f"{median(came):.1f} s",
        f"{came[-1]:.1f} s",
        f"{spent:.1f} s",
        str(programs.connections),
        f"{os.getloadavg()[0]:.1f}",
    ]


def _wait_until(done) -> None:  # noqa: ANN001
    until = time.monotonic() + PATIENCE_SECONDS
    while not done() and time.monotonic() < until:
        time.sleep(0.05)


def main() -> None:
    wanted = arguments()
    rows = [measure(engine, wanted) for engine in wanted.engines]
    head = "database | hang | came | first | median | last | worker’s processor | connections | load"
    write_table("A thousand messages to a hundred programs", markdown(head, rows))


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--hanging", type=int, default=10)
    parser.add_argument("--load", type=int, default=0)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    found = parser.parse_args()
    found.engines = found.engine or ENGINES
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fill"]:
        fill(list(map(int, sys.argv[2:])))
    elif sys.argv[1:2] == ["--release"]:
        release()
    else:
        main()
