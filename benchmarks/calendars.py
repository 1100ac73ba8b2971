"""Connected calendars: `python benchmarks/calendars.py [--calendars 1000] [--engine SQLite]`.

Reading: that many calendars, half of them feeds of 50 events and half Google calendars of the sandbox, all due at
once, are read by two `timetuna worker` processes; then all once more, when nothing has changed, and once more, when
every feed has. Feeds and sandbox run on this machine, too.
Looking: a month of a page whose host has no calendar, one, and ten with 500 busy times each, asked for by one client
on a kept connection (`timetuna web`, two processes). `--calendars 0` measures this alone.
"""

import json
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import Process, Value
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx2
from client import alone
from http_times import ASKS
from reminders import workers
from serving import ENGINES, cpu_of, database, filled, markdown, web, write_table

from tests.running import LiveTimeTuna, free_ports, resting_timetuna

EVENTS, PATIENCE_SECONDS, ROUNDS = 50, 600, 400
SHAPES = ((0, 0), (1, 500), (10, 500))
CONNECT = """
import json
from django.utils import timezone
from benchmarks.fill import make_users
from timetuna.calendars.actions.connect_by_form import NEVER
from timetuna.calendars.queries import linkable
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.access_tokens import sealed_tokens
from timetuna.providers.base import Tokens
plan = json.loads({plan!r})
granted = linkable("google").exchange(code=plan["code"], code_verifier="v" * 43)
for number, user in enumerate(make_users([f"c{{number}}" for number in range(plan["count"])])):
    feed = number % 2
    tokens = Tokens(f"{{plan['feeds']}}/{{number}}.ics", "", NEVER, frozenset()) if feed else granted
    row = CalendarAccount(host=user, provider="icalfeed" if feed else "google", provider_user_id=str(number))
    for column, value in sealed_tokens(tokens, account=row).items():
        setattr(row, column, value)
    row.calendars_read_at = timezone.now()
    row.save()
    Calendar.objects.create(account=row, outside_id="feed" if feed else "robin@host.example", name="Calendar")
"""
DUE = """
from django.utils import timezone
from timetuna.calendars.models import Calendar
Calendar.objects.update(next_read_at=timezone.now())
answer(timezone.now().isoformat())
"""
READ = """
from datetime import datetime
from timetuna.calendars.models import Calendar
done = Calendar.objects.filter(read_at__gte=datetime.fromisoformat({since!r}))
answer([done.count(), Calendar.objects.filter(failures__gt=0).count()])
"""


class Feeds(BaseHTTPRequestHandler):
    """Publishes a feed of 50 events at every path; they are others when `version` is."""

    version = Value("i", 0)
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer, or say that nothing has changed."""
        tag = f'"{self.path}-{self.version.value}"'
        known = self.headers.get("If-None-Match") == tag
        body = b"" if known else _feed(self.version.value)
        self.send_response(304 if known else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _feed(version: int) -> bytes:
    today = datetime.now(UTC).replace(hour=8, minute=0)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//b//b//EN"]
    for number in range(EVENTS):
        start = today + timedelta(days=number, minutes=15 * version)
        lines += ["BEGIN:VEVENT", f"UID:{number}@b", f"DTSTART:{start:%Y%m%dT%H%M}00Z", "DURATION:PT45M"]
        lines += ["SUMMARY:Something", "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def _serve(port: int) -> None:
    ThreadingHTTPServer(("127.0.0.1", port), Feeds).serve_forever()


@contextmanager
def product(engine: str) -> Iterator[tuple[LiveTimeTuna, str]]:
    (port,) = free_ports(1)
    publisher = Process(target=_serve, args=(port,), daemon=True)
    publisher.start()
    more = {
        "ICALFEED_ALLOW_PRIVATE": "yes",
        "ICALFEED_ALLOW_HTTP": "yes",
        "GOOGLE_CLIENT_ID": "sandbox-google-client",
        "GOOGLE_CLIENT_SECRET": "sandbox-google-secret",
    }
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            database(engine),
            resting_timetuna(Path(folder), **more) as live,
        ):
            url = f"{live.environment['ZOOM_API_URL']}/google"
            live.environment |= {f"GOOGLE_{name}_URL": url for name in ("OAUTH", "TOKEN", "API")}
            yield live, f"http://127.0.0.1:{port}"
    finally:
        publisher.terminate()


def connect(live: LiveTimeTuna, feeds: str, count: int) -> None:
    """Store hosts with one account each, and events in the Google calendar."""
    live.sandbox.tell("google/decide", decision="allow", account="robin")
    tomorrow = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    for number in range(EVENTS):
        start = tomorrow + timedelta(days=number)
        end = start + timedelta(minutes=45)
        live.sandbox.tell(
            "google/event", start=start.isoformat(), end=end.isoformat(), calendar="primary", zone=""
        )
    asked = live.run_python(
        "from timetuna.calendars.queries import linkable\n"
        "from timetuna.lib.crypto import pkce_pair\n"
        "import hashlib, base64\n"
        'digest = base64.urlsafe_b64encode(hashlib.sha256(b"v" * 43).digest()).rstrip(b"=").decode()\n'
        'answer(linkable("google").authorize_url(state="s", code_challenge=digest))\n'
    )
    back = httpx2.get(asked, trust_env=False).headers["location"]
    plan = {"code": parse_qs(urlsplit(back).query)["code"][0], "feeds": feeds, "count": count}
    live.run_python(CONNECT.format(plan=json.dumps(plan)))


def read_once(live: LiveTimeTuna, count: int, *, since: str) -> tuple[float, int]:
    """Wait until all calendars have been read since then; return the seconds it took and how many failed."""
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE_SECONDS:
        done, failed = live.run_python(READ.format(since=since))
        if done + failed >= count:
            return time.monotonic() - began, failed
        time.sleep(0.5)
    raise TimeoutError(live.log()[-4_000:])


def measure_reading(engine: str, count: int) -> list[list[str]]:
    rows = []
    with product(engine) as (live, feeds):
        connect(live, feeds, count)
        since = live.run_python(DUE)
        with workers(live):
            for what in ("for the first time", "unchanged", "feeds changed"):
                Feeds.version.value += what == "feeds changed"
                cpu = cpu_of("-m timetuna worker")
                since = since or live.run_python(DUE)
                seconds, failed = read_once(live, count, since=since)
                since = ""
                spent = cpu_of("-m timetuna worker") - cpu
                figures = [
                    f"{seconds:.1f}",
                    f"{60 * count / seconds:.0f}",
                    f"{1000 * spent / count:.1f}",
                    str(failed),
                ]
                rows.append([f"{engine}, {what}", f"{count:,}", *figures])
                print(rows[-1], file=sys.stderr)
    return rows


def measure_looking(engine: str) -> list[str]:
    medians = []
    for calendars in SHAPES:
        with filled(engine, bookings=10_000, calendars=calendars) as live, web(live) as port:
            medians.append(f"{alone(ASKS['HTML fragment'], port=port, rounds=ROUNDS).median:.1f}")
    return [engine, *medians]


def main() -> None:
    wanted = arguments()
    if wanted.calendars:
        rows = [row for engine in wanted.engines for row in measure_reading(engine, wanted.calendars)]
        head = "what | calendars | seconds | calendars a minute | CPU of two workers, ms a calendar | failed"
        write_table("Reading calendars", markdown(head, rows))
    looks = [measure_looking(engine) for engine in wanted.engines]
    shapes = " | ".join(f"{count} calendars" for count, _ in SHAPES)
    write_table(
        "A month of a page with calendars, alone: median, ms", markdown(f"database | {shapes}", looks)
    )


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--calendars", type=int, default=1_000)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    found = parser.parse_args()
    found.engines = found.engine or ENGINES
    return found


if __name__ == "__main__":
    main()
