from collections.abc import Callable
from typing import Any

import pytest

from timetuna.providers.base import BusySource, CalendarWriter, Directory, LoginForm, OutsideCalendar
from timetuna.providers.icalfeed.provider import ICalFeed
from timetuna.providers.icalfeed.tests.conftest import Feed
from timetuna.providers.tests.contracts.calendar import NOON, BusySourceContract, DirectoryContract, hours


class TestFeedDirectory(DirectoryContract):
    def test_it_knows_the_calendars(self, provider: Directory, credential: str) -> None:
        """One, that nothing can be written into."""
        assert provider.calendars(credential=credential) == (OutsideCalendar("feed", "localhost"),)


class TestFeedBusySource(BusySourceContract):
    free = ("transparent", "cancelled")


class TestFeedBusySourceWithoutValidators(BusySourceContract):
    free = ("transparent", "cancelled")

    @pytest.fixture(autouse=True)
    def _no_etags(self, feed: Feed) -> None:
        feed.etags = False

    def test_the_same_file_again_is_nothing_new(
        self, read: Callable[..., Any], add_event: Callable[..., Any]
    ) -> None:
        add_event(NOON, NOON.replace(hour=13))
        first = read()

        assert read(cursor=first.cursor).busy is None


def test_it_reads_and_writes_nothing(provider: ICalFeed) -> None:
    assert isinstance(provider, LoginForm)
    assert not isinstance(provider, CalendarWriter)


def test_what_has_not_changed_is_not_sent_again(provider: ICalFeed, feed: Feed, credential: str) -> None:
    feed.add(NOON, NOON.replace(hour=13))
    source: BusySource = provider

    def read(cursor: str) -> Any:
        return source.busy("", hours(-2, 8), time_zone="Europe/Berlin", credential=credential, cursor=cursor)

    first = read("")
    second = read(first.cursor)
    third = read(second.cursor)

    assert (len(first.busy), second.busy, third.busy) == (1, None, None)
    assert [b"If-None-Match" in request for request in feed.asked] == [False, True, True]


def test_another_zone_is_another_reading(provider: ICalFeed, feed: Feed, credential: str) -> None:
    feed.add(NOON.date(), NOON.date())
    span = hours(-40, 40)
    berlin = provider.busy("", span, time_zone="Europe/Berlin", credential=credential)

    tokyo = provider.busy("", span, time_zone="Asia/Tokyo", credential=credential, cursor=berlin.cursor)

    assert berlin.busy is not None
    assert tokyo.busy is not None
    assert berlin.busy[0].start_minute - tokyo.busy[0].start_minute == 8 * 60
