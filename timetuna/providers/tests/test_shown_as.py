"""Outlook's five words for an event mean the same, whichever way it comes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from timetuna.ical.busy import busy_of
from timetuna.providers.microsoft.taken import taken

FIRST = int(datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp()) // 60
SPAN = (FIRST - 600, FIRST + 600)
EVENT = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:one\r\nDTSTART:20260302T080000Z\r\nDTEND:20260302T090000Z\r\n{}"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)
FREE, BUSY, UNSURE = [], [(FIRST, FIRST + 60, False)], [(FIRST, FIRST + 60, True)]
WORDS = [
    ("free", "FREE", FREE),
    ("workingElsewhere", "WORKINGELSEWHERE", FREE),
    ("tentative", "TENTATIVE", UNSURE),
    ("busy", "BUSY", BUSY),
    ("oof", "OOF", BUSY),
]


def by_file(lines: str) -> list[tuple[int, int, bool]]:
    return [one[:3] for one in busy_of(EVENT.format(lines).encode(), SPAN, time_zone="Europe/Berlin").busy]


def by_graph(word: str) -> list[tuple[int, int, bool]]:
    ends = {
        name: {"dateTime": f"2026-03-02T{hour}:00:00", "timeZone": "UTC"}
        for name, hour in (("start", "08"), ("end", "09"))
    }
    found = taken({"showAs": word, **ends}, SPAN, zone=ZoneInfo("Europe/Berlin"))
    return [found[:3]] if found else []


@pytest.mark.parametrize("name", ["X-MICROSOFT-CDO-BUSYSTATUS", "X-MICROSOFT-MSNCALENDAR-BUSYSTATUS"])
@pytest.mark.parametrize(("graph", "outlook", "expected"), WORDS)
def test_a_word_means_one_thing(
    graph: str, outlook: str, expected: list[tuple[int, int, bool]], name: str
) -> None:
    assert by_graph(graph) == by_file(f"{name}:{outlook}\r\n") == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("TRANSP:OPAQUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n", BUSY),  # they contradict each other
        ("TRANSP:OPAQUE\r\nX-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE\r\n", FREE),  # TRANSP has no such word
        ("TRANSP:TRANSPARENT\r\nX-MICROSOFT-CDO-BUSYSTATUS:BUSY\r\n", FREE),
        ("TRANSP:\r\nX-MICROSOFT-CDO-BUSYSTATUS:FREE\r\n", FREE),
        ("X-MICROSOFT-CDO-BUSYSTATUS:FREE\r\nX-MICROSOFT-MSNCALENDAR-BUSYSTATUS:BUSY\r\n", BUSY),
        ("X-MICROSOFT-CDO-BUSYSTATUS:AWAY\r\n", BUSY),
    ],
)  # fmt: skip
def test_what_stands_beside_it(lines: str, expected: list[tuple[int, int, bool]]) -> None:
    assert by_file(lines) == expected
