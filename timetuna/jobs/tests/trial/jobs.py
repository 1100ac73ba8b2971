"""Handlers that leave a trace in a file, one line for each thing they do."""

import os
import time
from pathlib import Path

from timetuna.jobs.queue import CALLS, GENERAL, MAIL, job


@job("trial.note")
def note(*, file: str, word: str) -> None:
    with Path(file).open("a", encoding="utf-8") as trace:
        trace.write(f"{word} {os.getpid()}\n")


@job("trial.watched")
def watched(*, file: str, word: str, until: str) -> None:
    """Write the word down, wait for a file, write that it is done."""
    note(file=file, word=word)
    held(file=file, word=f"{word}-done", until=until)


@job("trial.slow")
def slow(*, file: str, word: str, milliseconds: int) -> None:
    """Write the word down, take a while, write that it is done."""
    note(file=file, word=word)
    time.sleep(milliseconds / 1_000)
    note(file=file, word=f"{word}-done")


def held(*, file: str, word: str, until: str) -> None:
    """Wait for a file, as one waits for a server that says nothing; then write the word down."""
    while not Path(until).exists():
        time.sleep(0.02)
    note(file=file, word=word)


job("trial.held", lane=GENERAL)(held)
job("trial.held_mail", lane=MAIL)(held)
job("trial.held_call", lane=CALLS)(held)


@job("trial.mail", lane=MAIL)
def mail(*, file: str, word: str) -> None:
    """Write the word down, in the mails' lane."""
    note(file=file, word=word)


@job("trial.call", lane=CALLS)
def call(*, file: str, word: str) -> None:
    """Write the word down, in the calls' lane."""
    note(file=file, word=word)
