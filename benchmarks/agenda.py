"""How long the agenda of 500 bookings in a week takes on the server: `python benchmarks/agenda.py [--engine SQLite]`.

A page of eight hosts has so many bookings in one week, four side by side; its owner, who has two calendars with 60
busy times each, looks at everybody's. One client on a kept connection, the real `timetuna web` with 2 processes. In
turns with it, so that a busy machine weighs on all alike: a week with nothing in it, one's own, the list of the same
bookings, 25 on a page, and the smallest answer there is (`robots.txt`). The ratio is of medians, to the empty
week; processor is what the server's processes used for one answer.
"""

from argparse import ArgumentParser
from http import HTTPStatus
from statistics import median
from time import perf_counter

from client import Client
from serving import ENGINES, cpu_seconds, filled, markdown, web, write_table

from tests.running import LiveTimeTuna

HOSTS, BOOKINGS, ROUNDS, WARM = 8, 500, 40, 5
MAKE = """
import sys
sys.path[:0] = ["benchmarks", "."]
from datetime import UTC, datetime, timedelta
from fill import booker_row, booking_row, host_row, make_calendars, write
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Max
from timetuna.accounts.models import User
from timetuna.bookings.models import Attendee, Booking, BookingHost
from timetuna.pages.models import BookingPage, PageHost
make_calendars("h0", 2, blocks=60)
users = [User.objects.get(handle=f"h{{number}}") for number in range({hosts})]
page = BookingPage.objects.get(host=users[0])
page.staffing = "any"
page.save()
PageHost.objects.bulk_create(
    PageHost(page=page, host=user, position=place) for place, user in enumerate(users) if user != users[0])
today = datetime.now(UTC).date()
monday = datetime.combine(today + timedelta(days=70 - today.weekday()), datetime.min.time(), UTC)
first = int(monday.timestamp()) // 60 + 7 * 60
highest = Booking.objects.aggregate(most=Max("id"))["most"] or 0
rows = []
for number in range({bookings}):
    place, host = divmod(number, {hosts})
    start = first + place % 7 * 1440 + place // 7 * 60 + host % 4 * 15
    rows.append((highest + 1 + number, (users[host].pk, page.pk), start))
write(Booking, (booking_row(number, owner, start, 30) for number, owner, start in rows))
write(Attendee, (booker_row(number, start) for number, _, start in rows))
write(BookingHost, (host_row(number, owner, start, 30) for number, owner, start in rows))
session = SessionStore()
session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(users[0].pk), settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = users[0].get_session_auth_hash()
session.create()
later = monday + timedelta(days=70)
answer([settings.SESSION_COOKIE_NAME, session.session_key, monday.date().isoformat(), later.date().isoformat()])
"""


def rows_of(engine: str) -> list[list[str]]:
    """Measure each page in turns; return a row for each."""
    with filled(engine, bookings=20_000, busy=500) as live:
        cookie, key, full, empty = live.run_python(MAKE.format(hosts=HOSTS, bookings=BOOKINGS))
        pages = {
            "week of 500 bookings": f"/bookings/agenda?view=week&of=all&date={full}",
            "week without any": f"/bookings/agenda?view=week&of=all&date={empty}",
            "own week, with busy times": f"/bookings/agenda?view=week&date={full}",
            "list, 25 on a page": "/bookings?of=all",
            "robots.txt": "/robots.txt",
        }
        with web(live) as port:
            client, taken = Client(port), {name: list[float]() for name in pages}
            sizes = {}
            for turn in range(ROUNDS + WARM):
                for name, path in pages.items():
                    began = perf_counter()
                    answer = client.get(path, Cookie=f"{cookie}={key}")
                    took = 1_000 * (perf_counter() - began)
                    if answer.status != HTTPStatus.OK:
                        raise AssertionError(f"{path} answered {answer.status}")
                    sizes[name] = len(answer.body) / 1_000
                    if turn >= WARM:
                        taken[name].append(took)
            used = {name: processor(live, client, (path, f"{cookie}={key}")) for name, path in pages.items()}
        middle = {name: median(found) for name, found in taken.items()}
        base = middle["week without any"]
        return [
            [
                f"{engine}, {name}",
                f"{one:.1f}",
                f"{one / base:.2f}",
                f"{used[name]:.0f}",
                f"{sizes[name]:.1f}",
            ]
            for name, one in middle.items()
        ]


def processor(live: LiveTimeTuna, client: Client, asked: tuple[str, str]) -> float:
    """Milliseconds that the server computes for one answer, however long it has to wait for a core."""
    path, cookie = asked
    before = cpu_seconds(live)
    for _ in range(ROUNDS):
        client.get(path, Cookie=cookie)
    return 1_000 * (cpu_seconds(live) - before) / ROUNDS


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--engine", choices=ENGINES, action="append", help="one engine alone")
    engines = parser.parse_args().engine or ENGINES
    rows = [row for engine in engines for row in rows_of(engine)]
    write_table(
        "The agenda of 500 bookings in a week",
        markdown("page | median, ms | to an empty week | processor, ms | kB, gzip", rows),
    )


if __name__ == "__main__":
    main()
