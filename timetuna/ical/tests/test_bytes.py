"""Bytes as they come: character sets, line ends, several calendars, and all that is no calendar."""

import codecs

import pytest

from timetuna.ical.answer import BusyTime, CalendarFile, Unreadable
from timetuna.ical.busy import busy_of
from timetuna.ical.refusals import MAX_BYTES, MAX_EVENTS
from timetuna.ical.tests.table import SPAN, Case, cases, utc

ONE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nX-WR-CALNAME:Büro\\, Süd\r\n"
    "BEGIN:VTIMEZONE\r\nTZID:Mitteleuropäische Zeit\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
    "TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    "BEGIN:VEVENT\r\nUID:one\r\nSUMMARY:Käse 🐟\r\nDTSTART;TZID=Mitteleuropäische Zeit:20260302T110000\r\n"
    "DTEND;TZID=Mitteleuropäische Zeit:20260302T120000\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
EIGHT = (utc(3, 2, 8), utc(3, 2, 9))
WHOLE = [case for case in cases() if not case.reason]


def read(body: bytes) -> CalendarFile:
    return busy_of(body, SPAN, time_zone="Europe/Berlin")


def refusal(body: bytes) -> str:
    with pytest.raises(Unreadable, match=r"\.$") as raised:
        read(body)
    return raised.value.code


def calendar(inside: str) -> str:
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{inside}END:VCALENDAR\r\n"


def event(day: int, more: str = "") -> str:
    times = f"DTSTART:202603{day:02}T080000Z\r\nDTEND:202603{day:02}T090000Z\r\n"
    return f"BEGIN:VEVENT\r\nUID:{day}\r\n{times}{more}END:VEVENT\r\n"


@pytest.mark.parametrize(
    "body",
    [
        ONE.encode(),
        codecs.BOM_UTF8 + ONE.encode(),
        ONE.encode("utf-16"),
        ONE.encode("utf-16-le"),
        ONE.encode("utf-16-be"),
        codecs.BOM_UTF16_BE + ONE.encode("utf-16-be"),
        ONE.encode("utf-32"),
        ONE.replace("\r\n", "\n").encode(),
        ONE.replace("\r\n", "\r").encode(),
        ONE.replace("\r\n", "\r\r\n").encode(),
        ONE.replace("\r\n", "\r\n\r\n").encode(),
        b"\r\n \r\n" + ONE.encode(),
        b" \t\r\n\xc2\xa0\r\n\r\n" + ONE.encode(),
        b"\n   \n\n\x0b\n" + codecs.BOM_UTF8 + ONE.encode(),
        ONE.rstrip().encode(),
        ONE.encode() + b"<!-- served in 3 ms -->",
    ],
)
def test_the_same_file_however_it_is_written(body: bytes) -> None:
    found = read(body)

    assert [one[:2] for one in found.busy] == [EIGHT]
    assert found.name == "Büro, Süd"


def test_latin_1_is_read_as_such() -> None:
    found = read(ONE.replace("🐟", "").encode("latin-1"))

    assert ([one[:2] for one in found.busy], found.name) == ([EIGHT], "Büro, Süd")


def test_a_letter_may_be_folded_in_the_middle() -> None:
    umlaut = "ä".encode()

    folded = ONE.encode().replace(umlaut, umlaut[:1] + b"\r\n " + umlaut[1:])

    assert [one[:2] for one in read(folded).busy] == [EIGHT]


@pytest.mark.parametrize("odd", ["\0", "\x0b", "\x0c", "\x85", "\u2028", "\u202e", "\ufffe"])
def test_odd_letters_in_a_text_end_no_line(odd: str) -> None:
    body = calendar(event(2, f"SUMMARY:a{odd}DTSTART:20260305T080000Z\r\n"))

    assert [one[:2] for one in read(body.encode()).busy] == [EIGHT]


def test_several_calendars_in_one_file_are_all_read() -> None:
    body = calendar(event(2)) + "\r\n\ufeff" + calendar("") + calendar(event(3))

    found = read(body.encode())

    assert [one.start_minute for one in found.busy] == [utc(3, 2, 8), utc(3, 3, 8)]
    assert found.events == 2


def test_each_calendar_of_a_file_means_its_own_zone_first() -> None:
    def one(hours: str, day: int) -> str:
        return calendar(
            f"BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:{hours}\r\n"
            f"TZOFFSETTO:{hours}\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:{day}\r\n"
            f"DTSTART;TZID=Here:202603{day:02}T120000\r\nDURATION:PT1H\r\nEND:VEVENT\r\n"
        )

    found = read((one("+0200", 2) + one("-0200", 3)).encode())

    assert [one.start_minute for one in found.busy] == [utc(3, 2, 10), utc(3, 3, 14)]


def test_the_mark_is_our_bookings_or_the_uid() -> None:
    body = calendar(
        event(2) + event(3, "X-TIMETUNA-BOOKING:b-17\r\n") + event(4).replace("UID:4", "UID:" + "x" * 999)
    )

    assert [one.uid for one in read(body.encode()).busy] == ["2", "b-17", ""]


def test_what_takes_no_time_is_counted() -> None:
    body = calendar(
        event(2)
        + event(3, "TRANSP:TRANSPARENT\r\n")
        + event(4, "STATUS:CANCELLED\r\n")
        + event(5).replace("DTEND:20260305T090000Z\r\n", "")
        + event(6).replace("202603", "202003")
    )

    found = read(body.encode())

    assert found.busy == (BusyTime(*EIGHT, uid="2"),)
    assert (found.events, found.free, found.empty) == (5, 2, 1)


def test_what_contradicts_itself_is_busy() -> None:
    body = calendar(
        event(2, "TRANSP:TRANSPARENT\r\nTRANSP:OPAQUE\r\n")
        + event(3, "STATUS:CANCELLED\r\nSTATUS:CONFIRMED\r\n")
    )

    assert len(read(body.encode()).busy) == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty"),
        (b" \r\n\t\r\n", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (b"<!doctype html>", "html"),
        (b"\n\n  <HTML>", "html"),
        (b"<?xml version='1.0'?><x/>", "html"),
        ("<html>".encode("utf-16"), "html"),
        (b"{}", "not_a_calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "not_a_calendar"),
        (b"BEGIN:VEVENT\r\nEND:VEVENT\r\n", "not_a_calendar"),
        (b"END:VCALENDAR\r\n", "not_a_calendar"),
        (b"\x89PNG\r\n\x1a\n", "not_a_calendar"),
        (b"\0" * 100, "not_a_calendar"),
        (codecs.BOM_UTF16_LE + b"a", "charset"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "charset"),
        (b"BEGIN:VCALENDAR", "cut_off"),
        ((calendar(event(2)) + "BEGIN:VCALENDAR").encode(), "cut_off"),
        (("BEGIN:VCALENDAR\r\n" + calendar(event(2))).encode(), "cut_off"),
        (calendar(event(2).replace("END:VEVENT\r\n", "") + event(3)).encode(), "cut_off"),
        (calendar("END:VEVENT\r\n").encode(), "structure"),
        (calendar("BEGIN:VTODO\r\nEND:VTOOD\r\n").encode(), "structure"),
        ((calendar(event(2)) + event(3)).encode(), "structure"),
        (calendar("BEGIN:X\r\n" * 50 + "END:X\r\n" * 50).encode(), "structure"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (calendar("BEGIN:VEVENT\r\nTRANSP:TRANSPARENT\r\nEND:VEVENT\r\n" * (MAX_EVENTS + 1)).encode(), "too_many"),
    ],
)  # fmt: skip
def test_what_is_no_whole_calendar_is_refused(body: bytes, code: str) -> None:
    assert refusal(body) == code


@pytest.mark.parametrize("case", WHOLE[::7], ids=lambda case: case.name)
def test_no_part_of_a_file_is_taken_for_the_whole(case: Case) -> None:
    whole = case.body.rstrip()

    for length in range(len(whole)):
        assert refusal(whole[:length])


def test_a_refusal_shows_nothing_of_the_file_but_to_its_host() -> None:
    with pytest.raises(Unreadable) as raised:
        read(
            calendar(event(1) + "BEGIN:VEVENT\r\nSUMMARY:canary\r\nDTSTART:canary\r\nEND:VEVENT\r\n").encode()
        )

    ending = "has a start that cannot be read. Its time is not known, so the file is not used."
    assert str(raised.value) == f"Event 2 of the calendar file {ending}"
    assert raised.value.naming == f"“canary”, event 2 of the calendar file, {ending}"


@pytest.mark.parametrize(
    "body",
    [
        calendar("X-A:" + "a" * 9_900_000 + "\r\n"),
        calendar("\r\n" * 4_900_000),
        calendar("a\r\n" * 1_000_000),
        calendar('X;A="' + '"' * 9_900_000 + "\r\n"),
        calendar("X-A:" + "a\r\n " * 2_400_000 + "\r\n"),
    ],
    ids=["line", "blank", "short", "quotes", "folds"],
)
def test_megabytes_of_nothing_are_read_in_seconds(body: str) -> None:
    assert read(body.encode()).busy == ()
