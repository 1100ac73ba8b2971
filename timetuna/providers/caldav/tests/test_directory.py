from typing import Any

import pytest

from timetuna.providers.base import OutsideCalendar
from timetuna.providers.caldav.account import CaldavAccount
from timetuna.providers.caldav.provider import CalDAV
from timetuna.providers.caldav.tests.conftest import build
from timetuna.providers.caldav.tests.misbehaving import IS_CALENDAR, Misbehaving, failed, found, multistatus
from timetuna.providers.caldav.tests.servers import CalendarServer
from timetuna.providers.errors import NeedsReconnect, ProviderError

WRITE = "<D:current-user-privilege-set><D:privilege><D:write/></D:privilege></D:current-user-privilege-set>"
READ = "<D:current-user-privilege-set><D:privilege><D:read/></D:privilege></D:current-user-privilege-set>"
INBOX = (
    "<D:resourcetype><D:collection/><C:schedule-inbox/></D:resourcetype>"
    "<C:schedule-default-calendar-URL><D:href>/home/b%20b</D:href></C:schedule-default-calendar-URL>"
)
ONLY = '<C:supported-calendar-component-set><C:comp name="{}"/></C:supported-calendar-component-set>'


def of(odd: Misbehaving) -> tuple[OutsideCalendar, ...]:
    account = CaldavAccount(origin=odd.url, homes=("/home/",), user="ada", password="secret 17")
    provider = build(CALDAV_ALLOW_PRIVATE="yes", CALDAV_ALLOW_HTTP="yes")
    return provider.calendars(credential=account.credential())


def listing(*responses: str) -> str:
    return multistatus(found("/home/", "<D:resourcetype><D:collection/></D:resourcetype>"), *responses)


def test_a_calendar_has_its_name_color_and_zone(
    server: CalendarServer, provider: CalDAV, credential: str, calendar: str
) -> None:
    found_there = {one.id.replace("%40", "@"): one for one in provider.calendars(credential=credential)}

    one = found_there[calendar]
    assert one.name == calendar.rstrip("/").rpartition("/")[2].capitalize()
    assert (one.color, one.time_zone, one.writable, one.selected) == ("#3366ff", "Europe/Berlin", True, True)
    assert f"{server.home}everyday/" in found_there


def test_lists_of_tasks_are_no_calendars(server: CalendarServer, provider: CalDAV, credential: str) -> None:
    path = server.make_calendar("tasks", components="VTODO")
    try:
        ids = [one.id.replace("%40", "@") for one in provider.calendars(credential=credential)]
    finally:
        server.delete(path)

    assert path not in ids
    assert f"{server.home}everyday/" in ids


def test_the_default_of_the_inbox_is_the_primary_one(odd: Misbehaving) -> None:
    odd.will(
        "PROPFIND",
        207,
        listing(
            found("/home/a/", IS_CALENDAR + WRITE),
            found(
                f"{odd.url}/home/b%20b/", IS_CALENDAR + WRITE + "<D:displayname>B\u202e\n\tb</D:displayname>"
            ),
            found("/home/inbox/", INBOX),
        ),
    )

    assert [(one.id, one.name, one.primary) for one in of(odd)] == [
        ("/home/a/", "a", False),
        ("/home/b%20b/", "B b", True),
    ]
    assert odd.asked[0].headers["depth"] == "1"


def test_without_a_default_it_is_the_first_that_may_be_written_to(odd: Misbehaving) -> None:
    odd.will(
        "PROPFIND",
        207,
        listing(found("/home/shared/", IS_CALENDAR + READ), found("/home/mine/", IS_CALENDAR + WRITE)),
    )

    assert [(one.id, one.writable, one.primary) for one in of(odd)] == [
        ("/home/shared/", False, False),
        ("/home/mine/", True, True),
    ]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("", {"writable": True, "color": "", "time_zone": "", "selected": True}),
        ("<A:calendar-color>#AbCdEf</A:calendar-color>", {"color": "#abcdef"}),
        ("<A:calendar-color>red;background:url(x)</A:calendar-color>", {"color": ""}),
        ("<C:calendar-timezone-id>Asia/Tokyo</C:calendar-timezone-id>", {"time_zone": "Asia/Tokyo"}),
        ("<C:calendar-timezone>TZID:../../etc/passwd</C:calendar-timezone>", {"time_zone": ""}),
        (
            "<C:calendar-timezone>\nTZID:Europe/Paris \nX:1</C:calendar-timezone>",
            {"time_zone": "Europe/Paris"},
        ),
        ("<C:schedule-calendar-transp><C:transparent/></C:schedule-calendar-transp>", {"selected": False}),
        ("<C:schedule-calendar-transp><C:opaque/></C:schedule-calendar-transp>", {"selected": True}),
        ("<O:calendar-enabled>0</O:calendar-enabled>", {"selected": False}),
        (WRITE.replace("<D:write/>", "<D:write-content/><D:bind/>"), {"writable": True}),
        (WRITE.replace("<D:write/>", "<D:write-content/>"), {"writable": False}),
        (WRITE.replace("<D:write/>", "<D:all/>"), {"writable": True}),
    ],
)
def test_what_a_server_says_is_read(odd: Misbehaving, properties: str, expected: dict[str, Any]) -> None:
    odd.will("PROPFIND", 207, listing(found("/home/a/", IS_CALENDAR + properties)))

    (one,) = of(odd)

    assert {name: getattr(one, name) for name in expected} == expected


def owner(path: str) -> str:
    return f"<D:owner><D:href>{path}</D:href></D:owner>"


def test_what_others_have_shared_into_the_home_takes_no_time_by_itself(odd: Misbehaving) -> None:
    odd.will(
        "PROPFIND",
        207,
        listing(
            found("/home/", "<D:resourcetype><D:collection/></D:resourcetype>" + owner("/principals/ada/")),
            found("/home/mine/", IS_CALENDAR + owner("/principals/ada")),
            found("/home/also/", IS_CALENDAR + owner(f"{odd.url}/principals/ada/")),
            found("/home/silent/", IS_CALENDAR),
            found("/home/shared/", IS_CALENDAR + WRITE + owner("/principals/casey/")),
        ),
    )

    assert {one.id: one.selected for one in of(odd)} == {
        "/home/mine/": True,
        "/home/also/": True,
        "/home/silent/": True,
        "/home/shared/": False,
    }


def test_what_is_none_of_the_accounts_calendars_is_left_out(odd: Misbehaving) -> None:
    odd.will(
        "PROPFIND",
        207,
        listing(
            found("/home/a/", IS_CALENDAR + ONLY.format("VEVENT")),
            found("/home/tasks/", IS_CALENDAR + ONLY.format("VTODO")),
            found("/home/cards/", "<D:resourcetype><D:collection/></D:resourcetype>"),
            found("https://elsewhere.example/b/", IS_CALENDAR),
            found("https://xn--/b/", IS_CALENDAR),
            failed("/home/ghost/", 404),
        ),
    )

    assert [one.id for one in of(odd)] == ["/home/a/"]


@pytest.mark.parametrize(
    "broken",
    [
        failed("/home/b/", 500),
        failed("/home/", 507),
        found("/home/b/", "<D:displayname/>", missing="<D:resourcetype/>", missing_status=403),
    ],
)
def test_a_list_that_is_not_whole_is_an_error(odd: Misbehaving, broken: str) -> None:
    odd.will("PROPFIND", 207, listing(found("/home/a/", IS_CALENDAR), broken))

    with pytest.raises(ProviderError, match=r"\.$") as raised:
        of(odd)
    assert (raised.value.code, raised.value.permanent) == ("caldav:incomplete", False)


def test_a_password_that_was_taken_back_asks_the_host(odd: Misbehaving) -> None:
    odd.will("PROPFIND", 401)

    with pytest.raises(NeedsReconnect, match="app password") as raised:
        of(odd)
    assert "secret 17" not in f"{raised.value!r}{raised.value.__cause__!r}{raised.value.__context__!r}"
