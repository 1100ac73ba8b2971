"""Works bookings off in a process that is killed at its n-th step, for n = 1, 2, 3 … until none is left to die at.

A step is a statement, a commit, a call that leaves, and a mail that leaves: each once before and once after. Run as a
process of its own, with the product's settings and a sandbox; prints one JSON line a run.
"""

import itertools
import json
import os
import signal
import sys
from collections import Counter
from datetime import timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from django.db.backends.utils import CursorWrapper  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402

from tests.clock import present  # noqa: E402
from timetuna.availability.interval import minute_of  # noqa: E402
from timetuna.bookings.actions.book import Order, book  # noqa: E402
from timetuna.bookings.forms.book import new_key  # noqa: E402
from timetuna.bookings.guests import Guest  # noqa: E402
from timetuna.bookings.models import Booking, Conference  # noqa: E402
from timetuna.jobs import queue, worker  # noqa: E402
from timetuna.jobs.models import Job  # noqa: E402
from timetuna.l10n.datetimes import words_of  # noqa: E402
from timetuna.lib import http, smtp  # noqa: E402
from timetuna.lib.call_stack import with_room  # noqa: E402

SIDES = ("before", "after")
_BOOKINGS = itertools.count(1)


class Steps:
    """Counts steps, all of them and those of each name, and dies at the chosen one."""

    def __init__(self, last: int, name: str = "") -> None:
        self.taken: Counter[str] = Counter()
        self.last, self.name = last, name

    def take(self, name: str) -> None:
        self.taken.update(("", name))
        if name.endswith(self.name) and self.taken[self.name] == self.last:
            os.write(1, f"died: {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, holder: type, method: str, name: str) -> None:
        """Make every call of a method two steps: before and after."""
        original = getattr(holder, method)

        def stepping(*args, **kwargs):
            self.take(f"before {name}")
            result = original(*args, **kwargs)
            self.take(f"after {name}")
            return result

        setattr(holder, method, stepping)


def install(steps: Steps) -> None:
    steps.around(CursorWrapper, "execute", "a statement")
    steps.around(BaseDatabaseWrapper, "commit", "a commit")
    steps.around(http.HttpClient, "request", "a call")
    steps.around(smtp._Bounded, "sendmail", "a mail")


def work_off() -> None:
    """Do what is due as the worker does, its claim on the work included."""
    row = worker._register()
    while (job := queue.claim(row)) is not None:
        queue.attempt(job)()


def in_child(do) -> str:
    """Run in a forked process; return what it printed, and how it ended."""
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 1)
        code = 1
        try:
            with_room(do)
            code = 0
        finally:
            connections.close_all()
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as said:
        text = said.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or status == 0, text  # else nothing was tried at all
    return text.strip() if os.WIFSIGNALED(status) else "done"


def dying(last: int, name: str) -> None:
    install(Steps(last, name))
    work_off()


def recover() -> None:
    """Start again, letting the pauses pass, until nothing is left to do."""
    for _ in range(6):
        Job.objects.filter(state="waiting").update(run_at=present())
        work_off()
        if not Job.objects.filter(state__in=("waiting", "running")).exists():
            return


def read_once() -> None:
    """Read here what every forked process would read anew: that took it longer than its work."""
    assert queue.handlers()
    assert words_of(settings.LANGUAGE_CODE).days["format"]["wide"]
    for ending in ("html", "txt"):
        assert render_to_string(f"bookings/mail/booking.{ending}")


def one_more(page_id: int, number: int) -> int:
    tomorrow = present().replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=1)
    workdays = [day for day in (tomorrow + timedelta(days=ahead) for ahead in range(55)) if day.weekday() < 5]
    start = workdays[number // 14] + timedelta(minutes=30 * (number % 14))
    guest = Guest(name="Sam Guest", email=f"guest{number}@guest.example", time_zone="UTC")
    order = Order(
        page_id=page_id, minutes=30, start_minute=minute_of(start), kind="zoom", guest=guest, key=new_key()
    )
    return book(order, now=present()).pk


def main(page_id: int, first: int, stride: int) -> None:
    """Die at every stride-th step from the first on, and on both sides of every call and mail."""
    read_once()
    for start, every, name in (
        (first, stride, ""),
        *((1, 1, f"{side} a {what}") for what in ("call", "mail") for side in SIDES),
    ):
        last = start
        while die_at(page_id, last, name) != "done":
            last += every


def die_at(page_id: int, step: int, name: str) -> str:
    """Book, die at that step (the so-many-th of its name), start again and settle; print and return how it ended."""
    pk = one_more(page_id, next(_BOOKINGS))
    ended = in_child(lambda: dying(step, name))
    in_child(recover)
    conference = Conference.objects.get(booking_id=pk)
    booking = Booking.objects.get(pk=pk)
    line = {
        "step": f"{name} {step}",
        "ended": ended,
        "guest": booking.booker.email,
        "uid": str(booking.uid),
        "state": conference.state,
        "join_url": conference.join_url,
        "possible_duplicates": conference.possible_duplicates,
        "open_jobs": Job.objects.filter(concurrency=booking.concurrency_key()).exclude(state="done").count(),
    }
    print(json.dumps(line), flush=True)
    return ended


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
