"""What becomes of 500 bookings in a minute on one page: `python benchmarks/abuse.py [--engine SQLite]`.

They come from one network, or from 500 (said by a trusted proxy), each with an invented mail address, each POST after
its own GET, eight at a time, to the real `timetuna serve`. "script" sends forms and nothing else; "calculating" does
every proof of work that it is asked for, on the server's own cores. Whoever calculates needs minutes for that: what has
not come to an end after SECONDS is given up, and counted as such. After it a guest with a browser books from another
network, and the host reads the notice in their list and cancels what was let in.
"""

import base64
import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx2
from altcha import Challenge, solve_challenge
from client import Answer, Client
from serving import database, markdown, options, write_table

from tests.guest import HIDDEN
from tests.running import Host, LiveTimeTuna, running_timetuna

TRIES, AT_ONCE, SECONDS = 500, 8, 240
COOKIE = re.compile(r"timetuna_csrf\w*=[^;]+")
CHALLENGE = re.compile(r'data-challenge="([^"]+)"')
PLACES: dict[str, Callable[[int], str]] = {
    "one network": lambda _: "198.51.100.7",
    "500 networks": lambda number: f"{20 + number // 250}.{number % 250}.7.7",
}
GUEST = "203.0.113.77"
HEAD = (
    "500 bookings in a minute | let in | asked to calculate | asked for a code | refused | given up | codes mailed | "
    "seconds | the clients' CPU, s | then a guest is asked | they wait, s | mails to the host | "
    "the host reads of so many asked | and cancels so many in one go | in seconds"
)

NOTE = f"""
Given up is what had not come to its end after {SECONDS} s: whoever calculates pays for each code beyond the first 60 as
well. The host gets one mail, and a notice in their list that leads to all that were made meanwhile, the guest's own
booking after the attack among them where no code was asked; how often somebody was asked is noted every five
seconds."""


def time_of(number: int) -> datetime:
    """Return a time of its own for each: half hours from nine to five of working days."""
    day = datetime.now(UTC).replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=2)
    for _ in range(number // 16):
        day = _workday(day + timedelta(days=1))
    return _workday(day) + timedelta(minutes=30 * (number % 16))


def _workday(day: datetime) -> datetime:
    while day.weekday() > 4:
        day += timedelta(days=1)
    return day


class Booker:
    """Somebody who fills in the page's form from an address."""

    def __init__(self, client: Client, path: str, address: str, *, calculates: bool, until: float) -> None:
        """until: when they stop calculating, by the monotonic clock."""
        self.client, self.path, self.calculates, self.until = client, path, calculates, until
        self.headers = {"X_Forwarded_For": address, "Accept_Encoding": "identity"}

    def book(self, number: int) -> str:
        """Try it once, as far as whoever it is goes; say what came of it. TimeoutError where it took too long."""
        query = f"start={time_of(number):%Y-%m-%dT%H:%MZ}&duration=30&zone=UTC"
        shown = self.client.get(f"{self.path}?{query}", **self.headers)
        cookie = COOKIE.search(shown.headers["set-cookie"])
        self.headers |= {
            "Cookie": cookie[0] if cookie else "",
            "Origin": f"http://localhost:{self.client.port}",
        }
        typed = {
            "name": "Sam Guest",
            "email": f"g{number}@guest.example",
            "phone": "+49 30 123456",
            "notes": "",
            "guests": "",
        }
        answer = shown
        for _ in range(3):
            form = self._filled(answer)
            self.client.close()
            self.client = Client(self.client.port)  # the server waits for nobody who calculates for long
            answer = self.client.post(self.path, form | typed, **self.headers)
            if answer.status != 428 or not (self.calculates and CHALLENGE.search(answer.body.decode())):
                break
        return self._outcome(answer)

    def _filled(self, answer: Answer) -> dict[str, str]:
        text = answer.body.decode()
        form = {name: unescape(value) for name, value in HIDDEN.findall(text)}
        found = CHALLENGE.search(text)
        if found is None:
            return form
        if self.calculates:
            return form | {"asked": "work", "proof": solved(unescape(found[1]), until=self.until)}
        return {name: value for name, value in form.items() if name not in {"asked", "proof"}}

    @staticmethod
    def _outcome(answer: Answer) -> str:
        if answer.status == 428:
            return "code" if b'name="code"' in answer.body else "work"
        return {302: "in", 429: "refused", 409: "taken"}.get(answer.status, str(answer.status))


def solved(text: str, *, until: float) -> str:
    """Calculate as a browser does, until then at most, by the monotonic clock."""
    challenge = json.loads(text)
    left = until - time.monotonic()
    found = solve_challenge(Challenge.from_dict(challenge), timeout=left) if left > 0 else None
    if found is None:
        raise TimeoutError("The proof of work was not found in time.")
    solution = {"counter": found.counter, "derivedKey": found.derived_key}
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": solution}).encode()).decode()


def attack(port: int, path: str, place: Callable[[int], str], *, calculates: bool) -> Counter[str]:
    """Send all forms, as many as can be sent in SECONDS; count what came of them."""
    until = time.monotonic() + SECONDS

    def one(number: int) -> str:
        if time.monotonic() > until:
            return "late"
        booker = Booker(Client(port), path, place(number), calculates=calculates, until=until)
        try:
            return booker.book(number)
        except TimeoutError:
            return "late"
        finally:
            booker.client.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return Counter(pool.map(one, range(TRIES)))


class Look(NamedTuple):
    """What the host read and did: how many were asked, as their page says, and what they cancelled in one go."""

    asked: int
    cancelled: int
    seconds: float


def look_as_host(live: LiveTimeTuna, host: Host, strange: str) -> Look:
    """Sign in, open what the list's notice leads to, and cancel all that is shown."""
    with httpx2.Client(
        base_url=live.base_url,
        trust_env=False,
        follow_redirects=True,
        timeout=120,
        headers={"X-Forwarded-For": strange},
    ) as client:

        def hidden(text: str) -> dict[str, str]:
            return {name: unescape(value) for name, value in HIDDEN.findall(text)}

        page = client.get("/signin")
        client.post("/signin", data=hidden(page.text) | {"login": host.email, "password": host.password})
        listed = client.get("/bookings").text
        found = re.search(r"/bookings/unusual/\d+", listed)
        if found is None:
            raise AssertionError("The list says nothing.")
        shown = client.get(f"{found[0]}?select=all").text
        asked, ticked = (
            re.search(r"At least (\d+) time", shown),
            re.findall(r'name="booking"\s+value="(\d+)"', shown),
        )
        began = time.perf_counter()
        done = client.post(found[0], data=hidden(shown) | {"booking": ticked})
        seconds = time.perf_counter() - began
        cancelled = re.search(r"(\d+) bookings? (?:is|are) cancelled", done.text)
        if asked is None or cancelled is None:
            raise AssertionError(f"Nothing was asked, or cancelled:\n{done.text}")
        return Look(int(asked[1]), int(cancelled[1]), seconds)


def wait_for_mails(live: LiveTimeTuna) -> list[dict[str, Any]]:
    """Return all mails once no more come, within a minute."""
    mails: list[dict[str, Any]] = []
    for _ in range(12):
        time.sleep(5)
        before, mails = mails, live.sandbox.mail()
        if len(before) == len(mails):
            break
    return mails


def measure(engine: str, where: str, *, calculates: bool) -> list[str]:
    """Run one kind of it against a server of its own."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        stack.enter_context(database(engine))
        live = stack.enter_context(
            running_timetuna(folder, TIMETUNA_TRUSTED_PROXIES="127.0.0.1", TIMETUNA_BOOKING_PROOFS="auto")
        )
        host = live.new_host()
        path, port = urlsplit(host.page_url).path + "/book", urlsplit(live.base_url).port or 0
        began, cpu = time.perf_counter(), time.process_time()
        counted = attack(port, path, PLACES[where], calculates=calculates)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        guest, waited = guest_after_it(port, path)
        mails = wait_for_mails(live)
        codes = sum(bool(re.match(r"\d{6} ", mail["subject"])) for mail in mails)
        told = sum("Unusually many" in mail["subject"] for mail in mails)
        look = look_as_host(live, host, "203.0.113.78")
        name = f"{engine}, {where}, {'calculating' if calculates else 'script'}"
        print(name, dict(counted), look, file=sys.stderr)
        refused = counted["refused"] + counted["taken"]
        return [
            name,
            *map(str, (counted["in"], counted["work"], counted["code"], refused, counted["late"], codes)),
            f"{took:.0f}",
            f"{cpu:.0f}",
            guest,
            f"{waited:.1f}",
            *map(str, (told, look.asked, look.cancelled)),
            f"{look.seconds:.1f}",
        ]


def guest_after_it(port: int, path: str) -> tuple[str, float]:
    """Return what a guest with a browser and a network of their own is asked for, and how long they wait in all."""
    began = time.perf_counter()
    booker = Booker(Client(port), path, GUEST, calculates=True, until=time.monotonic() + 60)
    outcome = booker.book(TRIES + 1)
    booker.client.close()
    said = {"in": "nothing, or to calculate", "code": "for a code"}.get(outcome, outcome)
    return said, time.perf_counter() - began


def main() -> None:
    wanted = options(__doc__)
    rows = [
        measure(engine, where, calculates=calculates)
        for engine in wanted.engines
        for where in PLACES
        for calculates in (False, True)
    ]
    write_table("Pages under attack", f"{markdown(HEAD, rows)}\n{NOTE}")


if __name__ == "__main__":
    main()
