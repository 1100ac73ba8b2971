"""The process in which files are read: it answers, it is stopped when late, and it leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from timetuna.ical import reading
from timetuna.ical.answer import Unreadable
from timetuna.ical.busy import busy_of
from timetuna.ical.reading import Helper, read_busy
from timetuna.ical.tests.table import SPAN, cases

EVENT = b"BEGIN:VEVENT\r\nDTSTART:20260302T080000Z\r\nDURATION:PT1H\r\n%bEND:VEVENT\r\n"
CALENDAR = b"BEGIN:VCALENDAR\r\n%bEND:VCALENDAR\r\n"
SMALL = CALENDAR % (EVENT % b"")
# About a second's work for anybody.
LARGE = CALENDAR % (EVENT % b"" * 80_000)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    reading.close()
    yield
    reading.close()


def read(body: bytes = SMALL, *, seconds: float = 10.0) -> int:
    return len(read_busy(body, SPAN, time_zone="Europe/Berlin", seconds=seconds).busy)


def code(body: bytes, *, seconds: float = 10.0) -> str:
    with pytest.raises(Unreadable, match=r"\.$") as raised:
        read(body, seconds=seconds)
    return raised.value.code


def idle() -> list[Helper]:
    return reading._Kept.helpers._idle


def test_it_reads_and_refuses_as_it_would_be_done_here() -> None:
    for case in cases():
        if case.reason:
            assert code(case.body) == case.reason
        else:
            assert read_busy(case.body, SPAN, time_zone=case.zone) == busy_of(
                case.body, SPAN, time_zone=case.zone
            )
    assert len(idle()) == 1


def test_an_unknown_zone_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="zone"):
        read_busy(SMALL, SPAN, time_zone="Mars/Olympus")


def test_what_is_late_is_stopped_and_the_next_is_read() -> None:
    assert code(LARGE, seconds=0.3) == "timed_out"

    assert idle() == []
    assert read() == 1


def test_one_that_was_killed_is_replaced() -> None:
    read()
    os.kill(idle()[0].pid, signal.SIGKILL)

    assert read() == 1


def test_what_needs_much_memory_is_a_refusal_and_harms_nobody() -> None:
    dates = b"RDATE:" + b"11," * 3_300_000 + b"\r\n"

    # Whether memory or the first date that is none ends it depends on the allocator.
    assert code(CALENDAR % (EVENT % dates), seconds=30) in {"too_costly", "bad_repeat"}
    assert read() == 1


def test_threads_take_turns() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: read(), range(40)))

    assert found == [1] * 40
    assert 1 <= len(idle()) <= reading.AT_ONCE


def test_waiting_for_a_turn_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadPoolExecutor(reading.AT_ONCE) as pool:
        slow = [pool.submit(read, LARGE, seconds=1) for _ in range(reading.AT_ONCE)]
        time.sleep(0.3)

        monkeypatch.setattr(reading, "TURN_SECONDS", 0.1)
        assert code(SMALL) == "busy"
        for one in slow:
            with suppress(Unreadable):
                one.result()


def script(text: str) -> "subprocess.Popen[str]":
    given = f"from timetuna.ical.tests.test_reading import *\n{text}"
    root = Path(__file__).parents[3]
    return subprocess.Popen(
        [sys.executable, "-c", given],
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"SECRET": "canary"},
    )


def gone(pid: int) -> bool:
    until = time.monotonic() + 8
    while time.monotonic() < until:
        with suppress(FileNotFoundError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.05)
                continue
        return True
    return False


def test_a_forked_copy_reads_for_itself() -> None:
    with script(
        "read()\nmine = idle()[0].pid\nchild = os.fork()\n"
        "print(read(), len(idle()), (idle()[0].pid == mine) == bool(child), flush=True)\n"
        "if child: os.waitpid(child, 0)\nelse: os._exit(0)\n"
    ) as process:
        printed, _ = process.communicate(timeout=30)

    assert printed == "1 1 True\n" * 2


def test_it_leaves_with_the_one_who_started_it() -> None:
    with script("read()\nprint(idle()[0].pid, flush=True)\ntime.sleep(60)") as process:
        pid = int(process.stdout.readline())
        process.kill()

    assert gone(pid)


def test_it_leaves_at_the_end() -> None:
    with script("read()\nprint(idle()[0].pid)") as process:
        pid = int(process.communicate(timeout=30)[0])

    assert gone(pid)
    assert process.returncode == 0


def test_it_knows_none_of_our_secrets() -> None:
    with script("read()\nprint(Path(f'/proc/{idle()[0].pid}/environ').read_text().split(chr(0)))") as process:
        printed, _ = process.communicate(timeout=30)

    assert "PYTHONPATH" in printed
    assert "canary" not in printed


def test_it_starts_quickly_because_it_loads_little() -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sys, timetuna.ical.__main__; print(*sys.modules)"],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=True,
    ).stdout.split()  # fmt: skip

    assert {"django", "icalendar", "dateutil", "httpx2"} & set(loaded) == set()


def test_hostile_files_do_not_keep_a_good_one_waiting() -> None:
    """Threat 121, in small: twenty files that take as long as they may, and one that does not."""
    with ThreadPoolExecutor(21) as pool:
        hostile = [pool.submit(read, LARGE, seconds=0.2) for _ in range(20)]
        good = pool.submit(read)

        assert good.result(timeout=20) == 1
        assert {type(one.exception()) for one in hostile} == {Unreadable}
