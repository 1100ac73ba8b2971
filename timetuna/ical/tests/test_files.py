"""Every file of the table is read as it was worked out by hand, and as another reader reads it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from icalendar import Calendar, Component

from timetuna.ical.answer import Unreadable
from timetuna.ical.busy import busy_of
from timetuna.ical.tests.table import FILES, SPAN, Case, cases

CASES = cases()
READ = [case for case in CASES if not case.reason]
REFUSED = [case for case in CASES if case.reason]


def name_of(case: Case) -> str:
    return case.name


@pytest.mark.parametrize("case", READ, ids=name_of)
def test_a_file_is_read(case: Case) -> None:
    found = busy_of(case.body, SPAN, time_zone=case.zone)

    assert tuple(one[:3] for one in found.busy) == case.busy


@pytest.mark.parametrize("case", REFUSED, ids=name_of)
def test_a_file_is_refused(case: Case) -> None:
    with pytest.raises(Unreadable, match=r"\.$") as raised:
        busy_of(case.body, SPAN, time_zone=case.zone)

    assert raised.value.code == case.reason


def test_the_table_names_every_file() -> None:
    assert sorted(f"{case.name}.ics" for case in CASES) == sorted(path.name for path in FILES.glob("*.ics"))


def test_no_file_changes_what_another_means() -> None:
    """One may define Europe/Berlin as it likes, and only for itself."""
    for case in [*READ, *reversed(READ)]:
        assert tuple(one[:3] for one in busy_of(case.body, SPAN, time_zone=case.zone).busy) == case.busy


def second_opinion(case: Case) -> set[tuple[int, int]]:
    """Read a file with icalendar and recurring-ical-events, which know nothing of ours."""
    calendar = Calendar.from_ical(case.body)
    zone = ZoneInfo(case.zone)
    first, last = (datetime.fromtimestamp(60 * minute, UTC) for minute in SPAN)
    margin = timedelta(days=2)  # it compares without zones where a file has none
    found = recurring_ical_events.of(calendar).between(first - margin, last + margin)
    return {taken for event in found if not free(event) and (taken := minutes(event, zone))}


def free(event: Component) -> bool:
    return event.get("TRANSP") == "TRANSPARENT" or event.get("STATUS") == "CANCELLED"


def minutes(event: Component, zone: ZoneInfo) -> tuple[int, int] | None:
    """Return the minutes by our conventions, which are not the other reader's."""
    start, end = event.start, event.end
    if not isinstance(start, datetime):
        end = max(end, start + timedelta(days=1))
        start, end = (datetime(one.year, one.month, one.day) for one in (start, end))  # noqa: DTZ001
    start, end = (one if one.tzinfo else one.replace(tzinfo=zone) for one in (start, end))
    clipped = max(int(start.timestamp()) // 60, SPAN[0]), min(-(-int(end.timestamp()) // 60), SPAN[1])
    return clipped if clipped[0] < clipped[1] and start < end else None


# What the other reader does otherwise, each looked at.
OTHERWISE = {
    "calendar-zone-does-not-count": "reads UTC where a file has no zones",
    "z-beats-tzid": "takes the TZID beside a Z",
    "prefixed-zone": "warns",
    "zone-in-other-case": "knows zones in their own case only",
    "zone-with-colon": "refuses",
    "own-zone-under-a-known-name": "takes the known zone",
    "hour-that-is-skipped": "ends before it starts there",
    "hour-that-comes-twice": "adds up by the wall clock",
    "duration-of-24-hours-is-exact": "adds up by the wall clock",
    "duration-negative": "turns start and end round",
    "end-before-start": "turns start and end round",
    "year-zero": "refuses",
    "secondly-that-ended": "does not come back",
    "interval-zero-is-one": "does not come back",
    "never-again": "looks through every year there is",
    "until-as-date": "leaves out the last day",
    "until-in-utc-of-all-day": "leaves out the last day",
    "exdate-unreadable-keeps-the-time": "refuses",
    "exrule": "does not know it",
    "exchange-names-days-by-their-midnight": "does not know it",
    "one-uid-for-all": "keeps one of them",
    "lower-case": "refuses",
    "iso-forms": "refuses",
    "midnight-as-24": "refuses",
    "bad-start-of-a-free-event": "refuses",
    "old-weekly": "does not know vCalendar 1.0",
    "old-daily-until": "does not know vCalendar 1.0",
    "old-monthly-by-position": "does not know vCalendar 1.0",
    "old-monthly-by-day": "does not know vCalendar 1.0",
    "old-exdates-and-packed-text": "does not know vCalendar 1.0",
}


@pytest.mark.parametrize("case", [one for one in READ if one.name not in OTHERWISE], ids=name_of)
def test_another_reader_agrees(case: Case) -> None:
    assert second_opinion(case) == {one[:2] for one in case.busy}
