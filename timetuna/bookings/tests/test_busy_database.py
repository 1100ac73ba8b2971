"""Somebody keeps the database for longer than anybody waits: words, and nothing typed is lost."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.host_time import lock_hosts
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import order, tomorrow
from timetuna.bookings.tests.test_public import details

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.vendor]


@contextmanager
def somebody_decides_about(host):
    """Keep the host's row, which on SQLite is the whole database, in a transaction of another connection."""
    kept, enough = threading.Event(), threading.Event()

    def keep():
        with transaction.atomic():
            lock_hosts([host.pk])
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


@pytest.fixture
def short_timeout():
    """Let SQLite wait for a moment only."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 100")
    yield
    connection.close()


def test_the_form_comes_back_with_what_was_typed_and_books_when_sent_again(
    client, alice, page, short_timeout
):
    data = details(client, page, notes="A long story")

    with somebody_decides_about(alice):
        answer = client.post("/alice/intro/book", data)
    text = answer.content.decode()
    again = client.post("/alice/intro/book", data)

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Confirm again in a moment" in text
    assert "A long story" in text
    assert answer.context["form"]["key"].value() == data["key"]
    assert again.status_code == 302
    assert Booking.objects.count() == 1


def test_other_forms_get_a_page_in_words(client, alice, page, short_timeout):
    booking = book(order(page), now=tomorrow(0))

    with somebody_decides_about(alice):
        answer = client.post(f"{link_path(booking.booker)}/cancel", {"note": ""})

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Try again in a moment" in answer.content.decode()
    assert answer["Content-Security-Policy"]
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_pages_are_shown_meanwhile(client, alice, page, short_timeout):
    with somebody_decides_about(alice):
        assert client.get("/alice/intro").status_code == 200
