"""What the apps that stand on this one want to be told: they say it through functions they register."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from timetuna.availability.interval import Interval
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


@dataclass(frozen=True, slots=True)
class PaidInto:
    """A host's account for what guests pay. currency: its own, "" where none is known.  works: whether they can now."""

    currency: str = ""
    works: bool = True


AccountsAsked = Callable[[Collection[int]], Mapping[int, PaidInto]]
_accounts_asked: list[AccountsAsked] = []


def on_accounts_asked(listener: AccountsAsked) -> AccountsAsked:
    """Have a function asked for the accounts of hosts, by the hosts' ids, into which guests can pay.

    Its module is listed in its app's `jobs.py`.
    """
    _accounts_asked.append(listener)
    return listener


def paid_into(host_ids: Collection[int]) -> dict[int, PaidInto]:
    """By host; who has none is left out. One query for all."""
    queue.load()
    return {host: account for listener in _accounts_asked for host, account in listener(host_ids).items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedMeeting:
    """A booking as pages need to know of it: when it takes its host's time in UTC minutes, and what can be done.

    title: what and with whom, in a host's words.  move_url, cancel_url: "" where it is not theirs to change.
    give_url: to somebody else of its page, "" where nobody takes it.
    """

    start_minute: int
    end_minute: int
    title: str
    url: str
    move_url: str
    cancel_url: str
    give_url: str


MeetingsAsked = Callable[[int, Collection[Interval]], list[BookedMeeting]]
_meetings_asked: list[MeetingsAsked] = []


def on_meetings_asked(listener: MeetingsAsked) -> MeetingsAsked:
    """Have a function asked for the meetings of a host that take time within spans of UTC minutes, in order.

    Its module is listed in its app's `jobs.py`.
    """
    _meetings_asked.append(listener)
    return listener


def meetings_within(host_id: int, spans: Collection[Interval]) -> list[BookedMeeting]:
    """All that are booked and take some of the host's time in any of the spans, the earliest first."""
    queue.load()
    found = [one for listener in _meetings_asked for one in listener(host_id, spans)] if spans else []
    return sorted(found, key=lambda one: (one.start_minute, one.url))
