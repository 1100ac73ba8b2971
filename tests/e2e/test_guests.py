"""Guests of every kind: without JavaScript, on a small phone, by keyboard, too late, far away."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, PICTURES, eyes
from tests.e2e.steps import (
    confirm,
    connect_zoom,
    fill_details,
    fits,
    nine_in_berlin,
    open_day,
    sign_in,
    twelve_hours,
    visit,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.either("postgresql")]
HEAVIEST = 60_000
ARABIC = "مريم عبد الله"


@pytest.fixture
def without_scripts(browser):
    """Open a window without JavaScript, and one that has it but gets none: axe needs it to look at the same page."""
    with (
        eyes(browser, "without-javascript", java_script_enabled=False) as sam,
        eyes(browser, "without-scripts") as twin,
    ):
        twin.page.route(
            "**/static/**/*.js", lambda route: route.fulfill(body="", content_type="text/javascript")
        )

        def look(name):
            sam.look(name, accessible=False)
            twin.page.goto(sam.page.url)
            twin.look(name)

        yield sam.page, look


def test_a_guest_without_javascript_books(live_timetuna, without_scripts):
    page, look = without_scripts
    visit(page, live_timetuna.new_host(zone="Europe/Berlin"))
    expect(page.locator(".times-zone")).to_contain_text("Germany, Berlin (UTC+")
    page.get_by_label("Your time zone").fill("Nepal")
    page.get_by_role("button", name="Change the time zone").click()
    look("zones")
    page.get_by_role("link", name="Nepal, Kathmandu (UTC+5:45)").click()
    page.get_by_role("link", name="12 hours").click()
    page.locator(f"#day-{open_day()}").click()
    look("times")
    expect(page.locator(".times-zone")).to_contain_text("Nepal, Kathmandu (UTC+5:45)")
    there = nine_in_berlin("Asia/Kathmandu")
    assert page.locator(".time").first.inner_text().replace("\xa0", " ").split("\n") == [
        twelve_hours(there),
        "9:00 am in Berlin",
    ]
    page.locator(".time").first.click()
    expect(page.get_by_text("9:00 am for Robin Host · Germany, Berlin")).to_be_visible()
    look("details")
    fill_details(page, name="Sam Guest", email="nojs@guest.example")
    confirm(page)
    end = twelve_hours(there + timedelta(minutes=30))
    expect(page.get_by_text(f"{twelve_hours(there)} to {end}")).to_be_visible()
    look("confirmation")


def test_a_guest_without_javascript_moves_and_cancels(live_timetuna, without_scripts):
    page, look = without_scripts
    visit(page, live_timetuna.new_host(zone="Europe/Berlin"))
    page.locator(".time").first.click()
    fill_details(page, name="Sam Guest", email="moves@guest.example")
    confirm(page)
    page.get_by_role("link", name="Move to another time").click()
    look("move")
    page.locator(".time").nth(3).click()
    page.get_by_role("button", name=re.compile("^Move to ")).click()
    page.wait_for_url("**/b/*")
    expect(page.get_by_text("10:30 to 11:00")).to_be_visible()
    page.get_by_role("link", name="Cancel the booking").click()
    look("cancel")
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
    look("cancelled")


def test_a_refused_form_leaves_no_link_in_the_log(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "refused-form") as sam:
        sam.page.goto(host.page_url)
        sam.page.locator(".time").first.click()
        fill_details(sam.page, name="Sam Guest", email="log@guest.example")
        confirm(sam.page)

        answer = sam.page.request.post(f"{sam.page.url}/cancel", form={"note": "no token"})

        assert answer.status == 403
        assert sam.page.url.rpartition("/")[2] not in live_timetuna.log()


@pytest.mark.matrix
@pytest.mark.parametrize("width", [390, 320])
def test_a_small_dark_phone_and_names_of_every_kind(live_timetuna, browser, width):
    host = live_timetuna.new_host(name=ARABIC, zone="Europe/Berlin")
    window = {"width": width, "height": PHONE["height"]}
    with eyes(browser, f"phone-{width}", viewport=window, color_scheme="dark", has_touch=True) as sam:
        page = sam.page

        def look(name):
            sam.look(name)
            assert fits(page), f"{name} can be scrolled sideways"

        page.goto(host.page_url)
        look("times")
        page.locator(".time").first.click()
        page.get_by_role("button", name=re.compile("^Confirm ")).wait_for()
        look("form")
        fill_details(page, name="W" * 100, email=f"{'w' * 40}{width}@guest.example", notes=ARABIC * 20)
        confirm(page)
        look("confirmation")
        page.get_by_role("link", name="Move to another time").click()
        page.locator("table.month").wait_for()
        look("move")
        page.go_back()
        page.get_by_role("link", name="Cancel the booking").click()
        page.get_by_role("button", name="Cancel the booking").wait_for()
        look("cancel")


def tab_to(page, selector, *, most=40):
    """Press Tab until something that matches has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached in {most} steps")


def test_the_keyboard_is_enough(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "keyboard") as sam:
        page = sam.page
        visit(page, host)
        tab_to(page, "table.month a")
        before = page.evaluate("document.activeElement.id")
        page.keyboard.press("ArrowRight")
        chosen = page.evaluate("document.activeElement.id")
        assert chosen.startswith("day-")
        assert chosen > before
        sam.look("a-day-has-the-focus")
        page.keyboard.press("Enter")
        expect(page.locator(f"#{chosen}")).to_have_attribute("aria-current", "true")
        expect(page.locator("#times")).to_be_focused()
        tab_to(page, ".time")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/book?**")
        for selector, text in (
            ("[name=name]", "Kim Keys"),
            ("[name=email]", "keys@guest.example"),
            ("[name=phone]", "+49 30 1234"),
        ):
            tab_to(page, selector)
            page.keyboard.type(text)
        tab_to(page, "main button[type=submit]")
        page.keyboard.press("Enter")
        page.wait_for_url("**/b/*")
        expect(page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()


def test_the_second_guest_gets_the_other_times_and_types_nothing_twice(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    live_timetuna.run_python(
        "from timetuna.pages.models import BookingPage\n"
        f"BookingPage.objects.filter(host={host.pk}).update(holds=False)"
    )
    with eyes(browser, "first-guest") as ann, eyes(browser, "second-guest", viewport=PHONE) as ben:
        for guest, name in ((ann, "ann"), (ben, "ben")):
            visit(guest.page, host)
            guest.page.locator(".time").nth(2).click()
            fill_details(guest.page, name=name, email=f"{name}@second.example", notes=f"From {name}")
        confirm(ann.page)

        ben.page.get_by_role("button", name=re.compile("^Confirm ")).click()

        expect(ben.page.get_by_text("This time is not free any more")).to_be_visible()
        ben.look("taken")
        assert fits(ben.page)
        same_day = ben.page.locator(".time-group", has_text=f"{open_day():%A %-d %B}")
        assert "10:00" not in same_day.inner_text().split()
        expect(ben.page.get_by_label("Your name")).to_have_value("ben")
        expect(ben.page.get_by_label("Anything the host should know")).to_have_value("From ben")
        same_day.get_by_text("10:30").click()
        ben.look("another-chosen")
        ben.page.get_by_role("button", name="Confirm this time").click()
        ben.page.wait_for_url("**/b/*")
        expect(ben.page.get_by_text("10:30 to 11:00")).to_be_visible()


def test_a_time_somebody_else_is_booking_is_not_offered_and_cannot_be_opened(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "holding") as ann, eyes(browser, "kept-from", user_agent="Another browser") as ben:
        visit(ben.page, host)
        visit(ann.page, host)
        ann.page.locator(".time").nth(2).click()
        expect(ann.page.get_by_text("This time is kept for you")).to_be_visible()

        ben.page.locator(".time", has_text="10:00").click()

        expect(ben.page.get_by_text("This time is not free any more")).to_be_visible()
        ben.look("not-free-any-more")
        ben.page.get_by_role("link", name="See all times").click()
        expect(ben.page.locator(".time").first).to_be_visible()
        assert "10:00" not in ben.page.locator(".time").all_inner_texts()
        assert "09:30" in ben.page.locator(".time").all_inner_texts()


def test_a_late_link_shows_itself(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "late-link-host") as robin, eyes(browser, "late-link") as sam:
        sign_in(robin, live_timetuna, host)
        connect_zoom(robin, live_timetuna)
        turn_zoom_on(live_timetuna, host)
        live_timetuna.sandbox.fault("slow", on="v2.create", seconds=5)
        sam.page.goto(host.page_url)
        sam.page.locator(".time").first.click()
        fill_details(sam.page, name="Sam Guest", email="late@guest.example")
        confirm(sam.page)
        expect(sam.page.get_by_text("The link is on its way")).to_be_visible()
        sam.look("on-its-way")
        opened = sam.page.evaluate("performance.timeOrigin")

        expect(sam.page.locator("#link a[href*='/j/']")).to_be_visible()

        assert sam.page.evaluate("performance.timeOrigin") == opened, "the page was loaded again"
        sam.look("there")
    assert live_timetuna.sandbox.violations() == []


def turn_zoom_on(live, host):
    live.run_python(
        "from timetuna.pages.models import MeetingType\n"
        f"MeetingType.objects.filter(page_id={host.page_pk}).delete()\n"
        f"MeetingType.objects.create(page_id={host.page_pk}, kind='zoom', enabled=True)\n"
    )


@pytest.mark.matrix
@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_the_public_page_weighs_little_and_asks_nobody_else(live_timetuna, browser, zone):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "weight", timezone_id=zone) as sam:
        wire = sam.context.new_cdp_session(sam.page)
        urls, weights = {}, {}
        wire.on(
            "Network.requestWillBeSent",
            lambda event: urls.update({event["requestId"]: event["request"]["url"]}),
        )
        wire.on(
            "Network.loadingFinished",
            lambda event: weights.update({event["requestId"]: event["encodedDataLength"]}),
        )
        wire.send("Network.enable")

        sam.page.goto(host.page_url, wait_until="networkidle")
        expect(sam.page.locator(".times-zone")).to_contain_text(zone.rpartition("/")[2].replace("_", " "))

        listing = [f"{weights.get(request, 0):6.0f} {url}" for request, url in urls.items()]
        weight = sum(weights.values())
        write_down(f"page-weight-{zone.rpartition('/')[2]}.txt", [*listing, f"{weight:6.0f} bytes in all"])
        assert weight <= HEAVIEST, listing
        assert [url for url in urls.values() if not url.startswith(live_timetuna.base_url)] == []


def write_down(name, lines):
    """Keep a measurement beside the pictures."""
    PICTURES.parent.mkdir(parents=True, exist_ok=True)
    (PICTURES.parent / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_times_follow_the_guest_and_the_choice_is_remembered(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "zones", timezone_id="America/New_York", locale="en-US") as sam:
        page = sam.page
        visit(page, host)
        expect(page.locator(".times-zone")).to_contain_text("United States, New York")
        early = twelve_hours(nine_in_berlin("America/New_York")).replace(" ", r"\s")
        expect(page.locator(".time").first).to_contain_text(re.compile(rf"{early}\s+9:00\sam in Berlin"))
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
        expect(page.locator(".time").first).to_contain_text(f"{there:%H:%M}")
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
        expect(page.locator(".time").first).to_contain_text(f"{there:%H:%M}")
        expect(page.get_by_role("combobox", name="Your time zone")).to_have_value("Japan, Tokyo")
        assert places(page) == before, "nothing has moved"
        sam.look("settled")
        page.unroute_all()

        page.on(
            "request", lambda request: held.append(request.url) if "hx-request" in request.headers else None
        )
        page.goto(f"{host.page_url}?day={open_day()}", wait_until="networkidle")
        expect(page.locator(".time").first).to_contain_text(f"{there:%H:%M}")
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
