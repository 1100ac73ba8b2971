"""A hundred guests at once, and what the tables say afterwards: `python benchmarks/load.py [--scale 0.1]`.

The whole product (two web processes and the worker) on each database. In every round all forms are opened, then
sent at the same moment; where times are held, half of the guests pick one meanwhile, which is accepted, too. The
checker (tests/crowd.py) compares all answers with the final tables; what it finds is printed and ends the script with
exit code 1. --scale makes the crowd smaller. Milliseconds are of the forms that were sent, all at once, from the
first that leaves to its answer: mostly the time of waiting for the others.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from serving import PROCESSES, database, markdown, options, write_table

from tests.crowd import DROPPED, SCENARIOS, Crowd, crowd_of, faults
from tests.guest import weekdays
from tests.running import running_timetuna

CLIENTS, ROUNDS = 100, 10
HEAD = (
    "what | sent | accepted | refused with 409 | error pages | connections dropped | faults in the tables | "
    "median, ms | p99, ms"
)


def row(name: str, crowd: Crowd, wrong: list[str]) -> list[str]:
    status = [sent.status for sent in crowd.log]
    spent = [sent.milliseconds for sent in crowd.log]
    counts = [
        len(status),
        status.count(302) + status.count(200),
        status.count(409),
        sum(sent.is_fault() and sent.status != DROPPED for sent in crowd.log),
        status.count(DROPPED),
        sum(not fault.startswith("an error page") for fault in wrong),
    ]
    return [name, *map(str, counts), f"{median(spent):.0f}", f"{quantiles(spent, n=100)[98]:.0f}"]


def rush(engine: str, clients: int) -> tuple[list[list[str]], list[str]]:
    """Run every scenario on one engine; return the table's rows and everything that was wrong."""
    rows, wrong = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        database(engine),
        running_timetuna(Path(folder), TIMETUNA_WEB_PROCESSES=str(PROCESSES)) as live,
    ):
        for name, scenario in SCENARIOS.items():
            with crowd_of(clients, live) as crowd:
                for start in weekdays(ROUNDS, per_day=1):
                    scenario(crowd, start)
                found = faults(crowd)
            rows.append(row(f"{engine}, {name}", crowd, found))
            wrong += found
            print(rows[-1], file=sys.stderr)
        wrong += [line for line in live.log().splitlines() if "Traceback" in line]
    return rows, wrong


def main() -> int:
    wanted = options(__doc__)
    clients = max(4, int(CLIENTS * wanted.scale))
    rows, wrong = [], []
    for engine in wanted.engines:
        more, found = rush(engine, clients)
        rows, wrong = rows + more, wrong + found
    write_table(f"{clients} guests at once, {ROUNDS} rounds", markdown(HEAD, rows))
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
