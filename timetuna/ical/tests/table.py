"""The files beside the table, and what the table says of them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from timetuna.availability.interval import Interval

FILES = Path(__file__).with_name("files")
YEAR = 2026


class Case(NamedTuple):
    """A file, its owner's zone, and its busy time: (first minute, minute after the last, tentative), or a reason."""

    name: str
    zone: str
    busy: tuple[tuple[int, int, bool], ...]
    reason: str

    @property
    def body(self) -> bytes:
        return (FILES / f"{self.name}.ics").read_bytes()


def utc(month: int, day: int, hour: int = 0, minute: int = 0) -> int:
    return int(datetime(YEAR, month, day, hour, minute, tzinfo=UTC).timestamp()) // 60


SPAN: Interval = utc(3, 1), utc(5, 1)


def cases() -> list[Case]:
    lines = (FILES / "expected.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [_case(*line.split("\t")) for line in lines]


def _case(name: str, zone: str, wanted: str) -> Case:
    if wanted.startswith("!"):
        return Case(name, zone, (), wanted[1:])
    return Case(name, zone, tuple(_taken(word) for word in wanted.split() if word != "-"), "")


def _taken(word: str) -> tuple[int, int, bool]:
    first, _, last = word.rstrip("?").partition("-")
    day, _, start = first.partition("T")
    end_day, mark, end = last.rpartition("T")
    return _minute(day, start), _minute(end_day if mark else day, end), word.endswith("?")


def _minute(day: str, time: str) -> int:
    return utc(int(day[:2]), int(day[2:]), int(time[:2]), int(time[2:]))
