"""A crowd of guests who all want something at once, a log of every answer, and the checker that reads the tables.

A scenario is a function of a crowd and the moment it is about; SCENARIOS lists them. What it did is in the log.
"""

import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from threading import Barrier
from typing import Any

import httpx2

from tests.guest import Browser, Guest
from tests.running import LiveTimeTuna

DROPPED = 0
"""The status of a request whose connection broke."""
LENGTHS = (15, 30, 60)
MAKE_PAGES = """
from timetuna.accounts.models import User
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import BookingPage
host = User.objects.get(pk={host})
pages = [create_page(host, title=title, minutes={lengths}, meeting_types={{"phone": ""}}) for title in "ABC"]
BookingPage.objects.filter(host=host).update(increment_minutes=15, holds=False)
BookingPage.objects.filter(host=host, title="C").update(holds=True)
answer([page.slug for page in pages])
"""
READ_TABLES = """
from timetuna.bookings.models import Booking, BookingHost
from timetuna.jobs.models import Job
answer({{
    "bookings": list(Booking.objects.filter(host={host}).values("id", "idempotency_key", "status")),
    "times": list(BookingHost.objects.filter(host={host}).values("booking_id", "start_minute", "end_minute", "active")),
    "fulfilled": list(Job.objects.filter(name="bookings.fulfil").values_list("concurrency", flat=True)),
}})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One form that was sent, or opened, and what came back. `link` is the booking's address where there was one."""

    what: str
    key: str
    status: int
    link: str
    milliseconds: float

    def is_fault(self) -> bool:
        """Say whether this is neither what was asked for nor a refusal."""
        return self.status not in {200 if self.what == "pick" else 302, 409}


@dataclass
class Crowd:
    """So many guests of one page, as many who go to it or to its host's other one, and all they were answered.

    browsers: as many who are told apart, on a page that holds the times they pick.
    """

    live: LiveTimeTuna
    host: int
    guests: list[Guest]
    of_both_pages: list[Guest]
    browsers: list[Browser]
    log: list[Sent] = field(default_factory=list)

    def at_once(self, work: Iterable[Callable[[], Sent]]) -> list[Sent]:
        """Do all of it at the same moment, each in a thread of its own; return and log what came back."""
        tasks = list(work)
        barrier = Barrier(len(tasks))

        def wait_and(task: Callable[[], Sent]) -> Sent:
            barrier.wait()
            return task()

        with ThreadPoolExecutor(len(tasks)) as pool:
            answers = list(pool.map(wait_and, tasks))
        self.log += answers
        return answers

    def forms(self, wishes: Iterable[tuple[Guest, datetime, int]]) -> list[tuple[Guest, dict[str, str]]]:
        """Open a form for each wish, as fast as the guests can."""
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda wish: (wish[0], wish[0].open_form(wish[1], minutes=wish[2])), wishes))


@contextmanager
def crowd_of(clients: int, live: LiveTimeTuna) -> Iterator[Crowd]:
    """Make a host with pages of three lengths, the last of which holds times, and guests for them."""
    host = live.new_host()
    slugs = live.run_python(MAKE_PAGES.format(host=host.pk, lengths=LENGTHS))
    pages = [f"{live.base_url}/{host.handle}/{slug}" for slug in slugs]
    guests = [Guest(pages[0], number=number) for number in range(clients)]
    of_both = [Guest(pages[number % 2], number=number) for number in range(clients)]
    browsers = [Browser(pages[2], number=number) for number in range(clients)]
    try:
        yield Crowd(live, host.pk, guests, of_both, browsers)
    finally:
        for guest in guests + of_both + browsers:
            guest.close()


def same_time(crowd: Crowd, start: datetime) -> None:
    """All guests of one page want the same time."""
    forms = crowd.forms((guest, start, 30) for guest in crowd.guests)
    answers = crowd.at_once(sending(guest, form) for guest, form in forms)
    assert sum(answer.status == 302 for answer in answers) == 1, answers


def overlapping_lengths(crowd: Crowd, start: datetime) -> None:
    """Guests of one page want times and lengths that overlap in every way."""
    dice = random.Random(start.timestamp())  # noqa: S311 - the same wishes in every run
    wishes = [
        (guest, start + timedelta(minutes=15 * dice.randrange(8)), dice.choice(LENGTHS))
        for guest in crowd.guests
    ]
    crowd.at_once(sending(guest, form) for guest, form in crowd.forms(wishes))


def two_pages(crowd: Crowd, start: datetime) -> None:
    """Guests of two pages of one host want times that overlap."""
    wishes = [
        (guest, start + timedelta(minutes=15 * (number % 3)), LENGTHS[number % 3])
        for number, guest in enumerate(crowd.of_both_pages)
    ]
    crowd.at_once(sending(guest, form) for guest, form in crowd.forms(wishes))


def double_submit(crowd: Crowd, start: datetime) -> None:
    """Every form is sent twice at once; half of the guests have a time of their own, the others want the same."""
    half = len(crowd.guests) // 2
    wishes = [
        (guest, start + timedelta(minutes=15 * min(number, 12)), 15)
        for number, guest in enumerate(crowd.guests[:half])
    ]
    forms = crowd.forms(wishes)
    answers = crowd.at_once(sending(guest, form) for guest, form in forms for _ in range(2))
    links = defaultdict(set)
    for answer in answers:
        links[answer.key].add(answer.link)
    assert all(len(found) == 1 for found in links.values()), links


def cancel_while_booking(crowd: Crowd, start: datetime) -> None:
    """The guest who has the time calls it off, twice, while all others want it."""
    first, *others = crowd.forms((guest, start, 30) for guest in crowd.guests)
    (taken,) = crowd.at_once([sending(*first)])
    assert taken.status == 302, taken
    cancelling = [lambda: cancel(first[0], taken)] * 2
    crowd.at_once([*(sending(guest, form) for guest, form in others), *cancelling])


def hold_against_book(crowd: Crowd, start: datetime) -> None:
    """Half of the guests pick a time while the others book it without; whoever holds it then gets it."""
    with ThreadPoolExecutor(8) as pool:
        forms = list(pool.map(lambda browser: browser.look_at_form(start), crowd.browsers))
    pairs = list(zip(crowd.browsers, forms, strict=True))
    picking = [partial(pick, browser, form) for browser, form in pairs[::2]]
    answers = crowd.at_once([*picking, *(sending(browser, form) for browser, form in pairs[1::2])])
    holders = [sending(browser, form) for browser, form in pairs[::2] if form["hold"]]
    if holders:
        answers += crowd.at_once(holders)
        assert answers[-1].status == 302, answers
    assert sum(answer.status == 302 for answer in answers) == 1, answers


SCENARIOS: dict[str, Callable[[Crowd, datetime], None]] = {
    "the same time": same_time,
    "overlapping lengths": overlapping_lengths,
    "two pages of one host": two_pages,
    "every form sent twice": double_submit,
    "cancelled while booked": cancel_while_booking,
    "held while booked": hold_against_book,
}


def sending(guest: Guest, form: dict[str, str]) -> Callable[[], Sent]:
    return lambda: send(guest, form)


def send(guest: Guest, form: dict[str, str]) -> Sent:
    """Send a booking form; a broken connection is an answer too."""
    return _timed("book", form["key"], lambda: guest.send(form))


def pick(browser: Browser, form: dict[str, str]) -> Sent:
    """Open the form of a time, which holds it."""
    return _timed("pick", form["key"], lambda: browser.pick(form))


def cancel(guest: Guest, booking: Sent) -> Sent:
    """Call off, as the form behind the link does."""
    return _timed("cancel", booking.key, lambda: guest.cancel(booking.link))


def _timed(what: str, key: str, ask: Callable[[], httpx2.Response]) -> Sent:
    began = time.perf_counter()
    try:
        answer = ask()
        status, link = answer.status_code, answer.headers.get("location", "")
    except httpx2.TransportError:
        status, link = DROPPED, ""
    spent = 1000 * (time.perf_counter() - began)
    return Sent(what=what, key=key, status=status, link=link, milliseconds=spent)


def faults(crowd: Crowd) -> list[str]:
    """Compare the log of answers with the tables as they are now; return everything that is wrong."""
    tables = crowd.live.run_python(READ_TABLES.format(host=crowd.host))
    return differences(crowd.log, tables) + _dead_links(crowd)


def differences(log: list[Sent], tables: dict[str, Any]) -> list[str]:
    """Return what the tables and the answers say against each other, or against what must never be."""
    return [
        *(f"an error page: {sent}" for sent in log if sent.is_fault()),
        *_overlaps(tables["times"]),
        *_unlike_the_log(log, tables),
        *_without_work(tables),
    ]


def _overlaps(times: list[dict[str, Any]]) -> list[str]:
    taken = sorted((row["start_minute"], row["end_minute"]) for row in times if row["active"])
    return [f"an overlap: {one} {other}" for one, other in pairwise(taken) if one[1] > other[0]]


def _unlike_the_log(log: list[Sent], tables: dict[str, Any]) -> list[str]:
    """Every acknowledged booking is there, confirmed and takes its time, or was called off; there is no other."""
    booked = {sent.key for sent in log if sent.what == "book" and sent.status == 302}
    called_off = {sent.key for sent in log if sent.what == "cancel" and sent.status == 302}
    stored = {row["idempotency_key"]: row for row in tables["bookings"]}
    takes_time = {row["booking_id"] for row in tables["times"] if row["active"]}
    found = [f"lost: {key}" for key in booked - stored.keys()]
    found += [f"nobody was told of: {key}" for key in stored.keys() - booked]
    for key, row in stored.items():
        ought = ("cancelled_by_guest", False) if key in called_off else ("confirmed", True)
        if (row["status"], row["id"] in takes_time) != ought:
            found.append(f"not as acknowledged: {row}")
    return found


def _without_work(tables: dict[str, Any]) -> list[str]:
    wanted = {f"booking:{row['id']}" for row in tables["bookings"]}
    return [f"no work was written down for {subject}" for subject in wanted - set(tables["fulfilled"])]


def _dead_links(crowd: Crowd) -> list[str]:
    links = {sent.link for sent in crowd.log if sent.what == "book" and sent.status == 302}
    ask = crowd.guests[0].client.get
    return [f"a dead link: {link}" for link in links if ask(crowd.live.base_url + link).status_code != 200]
