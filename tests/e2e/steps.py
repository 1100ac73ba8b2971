"""What guests and hosts do on several journeys."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, Page, expect

from tests.clock import present
from tests.e2e.browser import Eyes

CONFIRM = re.compile("^Confirm ")
PHONE_NUMBER = "+49 30 123456"


def open_day() -> date:
    """Return a Tuesday of next month: open from nine to five whatever the time is now, with many open days after it."""
    first = (present().date().replace(day=1) + timedelta(days=32)).replace(day=1)
    return first + timedelta(days=(1 - first.weekday()) % 7 + 7)


def nine_in_berlin(zone: str) -> datetime:
    """Return when it is nine in Berlin on that day, by the clocks of a zone."""
    return datetime.combine(open_day(), time(9), ZoneInfo("Europe/Berlin")).astimezone(ZoneInfo(zone))


def twelve_hours(moment: datetime) -> str:
    """Return a time as 1:45 pm."""
    return f"{moment.hour % 12 or 12}:{moment:%M} {'am' if moment.hour < 12 else 'pm'}"


def visit(page: Page, host: Any) -> None:
    """Open the host's page on that day."""
    page.goto(f"{host.page_url}?day={open_day()}")
    expect(page.locator(".time").first).to_be_visible()


def pick(time: Locator) -> None:
    """Choose a time and go on; without JavaScript it is a link."""
    page = time.page
    time.click()
    expect(page.locator(".picked .button, input[name=start], #nearest").first).to_be_attached()
    if page.locator(".picked").count():
        page.locator(".picked .button").click()


def fill_details(page: Page, *, name: str, email: str, notes: str = "") -> None:
    """Type what the form asks for."""
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Your email").fill(email)
    number = page.get_by_role("textbox", name="Your phone number")
    if number.count():
        number.fill(PHONE_NUMBER)
    page.get_by_label("Anything the host should know").fill(notes)


def confirm(page: Page) -> None:
    """Press the button and come to the booking's page."""
    page.get_by_role("button", name=CONFIRM).click()
    page.wait_for_url("**/b/*")
    expect(page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()


def sign_in(eyes: Eyes, live: Any, host: Any) -> None:
    """Come in by the front door."""
    eyes.page.goto(f"{live.base_url}/signin")
    eyes.page.get_by_label("Email").fill(host.email)
    eyes.page.get_by_label("Password").fill(host.password)
    eyes.page.get_by_role("button", name="Sign in", exact=True).click()
    eyes.page.wait_for_url("**/booking-pages")


def connect_zoom(eyes: Eyes, live: Any) -> None:
    """Connect Zoom, where consent is given without a page."""
    live.sandbox.decide("allow")
    eyes.page.goto(f"{live.base_url}/settings/providers")
    eyes.page.get_by_role("button", name="Connect Zoom", exact=True).click()
    expect(eyes.page.get_by_role("button", name="Disconnect", exact=True)).to_be_visible()


def fits(page: Page) -> bool:
    """Say whether nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


def unfold(page: Page, name: str) -> None:
    """Open the fold called so, unless it is."""
    fold = page.locator("details", has=page.locator("summary", has_text=re.compile(rf"^\s*{name}\b"))).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()
