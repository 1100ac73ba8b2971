"""Zones by the names that files use: repaired whole, read where they say what they are, told where they are guessed."""

from zoneinfo import ZoneInfo

import pytest

from timetuna.ical.answer import CalendarFile
from timetuna.ical.busy import busy_of
from timetuna.ical.refusals import sentence
from timetuna.ical.tests.table import SPAN, utc
from timetuna.ical.zone_names import zone_meant

BERLIN = ZoneInfo("Europe/Berlin")
ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:{name}\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{offset}\r\n"
    "TZOFFSETTO:{offset}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)


def read(*lines: str, zone: str = "") -> CalendarFile:
    event = "".join(f"{line}\r\n" for line in ("BEGIN:VEVENT", "UID:one", *lines, "END:VEVENT"))
    return busy_of(
        f"BEGIN:VCALENDAR\r\n{zone}{event}END:VCALENDAR\r\n".encode(), SPAN, time_zone="Europe/Berlin"
    )


def starts(found: CalendarFile) -> list[int]:
    return [one.start_minute for one in found.busy]


# A name with a colon, without its quotes; what it means is in the file and is not what it says.
COLON = "GMT+05:30"
DEFINED = ZONE.format(name=COLON, offset="-0200")


@pytest.mark.parametrize("value", ["20260310T090000", "2026-03-10T09:00:00", "20260310T0900"])
@pytest.mark.parametrize("name", [COLON, f'"{COLON}', f'"{COLON}"', "a:b:c"])
def test_a_start_and_an_end_are_read_with_the_whole_of_their_zones_name(name: str, value: str) -> None:
    zone = ZONE.format(name=name.strip('"'), offset="-0200")

    found = read(
        f"DTSTART;TZID={name}:{value}", f"DTEND;TZID={name}:{value.replace('T09', 'T10')}", zone=zone
    )

    assert [one[:2] for one in found.busy] == [(utc(3, 10, 11), utc(3, 10, 12))]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"RDATE;TZID={COLON}:20260311T090000", [(10, 11), (11, 11)]),
        (f"RDATE;VALUE=PERIOD;TZID={COLON}:20260311T090000/20260311T093000", [(10, 11), (11, 11)]),
        (f"RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE;TZID={COLON}:20260311T090000", [(10, 11), (12, 11)]),
        (f"RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE;TZID={COLON}:20260310T090000,20260311T090000", [(12, 11)]),
        ("RRULE;X-A=b:c:FREQ=DAILY;COUNT=2", [(10, 11), (11, 11)]),
        ("RRULE:RRULE:FREQ=DAILY;UNTIL=2026-03-11T11:00:00Z", [(10, 11), (11, 11)]),
        ("RRULE:FREQ=DAILY;COUNT=3\r\nEXRULE;X-A=b:c:FREQ=DAILY;INTERVAL=2", [(11, 11)]),
    ],
)
def test_so_is_every_other_time(line: str, expected: list[tuple[int, int]]) -> None:
    found = read(f"DTSTART;TZID={COLON}:20260310T090000", "DURATION;X-A=b:c:PT1H", line, zone=DEFINED)

    assert starts(found) == [utc(3, day, hour) for day, hour in expected]


def test_so_is_the_time_that_an_override_stands_for() -> None:
    found = read(
        f"DTSTART;TZID={COLON}:20260310T090000", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=2",
        "END:VEVENT", "BEGIN:VEVENT", "UID:one",
        f"RECURRENCE-ID;TZID={COLON};RANGE=THISANDFUTURE:20260310T090000",
        f"DTSTART;TZID={COLON}:20260310T120000", "DURATION:PT1H", zone=DEFINED,
    )  # fmt: skip

    assert starts(found) == [utc(3, 10, 14), utc(3, 11, 14)]


@pytest.mark.parametrize(
    ("name", "winter", "summer"),
    [
        ("GMT+0100", 8, 8),
        ("GMT+01:00", 8, 8),
        ("UTC+5", 4, 4),
        ("UTC-05", 14, 14),
        ("GMT+5:45", 3.25, 3.25),
        ("+01:00", 8, 8),
        ("-0500", 14, 14),
        ("(GMT +01:00)", 8, 8),
        ("UTC\u22125", 14, 14),
        ("Etc/GMT+5", 14, 14),  # by POSIX, whose plus is west
        ("tzone://Microsoft/Utc", 9, 9),
        ("(UTC) Coordinated Universal Time", 9, 9),
        ("(UTC-02:00) Coordinated Universal Time-02", 11, 11),
        ("(UTC-05:00) Eastern Time (US & Canada)", 14, 13),
        ("(GMT-08:00) Pacific Time (US & Canada); Tijuana", 17, 16),
        ("(UTC-04:00) Atlantic Time (Canada)", 13, 12),
        ("(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", 8, 7),
        ("(GMT) Greenwich Mean Time : Dublin, Edinburgh, Lisbon, London", 9, 8),
        ("(UTC+05:30) Chennai, Kolkata, Mumbai, New Delhi", 3.5, 3.5),
        ("(GMT+10:00) Canberra, Melbourne, Sydney", -2, -1),
        ("(UTC-07:00) Arizona", 16, 16),
        ("(UTC-05:00) Indiana (East)", 14, 13),
        ("(UTC-06:00) Guadalajara, Mexico City, Monterrey", 15, 15),
        ("(UTC+13:00) Nuku'alofa", -4, -4),
        ("(UTC+02:00) Europe/Berlin", 8, 7),
    ],
)
def test_a_name_that_says_what_it_is_is_read_so(name: str, winter: float, summer: float) -> None:
    found = read(
        f"DTSTART;TZID={name}:20260303T090000", "DURATION:PT1H", f"RDATE;TZID={name}:20260420T090000"
    )

    assert starts(found) == [utc(3, 3) + int(60 * winter), utc(4, 20) + int(60 * summer)]
    assert found.notes == ()


@pytest.mark.parametrize(
    ("name", "hour", "said"),
    [
        ("(UTC+05:00) Somewhere", 4, "are read as UTC+5 all year round"),
        ("GMT-05.00/-04.00", 14, "are read as UTC-5 all year round"),
        ("(UTC+02:00) Amman", 7, "are read as UTC+2 all year round"),  # which it left in 2022
        ("Europe_Berlin", 8, "are read as Europe/Berlin, which is a guess"),
        ("Germany/Berlin", 8, "are read as Europe/Berlin, which is a guess"),
        ("custom_America/New_York", 13, "are read as America/New_York, which is a guess"),
        ("vendor.example/Tzfile/Asia/Tokyo", 0, "are read as Asia/Tokyo, which is a guess"),
        ("tzone://Microsoft/Custom", 8, "are read by your own clock (Europe/Berlin)"),
        ("Customized Time Zone", 8, "are read by your own clock (Europe/Berlin)"),
        ("UTC+99", 8, "are read by your own clock (Europe/Berlin)"),
        ("x" * 300, 8, "are read by your own clock (Europe/Berlin)"),
    ],
)
def test_a_guess_is_told(name: str, hour: int, said: str) -> None:
    found = read(
        f"DTSTART;TZID={name}:20260310T090000", "DURATION:PT1H", f"EXDATE;TZID={name}:20260311T090000"
    )

    assert starts(found) == [utc(3, 10, hour)]
    (note,) = found.notes
    assert said in sentence(note, BERLIN)
    assert sentence(note, BERLIN).startswith(f"Times in “{name[:70]}")


def test_a_guess_that_nothing_rests_on_is_not_told() -> None:
    assert read("DTSTART;TZID=Nowhere:20260310T090000", "DURATION:PT1H", "TRANSP:TRANSPARENT").notes == ()
    assert read("DTSTART;TZID=Nowhere:20130310T090000", "DURATION:PT1H").notes == ()
    assert read("DTSTART;TZID=Nowhere:20260310T090000", "DURATION:PT1H", zone=ZONE.format(name="Nowhere", offset="+0100")).notes == ()  # fmt: skip  # noqa: E501


@pytest.mark.parametrize(
    "line", ["DTEND;TZID=Nowhere:20260310T120000", "DURATION:PT1H\r\nRDATE;TZID=Nowhere:20260311T090000"]
)
def test_a_guess_in_any_of_its_times_is_told(line: str) -> None:
    found = read("DTSTART:20260310T090000Z", line)

    assert [note.about for note in found.notes] == ["Nowhere"]


def test_of_many_guesses_the_first_are_told_and_how_many_more_there_are() -> None:
    events = [f"DTSTART;TZID=Nowhere {n}:20260310T090000\r\nDURATION:PT1H\r\nEND:VEVENT\r\nBEGIN:VEVENT" for n in range(50)]  # fmt: skip  # noqa: E501

    found = read(*events, "DTSTART:20260310T090000Z")

    assert len(found.notes) == 21
    assert sentence(found.notes[-1], BERLIN) == "There are 30 more of these."


def test_hostile_names_are_one_short_line() -> None:
    found = read('DTSTART;TZID="\u202eevil\u2028\x07' + "x" * 500 + '":20260310T090000', "DURATION:PT1H")

    assert found.notes[0].about == "evil " + "x" * 74 + "…"


@pytest.mark.parametrize("name", ["", "Z", "(", "GMT+", "+" * 100, "/" * 199])
def test_names_that_say_nothing_are_no_zone(name: str) -> None:
    assert zone_meant(name) is None
