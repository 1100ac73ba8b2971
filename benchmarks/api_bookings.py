"""How long the API takes for 25 of 1,000,000 bookings: `python benchmarks/api_bookings.py [--scale 0.01]`.

1,000 hosts share the bookings; one of them asks with a key. One client on a kept connection, the real `timetuna web`;
each in turns with what it is compared with, so that a busy machine weighs on both alike: lists with the first operation
there is (`/me`), a month of times with the same as the page's own JSON has it. Processor is what the server's processes
used for one answer; what the database computes is not in it.
"""

import os
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from statistics import median, quantiles
from time import perf_counter

from client import Client
from serving import LiveTimeTuna, cpu_seconds, filled, markdown, options, web, write_table

BOOKINGS, BUSY, ROUNDS, WARM = 1_000_000, 500, 200, 10
MAKE = """
from django.db import connection
from django.utils import timezone
from timetuna.accounts.models import User
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.api.scopes import ApiScope
from timetuna.pages.models import BookingPage
owner = User.objects.get(handle="h7")
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
_, token = create_key(owner, NewKey(name="Benchmark", scopes=[ApiScope.BOOKINGS]), now=timezone.now())
answer([token, BookingPage.objects.get(host=owner).public_id])
"""


def rows_of(engine: str, bookings: int) -> list[list[str]]:
    """Measure each; return a row for each."""
    with filled(engine, bookings=bookings, busy=BUSY) as live:
        token, page = live.run_python(MAKE)
        live.environment["TIMETUNA_API_LIMIT"] = "100000"
        with web(live) as port:
            return [
                [f"{engine}, {what}", *measured(live, Client(port), token, *paths)]
                for what, paths in asked(page).items()
            ]


def asked(page: str) -> dict[str, tuple[str, str]]:
    """Each with what it is compared with."""
    first = (
        datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0) + timedelta(days=32)
    ).replace(day=1)
    beyond = (first + timedelta(days=31)).replace(day=1)
    month = f"{first:%Y-%m}&zone=America/New_York&duration=30"
    times = (
        f"start={first:%Y-%m-%dT05:00:00Z}&end={beyond:%Y-%m-%dT05:00:00Z}&zone=America/New_York&duration=30"
    )
    lists = {
        "25 bookings, the latest first": "?limit=25",
        "25 bookings, by when they were made": "?limit=25&order=-created",
        "25 bookings of a page": f"?limit=25&page={page}",
        "1 booking": "?limit=1",
    }
    me = "/api/v1/me"
    return {what: (f"/api/v1/bookings{query}", me) for what, query in lists.items()} | {
        "a month of times": (
            f"/api/v1/pages/{page}/times?{times}",
            f"/api/pages/h7/call/times?month={month}",
        ),
        "/me": (me, "/robots.txt"),
    }


def measured(live: LiveTimeTuna, client: Client, token: str, path: str, other: str) -> list[str]:
    """The figures of one row."""
    turns = [(took(client, path, token), took(client, other, token)) for _ in range(ROUNDS + WARM)][WARM:]
    mine, theirs = zip(*turns, strict=True)
    before = cpu_seconds(live)
    for _ in range(ROUNDS):
        took(client, path, token)
    used = 1_000 * (cpu_seconds(live) - before) / ROUNDS
    slowest = quantiles(mine, n=20)[-1]
    return [
        *(f"{one:.1f}" for one in (median(mine), slowest, median(theirs), used)),
        f"{os.getloadavg()[0]:.1f}",
    ]


def took(client: Client, path: str, token: str) -> float:
    """Milliseconds until the answer was there."""
    began = perf_counter()
    answer = client.get(path, Authorization=f"Bearer {token}")
    if answer.status != HTTPStatus.OK:
        raise AssertionError(f"{path} answered {answer.status}")
    return 1_000 * (perf_counter() - began)


def main() -> None:
    wanted = options(__doc__ or "")
    bookings = int(BOOKINGS * wanted.scale)
    rows = [row for engine in wanted.engines for row in rows_of(engine, bookings)]
    head = "asked | median, ms | p95, ms | what it is compared with: median, ms | processor, ms | load"
    write_table(f"Bookings by the API ({bookings:,} bookings)", markdown(head, rows))


if __name__ == "__main__":
    main()
