"""How calendar files are read: every file of a folder, and files with something wrong in them.

python benchmarks/feeds.py corpus [FOLDER]         each file read or refused; else that of $TIMETUNA_CALENDAR_FILES
python benchmarks/feeds.py compare [FOLDER]        the same files by a second, independent reader, and where they differ
python benchmarks/feeds.py fuzz [COUNT] [FOLDER]   COUNT mutations (50,000) of the files and of the tests' own

Each file is read in a process forked for it, under the limits of the product's own reader, and measured there: CPU
time, and the most memory the process had, which includes some 35 MB of Python.
"""

import json
import os
import re
import resource
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from timetuna.availability.interval import Interval, merge
from timetuna.ical.__main__ import MEMORY
from timetuna.ical.answer import Unreadable
from timetuna.ical.busy import busy_of
from timetuna.ical.parts import lines_of
from timetuna.ical.reading import read_busy
from timetuna.ical.tests.mutation import mutated
from timetuna.ical.tests.second_opinion import second_opinion
from timetuna.ical.tests.table import SPAN, cases

ZONE = "Europe/Berlin"
SECONDS, MEGABYTES = 5.0, 300
FUZZ_SECONDS, FUZZ_MEGABYTES = 1.0, 200
PATIENCE = 10
MONTH, YEAR = 31 * 1440, 366 * 1440
DATED = re.compile(
    rb"^(?:DTSTART|DTEND|RDATE|RECURRENCE-ID)[^\r\n]*?:(\d{4})(\d\d)(\d\d)", re.MULTILINE | re.IGNORECASE
)
EVENT = re.compile(rb"^BEGIN:VEVENT", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True)
class Measured:
    """How a forked reading went: what it returned, or how it died."""

    answer: dict[str, Any]
    cpu_seconds: float
    megabytes: float

    @property
    def outcome(self) -> str:
        """Return "read", or the word for what came instead."""
        return self.answer.get("code", "read")


def files(folder: str) -> list[Path]:
    return sorted(path for path in Path(folder).rglob("*") if path.is_file())


def span_of(body: bytes) -> Interval:
    """Return a span that holds the dates a file names for its events, and the year after the last of them."""
    try:
        unfolded = b"\n".join(lines_of(body))
    except Unreadable:
        return SPAN
    event = EVENT.search(unfolded)
    dates = DATED.findall(unfolded[event.start() :]) if event else []
    found = [minute for minute in map(_minute, dates) if minute]
    return (min(found) - MONTH, max(found) + YEAR) if found else SPAN


def _minute(parts: Sequence[bytes]) -> int:
    try:
        return int(datetime(*map(int, parts), tzinfo=UTC).timestamp()) // 60
    except ValueError:
        return 0


def measured(work: Callable[[], dict[str, Any]]) -> Measured:
    """Do some work in a process of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status, usage = os.wait4(child, 0)
    answer = json.loads(told) if told else {"code": f"DIED ({signal.Signals(status & 127).name})"}
    return Measured(answer, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def _work(work: Callable[[], dict[str, Any]], writing: int) -> None:
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.alarm(PATIENCE)
        told = work()
    except Unreadable as error:
        told = {"code": error.code}
    except MemoryError:
        told = {"code": "too_costly"}
    except BaseException as error:  # noqa: BLE001 - counting them is what this is for
        told = {"code": f"CRASHED ({type(error).__name__})"}
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(json.dumps(told).encode())
    os._exit(0)


def ours(body: bytes, span: Interval) -> dict[str, Any]:
    found = busy_of(body, span, time_zone=ZONE)
    merged = merge(one[:2] for one in found.busy)
    return {"busy": merged, "events": found.events, "free": found.free, "empty": found.empty}


def corpus(folder: str) -> int:
    """Read every file twice: through the product's reading process for the time, and in a fork for its costs."""
    outcomes: Counter[str] = Counter()
    unexplained, slow, worst, memory = [], [], 0.0, 0.0
    for path in files(folder):
        body = path.read_bytes()
        span = span_of(body)
        one = measured(lambda body=body, span=span: ours(body, span))
        outcome, seconds = _through_the_door(body, span)
        if outcome != one.outcome:
            slow.append(f"{path.name}: {outcome} through the door, {one.outcome} here")
        worst, memory = max(worst, seconds), max(memory, one.megabytes)
        outcomes[_kind(one)] += 1
        if _kind(one) == "read: free, unexplained":
            unexplained.append(f"{path.parent.name}/{path.name}")
    _table("outcome", outcomes.most_common())
    crashed = [kind for kind in outcomes if kind[:4] in {"CRAS", "DIED"} or kind in {"failed", "timed_out"}]
    print(
        f"\n{outcomes.total()} files; slowest {worst:.2f} s, most memory {memory:.0f} MB; window: the file's own dates."
    )
    print(*slow, *(f"free, and why? {name}" for name in unexplained), sep="\n")
    return int(bool(crashed) or worst > SECONDS or memory > MEGABYTES)


def _through_the_door(body: bytes, span: Interval) -> tuple[str, float]:
    started = time.monotonic()
    try:
        read_busy(body, span, time_zone=ZONE, seconds=SECONDS)
        outcome = "read"
    except Unreadable as error:
        outcome = error.code
    return outcome, time.monotonic() - started


def _kind(one: Measured) -> str:
    if "code" in one.answer:
        return one.answer["code"]
    events, taking = one.answer["events"], one.answer["events"] - one.answer["free"] - one.answer["empty"]
    if one.answer["busy"]:
        return "read: busy"
    if not events:
        return "read: no events in it"
    return (
        "read: free, unexplained"
        if taking
        else "read: free, all events are transparent, cancelled, without length or left out"
    )


def compare(folder: str) -> int:
    """Read every file that we read with the other reader as well, and print where they differ."""
    outcomes: Counter[str] = Counter()
    for path in files(folder):
        body = path.read_bytes()
        span = span_of(body)
        mine = measured(lambda body=body, span=span: ours(body, span))
        if mine.outcome != "read":
            continue
        theirs = measured(
            lambda body=body, span=span: {"busy": merge(second_opinion(body, span, zone=ZoneInfo(ZONE)))}
        )
        kind = "same" if theirs.answer.get("busy") == mine.answer["busy"] else theirs.outcome
        outcomes["differs" if kind == "read" else kind] += 1
        if kind == "read":
            _difference(path, mine.answer["busy"], theirs.answer["busy"])
    _table("the other reader", outcomes.most_common())
    return 0


def _difference(path: Path, mine: list[Any], theirs: list[Any]) -> None:
    print(f"{path.parent.name}/{path.name}")
    for mark, one, other in (("+", mine, theirs), ("-", theirs, mine)):
        only = [span for span in one if span not in other]
        shown = [
            "/".join(f"{datetime.fromtimestamp(60 * at, UTC):%Y%m%dT%H%M}" for at in span)
            for span in only[:3]
        ]
        print(f"   {mark}{len(only)} {' '.join(shown)}")


def fuzz(count: int, folder: str) -> int:
    """Read mutations, each in a process of its own."""
    seeds = [case.body for case in cases()] + [path.read_bytes() for path in files(folder or os.devnull)]
    outcomes: Counter[str] = Counter()
    cpu: list[float] = []
    memory, over = 0.0, []
    for number in range(count):
        body = mutated(seeds, number)
        span = span_of(body)
        if span[1] - span[0] > 5 * YEAR:
            span = SPAN
        one = measured(lambda body=body, span=span: ours(body, span))
        outcomes[one.outcome] += 1
        cpu.append(one.cpu_seconds)
        memory = max(memory, one.megabytes)
        if (
            one.cpu_seconds > FUZZ_SECONDS
            or one.megabytes > FUZZ_MEGABYTES
            or one.outcome[:4] in {"CRAS", "DIED"}
        ):
            over.append((number, one.outcome, round(one.cpu_seconds, 2), round(one.megabytes)))
    cpu.sort()
    _table("outcome", outcomes.most_common())
    middle, rare = cpu[count // 2] * 1000, cpu[count * 999 // 1000]
    print(f"\n{count} mutations; most memory {memory:.0f} MB")
    print(f"CPU: median {middle:.0f} ms, p99.9 {rare:.2f} s, most {cpu[-1]:.2f} s")
    print(*over, sep="\n")
    return int(bool(over))


def _table(head: str, rows: Iterable[tuple[str, int]]) -> None:
    print(f"| {head} | files |\n| --- | ---: |")
    for name, number in rows:
        print(f"| {name} | {number} |")


def main(verb: str, *arguments: str) -> int:
    count = next((int(one) for one in arguments if one.isdigit()), 50_000)
    folder = next(
        (one for one in arguments if not one.isdigit()), os.environ.get("TIMETUNA_CALENDAR_FILES", "")
    )
    if verb == "fuzz":
        return fuzz(count, folder)
    return {"corpus": corpus, "compare": compare}[verb](folder)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
