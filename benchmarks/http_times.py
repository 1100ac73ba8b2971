"""How fast a month of times comes over HTTP: `python benchmarks/http_times.py [--scale 0.01]`.

1,000 hosts and 1,000,000 bookings, 500 of them in the coming 60 days of the host who is asked; the real
`timetuna web` with 2 processes and its ordinary settings. The host has a calendar with 500 busy times in these 60
days. "alone" is one client on a kept connection; the throughput is that of 8 clients, each asking again at once.
Where the machine is busy with other things, the CPU an answer takes says more than either.
The growth is measured with a tenth of the bookings, and with a tenth and ten times of the host's own.
"""

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from client import Answer, Client, alone, throughput
from serving import cpu_seconds, filled, markdown, options, web, write_table

BOOKINGS, BUSY, CLIENTS, ROUNDS = 1_000_000, 500, 8, 400
MONTH = f"{datetime.now(UTC).replace(day=1) + timedelta(days=32):%Y-%m}"
QUERY = f"month={MONTH}&zone=America/New_York&duration=30"
ASKS: dict[str, Callable[[Client], Answer]] = {
    "HTML fragment": lambda client: client.get(f"/h0/call?{QUERY}", HX_Request="true"),
    "whole page": lambda client: client.get(f"/h0/call?{QUERY}"),
    "JSON of the month": lambda client: client.get(f"/api/pages/h0/call/times?{QUERY}"),
    "a static file, for comparison": lambda client: client.get("/static/css/tokens.css"),
}
HEAD = (
    "what | alone: median, ms | alone: p99, ms | 8 clients: answers a second | CPU of the web processes, ms an answer"
    " | kB sent"
)
GROWTH_HEAD = "the fragment, alone: median, ms"


def measure(engine: str, *, bookings: int, seconds: float) -> list[list[str]]:
    rows = []
    with filled(engine, bookings=bookings, busy=BUSY, calendars=(1, BUSY)) as live, web(live) as port:
        for what, ask in ASKS.items():
            client = Client(port)
            size = len(ask(client).body) / 1000
            client.close()
            latency = alone(ask, port=port, rounds=ROUNDS)
            before = cpu_seconds(live)
            rate = throughput(ask, port=port, clients=CLIENTS, seconds=seconds)
            cpu = 1000 * (cpu_seconds(live) - before) / (rate * seconds)
            figures = [f"{figure:.1f}" for figure in (*latency, rate, cpu, size)]
            rows.append([f"{engine}, {what}", *figures])
            print(rows[-1], file=sys.stderr)
    return rows


def median_with(engine: str, *, bookings: int, busy: int) -> str:
    with filled(engine, bookings=bookings, busy=busy, calendars=(1, BUSY)) as live, web(live) as port:
        return f"{alone(ASKS['HTML fragment'], port=port, rounds=ROUNDS).median:.1f}"


def main() -> None:
    wanted = options(__doc__)
    bookings = int(BOOKINGS * wanted.scale)
    tenth = bookings // 10
    others = [(tenth, BUSY), (tenth, BUSY // 10), (tenth, 10 * BUSY)]
    rows, growth = [], []
    for engine in wanted.engines:
        measured = measure(engine, bookings=bookings, seconds=wanted.seconds)
        rows += measured
        medians = [median_with(engine, bookings=some, busy=busy) for some, busy in others]
        growth.append([engine, measured[0][1], *medians])
    heads = " | ".join(
        f"{some:,} bookings, {busy:,} of the host" for some, busy in [(bookings, BUSY), *others]
    )
    write_table(
        f"A month of times over HTTP ({bookings:,} bookings)",
        markdown(HEAD, rows) + "\n\n" + markdown(f"{GROWTH_HEAD} | {heads}", growth),
    )


if __name__ == "__main__":
    main()
