"""The real product as processes, beside a real sandbox: for journeys, races and hard ends."""

import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from typing import Any, TextIO

import httpx2

from sandbox.zoom.control import ZoomControl
from tests import clock
from tests.browsing import WEB
from tests.migrated import fresh_database, put_static_files
from timetuna.commands.demo import stand_in_settings

ROOT = Path(__file__).resolve().parent.parent
READY_WITHIN, GONE_WITHIN = 40.0, 35.0
PASSWORD = "seven-green-tunas"
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONWARNINGS", "VIRTUAL_ENV", *clock.INHERITED)
MAKE_HOST = """
from django.contrib.auth.hashers import PBKDF2PasswordHasher
PBKDF2PasswordHasher.iterations = 1  # here alone, where no password is at stake: signing in hashes it as always
from timetuna.accounts.actions.create_host import create_host
from timetuna.pages.actions.create_page import create_page
host = create_host(email={email!r}, name={name!r}, handle={handle!r}, password={password!r}, time_zone={zone!r})
page = create_page(host, title="Intro call", minutes=(30,), meeting_types={{"phone": ""}})
answer([host.pk, page.pk, page.slug])
"""


@dataclass(frozen=True)
class Host:
    """Somebody with an account and a page that can be booked at once."""

    email: str
    password: str
    handle: str
    pk: int
    page_pk: int
    page_url: str


@dataclass
class LiveTimeTuna:
    """`timetuna serve` and `python -m sandbox`, running."""

    folder: Path
    base_url: str
    environment: dict[str, str]
    sandbox: ZoomControl
    serving: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    forking: subprocess.Popen[str] | None = field(default=None, repr=False)
    in_turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def wait_healthy(self, *, seconds: float = READY_WITHIN) -> None:
        """Wait until database, web and worker answer; TimeoutError shows the log."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(httpx2.HTTPError):
                if WEB.get(f"{self.base_url}/healthz").status_code == 200:
                    return
            if self.serving is None or self.serving.poll() is not None:
                break
            time.sleep(0.05)
        raise TimeoutError(f"TimeTuna is not healthy:\n{self.log()[-4_000:]}")

    def log(self) -> str:
        """Return everything the product's processes have written."""
        return (self.folder / "serve.log").read_text(encoding="utf-8", errors="replace")

    def run_python(self, code: str) -> Any:
        """Run code with the product's settings and database; return what it gave to `answer(…)`.

        Each in a process of its own, forked from one that has loaded the product: a start takes a second.
        """
        with self.in_turn:
            if self.forking is None:
                self.forking = subprocess.Popen(
                    [sys.executable, "-m", "tests.forking"],
                    env={**self.environment, "DJANGO_SETTINGS_MODULE": "timetuna.settings"},
                    cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                )  # fmt: skip
            print(json.dumps(code), file=self.forking.stdin, flush=True)
            done = json.loads(self.forking.stdout.readline())
        assert done["code"] == 0, done["errors"]
        return done["answer"]

    def end(self) -> None:
        """Let the process go from which others were forked."""
        if self.forking is not None:
            self.forking.stdin.close()
            self.forking.wait(GONE_WITHIN)
            self.forking.stdout.close()

    def new_host(self, *, name: str = "Robin Host", zone: str = "UTC") -> Host:
        """Make a host with a page `Intro call` of 30 minutes by phone."""
        handle = f"h{secrets.token_hex(5)}"
        email = f"{handle}@example.org"
        code = MAKE_HOST.format(email=email, name=name, handle=handle, password=PASSWORD, zone=zone)
        pk, page_pk, slug = self.run_python(code)
        return Host(email, PASSWORD, handle, pk, page_pk, f"{self.base_url}/{handle}/{slug}")

    def kill_worker(self) -> int:
        """Kill the worker where it stands; return its process id."""
        return self._kill("worker")

    def kill_web(self) -> int:
        """Kill the web server and its processes where they stand; return the first one's id."""
        return self._kill("web")

    def pid(self, service: str) -> int | None:
        """Return the process id of `web` or `worker` below the supervisor, None where it is not running."""
        for pid, parent, command in processes():
            if self.serving and parent == self.serving.pid and f"timetuna {service} " in command:
                return pid
        return None

    def _kill(self, service: str) -> int:
        pid = self.pid(service)
        assert pid, f"{service} is not running"
        os.killpg(pid, signal.SIGKILL)
        return pid


def processes() -> Iterator[tuple[int, int, str]]:
    """Yield id, parent's id and command line of every process of this machine; of one that has ended none."""
    if not Path("/proc/self/stat").exists():
        listing = subprocess.run(
            ["ps", "-axo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
        )
        for line in listing.stdout.splitlines():
            pid, parent, command = line.split(maxsplit=2)
            yield int(pid), int(parent), command
        return
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parent = int((folder / "stat").read_text(errors="replace").rpartition(")")[2].split()[1])
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            yield int(folder.name), parent, command


PORTS, AT_ONCE = range(20_000, 32_000), 50
"""Below those that systems give to whoever connects (from 32768 on Linux)."""
_claimed: list[TextIO] = []


def free_ports(count: int) -> list[int]:
    """Return ports nobody listens on now, and none that another process of tests is given."""
    turns = (port for port in islice(_own_ports(), AT_ONCE) if _is_free(port))
    return list(islice(turns, count))


@cache
def _own_ports() -> Iterator[int]:
    """Some that this process has for itself as long as it lives, in turns."""
    folder = Path(tempfile.gettempdir()) / f"timetuna-test-ports-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    starts = PORTS[::AT_ONCE]
    for turn in range(len(starts)):
        first = starts[(os.getpid() + turn) % len(starts)]
        lock = (folder / f"{first}.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        _claimed.append(lock)
        return cycle(range(first, first + AT_ONCE))
    raise RuntimeError("All ports for tests are taken.")


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


@contextmanager
def running_timetuna(folder: Path, **more: str) -> Iterator[LiveTimeTuna]:
    """Run the product on free ports in a folder and a database of its own; `more` are settings."""
    serve = [sys.executable, "-m", "timetuna", "serve"]
    with (
        _surroundings(folder, more) as live,
        (folder / "serve.log").open("ab") as log,
        _running(serve, live.environment, log) as live.serving,
    ):
        live.wait_healthy()
        yield live


@contextmanager
def resting_timetuna(folder: Path, **more: str) -> Iterator[LiveTimeTuna]:
    """Prepare the product and run the sandbox, but none of the product's processes."""
    with _surroundings(folder, more) as live:
        subprocess.run(
            [sys.executable, "-m", "timetuna", "migrate"],
            env=live.environment,
            cwd=ROOT,
            check=True,
            timeout=60,
        )
        yield live


@contextmanager
def _surroundings(folder: Path, more: dict[str, str]) -> Iterator[LiveTimeTuna]:
    web, http, smtp = free_ports(3)
    base_url = more.get("TIMETUNA_BASE_URL", f"http://localhost:{web}")
    outside = ["--http-port", str(http), "--smtp-port", str(smtp), "--app-url", base_url]
    put_static_files(folder)
    with fresh_database(folder) as url, (folder / "serve.log").open("wb") as log:
        environment = _environment(folder, url, web=web, http=http, smtp=smtp) | more
        with (
            _running([sys.executable, "-m", "sandbox", *outside], environment, log),
            ZoomControl(f"http://127.0.0.1:{http}") as control,
        ):
            live = LiveTimeTuna(folder, base_url, environment, control)
            try:
                yield live
            finally:
                live.end()


def _environment(folder: Path, url: str, *, web: int, http: int, smtp: int) -> dict[str, str]:
    outside = f"http://127.0.0.1:{http}"
    return {
        **{name: os.environ[name] for name in KEPT if name in os.environ},
        **({"DATABASE_URL": url} if url.startswith("postgres") else {}),
        "TIMETUNA_DATA_DIR": str(folder),
        "TIMETUNA_BASE_URL": f"http://localhost:{web}",
        "TIMETUNA_LISTEN": f"127.0.0.1:{web}",
        "TIMETUNA_SECRET_KEY": secrets.token_urlsafe(48),
        "TIMETUNA_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
        "TIMETUNA_RETRY_SECONDS": "1",
        "TIMETUNA_GUEST_MAIL_LIMITS": "1000,1000",
        "TIMETUNA_BOOKING_PROOFS": "never",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp}",
        **stand_in_settings(outside),
        **{
            f"{prefix}_ALLOW_{what}": "yes"
            for prefix in ("CALDAV", "ICALFEED", "WEBHOOK")
            for what in ("PRIVATE", "HTTP")
        },
    }


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(GONE_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
