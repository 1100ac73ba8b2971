"""How many bookings a second are accepted: `python benchmarks/booking_rate.py [--scale 0.01]`.

All times are distinct, so every booking is accepted; the database holds 1,000,000 others. "by form": 8 guests fill
in and send the page's form, each POST after its own GET, to the real `timetuna web` with 2 processes; counted are the
bookings, so each is two requests. "by action": 4 processes call `actions.book` and nothing else. The hosts are one
host, then 100 by turns. The disk's fsync counts: an acknowledged booking survives a loss of power.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from html import unescape
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from client import Client
from serving import filled, markdown, options, web, write_table

from tests.guest import HIDDEN
from tests.running import ROOT, LiveTimeTuna

BOOKINGS, GUESTS, BOOKERS = 1_000_000, 8, 4
HOSTS = {"one host": ["free100"], "100 hosts": [f"free{number}" for number in range(100)]}
FOR_GUESTS, FOR_A_BOOKER = 2_000, 3_500
"""How many half hours of each host are for those who book by form, and for each process that books by action."""
HEAD = "accepted bookings a second"
COOKIE = re.compile(r"timetuna_csrf\w*=[^;]+")


def time_of(half_hour: int) -> datetime:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=2, minutes=30 * half_hour)


def by_form(port: int, hosts: list[str], *, seconds: float) -> float:
    numbers, until = count(), time.perf_counter() + seconds

    def go_on(_: int) -> int:
        client, booked = Client(port), 0
        while time.perf_counter() < until:
            turn, which = divmod(next(numbers), len(hosts))
            book_by_form(
                client, f"/{hosts[which]}/call/book", number=turn * len(hosts) + which, start=time_of(turn)
            )
            booked += 1
        client.close()
        return booked

    with ThreadPoolExecutor(GUESTS) as pool:
        return sum(pool.map(go_on, range(GUESTS))) / seconds


def book_by_form(client: Client, path: str, *, number: int, start: datetime) -> None:
    guest = {"X_Forwarded_For": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"}
    query = f"start={start:%Y-%m-%dT%H:%MZ}&duration=30&zone=UTC"
    shown = client.get(f"{path}?{query}", Accept_Encoding="identity", **guest)
    form = {name: unescape(value) for name, value in HIDDEN.findall(shown.body.decode())}
    form |= {"name": "Sam Guest", "email": f"g{number}@guest.example", "phone": "+49 30 123456"}
    form |= {"notes": "", "guests": ""}
    cookie = COOKIE.search(shown.headers["set-cookie"])
    guest |= {"Cookie": cookie[0] if cookie else "", "Origin": f"http://localhost:{client.port}"}
    answer = client.post(path, form, **guest)
    if answer.status != 302:
        raise AssertionError(f"The server answered {answer.status}.")


def by_action(live: LiveTimeTuna, hosts: list[str], *, seconds: float) -> float:
    command = [sys.executable, "benchmarks/booking_rate.py", "--book", f"{seconds}", ",".join(hosts)]
    bookers = [
        subprocess.Popen(  # noqa: S603 - our own script
            [*command, f"{FOR_GUESTS + booker * FOR_A_BOOKER}"],
            env=live.environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for booker in range(BOOKERS)
    ]
    return sum(float(booker.communicate()[0]) for booker in bookers)


def book_here(seconds: float, hosts: list[str], first: int) -> float:
    """Book in this process, from the half hour `first` on; return bookings a second."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "timetuna.settings"
    import django  # noqa: PLC0415 - settings are read here

    django.setup()
    from django.utils import timezone  # noqa: PLC0415

    from timetuna.availability.interval import minute_of  # noqa: PLC0415
    from timetuna.bookings.actions.book import Order, book  # noqa: PLC0415
    from timetuna.bookings.forms.book import new_key  # noqa: PLC0415
    from timetuna.bookings.guests import Guest  # noqa: PLC0415
    from timetuna.pages.models import BookingPage  # noqa: PLC0415

    pages = list(BookingPage.objects.filter(host__handle__in=hosts).values_list("pk", flat=True))
    began, booked = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        turn, which = divmod(booked, len(pages))
        guest = Guest(
            name="Sam",
            email=f"b{first}-{booked}@guest.example",
            time_zone="UTC",
            answers={"phone": "+49 30 123456"},
        )
        start = minute_of(time_of(first + turn))
        order = Order(
            page_id=pages[which], minutes=30, start_minute=start, kind="phone", guest=guest, key=new_key()
        )
        book(order, now=timezone.now())
        booked += 1
    return booked / (time.perf_counter() - began)


def measure(engine: str, *, bookings: int, seconds: float) -> list[str]:
    figures = []
    with filled(engine, bookings=bookings) as live, web(live) as port:
        for hosts in HOSTS.values():
            figures.append(by_form(port, hosts, seconds=seconds))
            figures.append(by_action(live, hosts, seconds=seconds))
            print(engine, bookings, figures, file=sys.stderr)
    return [f"{engine}, {bookings:,} bookings before", *(f"{figure:.0f}" for figure in figures)]


def main() -> None:
    wanted = options(__doc__)
    bookings = int(BOOKINGS * wanted.scale)
    rows = [
        measure(engine, bookings=some, seconds=wanted.seconds)
        for engine in wanted.engines
        for some in (bookings // 10, bookings)
    ]
    ways = " | ".join(f"{hosts}, {way}" for hosts in HOSTS for way in ("by form", "by action"))
    write_table("Accepted bookings", markdown(f"{HEAD} | {ways}", rows))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--book"]:
        print(book_here(float(sys.argv[2]), sys.argv[3].split(","), int(sys.argv[4])))
    else:
        main()
