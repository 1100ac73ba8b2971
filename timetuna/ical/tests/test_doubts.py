"""Broken in one place: what can be read is read, what lies elsewhere is left out, and the rest is blocked and told."""

from zoneinfo import ZoneInfo

import pytest

from timetuna.ical.answer import CalendarFile, Unreadable
from timetuna.ical.busy import busy_of
from timetuna.ical.refusals import sentence
from timetuna.ical.tests.table import SPAN, utc

BERLIN = ZoneInfo("Europe/Berlin")
GOOD = "BEGIN:VEVENT\r\nUID:good\r\nDTSTART:20260420T080000Z\r\nDTEND:20260420T090000Z\r\nEND:VEVENT\r\n"
ITS_TIME = (utc(4, 20, 8), utc(4, 20, 9))


def read(*lines: str, head: str = "") -> CalendarFile:
    """Read a calendar with a good event and one of these lines."""
    event = "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT"))
    body = f"BEGIN:VCALENDAR\r\n{head}{event}{GOOD}END:VCALENDAR\r\n"
    return busy_of(body.encode(), SPAN, time_zone="Europe/Berlin")


def times(found: CalendarFile) -> list[tuple[int, int]]:
    return [one[:2] for one in found.busy]


@pytest.mark.parametrize("head", ["", "METHOD:PUBLISH\r\n"])
def test_an_event_without_a_start_takes_nothing_and_is_told(head: str) -> None:
    found = read("SUMMARY:Lunch\\, perhaps", "DURATION:PT1H", head=head)

    assert times(found) == [ITS_TIME]
    assert (found.events, found.empty) == (2, 1)
    assert [sentence(note, BERLIN) for note in found.notes] == [
        "“Lunch, perhaps” has no start, so it blocks nothing."
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:20130231T080000Z", "DTEND:20130231T090000Z"),
        ("DTSTART:20130231T080000Z",),
        ("DTSTART:20130310T080000Z", "DTEND:later"),
        ("DTSTART:20130310T080000Z", "DURATION:P1M"),
        ("DTSTART:2013", "DTEND:2013"),
        ("DTSTART:20131399",),
        ("DTEND:20130310T080000Z",),
        ("DTSTART:soon", "DTEND:20130310T080000Z"),
        ("DTSTART:20130231T080000Z", "RRULE:FREQ=WEEKLY;UNTIL=20141231T000000Z"),
        ("DTSTART:20130310T080000Z", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES;UNTIL=20141231"),
        ("DTSTART:20290310T080000Z", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES"),
        ("DTSTART:20290310T080000Z", "DTEND:later", "RRULE:FREQ=DAILY"),
        ("DTSTART:20130310T080000Z", "DTSTART:20130311T080000Z", "DURATION:PT1H"),
        ("DTSTART:20130310T080000Z", "RDATE:20130399T080000Z", "DURATION:PT1H"),
        ("DTSTART:20130310T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU", ",WE;UNTIL=20140101"),
        ("RDATE:20130310T080000Z", "DURATION:PT1H"),
    ],
)
def test_what_certainly_lies_outside_is_left_out(lines: tuple[str, ...]) -> None:
    found = read(*lines)

    assert times(found) == [ITS_TIME]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("lines", "first", "last"),
    [
        (("DTSTART:20260310T990000Z", "DURATION:PT1H"), utc(3, 10), utc(3, 12, 1)),  # or the day after
        (("DTSTART:20260310T080000Z", "DTEND:later"), utc(3, 10, 8), utc(4, 10, 8)),  # a month at most
        (("DTSTART:20260310T080000Z", "DTEND:20260310T0800000Z"), utc(3, 10, 8), utc(3, 11)),
        (("DTSTART:soon", "DTEND:20260410T080000Z"), utc(3, 10, 8), utc(4, 10, 8)),
        (("DTEND:20260410T080000Z",), utc(3, 10, 8), utc(4, 10, 8)),
        (("DTSTART:20260310T080000Z", "DTSTART:20260311T080000Z", "DURATION:PT1H"), utc(3, 10, 8), utc(3, 11, 9)),
        (("DTSTART:20260310T080000Z", "DURATION:PT1H", "RRULE:FREQ=?;UNTIL=20260312"), utc(3, 10, 8), utc(3, 14, 3)),
        (("DTSTART:20260310T080000Z", "DURATION:PT1H", "RDATE:20260320T250000Z"), utc(3, 10, 8), utc(3, 22, 1)),
        (("RDATE:20260310T080000Z,20260311T080000Z", "DURATION:PT1H"), utc(3, 10, 8), utc(3, 11, 9)),
        (("RDATE;VALUE=PERIOD:20260310T080000Z/PT2H",), utc(3, 10, 8), utc(3, 10, 10)),
        (("RDATE;VALUE=PERIOD:20260310T080000Z/20260310T110000Z/",), utc(3, 10, 8), utc(3, 10, 11)),
        (("DTSTART:20260310T0800", "00Z", "DTEND:20260310T0900", "00Z"), utc(3, 10, 8), utc(3, 10, 9)),
        (("DTSTART;TZID=Asia/Tokyo:20260310T100", "DURATION:PT1H"), utc(3, 9, 15), utc(3, 10, 16)),  # a day there
        (("DTSTART;TZID=Nowhere:20260310T100", "DURATION:PT1H"), utc(3, 8, 20), utc(3, 12, 3)),  # a day in any zone
    ],
)  # fmt: skip
def test_where_the_rest_may_be_is_blocked_and_told(lines: tuple[str, ...], first: int, last: int) -> None:
    found = read("SUMMARY:Dentist", *lines)

    assert times(found) == sorted([(first, last), ITS_TIME])
    (note,) = found.notes
    assert (note.about, note.first_minute, note.last_minute) == ("Dentist", first, last)


def test_the_sentence_says_what_is_blocked() -> None:
    (note,) = read("SUMMARY:Dentist", "DTSTART:20260310T080000Z", "DTEND:later").notes

    assert sentence(note, BERLIN) == (
        "“Dentist” has an end that cannot be read. All of the time in which it may be is blocked: from Tuesday 10 "
        "March 2026, 09:00 to Friday 10 April 2026, 10:00."
    )


@pytest.mark.parametrize(
    "lines",
    [
        ("DTSTART:soon",),
        ("DTSTART:soon", "DTEND:later"),
        ("DTSTART:",),
        ("DTSTART:1772438400", "DURATION:PT1H"),  # seconds since 1970, and no date of the year 1772
        ("DTSTART:03/10/2026",),
        ("DTSTART:2026",),  # somewhere in a year
        ("DTSTART:20200310T080000Z", "DURATION:PT1H", "RRULE:FREQ=?;UNTIL=20300312"),
        ("DTSTART:20130231T080000Z", "RRULE:FREQ=WEEKLY"),
        ("DTSTART:20260310T080000Z", "DURATION:PT1H", "RRULE:FREQ=SOMETIMES"),
        ("DTSTART:20130310T080000Z", "DTEND:later", "RRULE:FREQ=DAILY"),
        ("DTSTART:20130310T080000Z", "DURATION:PT1H", "RRULE:RSCALE=HEBREW;FREQ=YEARLY"),
        ("DTSTART:20130310T080000Z", "DURATION:PT1H", "RDATE:soon"),
        ("RDATE:soon",),
        ("RECURRENCE-ID;RANGE=THISANDFUTURE:20130310T080000Z", "DTSTART:20130310T080000Z", "DTEND:later"),
        ("DTSTART:20130310T080000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY;BYDAY=MO,TU", ",WE"),
    ],
)
def test_what_may_be_at_any_time_closes_the_calendar_and_is_named(lines: tuple[str, ...]) -> None:
    with pytest.raises(Unreadable) as raised:
        read("SUMMARY:Dentist", *lines)

    assert raised.value.code[:3] in {"bad", "no_"}
    assert raised.value.naming.startswith("“Dentist”, event 1 of the calendar file, ")


def test_a_doubtful_event_that_takes_no_time_is_no_trouble() -> None:
    assert read("DTSTART:soon", "TRANSP:TRANSPARENT").notes == ()
    assert read("DTSTART:soon", "X-MICROSOFT-CDO-BUSYSTATUS:FREE").notes == ()


def test_a_doubtful_event_that_is_not_certain_is_tentative() -> None:
    found = read("DTSTART:20260310T080000Z", "DTEND:later", "STATUS:TENTATIVE")

    assert [one.tentative for one in found.busy] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "Begin: 10 o'clock\r\nEnd: 11 o'clock",
        "Begin: Monday\r\nEnd: Friday",
        "begin:\r\nend:",
        "End:12:00",
        "BEGIN: 10:00",
        "Status: cancelled\r\nDuration: 1 hour\r\nSequence: 9",
        "Transp: transparent",
    ],
)
def test_a_text_that_was_not_folded_is_text(text: str) -> None:
    found = read("DTSTART:20260310T080000Z", "DTEND:20260310T090000Z", f"DESCRIPTION:Agenda\r\n{text}")

    assert times(found) == [(utc(3, 10, 8), utc(3, 10, 9)), ITS_TIME]


@pytest.mark.parametrize("name", ["X-COMPONENT", "VSOMETHING", "begin:valarm"])
def test_a_part_of_an_event_is_not_the_event(name: str) -> None:
    kind = name.rpartition(":")[2]

    found = read(
        "DTSTART:20260310T080000Z", f"BEGIN:{kind}", "DTSTART:soon", "STATUS:CANCELLED", f"END:{kind}",
        "DTEND:20260310T090000Z",
    )  # fmt: skip

    assert times(found) == [(utc(3, 10, 8), utc(3, 10, 9)), ITS_TIME]


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=OMIT", "0131", [(3, 31)]),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD", "0131", [(3, 31), (4, 30)]),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD", "0131", [(3, 1), (3, 31)]),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=1,30", "0130", [(3, 1), (3, 30), (4, 1), (4, 30)]),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=FORWARD;BYMONTHDAY=1,30;COUNT=4", "0130", [(3, 1), (3, 30)]),
        ("RSCALE=GREGORIAN;FREQ=MONTHLY;SKIP=BACKWARD;BYMONTHDAY=31;BYDAY=TH", "0131", [(4, 30)]),
        ("FREQ=YEARLY;RSCALE=GREGORIAN;SKIP=FORWARD", "0229", [(3, 1)]),
        ("SKIP=BACKWARD;FREQ=YEARLY;BYMONTH=2,4;BYMONTHDAY=31", "0131", [(4, 30)]),
        ("RSCALE=GREGORIAN;FREQ=WEEKLY;SKIP=FORWARD;COUNT=2;BYDAY=TU", "0131", []),
        ("RSCALE=BUDDHIST;FREQ=YEARLY;BYMONTH=4", "0131", []),
        ("RSCALE=JAPANESE;FREQ=MONTHLY", "0131", [(3, 31)]),
    ],
)  # fmt: skip
def test_days_that_a_month_does_not_have_are_skipped_as_the_rule_says(
    rule: str, start: str, expected: list[tuple[int, int]]
) -> None:
    year = 2024 if start == "0229" else 2026

    found = read(f"DTSTART:{year}{start}T100000Z", "DURATION:PT1H", f"RRULE:{rule}")

    assert times(found) == sorted([*((utc(*day, 10), utc(*day, 11)) for day in expected), ITS_TIME])
