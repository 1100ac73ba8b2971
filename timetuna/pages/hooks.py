"""What the apps that stand on this one want to be told: they say it through functions they register."""

from collections.abc import Callable

from timetuna.jobs import queue

AboutPage = Callable[[int], None]
"""It gets the page's id."""
_reminders_changed: list[AboutPage] = []
_leaving: list[AboutPage] = []


def on_reminders_changed(listener: AboutPage) -> AboutPage:
    """Have a function called, in the same transaction, when a page's reminders were saved.

    Its module is listed in its app's `jobs.py`.
    """
    _reminders_changed.append(listener)
    return listener


def reminders_changed(page_id: int) -> None:
    queue.load()
    for listener in _reminders_changed:
        listener(page_id)


def on_page_leaving(listener: AboutPage) -> AboutPage:
    """Have a function called, in the same transaction, before a page is deleted.

    Its module is listed in its app's `jobs.py`.
    """
    _leaving.append(listener)
    return listener


def page_leaving(page_id: int) -> None:
    queue.load()
    for listener in _leaving:
        listener(page_id)
