"""Every file of the table is read as it was worked out by hand, and as another reader reads it."""

from zoneinfo import ZoneInfo

import pytest

from timetuna.availability.interval import merge
from timetuna.ical.answer import Unreadable
from timetuna.ical.busy import busy_of
from timetuna.ical.tests.second_opinion import second_opinion
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


# What the other reader does otherwise, each looked at.
OTHERWISE = {
    "calendar-zone-does-not-count": "reads UTC where a file has no zones",
    "z-beats-tzid": "takes the TZID beside a Z",
    "prefixed-zone": "warns",
    "zone-in-other-case": "knows zones in their own case only",
    "zone-with-colon": "refuses",
    "no-start": "refuses",
    "two-starts": "refuses",
    "bad-start": "refuses",
    "bad-end": "refuses",
    "bad-duration": "refuses",
    "own-zone-under-a-known-name": "takes the known zone",
    "own-zone-before-it-begins": "takes the known zone",
    "hour-that-is-skipped": "ends before it starts there",
    "hour-that-comes-twice": "adds up by the wall clock",
    "duration-of-24-hours-is-exact": "adds up by the wall clock",
    "duration-negative": "turns start and end round",
    "end-before-start": "turns start and end round",
    "year-zero": "refuses",
    "secondly-for-ever": "does not come back",
    "secondly-that-ended": "does not come back",
    "secondly-without-length": "does not come back",
    "interval-zero-is-one": "does not come back",
    "never-again": "looks through every year there is",
    "until-as-date": "leaves out the last day",
    "until-in-utc-of-all-day": "leaves out the last day",
    "exdate-unreadable-keeps-the-time": "refuses",
    "exrule": "does not know it",
    "exchange-names-days-by-their-midnight": "does not know it",
    "midnights-of-another-zone": "does not know it",
    "last-seconds-of-another-zone": "leaves out the last day",
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
    theirs = second_opinion(case.body, SPAN, zone=ZoneInfo(case.zone))

    assert merge(theirs) == merge(one[:2] for one in case.busy)
