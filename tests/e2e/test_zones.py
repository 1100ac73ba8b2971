"""Whose clock it is, and what a guest typed in passing: zones, numbers, addresses."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import (
    confirm,
    fill_details,
    nine_in_berlin,
    open_day,
    pick,
    sign_in,
    twelve_hours,
    visit,
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]


def test_times_follow_the_guest_and_the_choice_is_remembered(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "zones", timezone_id="America/New_York", locale="en-US") as sam:
        page = sam.page
        visit(page, host)
        expect(page.locator(".times-zone")).to_contain_text("United States, New York")
        early = twelve_hours(nine_in_berlin("America/New_York")).replace(" ", r"\s")
        expect(page.locator(".time").first).to_have_text(re.compile(rf"^\s*{early}\s*$"))
        expect(page.locator(".host-clock")).to_have_text(
            re.compile(rf"{early} for you is 9:00\sam in Berlin for your host")
        )
        assert page.locator("table.month th").first.inner_text().startswith("Sun")
        field = page.get_by_role("combobox", name="Your time zone")
        field.click()
        field.fill("kathm")
        expect(page.get_by_role("option")).to_have_text(
            [re.compile(r"^\s*Nepal, Kathmandu \(UTC\+5:45\)\s*\d+:\d\d\s[ap]m\s*$")]
        )
        sam.look("searching-a-zone")
        field.press("Enter")
        there = nine_in_berlin("Asia/Kathmandu")
        expect(page.locator(".times-zone")).to_contain_text("Nepal, Kathmandu (UTC+5:45)")
        expect(page.locator(".time").first).to_contain_text(twelve_hours(there))
        page.get_by_role("link", name="24 hours").click()
        expect(page.locator(".time").filter(has_text=f"{there:%H:%M}").first).to_be_visible()
        sam.look("kathmandu")

        again = sam.context.new_page()
        visit(again, host)

        expect(again.locator(".times-zone")).to_contain_text("Nepal, Kathmandu (UTC+5:45)")
        expect(again.locator(".time").first).to_contain_text(f"{there:%H:%M}")
        expect(again.get_by_role("combobox")).to_have_value("Nepal, Kathmandu")


def test_no_time_of_another_zone_can_be_picked(live_timetuna, browser):
    """A browser in Tokyo on a slow line, at a page of Berlin's that was never looked at before."""
    host = live_timetuna.new_host(zone="Europe/Berlin")
    there = nine_in_berlin("Asia/Tokyo")
    with eyes(browser, "tokyo", viewport=PHONE, timezone_id="Asia/Tokyo") as sam:
        page, held = sam.page, []
        page.route(
            f"{host.page_url}?*", lambda route: held.append(route) if is_part(route) else route.continue_()
        )
        page.goto(f"{host.page_url}?day={open_day()}")
        expect(page.get_by_text("Finding your times …")).to_be_visible()
        assert len(held) == 1
        before = places(page)
        sam.look("settling")
        for selector in ("a.time", "a.day", "a.clock", "a.month-turn"):
            assert [one for one in page.locator(selector).all() if one.is_visible()] == [], selector
        day = page.locator(f"#day-{open_day()}").bounding_box()
        page.mouse.click(day["x"] + day["width"] / 2, day["y"] + day["height"] / 2)
        for _ in range(12):
            page.keyboard.press("Tab")
            assert not page.evaluate("document.activeElement.matches('#slots a')")
        assert page.url == f"{host.page_url}?day={open_day()}"

        held.pop().continue_()

        expect(page.locator(".times-zone")).to_contain_text("Japan, Tokyo (UTC+9)")
        expect(page.locator(".time").filter(has_text=f"{there:%H:%M}").first).to_be_visible()
        expect(page.get_by_role("combobox", name="Your time zone")).to_have_value("Japan, Tokyo")
        assert places(page) == before, "nothing has moved"
        sam.look("settled")
        page.unroute_all()

        page.on(
            "request", lambda request: held.append(request.url) if "hx-request" in request.headers else None
        )
        page.goto(f"{host.page_url}?day={open_day()}", wait_until="networkidle")
        expect(page.locator(".time").filter(has_text=f"{there:%H:%M}").first).to_be_visible()
        assert held == [], "the second look is right at once"


def is_part(route):
    return route.request.headers.get("hx-request") == "true"


def places(page):
    """Return where things begin; how long a day's list is nobody knows before."""
    page.evaluate("window.scrollTo(0, 0)")
    boxes = [page.locator(one).first.bounding_box() for one in ("h1", "table.month", ".times-head", ".times")]
    return [(box["x"], box["y"]) for box in boxes]


def test_a_zone_is_found_by_keyboard_and_where_cookies_are_off(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    narrow = {"width": 320, "height": 640}
    with eyes(browser, "zone-320", viewport=narrow, timezone_id="Asia/Calcutta", color_scheme="dark") as sam:
        page = sam.page
        page.add_init_script("Object.defineProperty(document, 'cookie', {get: () => '', set: () => {}})")
        page.goto(f"{host.page_url}?day={open_day()}")
        expect(page.locator(".times-zone")).to_contain_text("India, Kolkata (UTC+5:30)")
        field = page.get_by_role("combobox", name="Your time zone")
        field.press("ArrowDown")
        first = page.get_by_role("option").first
        expect(first).to_contain_text("Your device")
        expect(field).to_have_attribute("aria-expanded", "true")
        sam.look("usual-zones")
        field.fill("san fran")
        expect(first).to_contain_text("San Francisco")
        expect(field).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
        sam.look("found")
        assert page.evaluate("document.documentElement.scrollWidth") <= narrow["width"]
        field.fill("qqqq")
        expect(page.get_by_role("status").filter(has_text="Nothing of this name")).to_be_visible()
        field.press("Escape")
        expect(field).to_have_attribute("aria-expanded", "false")
        field.fill("pst")
        expect(first).to_contain_text("United States, Los Angeles")
        field.press("Enter")
        expect(page.locator(".times-zone")).to_contain_text("United States, Los Angeles")
        expect(field).to_be_focused()
        assert "zone=America" in page.url


def test_a_slip_in_an_address_is_offered_to_be_mended_and_never_in_the_way(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "slip", viewport=PHONE, color_scheme="dark", timezone_id="America/New_York") as sam:
        page = sam.page
        visit(page, host)
        pick(page.locator(".time").first)
        fill_details(page, name="Sam Guest", email="Sam Guest <sam@gmial.com>")
        expect(page.get_by_label("Country of your phone number")).to_have_value("US")
        expect(page.get_by_text("Did you mean sam@gmail.com?")).to_be_visible()
        sam.look("did-you-mean")
        page.get_by_role("button", name="sam@gmail.com").click()
        expect(page.get_by_label("Your email")).to_have_value("sam@gmail.com")
        expect(page.get_by_text("Did you mean")).to_have_count(0)
        page.get_by_label("Your email").fill("sam@outlok.com")
        page.get_by_label("Your name").focus()
        expect(page.get_by_text("Did you mean sam@outlook.com?")).to_be_visible()
        page.locator("main form button[type=submit]").last.click()
        expect(page.get_by_text("If not, just confirm again.").first).to_be_visible()
        confirm(page)
        expect(page.get_by_text("sam@outlok.com").first).to_be_visible()
        page.get_by_role("link", name="Wrong address?").click()
        expect(page.get_by_role("button", name="sam@outlook.com")).to_be_visible()
        page.go_back()
        page.go_back()  # the form was refused once: nobody is asked whether to send it again
        expect(page.get_by_role("heading", name="You booked this")).to_be_visible()


def test_a_host_finds_their_zone_in_the_same_way(live_timetuna, browser):
    with eyes(browser, "hosts-zone") as robin:
        sign_in(robin, live_timetuna, live_timetuna.new_host(zone="Europe/Berlin"))
        page = robin.page
        page.goto(f"{live_timetuna.base_url}/settings/profile")
        field = page.get_by_role("textbox", name="Time zone")
        expect(field).to_have_value("Germany, Berlin")
        field.click()
        field = page.get_by_role("combobox", name="Time zone")
        field.fill("united st")
        first = page.get_by_role("option").first
        expect(first).to_contain_text("United States, New York")
        below, above = first.bounding_box(), field.bounding_box()
        assert below["y"] >= above["y"] + above["height"]
        robin.look("states")
        field.press("ArrowDown")
        field.press("Enter")
        expect(field).to_have_value("United States, Los Angeles")
        expect(page.get_by_text("Not saved yet.")).to_be_visible()
