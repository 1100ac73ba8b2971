"""A number from an address or a form reaches the database only where a row could have it: made from the URL map."""

import re
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.test_rights import belongings
from timetuna.accounts.models import User
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path

pytestmark = [pytest.mark.django_db, pytest.mark.vendor, pytest.mark.matrix(of="walk")]
__all__ = ["belongings"]

HUGE = [str(2**63 - 1), str(2**63), "1" + "0" * 30, "9" * 5_000]
DISGUISED = [
    "zzzzzzzzzzzzz",
    "a%00b",
    "\u00b2",
]  # a number to base 36, nothing PostgreSQL stores, a digit to Python
FIELDS = """
    account remove to seen page answer via duration start schedule writes_to calendars blocks key hold state missed all
    guests preview notice preview_language more of at id
""".split()  # noqa: SIM905 - one list, read as words
PART = re.compile(r"<(?:(\w+):)?(\w+)>|\(\?P<(\w+)>[^()]*\)")


def patterns(resolver: Any, before: str = "") -> list[tuple[str, set[str]]]:
    """Return all routes of the product, each with those of its parts that are numbers."""
    found = []
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            found += patterns(one, before + str(one.pattern))
        elif isinstance(one, URLPattern):
            numbers = {
                name for name, kind in one.pattern.converters.items() if isinstance(kind.to_python("1"), int)
            }
            found.append((before + str(one.pattern).strip("^$"), numbers))
    return found


@pytest.fixture
def known(belongings: dict[str, object], alice: User) -> dict[str, object]:
    """Name what leads to something that is there."""
    token = link_path(Booking.objects.get().booker).removeprefix("/b/")
    return belongings | {
        "handle": alice.handle, "slug": "intro", "token": token, "color": "aabbcc", "version": "1" * 12,
        "key": "x", "uidb36": "1",
    }  # fmt: skip


def filled(route: str, values: dict[str, object]) -> str:
    return "/" + PART.sub(lambda part: quote(str(values.get(part[2] or part[3], "x")), safe="%"), route)


@pytest.fixture
def host(alice: User) -> Client:
    """Sign in as the host; what breaks is raised."""
    host = Client()
    host.force_login(alice)
    return host


@pytest.mark.parametrize("who", ["host", "guest"])
def test_no_number_in_an_address_is_too_large_for_the_product(
    known: dict[str, object], host: Client, who: str
) -> None:
    client = host if who == "host" else Client()
    routes = patterns(get_resolver())
    assert sum(bool(numbers) for _, numbers in routes) > 20

    for route, numbers in routes:
        for huge in HUGE if numbers else []:
            path = filled(route, known | dict.fromkeys(numbers, huge))
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code in {302, 400, 404, 405}, path


def test_no_text_in_an_address_is_a_number_in_disguise_or_unstorable(
    known: dict[str, object], host: Client
) -> None:
    for client in (host, Client()):  # somebody else's things are met as a guest
        for route, numbers in patterns(get_resolver()):
            for name in {part[2] or part[3] for part in PART.finditer(route)} - numbers:
                for text in DISGUISED:
                    path = filled(route, known | {name: text})
                    assert client.get(path).status_code < 500, path
                    assert client.post(path).status_code < 500, path


@pytest.mark.parametrize("huge", [str(2**63), "\u00b2", "attendee-" + "9" * 30, "attendee-\u00b2"])
def test_no_number_in_a_form_is_too_large_for_the_product(
    known: dict[str, object], host: Client, huge: str
) -> None:
    for route, _ in patterns(get_resolver()):
        if "signout" in route or "delete" in route:
            continue
        path = filled(route, known)
        assert host.post(path, dict.fromkeys(FIELDS, huge)).status_code < 500, path
        assert host.get(path, dict.fromkeys(FIELDS, huge)).status_code < 500, path
