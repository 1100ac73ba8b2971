"""A look reads: it begins no transaction and writes nothing, so on SQLite it never waits for whoever writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from tests.test_rights import ANYBODY, OWNERS, SIGNED_IN, address, belongings
from timetuna.accounts.models import User
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.matrix(of="walk")]
__all__ = ["belongings"]

READS = ("SELECT", "PRAGMA")


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django calls it
        sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield sent


@pytest.mark.parametrize("who", ["host", "guest"])
def test_a_look_only_reads(belongings: dict[str, object], alice: User, who: str) -> None:
    client = Client()
    if who == "host":
        client.force_login(alice)
    link = link_path(Booking.objects.get().booker)
    known = belongings | {"handle": "alice", "slug": "intro", "token": link.removeprefix("/b/")}
    known |= {"color": "aabbcc", "version": "1" * 12, "country": "DE", "service": "twilio", "address": "none"}
    routes = [route for route in (*ANYBODY, *SIGNED_IN, *OWNERS) if not route.startswith("^")]

    wrote = {}
    for route in set(routes):
        with statements() as sent:
            client.get(address(route, known))
        if written := [sql for sql in sent if not sql.lstrip("( ").upper().startswith(READS)]:
            wrote[route] = written

    assert wrote == {}
