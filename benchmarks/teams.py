"""How fast a month of a page with many hosts comes over HTTP: `python benchmarks/teams.py [--before COMMIT]`.

Pages of 1 to 50 hosts who take turns, each with a calendar of 200 busy times in the coming 60 days and some bookings;
the real `timetuna web` with 2 processes, one client on a kept connection. "all of them" is a group of as many.
The month of a host alone is measured in turns with that of a checkout of COMMIT, each with a server and a database of
its own, so that a busy machine weighs on both; the ratio is the median of the rounds'.
"""

import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from client import Client, alone
from serving import ENGINES, ROOT, filled, markdown, web, write_table

HOSTS = (1, 2, 5, 10, 20, 50)
BOOKINGS, BUSY, ROUNDS, TURNS = 10_000, 200, 200, 15
BEFORE = "65a618d"
"""The last commit in which a page had one way to be hosted."""
MONTH = f"{datetime.now(UTC).replace(day=1) + timedelta(days=32):%Y-%m}"
QUERY = f"month={MONTH}&zone=America/New_York&duration=30"
MAKE_PAGES = """
import sys
sys.path.insert(0, "benchmarks")
from fill import make_calendars
from timetuna.accounts.models import User
from timetuna.pages.models import BookingPage, PageHost
for number in range(1, {most} + 1):
    make_calendars(f"h{{number}}", 1, blocks={busy})
users = [User.objects.get(handle=f"h{{number}}") for number in range(1, {most} + 1)]
own = BookingPage.objects.get(host=users[0])
for staffing in ("any", "all"):
    for count in {hosts}:
        page = BookingPage.objects.create(
            host=users[0], slug=f"{{staffing}}-{{count}}", title="Team", schedule=own.schedule, staffing=staffing,
            increment_minutes=15, horizon_days=365)
        page.durations.create(minutes=30)
        page.meeting_types.create(kind="phone", enabled=True)
        PageHost.objects.bulk_create(
            PageHost(page=page, host=user, position=place) for place, user in enumerate(users[:count]))
answer(len(users))
"""
SERVE = """
import sys
sys.path[:0] = ["benchmarks", "."]
from serving import filled, web
with filled({engine!r}, bookings={bookings}, busy={busy}, calendars=(1, {busy})) as live, web(live) as port:
    print(port, flush=True)
    sys.stdin.readline()
"""


def curve(engine: str) -> list[list[str]]:
    """Measure the month of each page."""
    with filled(engine, bookings=BOOKINGS, busy=BUSY) as live:
        live.run_python(MAKE_PAGES.format(most=max(HOSTS), busy=BUSY, hosts=HOSTS))
        with web(live) as port:
            return [
                [f"{engine}, {words}", *(month(port, f"/h1/{slug}-{count}") for count in HOSTS)]
                for words, slug in (("any of them", "any"), ("all of them", "all"))
            ]


def month(port: int, path: str) -> str:
    found = alone(lambda client: client.get(f"{path}?{QUERY}", HX_Request="true"), port=port, rounds=ROUNDS)
    return f"{found.median:.1f}"


def in_turns(engine: str, before: Path) -> list[str]:
    """Measure the month of a host alone in both checkouts."""
    with ExitStack() as stack:
        ports = [stack.enter_context(serving(engine, root)) for root in (before, ROOT)]
        rounds = [
            [median_of(port) for port in (ports if turn % 2 else ports[::-1])][:: 1 if turn % 2 else -1]
            for turn in range(TURNS)
        ]
    then, now = (median(column) for column in zip(*rounds, strict=True))
    ratio = median(after / earlier for earlier, after in rounds)
    return [engine, f"{then:.2f}", f"{now:.2f}", f"{ratio:.2f}"]


def median_of(port: int) -> float:
    def ask(client: Client) -> object:
        return client.get(f"/h0/call?{QUERY}", HX_Request="true")

    return alone(ask, port=port, rounds=40).median


@contextmanager
def serving(engine: str, root: Path) -> Iterator[int]:
    """Run the web server of a checkout on a database of its own; yield its port."""
    code = SERVE.format(engine=engine, bookings=BOOKINGS, busy=BUSY)
    process = subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "-c", code], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield next(int(line) for line in process.stdout if line.strip().isdigit())
    finally:
        process.stdin.close()
        process.wait()


@contextmanager
def checkout(commit: str) -> Iterator[Path]:
    git = ["git", "-C", str(ROOT), "worktree"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "before"
        subprocess.run([*git, "add", "-q", "--detach", str(root), commit], check=True)  # noqa: S603
        try:
            yield root
        finally:
            subprocess.run([*git, "remove", "--force", str(root)], check=True)  # noqa: S603


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument(
        "--before", default=BEFORE, help="the commit the month of a host alone is compared with"
    )
    parser.add_argument("--engine", choices=ENGINES, action="append", help="one engine alone")
    wanted = parser.parse_args()
    engines = wanted.engine or ENGINES
    rows = [row for engine in engines for row in curve(engine)]
    print(*rows, sep="\n", file=sys.stderr)
    with checkout(wanted.before) as before:
        alone_rows = [in_turns(engine, before) for engine in engines]
    head = " | ".join(["a month as an HTML fragment, median in ms, of", *(f"{count}" for count in HOSTS)])
    text = markdown(head, rows)
    compared = markdown(f"one host | at {wanted.before[:7]}, ms | now, ms | now to then", alone_rows)
    write_table("A month of a page with many hosts", f"{text}\n\n{compared}")


if __name__ == "__main__":
    main()
