"""What one answer lacks is looked for by another: neither emptiness nor a missing object is taken on trust."""

from datetime import timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.providers.base import Reading
from timetuna.providers.caldav.reading import CaldavCursor
from timetuna.providers.caldav.tests.misbehaving import (
    CALENDAR,
    IS_CALENDAR,
    Misbehaving,
    event,
    failed,
    found,
    multistatus,
)
from timetuna.providers.caldav.tests.test_reading import TAKEN, TOKEN, read, state, times
from timetuna.providers.errors import ProviderError
from timetuna.providers.tests.contracts.calendar import DAY, hours

HOME = found(CALENDAR, IS_CALENDAR)
WITHIN = hours(-1, 1)


def member(number: int, kind: str = "text/calendar; component=VEVENT") -> str:
    return found(
        f"{CALENDAR}{number}.ics",
        f"<D:resourcetype/><D:getetag>1</D:getetag><D:getcontenttype>{kind}</D:getcontenttype>",
    )


def whole(number: int, *lines: str) -> str:
    return event(number, *lines).partition("<C:calendar-data>")[2].partition("</C:calendar-data>")[0]


def reports(odd: Misbehaving) -> list[str]:
    bodies = [one.body.decode() for one in odd.asked if one.method == "REPORT"]
    return [body.partition("<C:")[2].partition(" ")[0] for body in bodies]


# A query that finds nothing


def test_a_new_calendar_is_empty(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("PROPFIND", 207, multistatus(HOME))
    odd.will("REPORT", 207, multistatus())

    first = read(odd)

    assert first.busy == ()
    assert reports(odd) == ["calendar-query", "calendar-query"]
    kept = CaldavCursor.read(first.cursor)
    assert kept is not None
    assert kept.reliable


def test_a_calendar_of_other_days_is_empty_on_this_one(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("REPORT", 207, multistatus())
    odd.will("REPORT", 207, multistatus(member(1), member(2)))

    assert read(odd).busy == ()
    assert [one.method for one in odd.asked] == ["PROPFIND", "REPORT", "REPORT"]


def test_events_that_no_query_finds_take_time(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("PROPFIND", 207, multistatus(HOME, member(1), member(2, "text/html"), member(3)))
    odd.will("REPORT", 207, multistatus())
    odd.will("REPORT", 207, multistatus())
    odd.will("REPORT", 207, multistatus(event(1), failed(f"{CALENDAR}3.ics", 404)))

    reading = read(odd)

    assert times(reading) == TAKEN
    assert reports(odd)[-1] == "calendar-multiget"
    assert b"2.ics" not in [one.body for one in odd.asked if one.method == "REPORT"][-1]
    kept = CaldavCursor.read(reading.cursor)
    assert kept is not None
    assert not kept.reliable


def test_a_server_that_takes_no_such_questions_is_asked_for_each(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("PROPFIND", 207, multistatus(HOME, member(1)))
    odd.will("REPORT", 207, multistatus())
    odd.will("REPORT", 403)
    odd.will("REPORT", 405)
    odd.will("GET", 200, whole(1))

    assert times(read(odd)) == TAKEN


@pytest.mark.parametrize("status", [200, 401, 403, 500])
def test_where_the_objects_cannot_be_had_nothing_is_known(odd: Misbehaving, status: int) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("PROPFIND", 207, multistatus(HOME, member(1)))
    odd.will("REPORT", 207, multistatus())
    odd.will("GET", status, "<html>")

    with pytest.raises(ProviderError) as raised:
        read(odd)
    assert (raised.value.code, raised.value.permanent) == ("caldav:incomplete", False)


@pytest.mark.parametrize(
    "answer",
    [
        multistatus(HOME, failed(f"{CALENDAR}1.ics", 500)),
        multistatus(HOME, failed(CALENDAR + "rest/", 507)),
        multistatus(HOME, found("http://elsewhere.example/1.ics", "<D:resourcetype/>")),
        multistatus(HOME)[:-9],
    ],
)
def test_a_listing_that_is_not_whole_proves_no_emptiness(odd: Misbehaving, answer: str) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("PROPFIND", 207, answer)
    odd.will("REPORT", 207, multistatus())

    with pytest.raises(ProviderError) as raised:
        read(odd)
    assert not raised.value.permanent


def test_more_than_can_be_asked_for_one_by_one_is_not_known(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("PROPFIND", 207, multistatus(HOME, *map(member, range(60))))
    odd.will("REPORT", 207, multistatus())

    with pytest.raises(ProviderError) as raised:
        read(odd)
    assert raised.value.code == "caldav:incomplete"
    assert "GET" not in {one.method for one in odd.asked}


def test_tasks_alone_are_no_events(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("PROPFIND", 207, multistatus(HOME, member(1)))
    odd.will("REPORT", 207, multistatus())
    odd.will("REPORT", 207, multistatus())
    odd.will("REPORT", 207, multistatus(event(1).replace("VEVENT", "VTODO")))

    assert read(odd).busy == ()


def test_a_look_at_a_part_of_what_was_read_lately_trusts_the_query(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state("<S:getctag>c1</S:getctag>"))
    odd.will("REPORT", 207, multistatus(event(1)))
    first = read(odd)
    odd.answers.clear()
    asked = len(odd.asked)
    odd.will("PROPFIND", 207, state("<S:getctag>c2</S:getctag>"))
    odd.will("REPORT", 207, multistatus())

    assert read(odd, cursor=first.cursor, span=WITHIN).busy == ()
    assert [one.method for one in odd.asked[asked:]] == ["PROPFIND", "PROPFIND", "REPORT"]


# Nothing new


def later(odd: Misbehaving, first: Reading, minutes: int) -> Reading:
    with time_machine.travel(present() + timedelta(minutes=minutes), tick=False):
        return read(odd, cursor=first.cursor)


@pytest.mark.parametrize("properties", [TOKEN, "<S:getctag>c1</S:getctag>"])
def test_that_nothing_has_changed_is_believed_for_an_hour(odd: Misbehaving, properties: str) -> None:
    odd.will("PROPFIND", 207, state(properties))
    odd.will("REPORT", 207, multistatus(event(1)))
    first = read(odd)
    odd.answers["REPORT"].clear()
    odd.will("REPORT", 207, multistatus(token="t1") if properties == TOKEN else multistatus(event(2)))

    assert later(odd, first, 55).busy is None

    odd.answers["REPORT"].clear()
    odd.will("REPORT", 207, multistatus(event(2), event(3, "STATUS:TENTATIVE")))
    assert times(later(odd, first, 65)) == [*TAKEN, *TAKEN]


# An object that was not given


@pytest.mark.parametrize(
    "answer",
    [
        failed(f"{CALENDAR}2.ics", 404),
        failed(f"{CALENDAR}2.ics", 410),
        found(f"{CALENDAR}2.ics", "<D:getetag>2</D:getetag>", missing="<C:calendar-data/>"),
    ],
)
@pytest.mark.parametrize("status", [404, 410])
def test_one_that_is_not_there_any_more_closes_nothing(odd: Misbehaving, answer: str, status: int) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("REPORT", 207, multistatus(event(1), answer))
    odd.will("GET", status)

    assert times(read(odd)) == TAKEN
    assert odd.asked[-1].path == f"{CALENDAR}2.ics"


@pytest.mark.parametrize(
    "answer",
    [
        failed(f"{CALENDAR}2.ics", 404),
        failed(f"{CALENDAR}2.ics", 500),
        found(f"{CALENDAR}2.ics", "<C:calendar-data/>"),
        found(f"{CALENDAR}2.ics", "<C:calendar-data>BEGIN:VCALENDAR\nBEGIN:VEVENT</C:calendar-data>"),
        found(f"{CALENDAR}2.ics", "<C:calendar-data>x</C:calendar-data>", status=403),
    ],
)
def test_one_that_is_there_all_the_same_is_read(odd: Misbehaving, answer: str) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("REPORT", 207, multistatus(answer))
    odd.will("GET", 200, whole(2))

    assert times(read(odd)) == TAKEN


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (failed(f"{CALENDAR}2.ics", 404), 500, ""),
        (failed(f"{CALENDAR}2.ics", 404), 403, ""),
        (failed(f"{CALENDAR}2.ics", 404), 200, "<html>"),
        (failed(f"{CALENDAR}2.ics", 500), 404, ""),
        (found(f"{CALENDAR}2.ics", "<C:calendar-data>BEGIN:VCALENDAR</C:calendar-data>"), 404, ""),
        (found(f"{CALENDAR}2.ics", "<C:calendar-data>Sorry</C:calendar-data>"), 200, "BEGIN:VCALENDAR\nBEGIN:VEVENT"),
        (failed(CALENDAR, 507), 200, whole(2)),
        (failed("http://elsewhere.example/2.ics", 404), 404, ""),
    ],
)  # fmt: skip
def test_one_of_which_nothing_is_certain_is_an_error(
    odd: Misbehaving, answer: str, status: int, body: str
) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    odd.will("REPORT", 207, multistatus(event(1), answer))
    odd.will("GET", status, body)

    with pytest.raises(ProviderError, match=r"\.$") as raised:
        read(odd)
    assert (raised.value.code, raised.value.permanent) == ("caldav:incomplete", False)


def test_a_broken_event_among_good_ones_is_told(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 207, state(TOKEN))
    broken = event(2, "SUMMARY:Dentist").replace("DTEND:20310305T123000Z", "DTEND:later")
    odd.will("REPORT", 207, multistatus(event(1), broken))

    reading = read(odd, span=DAY)

    assert times(reading) == [*TAKEN, (hours(0, 1)[0], DAY[1])]
    assert [note[:2] for note in reading.notes] == [("bad_end", "Dentist")]
