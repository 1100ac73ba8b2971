"""What the apps that stand on this one want to be told: they say it through functions they register."""

from collections.abc import Callable

from timetuna.jobs import queue

RemindersChanged = Callable[[int], None]
_reminders_changed: list[RemindersChanged] = []


def on_reminders_changed(listener: RemindersChanged) -> RemindersChanged:
    """Have a function called, in the same transaction, when a page's reminders were saved; it gets the page's id.

    Its module is listed in its app's `jobs.py`.
    """
    _reminders_changed.append(listener)
    return listener


def reminders_changed(page_id: int) -> None:
    queue.load()
    for listener in _reminders_changed:
        listener(page_id)
