"""What the apps that stand on this one want to be told: they say it through functions they register."""

from collections.abc import Callable

from timetuna.jobs import queue

AboutHost = Callable[[int], None]
"""It gets the host's id."""
_leaving: list[AboutHost] = []


def on_host_leaving(listener: AboutHost) -> AboutHost:
    """Have a function called, in the same transaction, before a host is deleted with what is theirs.

    Pages that go to somebody else have gone. Its module is listed in its app's `jobs.py`.
    """
    _leaving.append(listener)
    return listener


def host_leaving(host_id: int) -> None:
    queue.load()
    for listener in _leaving:
        listener(host_id)
