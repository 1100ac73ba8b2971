"""A page that is looked at has its calendars read soon, however busy the database is."""

import threading
import time
from contextlib import contextmanager, nullcontext
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.clock import present
from timetuna.calendars.actions.refresh_due import make_due
from timetuna.calendars.models import Calendar, CalendarAccount

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.vendor]
HOUR = timedelta(hours=1)


@pytest.fixture
def calendars(alice):
    later = present() + HOUR
    account = CalendarAccount.objects.create(
        host=alice, provider="google", provider_user_id="alice", expires_at=later
    )
    return [
        Calendar.objects.create(account=account, outside_id=name, name=name, next_read_at=later)
        for name in ("Work", "Family")
    ]


@contextmanager
def somebody_writes():
    """Keep all calendars' rows, which on SQLite is the whole database, in a transaction of another connection."""
    kept, enough = threading.Event(), threading.Event()

    def keep():
        with transaction.atomic():
            Calendar.objects.update(failures=0)
            kept.set()
            enough.wait(20)
        connection.close()

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        assert kept.wait(5)
        yield
    finally:
        enough.set()
        thread.join()


def due():
    return set(Calendar.objects.filter(next_read_at__lte=present()).values_list("name", flat=True))


def test_a_busy_database_keeps_no_look_waiting_and_the_next_look_asks_for_its_calendars_too(calendars):
    work, family = calendars
    with somebody_writes():
        started = time.monotonic()
        make_due([work.pk], now=present())
        waited = time.monotonic() - started
    assert (due(), waited < 10) == (set(), True)

    make_due([family.pk], now=present())

    assert due() == {"Work", "Family"}


def test_what_was_asked_for_once_is_asked_for_once(calendars):
    work, family = calendars
    with somebody_writes():
        make_due([work.pk], now=present())
    make_due([family.pk], now=present())
    Calendar.objects.update(next_read_at=present() + HOUR)

    make_due([family.pk], now=present())

    assert due() == {"Family"}


@pytest.mark.parametrize("busy", [False, True])
def test_whoever_looks_within_a_transaction_waits_afterwards_as_long_as_before(calendars, busy):
    work, _ = calendars
    with transaction.atomic():
        before = patience()
        with somebody_writes() if busy and connection.vendor == "postgresql" else nullcontext():
            make_due([work.pk], now=present())

        assert patience() == before


def patience():
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout")
        else:
            cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        return cursor.fetchone()
