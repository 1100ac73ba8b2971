"""Whatever is typed into an address or a form gets a page, a sentence or a 4xx, after a bounded amount of work."""

import time
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.test_rights import OWNERS, SIGNED_IN, address, belongings
from timetuna.accounts.models import User
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import tomorrow

pytestmark = pytest.mark.django_db
__all__ = ["belongings"]

READERS = """
    /alice /alice/intro /alice/intro/book /api/pages/alice/intro/times LINK LINK/move LINK/move/confirm
    /bookings /bookings/agenda /bookings/export.csv /why /booking-pages/PAGE/why /booking-pages/PAGE/mail-preview
    /booking-pages/PAGE/preview/booking /booking-pages/PAGE/preview/guests
    /availability/holidays/choice /availability/schedules/SCHEDULE/dates
    /bookings/BOOKING/move /bookings/BOOKING/move/confirm
""".split()  # noqa: SIM905 - one list, read as words
FORMS = """
    /alice/intro/book?start=START&duration=30 LINK/move/confirm?start=START LINK/guests /availability/limits
    /availability/out-of-office /availability/trips /availability/holidays /availability/schedules/SCHEDULE
    /booking-pages/PAGE/booking
    /booking-pages/PAGE/availability /booking-pages/PAGE/notifications /booking-pages/PAGE/guests
    /booking-pages/PAGE/look /settings/profile LINK/cancel
""".split()  # noqa: SIM905
NAMES = """
    month day date time zone start duration minutes clock visit lang hold show on q page view country region
    holidays_country holidays_region kind to at first last
""".split()  # noqa: SIM905
VALUES = {
    "month 13": "2026-13",
    "year 9999": "9999-12",
    "last day of all": "9999-12-31",
    "nothing but zeros": "0000-00",
    "year 1": "0001-01-01",
    "no such day": "2027-02-30",
    "a moment that is none": "2027-02-30T25:61Z",
    "the last minute": "9999-12-31T23:59Z",
    "negative": "-1",
    "zero": "0",
    "huge": "1" + "0" * 30,
    "more digits than Python reads": "9" * 5_000,
    "not a number": "nan",
    "exponent": "1e400",
    "other digits": "\u0662\u0660\u0662\u0666-\u0661\u0662",
    "a digit that is none": "\u00b2",
    "nul": "\x00",
    "no UTF-8": "\udcff\udcfe",
    "a path": "../../../../etc/passwd",
    "empty": "",
    "right to left": "\u202e2026-12",
    "markup": "<script>alert(1)</script>",
}
LONG = "x" * 100_000
STORED = {"huge", "nul", "no UTF-8", "year 9999", "a digit that is none", "long"}
"""Those that a database may not take."""
GIVEN = [
    pytest.param(value, id=name, marks=[pytest.mark.vendor] if name in STORED else [])
    for name, value in (VALUES | {"long": LONG}).items()
]
MOST_QUERIES, LONGEST_SECONDS, LARGEST_ANSWER = 100, 5.0, 1_100_000


class Fields(HTMLParser):
    """What the forms of a page would send back, as far as it matters: the names."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        name = dict(attrs).get("name")
        if tag in {"input", "select", "textarea"} and name and name != "csrfmiddlewaretoken":
            self.names.add(name)


@pytest.fixture
def host(alice: User) -> Client:
    host = Client()
    host.force_login(alice)
    return host


@pytest.fixture
def places(belongings: dict[str, object]) -> dict[str, str]:
    return {
        "LINK": link_path(Booking.objects.get().booker),
        "PAGE": str(belongings["page_id"]),
        "BOOKING": str(belongings["booking_id"]),
        "SCHEDULE": str(belongings["schedule_id"]),
        "START": write_start(tomorrow(15)),
    }


def at(path: str, places: dict[str, str]) -> str:
    for name, place in places.items():
        path = path.replace(name, place)
    return path


def ask(client: Client, path: str, *pairs: tuple[str, str]) -> HttpResponseBase:
    """Ask by GET, as a browser writes it."""
    return client.get(path, QUERY_STRING=urlencode(pairs, errors="surrogateescape"))


def send(client: Client, path: str, *pairs: tuple[str, str]) -> HttpResponseBase:
    """Send a form."""
    body = urlencode(pairs, errors="surrogateescape")
    return client.post(path, body, content_type="application/x-www-form-urlencoded")


def checked(call: Any, client: Client, path: str, *pairs: tuple[str, str]) -> HttpResponseBase:
    """Ask or send, and check what it cost."""
    began = time.process_time()
    with CaptureQueriesContext(connection) as queries:
        answer = call(client, path, *pairs)
        parts = answer.streaming_content if answer.streaming else [answer.content]
        length = sum(map(len, parts))
    assert answer.status_code < 500, path
    assert len(queries) <= MOST_QUERIES, path
    assert length <= LARGEST_ANSWER, path
    assert time.process_time() - began <= LONGEST_SECONDS, path
    return answer


@pytest.mark.matrix
@pytest.mark.parametrize("value", GIVEN[:-1])
def test_no_value_breaks_an_address(host: Client, places: dict[str, str], value: str) -> None:
    for path in READERS:
        checked(ask, host, at(path, places), *((name, value) for name in NAMES))


@pytest.mark.matrix
@pytest.mark.parametrize("path", READERS)
def test_long_values_several_values_and_none_break_no_address(
    host: Client, places: dict[str, str], path: str
) -> None:
    path = at(path, places)
    checked(ask, host, path)
    checked(ask, host, path, *((name, value) for name in NAMES for value in ("2026-12", "x", "30")))
    checked(ask, host, path, *((f"{name}[]", "2026-12") for name in NAMES))
    for name in ("month", "zone", "q", "date"):
        checked(ask, host, path, (name, LONG))


@pytest.mark.matrix
@pytest.mark.parametrize("value", GIVEN)
def test_no_value_breaks_a_form(host: Client, places: dict[str, str], value: str) -> None:
    asked = {path: names(host, path, places) for path in FORMS}

    for path, fields in asked.items():
        checked(send, host, at(path, places), *((name, value) for name in fields))


@pytest.mark.matrix
@pytest.mark.parametrize("path", FORMS)
def test_a_form_that_is_empty_or_says_that_it_is_endless_is_read_to_a_limit(
    host: Client, places: dict[str, str], path: str
) -> None:
    counts = [name for name in names(host, path, places) if name.endswith("_FORMS")]
    path = at(path, places)
    checked(send, host, path)
    for count in ("10000", "-1", "1" + "0" * 30, "\u0663"):
        checked(send, host, path, *((name, count) for name in counts))


FOUND: dict[str, list[str]] = {}


def names(host: Client, path: str, places: dict[str, str]) -> list[str]:
    """Return the fields of a form; they are the same for each value, so each form is opened once."""
    if path not in FOUND:
        fields = Fields()
        fields.feed(host.get(at(path, places)).content.decode())
        assert fields.names, path
        FOUND[path] = sorted(fields.names)
    return FOUND[path]


@pytest.mark.matrix(of="walk")
def test_every_address_of_a_host_bears_nonsense(belongings: dict[str, object], host: Client) -> None:
    for number, route in enumerate([*SIGNED_IN, *OWNERS]):
        value = list(VALUES.values())[number % len(VALUES)]
        for call in (ask, send):
            checked(call, host, address(route, belongings), *((name, value) for name in NAMES))
