"""A host's hours by mouse, by keys alone and without scripts; and dates of a month, dragged over."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import fits, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]


def block(page, name):
    return page.get_by_role("button", name=name)


def line(page, day):
    return page.get_by_role("textbox", name=day, exact=True)


def test_a_week_is_drawn_by_mouse_and_by_keys_and_typed(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "week") as robin:
        sign_in(robin, live_timetuna, host)
        page = robin.page
        page.goto(f"{live_timetuna.base_url}/availability")
        robin.look("schedules")
        page.get_by_role("link", name="Edit Working hours").click()
        monday, saturday = line(page, "Monday"), line(page, "Saturday")
        room = page.locator("[data-column='5'] .week-room").bounding_box()
        hour = room["height"] / 13

        page.mouse.move(room["x"] + 20, room["y"] + 3 * hour + 2)
        page.mouse.down()
        page.mouse.move(room["x"] + 20, room["y"] + 5.5 * hour, steps=5)
        page.mouse.up()
        expect(saturday).to_have_value("10:00–12:30")
        robin.look("drawn")
        block(page, "Saturday 10:00 to 12:30").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Shift+ArrowUp")
        page.keyboard.press("Alt+ArrowUp")
        expect(saturday).to_have_value("10:00–12:30")
        page.keyboard.press("Shift+ArrowRight")
        expect(line(page, "Sunday")).to_have_value("10:00–12:30")
        page.keyboard.press("Delete")
        expect(line(page, "Sunday")).to_have_value("")
        monday.fill("8-12, 13:30-17")
        expect(block(page, "Monday 13:30 to 17:00")).to_be_visible()
        page.locator("[data-week-day='0'] summary").click()
        robin.look("copy")
        page.locator("[data-week-day='0']").get_by_label("Tuesday").check()
        page.locator("[data-week-day='0']").get_by_role("button", name="Copy", exact=True).click()
        expect(line(page, "Tuesday")).to_have_value("8-12, 13:30-17")
        page.keyboard.press("Control+s")
        expect(page.get_by_text("Saved.")).to_be_visible()
        expect(monday).to_have_value("08:00–12:00, 13:30–17:00")


def test_dates_are_dragged_over_and_taken_back(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "dates") as robin:
        sign_in(robin, live_timetuna, host)
        page = robin.page
        page.goto(f"{live_timetuna.base_url}/availability")
        page.get_by_role("link", name="Dates of Working hours").click()
        page.goto(page.url + "?month=2095-07")
        start, end = (page.locator(f"a[data-date='2095-07-{day}']") for day in ("12", "14"))
        start.drag_to(end)
        expect(page.get_by_role("heading", name="12 to 14 July 2095")).to_be_visible()
        page.get_by_label("Closed").check()
        robin.look("dates")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("12 to 14 July 2095 are closed.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("It is as it was before.")).to_be_visible()


def test_hours_and_dates_without_scripts_on_a_phone(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "week-plain", java_script_enabled=False, viewport=PHONE) as robin:
        sign_in(robin, live_timetuna, host)
        page = robin.page
        page.set_viewport_size({"width": 320, "height": 800})
        page.goto(f"{live_timetuna.base_url}/availability")
        page.get_by_role("link", name="Edit Working hours").click()
        line(page, "Monday").fill("22-2")
        page.locator("[data-week-day='1'] summary").click()
        page.locator("[data-week-day='1']").get_by_label("Friday").check()
        page.get_by_role("button", name="Save").click()
        expect(line(page, "Monday")).to_have_value("22:00–24:00")
        page.get_by_role("link", name="Open the calendar").click()
        page.get_by_label("First day").fill("2095-07-12")
        page.get_by_label("Last day").fill("2095-07-13")
        page.get_by_role("button", name="Choose").click()
        page.get_by_label("Other hours").check()
        page.get_by_label("Hours", exact=True).fill("10-11")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("12 to 13 July 2095 are open at other hours.")).to_be_visible()
        page.goto(f"{live_timetuna.base_url}/availability/out-of-office")
        page.get_by_label("First day").fill("2095-07-20")
        page.get_by_role("button", name="Add time off").click()
        expect(page.get_by_role("link", name="20 July 2095", exact=True)).to_be_visible()
        page.get_by_role("button", name="Remove 20 July 2095").click()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_role("link", name="20 July 2095", exact=True)).to_be_visible()
        assert fits(page)
