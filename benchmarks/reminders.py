"""Reminders that are due together, and a mail server that is away: `python benchmarks/reminders.py`.

--reminders N (10,000)   bookings whose reminder is due in the same minute, sent by two `timetuna worker` processes
                         to a mail server on this machine: time, rate, and whether each came once.
--outage SECONDS (120)   bookings are made, moved and cancelled while the mail server is away for so long: what
                         arrives after its return, in which order for each reader, and how fast.
"""

import re
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser, Namespace
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from aiosmtpd.controller import Controller
from serving import ENGINES, database, markdown, write_table

from tests.running import ROOT, LiveTimeTuna, free_ports, resting_timetuna

WORKERS, OUTAGE_BOOKINGS, PATIENCE_SECONDS = 2, 600, 1_500
MESSAGE_ID = re.compile(
    rb"^Message-ID:\s*<([0-9a-f-]{36})\.(\S+)\.(guest|host)@", re.MULTILINE | re.IGNORECASE
)


class MailServer:
    """Takes mails and remembers when which came."""

    def __init__(self, port: int) -> None:
        self.port, self.came = port, []
        self._running: Controller | None = None

    def start(self) -> None:
        """Listen."""
        self._running = Controller(self, hostname="127.0.0.1", port=self.port)
        self._running.start()

    def stop(self) -> None:
        """Be away."""
        if self._running:
            self._running.stop()
        self._running = None

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Note the mail."""
        found = MESSAGE_ID.search(envelope.content)
        self.came.append((time.monotonic(), *(part.decode() for part in found.groups())))
        return "250 OK"


def fill(count: int, *, minutes: int) -> None:
    """Make bookings as guests do, on 100 pages that remind guests `minutes` before; print nothing."""
    import django  # noqa: PLC0415 - settings are read here

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from benchmarks.fill import make_hosts  # noqa: PLC0415
    from timetuna.availability.interval import minute_of  # noqa: PLC0415
    from timetuna.bookings.actions.book import Order, book  # noqa: PLC0415
    from timetuna.bookings.forms.book import new_key  # noqa: PLC0415
    from timetuna.bookings.guests import Guest  # noqa: PLC0415
    from timetuna.jobs.models import Job  # noqa: PLC0415
    from timetuna.pages.models import BookingPage, Reminder  # noqa: PLC0415

    pages = [page for _, page in make_hosts("m", 100, open_between=(0, 1440), weekdays=7)]
    BookingPage.objects.update(notice_minutes=0, holds=False)
    if minutes:
        Reminder.objects.bulk_create(
            Reminder(page=page, audience=Reminder.Audience.GUEST, minutes=minutes) for page in pages
        )
    now = timezone.now()
    first = minute_of(now.replace(second=0, microsecond=0)) // 30 * 30 + 3 * 24 * 60
    for number in range(count):
        guest = Guest(
            name="Sam", email=f"s{number}@guest.example", time_zone="UTC", answers={"phone": "+49 30 123456"}
        )
        start = first + 30 * (number // len(pages))
        page = pages[number % len(pages)]
        order = Order(page_id=page, minutes=30, start_minute=start, kind="phone", guest=guest, key=new_key())
        book(order, now=now)
    if minutes:
        _have_reminders_only(Job, now)


def _have_reminders_only(jobs: Any, now: Any) -> None:
    """Plan all reminders, drop what else is to be done, and let every reminder be due at once."""
    from timetuna.bookings.models import Booking  # noqa: PLC0415
    from timetuna.bookings.notifications.queue import plan_reminders  # noqa: PLC0415

    for booking in Booking.objects.select_related("page").iterator():
        plan_reminders(booking, now=now)
    jobs.objects.exclude(name="bookings.reminder").delete()
    jobs.objects.update(run_at=now)


def change() -> None:
    """Move every second booking and cancel every fifth, as their guests do."""
    import django  # noqa: PLC0415

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from timetuna.availability.interval import minute_of  # noqa: PLC0415
    from timetuna.bookings.actions.cancel import cancel  # noqa: PLC0415
    from timetuna.bookings.actions.reschedule import reschedule  # noqa: PLC0415
    from timetuna.bookings.models import Booking  # noqa: PLC0415

    for number, booking in enumerate(Booking.objects.order_by("pk")):
        if number % 2:
            later = minute_of(booking.start_at) + 7 * 24 * 60
            reschedule(booking.pk, start_minute=later, actor="host", now=timezone.now())
        if number % 5 == 0:
            cancel(booking.pk, actor="guest", note_text="", now=timezone.now())


def do(live: LiveTimeTuna, *arguments: str) -> None:
    subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "benchmarks/reminders.py", *arguments],
        env=live.environment | {"DJANGO_SETTINGS_MODULE": "timetuna.settings"},
        cwd=ROOT,
        check=True,
    )


@contextmanager
def product(engine: str) -> Iterator[tuple[LiveTimeTuna, MailServer]]:
    (port,) = free_ports(1)
    mail = MailServer(port)
    with tempfile.TemporaryDirectory() as folder, database(engine):
        more = {"EMAIL_URL": f"smtp://127.0.0.1:{port}", "TIMETUNA_RETRY_SECONDS": "10"}
        with resting_timetuna(Path(folder), **more) as live:
            try:
                yield live, mail
            finally:
                mail.stop()


@contextmanager
def workers(live: LiveTimeTuna) -> Iterator[None]:
    with (live.folder / "serve.log").open("ab") as log:
        command = [sys.executable, "-m", "timetuna", "worker"]
        running = [
            subprocess.Popen(command, env=live.environment, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603
            for _ in range(WORKERS)
        ]
        try:
            yield
        finally:
            for process in running:
                process.terminate()
            for process in running:
                process.wait()


def wait_for(mail: MailServer, count: int) -> None:
    """Return once so many mails came and no more come for five seconds."""
    until, seen, since = time.monotonic() + PATIENCE_SECONDS, -1, time.monotonic()
    while time.monotonic() < until:
        if len(mail.came) != seen:
            seen, since = len(mail.came), time.monotonic()
        elif seen >= count and time.monotonic() - since > 5:
            return
        time.sleep(0.2)


def measure_reminders(engine: str, count: int) -> list[str]:
    with product(engine) as (live, mail):
        do(live, "--fill", str(count), "60")
        mail.start()
        began = time.monotonic()
        with workers(live):
            wait_for(mail, count)
    times = Counter(key for _, *key in map(tuple, mail.came) for key in [tuple(key)])
    spent = mail.came[-1][0] - mail.came[0][0]
    twice = sum(number - 1 for number in times.values())
    start = mail.came[0][0] - began
    return [
        engine,
        f"{count:,}",
        f"{len(times):,}",
        f"{twice}",
        f"{start:.1f} s",
        f"{spent:.1f} s",
        f"{count / spent:.0f}/s",
    ]


def measure_outage(engine: str, seconds: float) -> list[str]:
    with product(engine) as (live, mail):
        do(live, "--fill", str(OUTAGE_BOOKINGS), "0")
        with workers(live):
            time.sleep(seconds / 2)
            do(live, "--change")
            time.sleep(seconds / 2)
            mail.start()
            back = time.monotonic()
            wait_for(mail, 2 * OUTAGE_BOOKINGS)
    return [engine, f"{seconds:.0f} s", *_order(mail, back)]


def _order(mail: MailServer, back: float) -> list[str]:
    """Say how many readers heard of their booking, how many out of order, when the last mail came, and how fast."""
    by_reader = defaultdict(list)
    for _, uid, what, audience in mail.came:
        by_reader[uid, audience].append(_revision(what))
    wrong = sum(any(later < earlier for earlier, later in pairwise(heard)) for heard in by_reader.values())
    per_second = Counter(int(moment - back) for moment, *_ in mail.came)
    last = mail.came[-1][0] - back
    return [
        f"{len(by_reader):,} of {2 * OUTAGE_BOOKINGS:,}",
        str(wrong),
        str(len(mail.came) - len({tuple(one[1:]) for one in mail.came})),
        f"{last:.0f} s",
        f"{max(per_second.values())}",
    ]


def _revision(what: str) -> int:
    return 0 if what == "booked" else int(what.rpartition(".")[2])


def main() -> None:
    wanted = arguments()
    if wanted.reminders:
        rows = [measure_reminders(engine, wanted.reminders) for engine in wanted.engines]
        head = "database | due at once | came | twice | first after | all within | rate"
        write_table("Reminders due in the same minute", markdown(head, rows))
    if wanted.outage:
        rows = [measure_outage(engine, wanted.outage) for engine in wanted.engines]
        head = (
            "database | away for | readers who heard | out of order | twice | last after | most in a second"
        )
        write_table("A mail server that is away", markdown(head, rows))


def arguments() -> Namespace:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--reminders", type=int, default=10_000)
    parser.add_argument("--outage", type=float, default=120.0)
    parser.add_argument("--engine", choices=ENGINES, action="append")
    found = parser.parse_args()
    found.engines = found.engine or ENGINES
    return found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--fill"]:
        fill(int(sys.argv[2]), minutes=int(sys.argv[3]))
    elif sys.argv[1:2] == ["--change"]:
        change()
    else:
        main()
