"""A host brings along what they have at Calendly, with a script and without, and an .ics file."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.clock import present
from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import fits, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]
CALENDAR = """BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//a//b//EN\r
X-WR-CALNAME:Choir\r
BEGIN:VEVENT\r
UID:1\r
DTSTAMP:{day}T000000Z\r
DTSTART:{day}T100000Z\r
DTEND:{day}T120000Z\r
SUMMARY:Rehearsal\r
END:VEVENT\r
END:VCALENDAR\r
"""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_bringing_it_along(live_timetuna, browser, scripts):
    host = live_timetuna.new_host()
    with eyes(
        browser, f"import-{'scripts' if scripts else 'none'}", viewport=PHONE, java_script_enabled=scripts
    ) as robin:
        page = robin.page
        sign_in(robin, live_timetuna, host)
        page.get_by_role("link", name="Import your pages").click()
        page.get_by_role("link", name="Import from Calendly").click()
        page.get_by_label("Personal access token").fill("mistyped")
        page.get_by_role("button", name="Read my account").click()
        _wait_until_read(page, scripts=scripts)
        expect(page.get_by_text("does not accept this token")).to_be_visible()

        page.get_by_role("link", name="Try again").click()
        page.get_by_label("Personal access token").fill("sandbox-calendly-small")
        page.get_by_role("button", name="Read my account").click()
        _wait_until_read(page, scripts=scripts)
        if scripts:
            robin.look("plan")
            assert fits(page)
            tick_together(page)
        page.get_by_role("checkbox", name="Take over Consultation", exact=True).uncheck()
        page.get_by_role("button", name="Import what is ticked").click()

        expect(page.get_by_role("heading", name="Imported from Calendly")).to_be_visible()
        expect(page.get_by_role("row", name="Consultation")).to_contain_text("Left out")
        expect(page.get_by_role("row", name="Intro call").first).to_contain_text("Created")
        if scripts:
            robin.look("report")
        move_one(robin, scripts=scripts)
    assert live_timetuna.sandbox.mail() == []


def tick_together(page):
    """Each part for itself, with a count of all."""
    part = page.locator("section", has=page.get_by_role("heading", name="Booking pages"))
    count, boxes = page.locator("[data-ticked]"), page.locator("[name=take]")
    before, own = boxes.and_(page.locator(":checked")).count(), part.locator("[name=take]").count()
    expect(count).to_have_text(f"{before} ticked")
    part.get_by_role("button", name="Untick all").click()
    expect(part.locator("[name=take]:checked")).to_have_count(0)
    expect(count).to_have_text(f"{before - own} ticked")
    part.get_by_role("button", name="Tick all", exact=False).first.press("Enter")
    expect(part.locator("[name=take]:checked")).to_have_count(own)
    part.get_by_role("checkbox").first.press("Space")
    expect(count).to_have_text(f"{before - 1} ticked")
    part.get_by_role("checkbox").first.check()


def move_one(robin, *, scripts):
    page = robin.page
    page.get_by_role("link", name="Move them here, or free their time").click()
    page.get_by_role("button", name="Free its time").first.click()
    expect(page.get_by_text("Its time is free here.")).to_be_visible()
    page.get_by_role("link", name="Move here").first.click()
    if scripts:
        robin.look("booking")
        assert fits(page)
    page.get_by_role("button", name="Move it here").click()
    expect(page.get_by_role("link", name="Cancel it there")).to_be_visible()
    page.get_by_role("link", name="Open the booking").click()
    expect(page.get_by_text("Moved here from Calendly.").first).to_be_attached()


def _wait_until_read(page, *, scripts):
    """By itself, or by loading the page again."""
    over = page.get_by_role("button", name="Import what is ticked").or_(
        page.get_by_role("link", name="Try again")
    )
    for _ in range(30):
        if scripts or over.count():
            break
        page.wait_for_timeout(300)
        page.reload()
    expect(over.first).to_be_visible()


def test_a_calendar_file(live_timetuna, browser):
    host = live_timetuna.new_host()
    day = (present() + timedelta(days=7)).strftime("%Y%m%d")
    with eyes(browser, "import-file", java_script_enabled=False) as robin:
        page = robin.page
        sign_in(robin, live_timetuna, host)
        page.goto(f"{live_timetuna.base_url}/settings/import")
        large = CALENDAR.format(day=day).replace("END:VCALENDAR", f"X-PAD:{'x' * 300_000}\r\nEND:VCALENDAR")
        for content, said in (
            ("<html>", "web page and not a calendar"),
            (large, "take your time from now on"),
        ):
            file = {"name": "choir.ics", "mimeType": "text/calendar", "buffer": content.encode()}
            page.get_by_label("Calendar file", exact=True).set_input_files(file)
            page.get_by_role("button", name="Block its busy times").click()
            expect(page.get_by_text(said)).to_be_visible()
        page.get_by_role("button", name="Remove the file and free its times").click()
        expect(page.get_by_text("The calendar file is removed")).to_be_visible()
