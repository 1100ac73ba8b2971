"""Looking at a calendar at the moment a time is taken, while it is read in the background as well."""

import pytest
from django.db import connections

from timetuna.calendars.actions.read_live import OF_HOST, PLACES, read_live
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.knowledge import busy_within
from timetuna.calendars.tests.feeds import allow_feeds, connect_feed, publishing, tomorrow

pytestmark = pytest.mark.django_db(transaction=True)
FEED = "/office.ics"


@pytest.fixture
def feeds(settings):
    allow_feeds(settings)
    with publishing() as server:
        yield server


def minute(hour):
    return int(tomorrow(hour).timestamp()) // 60


def known(calendar):
    calendar.refresh_from_db()
    found = busy_within(calendar.busy, (minute(0), minute(23)), tentative=True)
    return [(start - minute(0)) // 60 for start, _ in found]


def test_an_answer_that_is_older_than_a_reading_stored_meanwhile_makes_nothing_free(alice, feeds):
    feeds.put(FEED, tomorrow(10))
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)
    feeds.put(FEED, tomorrow(12), uid="two@feeds.example")

    def read_in_the_background():
        feeds.put(FEED, tomorrow(14), uid="three@feeds.example")
        refresh(calendar.pk)
        connections.close_all()

    feeds.meanwhile[FEED] = read_in_the_background

    assert read_live([calendar.pk], (minute(9), minute(18)), seconds=20) == []

    assert known(calendar) == [10, 12, 14]
    feeds.clear(FEED)
    feeds.put(FEED, tomorrow(14), uid="three@feeds.example")
    refresh(calendar.pk)
    assert known(calendar) == [14]


def test_what_a_look_finds_replaces_what_was_known_of_its_span_and_of_nothing_else(alice, feeds):
    for hour in (8, 10):
        feeds.put(FEED, tomorrow(hour), uid=f"{hour}@feeds.example")
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)
    feeds.clear(FEED)
    feeds.put(FEED, tomorrow(12), uid="12@feeds.example")

    assert read_live([calendar.pk], (minute(9), minute(13)), seconds=20) == []

    assert known(calendar) == [8, 12]


def test_a_host_whose_calendars_are_slow_keeps_no_other_host_from_looking(alice, charlie, feeds):
    feeds.put(FEED, tomorrow(10))
    theirs, others = connect_feed(alice, feeds), connect_feed(charlie, feeds)
    waiting = [PLACES.take(alice.pk) for _ in range(OF_HOST)]

    silent = read_live([theirs.pk, others.pk], (minute(9), minute(18)), seconds=20)

    for _ in waiting:
        PLACES.give_back(alice.pk)
    assert all(waiting)
    assert silent == [theirs.pk]
    assert (known(theirs), known(others)) == ([], [10])
    assert read_live([theirs.pk], (minute(9), minute(18)), seconds=20) == []
