"""What the benchmarks stand on: both databases, filled; the real `timetuna web`; the page of results."""

import os
import platform
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from shutil import chown, which
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.running import ROOT, LiveTimeTuna, free_ports, processes, resting_timetuna

RESULTS = Path(__file__).with_name("results.md")
ENGINES = ("SQLite", "PostgreSQL")
PROCESSES = 2


def options(description: str) -> Namespace:
    """Return what was asked for on the command line."""
    parser = ArgumentParser(description=description)
    parser.add_argument(
        "--scale", type=float, default=1.0, help="1 is 1,000,000 bookings; 0.01 is for trying"
    )
    parser.add_argument("--engine", choices=ENGINES, action="append", help="one engine alone")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each throughput is measured")
    found = parser.parse_args()
    found.engines = found.engine or ENGINES
    return found


@contextmanager
def filled(
    engine: str, *, bookings: int, busy: int = 500, calendars: tuple[int, int] | None = None
) -> Iterator[LiveTimeTuna]:
    """Prepare the product on a fresh database with so many bookings, `busy` of them h0's; nothing serves yet.

    calendars: how many h0 has connected, and how many busy times are known of each.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(database(engine))
        live = stack.enter_context(resting_timetuna(folder, TIMETUNA_TRUSTED_PROXIES="127.0.0.1"))
        began = time.monotonic()
        fill = [sys.executable, "benchmarks/fill.py", *map(str, (bookings, busy, *(calendars or ())))]
        subprocess.run(fill, env=live.environment, cwd=ROOT, check=True)  # noqa: S603 - our own script
        print(f"{engine}: {bookings:,} bookings in {time.monotonic() - began:.0f} s", file=sys.stderr)
        yield live


@contextmanager
def web(live: LiveTimeTuna) -> Iterator[int]:
    """Run `timetuna web` with two processes; yield its port."""
    environment = live.environment | {"TIMETUNA_WEB_PROCESSES": str(PROCESSES)}
    with (live.folder / "serve.log").open("ab") as log:
        command = [sys.executable, "-m", "timetuna", "web"]
        server = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603
        live.serving = server
        try:
            _wait_until_it_answers(live)
            yield urlsplit(live.base_url).port or 0
        finally:
            server.terminate()
            server.wait()


def cpu_seconds(live: LiveTimeTuna) -> float:
    """Return what the web processes have used so far, 0 where there is no /proc."""
    root = live.serving.pid if live.serving else 0
    mine = [pid for pid, parent, _ in processes() if root in {pid, parent}]
    return sum(map(_cpu_seconds_of, mine))


def cpu_of(command: str) -> float:
    """Return what the processes with this in their command line have used so far, 0 where there is no /proc."""
    return sum(_cpu_seconds_of(pid) for pid, _, line in processes() if command in line)


def _cpu_seconds_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _wait_until_it_answers(live: LiveTimeTuna) -> None:
    import httpx2  # noqa: PLC0415

    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            httpx2.get(f"{live.base_url}/h0/call", trust_env=False, timeout=5)
        except httpx2.HTTPError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(live.log()[-4_000:])


@contextmanager
def database(engine: str) -> Iterator[None]:
    """Let what is started in here use this engine; PostgreSQL is a throw-away one unless DATABASE_URL names one."""
    given = os.environ.pop("DATABASE_URL", "")
    with ExitStack() as stack:
        if engine == "PostgreSQL":
            os.environ["DATABASE_URL"] = given or stack.enter_context(throwaway_postgres())
        try:
            yield
        finally:
            os.environ.pop("DATABASE_URL", None)
            if given:
                os.environ["DATABASE_URL"] = given


@contextmanager
def throwaway_postgres() -> Iterator[str]:
    """Run a cluster that really writes to the disk, as an ordinary server does; yield its address."""
    found = which("initdb")
    binaries = Path(found).parent if found else max(Path("/usr/lib/postgresql").glob("*/bin"))
    (port,) = free_ports(1)
    account = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
    with tempfile.TemporaryDirectory() as folder:
        if account:
            chown(folder, "postgres")
        control = [*account, str(binaries / "pg_ctl"), "-D", f"{folder}/data", "-w", "-l", f"{folder}/log"]
        how = (
            f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c shared_buffers=256MB -c max_wal_size=4GB"
        )
        initialise = [
            *account,
            str(binaries / "initdb"),
            "-D",
            f"{folder}/data",
            "-U",
            "timetuna",
            "-A",
            "trust",
        ]
        _quietly([*initialise, "-E", "UTF8"], folder)
        _quietly([*control, "-o", how, "start"], folder)
        try:
            yield f"postgres://timetuna@127.0.0.1:{port}/postgres"
        finally:
            _quietly([*control, "-m", "immediate", "stop"], folder)


def _quietly(command: list[str], folder: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - PostgreSQL's own


def write_table(title: str, text: str) -> None:
    """Print the results and put them under their title in results.md, in place of the earlier ones."""
    print(f"\n## {title}\n\n{text}")
    sections: dict[str, str] = {}
    for part in RESULTS.read_text("utf-8").split("\n## ")[1:] if RESULTS.exists() else []:
        name, _, content = part.partition("\n")
        sections[name] = content.strip()
    sections[title] = f"{_where()}\n\n{text.strip()}"
    head = "# Results\n\nWritten by the scripts beside this file; each says how it measures.\n"
    body = "".join(f"\n## {name}\n\n{content}\n" for name, content in sorted(sections.items()))
    RESULTS.write_text(head + body, "utf-8")


def _where() -> str:
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} shared cores that the clients use too, "
        f"Python {platform.python_version()}."
    )


def markdown(head: str, rows: list[list[str]]) -> str:
    """Return a table; the first column holds words, the others figures."""
    columns = head.split(" | ")
    ruler = ["---", *["---:"] * (len(columns) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [columns, ruler, *rows])
