"""Handlers that leave a trace in a file, one line for each thing they do."""

import os
import time
from pathlib import Path

from timetuna.jobs.registry import job


@job("trial.note")
def note(*, file: str, word: str) -> None:
    """Write the word down."""
    with Path(file).open("a", encoding="utf-8") as trace:
        trace.write(f"{word} {os.getpid()}\n")


@job("trial.slow")
def slow(*, file: str, word: str, milliseconds: int) -> None:
    """Write the word down, take a while, write that it is done."""
    note(file=file, word=word)
    time.sleep(milliseconds / 1_000)
    note(file=file, word=f"{word}-done")
