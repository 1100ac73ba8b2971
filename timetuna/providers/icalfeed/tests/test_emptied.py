"""A feed in which there is suddenly nothing: for an hour what was there goes on to count, then it is believed."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.providers.base import Reading
from timetuna.providers.icalfeed.provider import ICalFeed
from timetuna.providers.icalfeed.tests.conftest import Feed
from timetuna.providers.tests.contracts.calendar import DAY, NOON, hours

Look = Callable[..., Reading]
HOUR = timedelta(hours=1)


@pytest.fixture(params=[True, False], ids=["etags", "none"])
def look(request: pytest.FixtureRequest, provider: ICalFeed, feed: Feed, credential: str) -> Look:
    """What reads the feed so many minutes from now."""
    feed.etags, began = request.param, present()

    def reading(
        minutes: int, cursor: str, span: tuple[int, int] = DAY, zone: str = "Europe/Berlin"
    ) -> Reading:
        with time_machine.travel(began + timedelta(minutes=minutes), tick=False):
            return provider.busy("", span, time_zone=zone, credential=credential, cursor=cursor)

    return reading


@pytest.fixture
def first(look: Look, feed: Feed) -> Reading:
    feed.add(NOON, NOON + HOUR)
    reading = look(0, "")
    assert len(reading.busy or ()) == 1
    return reading


def test_it_is_believed_after_an_hour(look: Look, feed: Feed, first: Reading) -> None:
    feed.events.clear()

    second = look(15, first.cursor)
    third = look(60, second.cursor)
    fourth = look(76, third.cursor)
    fifth = look(90, fourth.cursor)

    assert [one.busy for one in (second, third, fourth, fifth)] == [None, None, (), None]


def test_what_comes_back_meanwhile_was_never_away(look: Look, feed: Feed, first: Reading) -> None:
    kept = dict(feed.events)
    feed.events.clear()
    second = look(15, first.cursor)
    feed.events |= kept

    third = look(30, second.cursor)
    feed.events.clear()

    assert (second.busy, third.busy) == (None, first.busy)
    assert look(90, third.cursor).busy is None  # the hour begins anew


def test_other_events_are_read_at_once(look: Look, feed: Feed, first: Reading) -> None:
    feed.events.clear()
    second = look(15, first.cursor)
    feed.add(NOON + HOUR, NOON + 2 * HOUR)

    assert [one[:2] for one in look(30, second.cursor).busy or ()] == [hours(1, 2)]


@pytest.mark.parametrize(("span", "zone"), [(hours(-40, 40), "Europe/Berlin"), (DAY, "Asia/Tokyo")])
def test_so_it_is_where_all_is_read_anew(
    look: Look, feed: Feed, first: Reading, span: tuple[int, int], zone: str
) -> None:
    feed.events.clear()

    second = look(15, first.cursor, span, zone)

    assert second.busy is None
    assert look(80, second.cursor, span, zone).busy == ()


def test_one_that_was_always_empty_is(look: Look, feed: Feed) -> None:
    first = look(0, "")
    feed.name = "Renamed"

    assert first.busy == ()
    assert look(15, first.cursor).busy == ()


def test_a_clock_that_was_set_back_keeps_nothing_for_ever(look: Look, feed: Feed, first: Reading) -> None:
    feed.events.clear()
    second = look(6_000, first.cursor)

    assert look(15, second.cursor).busy == ()


def test_events_in_the_past_alone_are_no_empty_feed(look: Look, feed: Feed, first: Reading) -> None:
    feed.events.clear()
    feed.add(datetime(2013, 3, 5, 12), datetime(2013, 3, 5, 13))  # noqa: DTZ001

    assert look(15, first.cursor).busy == ()
