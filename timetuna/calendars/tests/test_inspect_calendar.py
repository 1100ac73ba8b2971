"""`timetuna busy calendar:17`: a connected calendar as TimeTuna sees it."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.models import Calendar
from timetuna.calendars.tests.feeds import allow_feeds, booked_at, connect_feed, publishing, tomorrow
from timetuna.commands.connected import see
from timetuna.processes.ending import Refusal

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("UTC")


def span():
    return tuple(int(tomorrow(hour).timestamp()) // 60 for hour in (0, 23))


@pytest.fixture
def feeds(settings):
    allow_feeds(settings)
    with publishing() as server:
        yield server


def times(start, hours=1):
    return {"start": start.isoformat(), "end": (start + timedelta(hours=hours)).isoformat()}


def test_what_it_says_now_stands_beside_what_pages_know(alice, feeds):
    ours = booked_at(alice, tomorrow(16))
    feeds.put("/office.ics", tomorrow(10))
    feeds.put("/office.ics", tomorrow(16), uid=str(ours.uid))
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)
    feeds.put("/office.ics", tomorrow(11), uid="two@feeds.example")
    feeds.put("/office.ics", tomorrow(14), uid="three@feeds.example", lines=("STATUS:TENTATIVE",))
    Calendar.objects.update(tentative_blocks=False)

    seen = see(calendar.pk, span(), ZONE)

    assert (seen["calendar"], seen["problem"]) == ("Office", "")
    assert seen["busy"] == [times(tomorrow(10), hours=2)]
    assert seen["known"]["busy"] == [times(tomorrow(10))]
    calendar.refresh_from_db()
    assert seen["known"]["read_at"] == calendar.read_at.isoformat()


def test_where_it_cannot_be_read_the_reason_is_shown_and_no_free_time(alice, feeds):
    feeds.put("/office.ics", tomorrow(10))
    calendar = connect_feed(alice, feeds)
    feeds.faults["/office.ics"] = 500

    seen = see(calendar.pk, span(), ZONE)

    assert seen["busy"] is None
    assert seen["problem"].endswith("(http:500)")
    assert seen["known"] == {"read_at": None, "busy": []}


def test_a_number_that_is_no_calendar_is_refused():
    with pytest.raises(Refusal, match="no connected calendar 17"):
        see(17, span(), ZONE)
