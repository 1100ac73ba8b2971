"""What is not certain in a calendar: kept with what was read, shown to its host, gone when it is put right."""

import pytest

from timetuna.calendars.actions.refresh import refresh
from timetuna.calendars.busy_cache import unpack
from timetuna.calendars.tests.conftest import signed_in
from timetuna.calendars.tests.feeds import allow_feeds, connect_feed, publishing, tomorrow

pytestmark = pytest.mark.django_db
TAB = "/settings/providers"
GUESSED = "are read by your own clock (Europe/Berlin)"


@pytest.fixture(scope="module")
def server():
    with publishing() as server:
        yield server


@pytest.fixture
def feeds(server, settings):
    server.events.clear()
    allow_feeds(settings)
    return server


@pytest.fixture
def alice(alice):
    alice.time_zone = "Europe/Berlin"
    alice.save()
    return alice


def event(*lines):
    return "\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT"))


def doubtful(feeds):
    day = f"{tomorrow(0):%Y%m%d}"
    feeds.put("/office.ics", tomorrow(10))
    feeds.events["/office.ics"] += [
        event("UID:2", f"DTSTART;TZID=Middle <b>Earth</b>:{day}T120000", "DURATION:PT1H"),
        event("UID:3", "SUMMARY:Dentist", f"DTSTART:{day}T250000", "DURATION:PT1H"),
        event("UID:4", "SUMMARY:<script>Lunch</script>"),
    ]


def words(alice):
    return " ".join(signed_in(alice).get(TAB).content.decode().split())


def test_it_is_kept_and_shown_beside_the_calendar(alice, feeds):
    doubtful(feeds)
    calendar = connect_feed(alice, feeds)

    refresh(calendar.pk)

    calendar.refresh_from_db()
    (busy,) = unpack(calendar.busy).certain  # the dentist's day holds the others
    assert busy[1] - busy[0] > 24 * 60
    assert [note[:2] for note in calendar.notes] == [
        ["bad_start", "Dentist"],
        ["no_start", "<script>Lunch</script>"],
        ["zone_unknown", "Middle <b>Earth</b>"],
    ]
    text = words(alice)
    assert "3 things in it are not certain" in text
    assert f"Times in “Middle &lt;b&gt;Earth&lt;/b&gt;” {GUESSED}" in text
    assert (
        "“Dentist” has a start that cannot be read. All of the time in which it may be is blocked: from "
        in text
    )
    assert "“&lt;script&gt;Lunch&lt;/script&gt;” has no start, so it blocks nothing." in text


def test_it_stays_while_nothing_changes_and_goes_when_it_is_put_right(alice, feeds):
    doubtful(feeds)
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)

    refresh(calendar.pk)
    assert GUESSED in words(alice)

    feeds.clear("/office.ics")
    feeds.put("/office.ics", tomorrow(10))
    refresh(calendar.pk)
    assert "not certain" not in words(alice)


def test_it_is_not_shown_of_a_calendar_that_takes_no_time(alice, feeds):
    doubtful(feeds)
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)
    calendar.blocks = False
    calendar.save()

    assert "not certain" not in words(alice)


def test_what_closes_a_calendar_is_named_to_its_host_and_in_no_log(alice, feeds, caplog):
    feeds.put("/office.ics", tomorrow(10))
    calendar = connect_feed(alice, feeds)
    feeds.events["/office.ics"].append(event("SUMMARY:Dentist", "DTSTART:soon"))
    caplog.set_level("DEBUG")

    refresh(calendar.pk)

    calendar.refresh_from_db()
    assert "“Dentist”, event 2 of the calendar file, has a start that cannot be read." in calendar.problem
    assert calendar.problem_code == "ical:bad_start"
    assert "Dentist" not in caplog.text
