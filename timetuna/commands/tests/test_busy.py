"""`timetuna busy` as a person types it."""

import json
import os
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.typed import run
from timetuna.lib.tests.wires import Wire, answer

ROOT = Path(__file__).resolve().parents[3]
FILES = ROOT / "timetuna/ical/tests/files"
DAYS = ("--from", "2026-03-01", "--to", "2026-05-01", "--zone", "Europe/Berlin")


def busy(*arguments: str) -> CompletedProcess[str]:
    return run(["-m", "timetuna", "busy", *arguments], os.environ)


def shown(*arguments: str) -> Any:
    done = busy(*arguments)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_a_file_is_shown_merged_by_the_clocks_of_its_owner() -> None:
    assert shown(str(FILES / "weekly-over-the-change.ics"), *DAYS) == {
        "from": "2026-03-01T00:00:00+01:00",
        "to": "2026-05-01T00:00:00+02:00",
        "zone": "Europe/Berlin",
        "busy": [
            {"start": "2026-03-26T09:00:00+01:00", "end": "2026-03-26T10:00:00+01:00"},
            {"start": "2026-04-02T09:00:00+02:00", "end": "2026-04-02T10:00:00+02:00"},
            {"start": "2026-04-09T09:00:00+02:00", "end": "2026-04-09T10:00:00+02:00"},
        ],
        "events": 1,
        "free": 0,
        "empty": 0,
    }


def test_times_that_touch_are_one() -> None:
    assert shown(str(FILES / "two-events-that-touch.ics"), *DAYS)["busy"] == [
        {"start": "2026-03-02T09:00:00+01:00", "end": "2026-03-02T11:00:00+01:00"}
    ]


def test_an_address_is_fetched() -> None:
    body = (FILES / "utc-times.ics").read_bytes()
    with Wire(answer(f"HTTP/1.1 200 OK\nContent-Length: {len(body)}", body)) as wire:
        found = shown(f"{wire.url}/a.ics", *DAYS)

    assert len(found["busy"]) == 1


def test_what_is_guessed_and_what_is_not_known_stands_on_the_error_stream(tmp_path: Path) -> None:
    file = tmp_path / "a.ics"
    file.write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART;TZID=Middle Earth:20260310T090000\nDURATION:PT1H\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:2\nSUMMARY:Dentist\x1b[31m\nDTSTART:20260310T250000\nDURATION:PT1H\nEND:VEVENT\n"
        "BEGIN:VEVENT\nUID:3\nSUMMARY:Lunch\nEND:VEVENT\nEND:VCALENDAR\n"
    )

    done = busy(str(file), *DAYS)

    assert done.returncode == 0
    assert [one["start"] for one in json.loads(done.stdout)["busy"]] == ["2026-03-10T00:00:00+01:00"]
    dentist, lunch, zone = done.stderr.splitlines()
    assert zone.startswith("Times in “Middle Earth” are read by your own clock (Europe/Berlin)")
    assert dentist.startswith("“Dentist[31m” has a start that cannot be read.")
    assert dentist.endswith("is blocked: from Tuesday 10 March 2026, 00:00 to Thursday 12 March 2026, 01:00.")
    assert lunch == "“Lunch” has no start, so it blocks nothing."


def test_an_event_that_may_be_at_any_time_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.ics"
    file.write_text(
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Dentist\nDTSTART:soon\nEND:VEVENT\nEND:VCALENDAR\n"
    )

    done = busy(str(file), *DAYS)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "“Dentist”, event 1 of the calendar file, has a start that cannot be read. Its time is not known, so the file "
        "is not used. (bad_start)\n"
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("README.md", *DAYS), "This is not an iCalendar file. (not_a_calendar)\n"),
        (("nothing.ics", *DAYS), "nothing.ics is neither an address nor a file that can be read.\n"),
        (
            ("http://127.0.0.1:1/a.ics", *DAYS),
            "The feed’s server cannot be reached. (network:connect)\n",
        ),
        (
            ("README.md", "--from", "2026-03-01", "--to", "2026-03-01"),
            "--to is after --from, and at most ten years.\n",
        ),
        (
            ("README.md", "--from", "soon", "--to", "later"),
            "soon is not a date. Use one such as 2026-11-01.\n",
        ),
        (
            ("README.md", *DAYS[:4], "--zone", "Mars"),
            "Mars is not a time zone. Use an IANA name such as Europe/Berlin.\n",
        ),
    ],
)
def test_what_cannot_be_shown_is_a_sentence_and_a_code(arguments: tuple[str, ...], sentence: str) -> None:
    done = busy(*arguments)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", sentence)
