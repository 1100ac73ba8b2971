"""Dates and files as hosts choose them: typed, picked, dropped; with keys alone, by finger, without scripts."""

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.clock import present
from tests.e2e.browser import PHONE, violations
from tests.e2e.steps import fits
from timetuna.accounts.models import User
from timetuna.bookings.tests.conftest import make_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]
FIRST = "input[name=first]"
DROP = """input => {
  const given = new DataTransfer();
  given.items.add(new File(["BEGIN:VCALENDAR"], "choir.ics", { type: "text/calendar" }));
  for (const kind of ["dragenter", "dragover", "drop"])
    input.dispatchEvent(new DragEvent(kind, { dataTransfer: given, bubbles: true, cancelable: true }));
  input.files = given.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def month(page: Page) -> Any:
    return page.get_by_role("dialog", name="Choose a date")


def in_2027(page: Page) -> None:
    """Come to a form with two dates, and type the first one."""
    page.goto("/availability/trips")
    page.locator(FIRST).fill("2027-03-30")


def test_a_date_is_picked_with_a_mouse_and_with_keys(windows: Any, alice: User) -> None:
    page = windows(color_scheme="dark")
    in_2027(page)
    opens = page.locator(".day-field", has=page.locator(FIRST)).get_by_role(
        "button", name="Open the calendar"
    )
    opens.click()
    expect(month(page).get_by_text("March 2027")).to_be_visible()
    expect(month(page).locator("[aria-pressed=true]")).to_be_focused()
    assert violations(page) == []
    month(page).get_by_role("button", name="Next month").click()
    month(page).get_by_role("button", name=re.compile("Tuesday,? 6 April 2027")).click()
    expect(page.locator(FIRST)).to_have_value("2027-04-06")
    expect(month(page)).to_have_count(0)
    expect(opens).to_be_focused()

    page.locator(FIRST).press("Alt+ArrowDown")
    for key in ("ArrowRight", "ArrowDown", "PageDown", "Home", "ArrowLeft", "Shift+PageUp", "PageUp"):
        page.keyboard.press(key)
    expect(month(page).locator("[data-day='2026-04-09']")).to_be_focused()
    page.keyboard.press("Escape")
    expect(month(page)).to_have_count(0)
    expect(page.locator(FIRST)).to_have_value("2027-04-06")
    opens.press("Enter")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(FIRST)).to_have_value("2027-03-30")
    assert fits(page)


def test_the_agenda_goes_where_a_date_is_picked(windows: Any, alice: User) -> None:
    make_page(alice)
    page = windows()
    page.goto("/bookings/agenda?view=day")
    page.get_by_role("button", name="Open the calendar").press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    tomorrow_or_after = "|".join(f"date={present().date() + timedelta(days=days)}" for days in (1, 2))
    page.wait_for_url(re.compile(tomorrow_or_after))


def test_fingers_and_windows_without_scripts_have_the_systems_own(windows: Any, alice: User) -> None:
    for options in (
        {"viewport": PHONE, "has_touch": True, "is_mobile": True},
        {"java_script_enabled": False},
    ):
        page = windows(**options)
        in_2027(page)
        expect(page.locator(FIRST)).to_have_value("2027-03-30")
        expect(page.get_by_role("button", name="Open the calendar")).to_have_count(0)
        assert page.locator(FIRST).get_attribute("type") == "date"


def test_a_file_is_dropped_named_and_taken_back(windows: Any, alice: User) -> None:
    for size in ({}, {"viewport": PHONE | {"width": 320}}):
        page = windows(**size)
        page.goto("/settings/import")
        box = page.locator(".file")
        expect(box.get_by_text("Choose a file or drop it here")).to_be_visible()
        assert violations(page) == []
        box.locator("input").evaluate(DROP)
        expect(box).to_contain_text("choir.ics · 15 byte")
        expect(box.get_by_text("or drop it here")).to_be_hidden()
        assert violations(page) == []
        assert fits(page)
        box.get_by_role("button", name="Clear").press("Enter")
        expect(box.get_by_text("Choose a file or drop it here")).to_be_visible()
        expect(box.locator("input")).to_be_focused()
        assert box.locator("input").input_value() == ""
    page = windows(java_script_enabled=False)
    page.goto("/settings/import")
    expect(page.get_by_text("or drop it here")).to_be_hidden()
    expect(page.locator("input[type=file]")).to_be_visible()
