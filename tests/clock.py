"""The one place where tests have the time from. No test begins now: all of them begin at a moment that is set.

TESTS_AT names it: one of MOMENTS, or any other as in 2027-01-31T00:10Z. Left out, it is an ordinary Tuesday morning.
The clock ticks on from there, in the tests and in every process they start (`startup/sitecustomize.py`).
`python -m tests.clock HASH` prints the moment a commit is tried at; `python -m tests.clock` lists them all.
"""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.startup import sitecustomize

STARTUP = str(Path(sitecustomize.__file__).parent)
CHOICE = "TESTS_AT"
ORDINARY = "2027-06-08T09:20Z"
MOMENTS = {
    "after-midnight": "2027-06-16T00:10Z",
    "before-midnight": "2027-09-15T23:50Z",
    "last-of-month": "2027-04-30T13:05Z",
    "sunday": "2027-01-31T00:10Z",  # and the last of a month, before a shorter one
    "31-december": "2027-12-31T16:40Z",
    "29-february": "2028-02-29T11:15Z",
    "berlin-to-summer": "2027-03-27T22:30Z",  # half past eleven in the evening before a day of 23 hours
    "berlin-to-winter": "2027-10-31T00:30Z",  # half past two, for the first time
    "new-york-to-summer": "2028-03-12T06:30Z",  # half past one, before the hour that is not
    "new-york-to-winter": "2027-11-07T06:15Z",  # a quarter past one, for the second time
}
INHERITED = (sitecustomize.AHEAD, "PYTHONPATH")
"""What an environment made for a process has to keep, for the process to live in the tests' present."""


def present() -> datetime:
    """Return the present of the tests and of all processes they start, in UTC."""
    return datetime.now(UTC)


def moment_for(commit: str) -> str:
    """Return the name of the moment at which a commit is tried, by its hash and never by the day."""
    return list(MOMENTS)[int(commit, 16) % len(MOMENTS)]


def set_clock() -> None:
    """Let this process, and those of xdist that it starts, begin at the chosen moment; say it only once."""
    if sitecustomize.AHEAD not in os.environ:
        choice = os.environ.get(CHOICE) or ORDINARY
        chosen = datetime.fromisoformat(MOMENTS.get(choice, choice))
        os.environ[sitecustomize.AHEAD] = str(int(chosen.timestamp()) * 1_000_000_000 - time.time_ns())
    sitecustomize.travel()


def pass_on() -> None:
    """Let every Python process that this one starts from now on live in the same present."""
    others = [folder for folder in os.environ.get("PYTHONPATH", "").split(os.pathsep) if folder]
    if STARTUP not in others:
        os.environ["PYTHONPATH"] = os.pathsep.join([STARTUP, *others])


def without_clock() -> dict[str, str]:
    """Return the environment for a foreign server that has to live in the machine's present."""
    return {name: value for name, value in os.environ.items() if name not in INHERITED}


if __name__ == "__main__":
    sys.stdout.writelines(f"{name}\n" for name in ([moment_for(sys.argv[1])] if sys.argv[1:] else MOMENTS))
