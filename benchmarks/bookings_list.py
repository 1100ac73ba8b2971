"""How long the list of bookings takes beside 1,000,000: `python benchmarks/bookings_list.py [--scale 0.01]`.

1,000 hosts with a page each; h7 owns the team that all the pages belong to, so that the list of everybody's is one of
all. One client on a kept connection, the real `timetuna web` with 2 processes; each list in turns with an empty one
and with `robots.txt`, so that a busy machine weighs on all alike. The ratio is of medians, to the empty list.
Processor is what the server's processes used for one answer; what the database computes is not in it.
"""

from http import HTTPStatus
from statistics import median
from time import perf_counter

from client import Client
from serving import cpu_seconds, filled, markdown, options, web, write_table

BOOKINGS, BUSY, ROUNDS, WARM = 1_000_000, 500, 30, 3
MAKE = """
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.db.models import F
from django.db.models.functions import Concat
from django.db.models import Value
from timetuna.accounts.models import Membership, Team, User
from timetuna.pages.models import BookingPage
owner, other = User.objects.get(handle="h7"), User.objects.get(handle="h8")
team = Team.objects.create(name="Everybody", handle="everybody")
Membership.objects.create(team=team, user=owner, role="owner")
BookingPage.objects.filter(host__handle__startswith="h").update(team=team, slug=Concat(Value("c"), F("pk")))
with connection.cursor() as cursor:
    cursor.execute("ANALYZE")
keys = []
for user in (owner, User.objects.get(handle="free0")):
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    keys.append(session.session_key)
answer([settings.SESSION_COOKIE_NAME, *keys, BookingPage.objects.get(host=owner).pk, other.pk])
"""


def lists(page: int, other: int) -> dict[str, str]:
    """The addresses that are measured, by what they show."""
    return {
        "one's own": "/bookings",
        "one's own, over": "/bookings?show=past",
        "one's own, of one page": f"/bookings?show=past&on={page}",
        "one's own, searched": "/bookings?show=past&q=guest+77",
        "everybody's": "/bookings?of=all",
        "everybody's, over": "/bookings?of=all&show=past",
        "everybody's, over, page 100": "/bookings?of=all&show=past&page=100",
        "everybody's, cancelled": "/bookings?of=all&show=cancelled",
        "everybody's, searched": "/bookings?of=all&show=past&q=guest+77",
        "of one among them": f"/bookings?of={other}&show=past",
    }


def rows_of(engine: str, bookings: int) -> list[list[str]]:
    """Measure each list; return a row for each."""
    with filled(engine, bookings=bookings, busy=BUSY) as live:
        name, mine, stranger, page, other = live.run_python(MAKE)
        with web(live) as port:
            client = Client(port)
            empty = ("/bookings", f"{name}={stranger}")
            asked = {what: (path, f"{name}={mine}") for what, path in lists(page, other).items()}
            asked |= {"an empty list": empty, "robots.txt": ("/robots.txt", "")}
            rows = []
            for what, one in asked.items():
                turns = [(took(client, one), took(client, empty)) for _ in range(ROUNDS + WARM)][WARM:]
                middle, base = (median(times) for times in zip(*turns, strict=True))
                before = cpu_seconds(live)
                for _ in range(ROUNDS):
                    took(client, one)
                used = 1_000 * (cpu_seconds(live) - before) / ROUNDS
                rows.append([f"{engine}, {what}", f"{middle:.1f}", f"{middle / base:.2f}", f"{used:.0f}"])
    return rows


def took(client: Client, asked: tuple[str, str]) -> float:
    """Milliseconds until the answer was there."""
    path, cookie = asked
    began = perf_counter()
    answer = client.get(path, Cookie=cookie)
    if answer.status != HTTPStatus.OK:
        raise AssertionError(f"{path} answered {answer.status}")
    return 1_000 * (perf_counter() - began)


def main() -> None:
    wanted = options(__doc__ or "")
    bookings = int(BOOKINGS * wanted.scale)
    rows = [row for engine in wanted.engines for row in rows_of(engine, bookings)]
    head = "list | median, ms | to an empty list | processor, ms"
    write_table(f"Lists of bookings ({bookings:,} bookings)", markdown(head, rows))


if __name__ == "__main__":
    main()
