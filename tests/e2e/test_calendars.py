"""Hosts and their calendars in the browser: connect, choose, be busy, be booked, be moved, call off, disconnect."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from sandbox.google.control import GoogleControl
from sandbox.microsoft.control import MicrosoftControl
from tests.clock import present
from tests.e2e.browser import PHONE, Eyes, eyes
from tests.e2e.steps import confirm, fill_details, fits, pick, sign_in
from tests.running import Host, LiveTimeTuna
from timetuna.providers.caldav.tests.servers import PASSWORD, USER, CalendarServer, radicale

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]
GUEST = "sam.calendar@guest.example"
READ_WITHIN_MS = 25_000


def workday() -> datetime:
    """Return ten o'clock in UTC on a working day of next week."""
    today = present().replace(hour=10, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday() + 1)


def times(page: Page, host: Host, day: datetime) -> list[str]:
    """Return the times that guests find on a day."""
    page.goto(f"{host.page_url}?day={day:%Y-%m-%d}&zone=UTC")
    return [text.split("\n")[0] for text in page.locator(".time").all_inner_texts()]


def open_tab(robin: Eyes, live: LiveTimeTuna, host: Host) -> None:
    robin.page.goto(f"{live.base_url}/booking-pages/{host.page_pk}/calendars")


def save(page: Page) -> None:
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def read(robin: Eyes, live: LiveTimeTuna) -> None:
    """Wait on Connected providers until the list has refreshed itself, without a reload."""
    robin.page.goto(f"{live.base_url}/settings/providers")
    robin.page.evaluate("window.before = true")
    expect(robin.page.get_by_text(re.compile(r"\d busy time")).first).to_be_visible(timeout=READ_WITHIN_MS)
    assert robin.page.evaluate("window.before"), "the page was loaded again"


def meet_by(robin: Eyes, live: LiveTimeTuna, host: Host, label: str) -> None:
    """Let guests meet by this alone."""
    robin.page.goto(f"{live.base_url}/booking-pages/{host.page_pk}/booking")
    robin.page.get_by_role("switch", name=label).check()
    robin.page.get_by_role("switch", name="Phone").uncheck()
    save(robin.page)


def book(sam: Eyes, host: Host, start: datetime) -> None:
    assert f"{start:%H:%M}" in times(sam.page, host, start)
    pick(sam.page.locator(".time", has_text=f"{start:%H:%M}").first)
    fill_details(sam.page, name="Sam Guest", email=GUEST)
    confirm(sam.page)


def move(sam: Eyes, start: datetime) -> None:
    page = sam.page
    page.get_by_role("link", name="Move to another time").click()
    page.goto(f"{page.url.partition('?')[0]}?day={start:%Y-%m-%d}&zone=UTC")
    pick(page.locator(".time", has_text=f"{start:%H:%M}").first)
    page.get_by_role("button", name=re.compile("^Move to ")).click()
    page.wait_for_url(re.compile(r"/b/[\w-]+(\?.*)?$"))


def call_off(sam: Eyes) -> None:
    page = sam.page
    page.get_by_role("link", name=re.compile("^Cancel")).click()
    page.get_by_role("button", name=re.compile("^Cancel")).click()
    page.wait_for_url(re.compile(r"/b/[\w-]+(\?.*)?$"))


def until(page: Page, found: Callable[[], Any]) -> Any:
    """Ask again and again, at most for half a minute, until something comes."""
    for _ in range(120):
        if result := found():
            return result
        page.wait_for_timeout(250)
    raise AssertionError("it did not come")


def disconnect(robin: Eyes, live: LiveTimeTuna, *, says: str, then: str) -> None:
    page = robin.page
    page.goto(f"{live.base_url}/settings/providers")
    page.get_by_role("button", name=re.compile("^Disconnect")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(says)
    robin.look("disconnect-asks")
    dialog.get_by_role("button", name="Disconnect").click()
    expect(page.get_by_role("button", name=then, exact=True)).to_be_visible()


def test_google_from_the_editor_to_a_meeting_that_is_moved_and_called_off(live_timetuna, browser):
    google, host = GoogleControl(live_timetuna.sandbox), live_timetuna.new_host()
    ten = workday()
    google.decide("ask")
    google.add_event(ten, ten + timedelta(hours=1), summary="Dentist")
    with eyes(browser, "google-host") as robin, eyes(browser, "google-guest") as sam:
        sign_in(robin, live_timetuna, host)
        assert "10:00" in times(sam.page, host, ten)
        connect_google_from_the_tab(robin, live_timetuna, host)
        read(robin, live_timetuna)
        robin.look("providers")
        choose_the_primary_calendar(robin, live_timetuna, host)
        meet_by(robin, live_timetuna, host, "Google Meet")
        assert {"10:00", "10:30"} & set(times(sam.page, host, ten)) == set()

        live_through_a_meeting(sam, google, host, ten)

        google.note_disconnect()
        loss = "Google Meet is then no meeting type of “Intro call”."
        disconnect(robin, live_timetuna, says=loss, then="Connect Google Calendar")
    assert live_timetuna.sandbox.violations() == []


def connect_google_from_the_tab(robin: Eyes, live: LiveTimeTuna, host: Host) -> None:
    """Leave the editor for Google, allow, and be back in the tab."""
    page = robin.page
    open_tab(robin, live, host)
    expect(page.get_by_text("No calendar is connected")).to_be_visible()
    robin.look("tab-empty")
    page.get_by_role("link", name="Connect a calendar").click()
    robin.look("ways")
    page.get_by_role("button", name="Connect Google Calendar").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"**/booking-pages/{host.page_pk}/calendars")
    expect(page.get_by_text("Google Calendar is connected.")).to_be_visible()


def live_through_a_meeting(sam: Eyes, google: GoogleControl, host: Host, ten: datetime) -> None:
    """Book, move and call off, and see the one event with the link follow."""
    before, later = google.events(), ten + timedelta(hours=4)
    book(sam, host, ten + timedelta(hours=2))
    link = sam.page.locator("#link a").first.get_attribute("href")
    event = until(sam.page, lambda: [one for one in google.events() if one not in before])[0]
    assert link == event["hangoutLink"]
    sam.look("booked")
    move(sam, later)
    moved = until(sam.page, lambda: [one for one in google.events() if starts(one) == later])
    assert [one["id"] for one in moved] == [event["id"]]
    call_off(sam)
    until(sam.page, lambda: event["id"] not in [one["id"] for one in google.events()])


def starts(event: dict[str, Any]) -> datetime | None:
    """Return when one of Google's events begins."""
    text = event["start"].get("dateTime")
    return datetime.fromisoformat(text).astimezone(UTC) if text else None


def choose_the_primary_calendar(robin: Eyes, live: LiveTimeTuna, host: Host) -> None:
    """Let one calendar block the page and get its events; by the keyboard alone."""
    page = robin.page
    open_tab(robin, live, host)
    page.get_by_role("radio", name="All calendars that block my time").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Only these")).to_be_checked()
    robin.look("tab-only-these")
    for box in page.get_by_role("checkbox").all():
        if box.is_checked() and "robin@host.example" not in (
            box.get_attribute("aria-label") or box_name(box)
        ):
            box.focus()
            page.keyboard.press("Space")
    default = page.get_by_role("radio", name="Your default calendar")
    default.focus()
    page.keyboard.press("ArrowDown")
    expect(default).not_to_be_checked()
    page.get_by_role("button", name="Save", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(default).not_to_be_checked()


def box_name(box: Any) -> str:
    return str(box.evaluate("box => box.labels[0].querySelector('.setting-name').textContent"))


def test_a_permission_that_was_left_out_is_said(live_timetuna, browser):
    google, host = GoogleControl(live_timetuna.sandbox), live_timetuna.new_host()
    google.decide("allow", without=("https://www.googleapis.com/auth/calendar.events",))
    with eyes(browser, "google-unticked") as robin:
        sign_in(robin, live_timetuna, host)
        robin.page.goto(f"{live_timetuna.base_url}/settings/providers")

        robin.page.get_by_role("button", name="Connect Google Calendar").click()

        expect(robin.page.locator(".messages")).to_contain_text("to view and edit events")
        expect(robin.page.get_by_role("button", name="Connect Google Calendar")).to_be_visible()
        robin.look("unticked")
    google.decide("ask")


def test_microsoft_and_teams(live_timetuna, browser):
    microsoft, host = MicrosoftControl(live_timetuna.sandbox), live_timetuna.new_host()
    ten = workday()
    microsoft.decide("ask")
    microsoft.add_event(ten, ten + timedelta(hours=1), subject="Dentist")
    with (
        eyes(browser, "microsoft-host", viewport=PHONE, color_scheme="dark") as robin,
        eyes(browser, "microsoft-guest", viewport=PHONE) as sam,
    ):
        sign_in(robin, live_timetuna, host)
        refuse_teams(robin, live_timetuna, host)
        robin.page.goto(f"{live_timetuna.base_url}/settings/providers")
        robin.page.get_by_role("button", name=re.compile("^Connect Microsoft")).click()
        robin.page.get_by_role("button", name="Accept").click()
        robin.page.wait_for_url("**/settings/providers")
        read(robin, live_timetuna)
        robin.look("providers")
        assert fits(robin.page)
        open_tab(robin, live_timetuna, host)
        robin.look("tab")
        assert fits(robin.page)
        meet_by(robin, live_timetuna, host, "Microsoft Teams")
        assert {"10:00", "10:30"} & set(times(sam.page, host, ten)) == set()

        before = microsoft.events()
        book(sam, host, ten + timedelta(hours=2))
        event = until(sam.page, lambda: [one for one in microsoft.events() if one not in before])[0]
        expect(sam.page.locator(f'#link a[href="{event["onlineMeeting"]["joinUrl"]}"]').first).to_be_visible()
        sam.look("booked")
        call_off(sam)
        until(sam.page, lambda: len(microsoft.events()) == len(before))
    assert live_timetuna.sandbox.violations() == []


def refuse_teams(robin: Eyes, live: LiveTimeTuna, host: Host) -> None:
    """Switch Teams on where no calendar can carry it."""
    robin.page.goto(f"{live.base_url}/booking-pages/{host.page_pk}/booking")
    robin.page.get_by_text("Connect more").click()
    robin.page.get_by_role("switch", name="Microsoft Teams").check()
    robin.page.get_by_role("button", name="Save", exact=True).click()
    expect(robin.page.get_by_text("needs a calendar that can carry it")).to_be_visible()
    robin.look("teams-refused")


@pytest.fixture(scope="module")
def calendar_server(tmp_path_factory) -> Iterator[CalendarServer]:
    with radicale(tmp_path_factory.mktemp("radicale")) as server:
        yield server


def test_caldav_by_address_and_app_password(live_timetuna, browser, calendar_server):
    host, ten = live_timetuna.new_host(), workday()
    work = calendar_server.make_calendar("work")
    ends = [f"DTSTART:{ten:%Y%m%dT%H%M%SZ}", f"DTEND:{ten + timedelta(hours=1):%Y%m%dT%H%M%SZ}"]
    calendar_server.store(f"{work}dentist.ics", "BEGIN:VEVENT", "UID:dentist", *ends, "END:VEVENT")
    with eyes(browser, "caldav-host") as robin, eyes(browser, "caldav-guest") as sam:
        sign_in(robin, live_timetuna, host)
        log_in_at_the_second_try(robin, live_timetuna, calendar_server)
        read(robin, live_timetuna)
        robin.look("providers")
        assert {"10:00", "10:30"} & set(times(sam.page, host, ten)) == set()

        book(sam, host, ten + timedelta(hours=2))

        others = lambda: [path for path in calendar_server.members(work) if "dentist" not in path]  # noqa: E731
        (ours,) = until(sam.page, others)
        assert "Sam Guest" in calendar_server.text(ours)
        call_off(sam)
        until(sam.page, lambda: not others())
        disconnect(robin, live_timetuna, says="Guests can then book “Intro call”", then="Connect Zoom")
        expect(robin.page.get_by_role("link", name="Connect CalDAV")).to_be_visible()


def log_in_at_the_second_try(robin: Eyes, live: LiveTimeTuna, server: CalendarServer) -> None:
    """Type a wrong password first: what was typed stays, but for the password."""
    page = robin.page
    page.goto(f"{live.base_url}/settings/providers")
    page.get_by_role("link", name="Connect CalDAV").click()
    page.get_by_label("Server or email address").fill(server.url)
    page.get_by_label("User name").fill(USER)
    page.get_by_label("App password").fill("wrong")
    page.get_by_role("button", name="Connect CalDAV").click()
    expect(page.get_by_role("alert")).to_be_visible(timeout=40_000)
    robin.look("refused")
    expect(page.get_by_label("User name")).to_have_value(USER)
    expect(page.get_by_label("App password")).to_have_value("")
    page.get_by_label("App password").fill(PASSWORD)
    page.get_by_role("button", name="Connect CalDAV").click()
    page.wait_for_url("**/settings/providers", timeout=40_000)


@contextmanager
def feed(events: list[str]) -> Iterator[tuple[str, dict[str, int]]]:
    """Serve a feed; yield its address, and the status it answers with."""
    answer = {"status": 200}
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-CALNAME:Rowing club", *events, "END:VCALENDAR", ""]
    body = "\r\n".join(lines).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answer["status"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/club.ics", answer
        server.shutdown()


def test_a_feed_blocks_fails_is_told_of_and_heals(live_timetuna, browser):
    host, ten = live_timetuna.new_host(), workday()
    race = [f"DTSTART:{ten:%Y%m%dT%H%M%SZ}", f"DTEND:{ten + timedelta(hours=1):%Y%m%dT%H%M%SZ}"]
    with (
        feed(["BEGIN:VEVENT", "UID:race", *race, "END:VEVENT"]) as (address, answer),
        eyes(browser, "feed-host") as robin,
        eyes(browser, "feed-guest") as sam,
    ):
        sign_in(robin, live_timetuna, host)
        add_feed_from_the_tab(robin, live_timetuna, host, address)
        read(robin, live_timetuna)
        assert {"10:00", "10:30"} & set(times(sam.page, host, ten)) == set()

        answer["status"] = 404
        again(live_timetuna, host, failing=True)
        page = robin.page
        page.goto(f"{live_timetuna.base_url}/booking-pages")
        expect(page.locator(".banners")).to_contain_text("“Rowing club” cannot be read since ")
        robin.look("banner")
        assert {"10:00", "10:30"} & set(times(sam.page, host, ten)) == set()
        page.locator(".banners").get_by_role("link").click()
        expect(page.get_by_text("Cannot be read", exact=True)).to_be_visible()
        robin.look("row")

        answer["status"] = 200
        page.get_by_role("button", name="Read again").click()
        expect(page.get_by_text("Cannot be read", exact=True)).to_be_hidden(timeout=READ_WITHIN_MS)
        page.goto(f"{live_timetuna.base_url}/booking-pages")
        expect(page.locator(".banners")).not_to_contain_text("cannot be read")


def add_feed_from_the_tab(robin: Eyes, live: LiveTimeTuna, host: Host, address: str) -> None:
    page = robin.page
    open_tab(robin, live, host)
    page.get_by_role("link", name="Add iCal feed").click()
    page.get_by_label("Address of the feed").fill(address)
    robin.look("form")
    page.get_by_role("button", name="Add iCal feed").click()
    page.wait_for_url(f"**/booking-pages/{host.page_pk}/calendars")
    expect(page.get_by_text("Rowing club is connected.")).to_be_visible()


def again(live: LiveTimeTuna, host: Host, *, failing: bool) -> None:
    """Let the calendars of a host be due, and wait until they were looked at."""
    rows = f"Calendar.objects.filter(account__host_id={host.pk})"
    live.run_python(
        "import time\nfrom django.utils import timezone\nfrom timetuna.calendars.models import Calendar\n"
        f"{rows}.update(next_read_at=timezone.now())\n"
        f"until = time.monotonic() + 25\n"
        f"while {rows}.filter(failing_since__isnull={failing}).exists() and time.monotonic() < until:\n"
        "    time.sleep(0.2)\n"
    )
