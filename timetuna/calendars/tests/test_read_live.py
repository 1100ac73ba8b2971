"""Looking at a calendar at the moment a time is taken, while it is read in the background as well."""

import threading

import pytest
from django.db import connections

from timetuna.calendars.actions.read_live import LOOKS, OF_HOST, OFTEN, read_live
from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.busy_cache import busy_within
from timetuna.calendars.models import Calendar
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
    LOOKS.of_host[alice.pk] += OF_HOST

    silent = [
        read_live([one.pk], (minute(9), minute(18)), seconds=seconds)
        for one, seconds in ((theirs, 0.2), (others, 20))
    ]

    LOOKS.of_host[alice.pk] -= OF_HOST
    assert silent == [[theirs.pk], []]
    assert (known(theirs), known(others)) == ([], [10])
    assert read_live([theirs.pk], (minute(9), minute(18)), seconds=20) == []


def test_guests_who_ask_at_the_same_time_share_looks_and_all_see_what_they_found(alice, feeds):
    feeds.put(FEED, tomorrow(10))
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)
    feeds.put(FEED, tomorrow(12), uid="two@feeds.example")
    feeds.asked.clear()
    all_ask = threading.Barrier(20)
    seen = []

    def look():
        all_ask.wait()
        silent = read_live([calendar.pk], (minute(9), minute(18)), seconds=20)
        seen.append((silent, known(Calendar.objects.get(pk=calendar.pk))))
        connections.close_all()

    first_answer = threading.Event()
    feeds.meanwhile[FEED] = lambda: first_answer.wait(0.5)  # so long the others have to come
    threads = [threading.Thread(target=look) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == [([], [10, 12])] * 20
    assert 1 <= len(feeds.asked) <= OFTEN


def test_a_calendar_that_few_look_at_is_asked_each_time(alice, feeds):
    calendar = connect_feed(alice, feeds)
    for hour in range(9, 9 + 2 * OFTEN, 2):
        feeds.put(FEED, tomorrow(hour), uid=f"{hour}@feeds.example")
        assert read_live([calendar.pk], (minute(0), minute(23)), seconds=20) == []
        assert known(calendar) == [*range(9, hour + 1, 2)]


def test_a_calendar_that_all_look_at_is_taken_at_its_word_of_a_moment_ago_and_no_longer(
    alice, feeds, monkeypatch
):
    calendar = connect_feed(alice, feeds)
    feeds.asked.clear()
    for _ in range(100):
        assert read_live([calendar.pk], (minute(0), minute(23)), seconds=20) == []
    assert len(feeds.asked) < 100
    feeds.put(FEED, tomorrow(12))

    monkeypatch.setattr("timetuna.calendars.actions.read_live.MOMENT_SECONDS", 0.0)
    assert read_live([calendar.pk], (minute(0), minute(23)), seconds=20) == []

    assert known(calendar) == [12]
