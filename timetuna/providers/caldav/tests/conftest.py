from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import count

import httpx2
import pytest
from icalendar import Calendar

from timetuna.lib.http import HttpClient
from timetuna.providers.caldav import PROVIDER
from timetuna.providers.caldav.account import CaldavAccount
from timetuna.providers.caldav.provider import CalDAV
from timetuna.providers.caldav.tests.misbehaving import Misbehaving, misbehaving
from timetuna.providers.caldav.tests.servers import (
    PASSWORD,
    USER,
    ZONE_LINES,
    CalendarServer,
    radicale,
    xandikos,
)
from timetuna.providers.tests.contracts.calendar import SeenEvent

_numbers = count(1)


def build(**environment: str) -> CalDAV:
    config = PROVIDER.config(environment, redirect_uri="http://localhost:8000/unused")
    built = PROVIDER.build(config, HttpClient(user_agent="TimeTuna/1.0 (test)", allow_private=True))
    assert isinstance(built, CalDAV)
    return built


def lenient(server: CalendarServer) -> CalDAV:
    return build(CALDAV_ALLOW_PRIVATE="yes", CALDAV_ALLOW_HTTP="yes", CALDAV_CA=server.certificate())


@pytest.fixture(scope="session", params=["radicale", "xandikos"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CalendarServer]:
    """Run each of the two real servers, once for all tests of this process."""
    folder = tmp_path_factory.mktemp(request.param)
    with {"radicale": radicale, "xandikos": xandikos}[request.param](folder) as running:
        running.make_calendar("everyday")
        yield running


@pytest.fixture
def provider(server: CalendarServer) -> CalDAV:
    return lenient(server)


@pytest.fixture(scope="session")
def credential(server: CalendarServer) -> str:
    given = {"server": server.url, "user": USER, "password": PASSWORD}
    return lenient(server).log_in(given).credential


@pytest.fixture
def bad_credential(credential: str) -> str:
    kept = CaldavAccount.read(credential)
    return CaldavAccount(
        origin=kept.origin, homes=kept.homes, user=kept.user, password="wrong", addresses=kept.addresses
    ).credential()


@pytest.fixture
def calendar(server: CalendarServer) -> Iterator[str]:
    """Make an empty calendar and return its id."""
    path = server.make_calendar(f"c{next(_numbers)}")
    yield httpx2.URL(path).raw_path.decode()
    with server.client() as http:
        http.delete(path)


@pytest.fixture
def gone(server: CalendarServer) -> str:
    return f"{server.home}nowhere/"


@pytest.fixture
def remove_event(server: CalendarServer) -> Callable[[str], None]:
    return server.delete


@pytest.fixture
def add_event(server: CalendarServer, calendar: str) -> Callable[..., str]:
    def add(start: date, end: date, *, uid: str = "", weekly: int = 0, **kind: bool) -> str:
        number = next(_numbers)
        lines = ["BEGIN:VEVENT", f"UID:{uid or f'e{number}@example.org'}", "DTSTAMP:20310101T000000Z"]
        lines += [
            _time("DTSTART", start, weekly=weekly),
            _time("DTEND", end, weekly=weekly),
            "SUMMARY:Something",
        ]
        lines += [f"RRULE:FREQ=WEEKLY;COUNT={weekly}"] if weekly else []
        lines += [line for name, line in _KINDS.items() if kind.get(name)]
        path = f"{calendar}e{number}.ics"
        server.store(path, *(ZONE_LINES if weekly else ()), *lines, "END:VEVENT")
        return path

    return add


_KINDS = {
    "transparent": "TRANSP:TRANSPARENT",
    "cancelled": "STATUS:CANCELLED",
    "tentative": "STATUS:TENTATIVE",
    "declined": f"ORGANIZER:mailto:eve@example.com\r\nATTENDEE;PARTSTAT=DECLINED:mailto:{USER}",
    "unsure": f"ORGANIZER:mailto:eve@example.com\r\nATTENDEE;PARTSTAT=TENTATIVE:mailto:{USER}",
}


def _time(name: str, moment: date, *, weekly: int) -> str:
    if not isinstance(moment, datetime):
        return f"{name};VALUE=DATE:{moment:%Y%m%d}"
    if weekly:
        return f"{name};TZID=Europe/Berlin:{moment:%Y%m%dT%H%M%S}"
    return f"{name}:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


@pytest.fixture
def seen(server: CalendarServer, calendar: str) -> Callable[[], list[SeenEvent]]:
    def look() -> list[SeenEvent]:
        found = [_seen(path, server.text(path)) for path in server.members(calendar)]
        return sorted(found, key=lambda one: one.start)

    return look


def _seen(path: str, text: str) -> SeenEvent:
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    attendees = event.get("ATTENDEE", [])
    guests = attendees if isinstance(attendees, list) else [attendees]
    return SeenEvent(
        reference=path,
        title=str(event["SUMMARY"]),
        start=event["DTSTART"].dt,
        minutes=int((event["DTEND"].dt - event["DTSTART"].dt).total_seconds() // 60),
        guests=frozenset(str(one).removeprefix("mailto:") for one in guests),
        location=str(event.get("LOCATION", "")),
        description=str(event.get("DESCRIPTION", "")),
        tentative=event["STATUS"] == "TENTATIVE",
    )


@pytest.fixture
def odd() -> Iterator[Misbehaving]:
    """Run a server that does what a test wants."""
    with misbehaving() as running:
        yield running


@pytest.fixture
def other() -> Iterator[Misbehaving]:
    with misbehaving() as running:
        yield running
