"""Many guests at once on pages of several hosts: no host twice, no more bookings than hosts, nothing lost, no error.

./test takes 30 guests, ./test all 100; RACE_CLIENTS says how many.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from itertools import pairwise
from threading import Barrier

import pytest

from tests.crowd import Sent, cancel, pick, send
from tests.guest import HIDDEN, Browser, Guest, weekdays
from tests.running import running_timetuna

pytestmark = [pytest.mark.slow, pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
CLIENTS = int(os.environ.get("RACE_CLIENTS") or 30)
HOSTS = 7
MAKE_TEAM = """
from django.utils import timezone
from django.contrib.auth.hashers import PBKDF2PasswordHasher
PBKDF2PasswordHasher.iterations = 1
from timetuna.accounts.actions.create_host import create_host
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.models import BookingPage, PageHost
owner, now = User.objects.get(pk={host}), timezone.now()
hosts = [owner, *(
    create_host(email=f"{{owner.handle}}-{{n}}@example.org", name=f"Host {{n}}", handle=f"{{owner.handle}}-{{n}}",
                password="seven-green-tunas", time_zone="UTC")
    for n in range(1, {hosts})
)]
for host in hosts:
    default_schedule(host)
    account = CalendarAccount.objects.create(
        host=host, provider="google", provider_user_id=host.handle, refresh_token_fingerprint=host.handle,
        expires_at=now, needs_reconnect=True)  # so that nothing outside is asked
    account.calendars.create(outside_id="1", name="Calendar", read_at=now, tried_at=now, known_until_minute=10**9)
slugs = []
for columns in {pages}:
    own = columns.pop("parts", {{}})
    page = create_page(owner, title="Team", meeting_types={{"phone": ""}})
    BookingPage.objects.filter(pk=page.pk).update(notice_minutes=0, **columns)
    for position, host in enumerate(hosts):
        part = {{"position": position, "part": own.get(position, "rotating")}}
        PageHost.objects.update_or_create(page=page, host=host, defaults=part)
    slugs.append(page.slug)
answer(slugs)
"""
READ = """
from timetuna.bookings.models import Booking, BookingHost, Turn
from timetuna.jobs.models import Job
from timetuna.pages.models import PageHost
mine = PageHost.objects.filter(page__host={host})
turns = Turn.objects.filter(page_host__in=mine, undone=False)
rows = BookingHost.objects.filter(active=True, host__in=mine.values("host"))
answer({{
    "times": [list(row) for row in rows.values_list("host", "start_minute", "end_minute", "booking")],
    "bookings": list(Booking.objects.filter(page__host={host}).values("id", "idempotency_key", "status", "host")),
    "balances": [list(row) for row in mine.values_list("page", "balance")],
    "turns": [list(row) for row in turns.values_list("credit", "debit")],
    "fulfilled": list(Job.objects.filter(name="bookings.fulfil").values_list("concurrency", flat=True)),
}})
"""


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Serve with two web processes, so that no lock within one helps."""
    with running_timetuna(tmp_path_factory.mktemp("team"), TIMETUNA_WEB_PROCESSES="2") as live:
        yield live


class Team:
    """Seven hosts with pages, and a crowd of guests for each of them."""

    def __init__(self, live, *pages, hosts=HOSTS):
        self.live, self.owner = live, live.new_host()
        code = MAKE_TEAM.format(host=self.owner.pk, hosts=hosts, pages=list(pages))
        self.urls = [f"{live.base_url}/{self.owner.handle}/{slug}" for slug in live.run_python(code)]
        self.log, self.guests = [], []

    def crowd(self, kind=Guest, *, count=CLIENTS, page=0):
        first = len(self.guests)
        made = [kind(self.urls[page], number=first + number) for number in range(count)]
        self.guests += made
        return made

    def rush(self, tasks):
        answers = at_once(tasks)
        self.log += answers
        return answers

    def read(self):
        return self.live.run_python(READ.format(host=self.owner.pk))

    def close(self):
        for guest in self.guests:
            guest.close()


def at_once(tasks):
    barrier = Barrier(len(tasks))

    def wait_and(task):
        barrier.wait()
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(wait_and, tasks))


@pytest.fixture
def team(live):
    made = []

    def make(*pages, **more):
        made.append(Team(live, *pages, **more))
        return made[-1]

    yield make
    for one in made:
        assert faults(one) == []
        one.close()
    assert "Traceback" not in live.log()


def faults(team):
    """Return all that must never be."""
    tables, found = team.read(), [f"an error page: {sent}" for sent in team.log if sent.is_fault()]
    by_host = {}
    for host, start, end, booking in tables["times"]:
        by_host.setdefault(host, []).append((start, end, booking))
    for host, times in by_host.items():
        found += [f"{host} twice: {pair}" for pair in pairwise(sorted(times)) if pair[0][1] > pair[1][0]]
    booked = {sent.key for sent in team.log if sent.what == "book" and sent.status == 302}
    stored = {row["idempotency_key"]: row for row in tables["bookings"]}
    found += [f"lost: {key}" for key in booked - stored.keys()]
    found += [f"nobody was told of: {key}" for key in stored.keys() - booked]
    sums = Counter()
    for page, balance in tables["balances"]:
        sums[page] += balance
    found += [f"the ledger of page {page} is {total}" for page, total in sums.items() if total]
    if sum(credit - debit for credit, debit in tables["turns"]):
        found.append("turns do not come to nothing")
    leads = {row["id"]: row["host"] for row in tables["bookings"]}
    hosts = {(host, booking) for host, _, _, booking in tables["times"]}
    taking = {booking for _, booking in hosts}
    found += [f"no lead: {booking}" for booking in taking if (leads[booking], booking) not in hosts]
    done = set(tables["fulfilled"])
    return found + [f"no work for {booking}" for booking in leads if f"booking:{booking}" not in done]


def sending(guests, start):
    forms = [guest.look_at_form(start) for guest in guests]
    return [
        lambda guest=guest, form=form: send(guest, form) for guest, form in zip(guests, forms, strict=True)
    ]


def statuses(answers):
    return Counter(sent.status for sent in answers)


REQUIRED_FIRST = {0: "required"}


@pytest.mark.parametrize(
    ("columns", "fit"),
    [
        ({"staffing": "any"}, HOSTS),
        ({"staffing": "any", "share_rule": "fewest"}, HOSTS),
        ({"staffing": "all"}, 1),
        ({"staffing": "any", "parts": REQUIRED_FIRST}, 1),
        ({"staffing": "any", "rotating_count": 2}, HOSTS // 2),
    ],
    ids=["any", "fewest", "all", "mixed", "two of seven"],
)
def test_the_same_time_is_booked_as_often_as_there_are_hosts(team, columns, fit):
    crowd = team(columns)
    (start,) = weekdays(1)

    answers = crowd.rush(sending(crowd.crowd(), start))

    assert statuses(answers) == {302: fit, 409: CLIENTS - fit}


def test_pages_that_share_hosts_never_share_their_time(team):
    crowd = team({"staffing": "any"}, {"staffing": "any", "rotating_count": 2}, {"staffing": "all"})
    (start,) = weekdays(1)
    tasks = [task for page in range(3) for task in sending(crowd.crowd(page=page, count=CLIENTS // 3), start)]

    answers = crowd.rush(tasks)

    taken = [row[0] for row in crowd.read()["times"]]
    assert len(taken) == len(set(taken))
    assert statuses(answers)[302] >= 1
    assert HOSTS - 1 <= len(taken) <= HOSTS


def test_who_moves_and_who_books_at_once_get_no_more_than_there_is(team):
    crowd = team({"staffing": "any", "on_move": "any"})
    start, *earlier = weekdays(5)
    movers = crowd.crowd(count=4 * HOSTS if CLIENTS >= 60 else 2 * HOSTS)
    for at, guests in zip(earlier, [movers[n::4] for n in range(4)], strict=True):
        crowd.rush(sending(guests, at))
    booked = {sent.key: sent for sent in crowd.log if sent.status == 302}
    assert len(booked) == len(movers)
    links = [sent.link for sent in booked.values()]
    others = crowd.crowd(count=CLIENTS - len(movers))

    moving = [
        lambda guest=guest, link=link: move(guest, link, start)
        for guest, link in zip(movers, links, strict=True)
    ]
    answers = crowd.rush([*moving, *sending(others, start)])

    minute = int(start.timestamp()) // 60
    at_start = [row for row in crowd.read()["times"] if row[1] == minute]
    assert statuses(answers)[302] == len(at_start) == HOSTS


def move(guest, link, start):
    """Open the page that moves a booking to a time, and confirm."""
    base = guest.page_url.rsplit("/", 2)[0]
    address = f"{base}{link}/move/confirm"
    query = {"start": f"{start:%Y-%m-%dT%H:%MZ}", "zone": "UTC"}
    page = guest.client.get(address, params=query)
    if page.status_code != 200:
        return Sent(what="move", key=link, status=page.status_code, link="", milliseconds=0)
    hidden = {name: unescape(value) for name, value in HIDDEN.findall(page.text)}
    answer = guest.client.post(address, data=hidden | {"note": ""}, headers={"Referer": address})
    return Sent(what="move", key=link, status=answer.status_code, link="", milliseconds=0)


def test_holds_take_one_host_each_and_whoever_holds_gets_it(team):
    crowd = team({"staffing": "any"})
    (start,) = weekdays(1)
    browsers = crowd.crowd(Browser)
    forms = [browser.look_at_form(start) for browser in browsers]
    pairs = list(zip(browsers, forms, strict=True))

    picked = crowd.rush([lambda pair=pair: pick(*pair) for pair in pairs])
    holding = [pair for pair in pairs if pair[1]["hold"]]
    assert len(holding) <= HOSTS
    assert statuses(picked)[200] >= len(holding)
    sent = crowd.rush([lambda pair=pair: send(*pair) for pair in holding])
    rest = crowd.rush([lambda pair=pair: send(*pair) for pair in pairs if pair not in holding])

    assert {answer.status for answer in sent} == {302}
    assert statuses(sent + rest)[302] == HOSTS


def test_who_calls_off_while_others_book_leaves_the_ledger_at_nothing(team):
    crowd = team({"staffing": "any"})
    (start,) = weekdays(1)
    first = crowd.crowd(count=HOSTS)
    others = sending(crowd.crowd(count=CLIENTS - HOSTS), start)  # opened while the time is free
    booked = crowd.rush(sending(first, start))

    pairs = zip(first, booked, strict=True)
    crowd.rush([*others, *(lambda guest=guest, sent=sent: cancel(guest, sent) for guest, sent in pairs)])

    tables = crowd.read()
    assert len(tables["times"]) <= HOSTS
    assert Counter(row["status"] for row in tables["bookings"])["cancelled_by_guest"] == HOSTS
