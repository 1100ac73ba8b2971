"""Guests of every kind: without JavaScript, on a small phone, by keyboard, too late, far away."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes, wire, write_down
from tests.e2e.steps import (
    confirm,
    connect_zoom,
    fill_details,
    fits,
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
    pytest.mark.matrix(of="file"),
]
HEAVIEST, FIRST_FLIGHT, MOST_REQUESTS = 14_300, 11_000, 4
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
    assert page.locator(".time").first.inner_text().replace("\xa0", " ") == twelve_hours(there)
    expect(page.locator(".host-clock")).to_have_text(
        f"{twelve_hours(there)} for you is 9:00 am in Berlin for your host"
    )
    pick(page.locator(".time").first)
    expect(page.get_by_text("9:00 am for Robin Host · Germany, Berlin")).to_be_visible()
    look("details")
    fill_details(page, name="Sam Guest", email="nojs@guest.example")
    confirm(page)
    end = twelve_hours(there + timedelta(minutes=30))
    expect(page.get_by_text(f"{twelve_hours(there)} to {end}")).to_be_visible()
    look("confirmation")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_first_screen_of_a_phone_has_times_and_a_picked_one_leaves_the_languages_in_reach(
    live_timetuna, browser, scheme
):
    with eyes(browser, f"first-screen-{scheme}", viewport=PHONE, color_scheme=scheme) as sam:
        page = sam.page
        visit(page, live_timetuna.new_host(zone="Europe/Berlin"))
        first = page.locator(".time").first
        expect(first).to_be_visible()
        box = first.bounding_box()
        assert box["y"] + box["height"] <= PHONE["height"]
        sam.look("times")

        first.click()
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
        bar = page.locator(".picked > :last-child").bounding_box()
        last = page.locator(".languages a").last.bounding_box()
        assert last["y"] + last["height"] <= bar["y"]


def test_a_guest_without_javascript_moves_and_cancels(live_timetuna, without_scripts):
    page, look = without_scripts
    visit(page, live_timetuna.new_host(zone="Europe/Berlin"))
    pick(page.locator(".time").first)
    fill_details(page, name="Sam Guest", email="moves@guest.example")
    confirm(page)
    page.get_by_role("link", name="Move to another time").click()
    look("move")
    pick(page.locator(".time").nth(3))
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
        pick(sam.page.locator(".time").first)
        fill_details(sam.page, name="Sam Guest", email="log@guest.example")
        confirm(sam.page)

        answer = sam.page.request.post(f"{sam.page.url}/cancel", form={"note": "no token"})

        assert answer.status == 403
        assert sam.page.url.rpartition("/")[2] not in live_timetuna.log()


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
        pick(page.locator(".time").first)
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
        expect(page.get_by_role("link", name=re.compile(", .+ Next$"))).to_be_focused()
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
            pick(guest.page.locator(".time").nth(2))
            fill_details(guest.page, name=name, email=f"{name}@second.example", notes=f"From {name}")
        confirm(ann.page)

        ben.page.get_by_role("button", name=re.compile("^Confirm ")).click()

        expect(ben.page.get_by_text("This time is not free any more")).to_be_visible()
        ben.look("taken")
        assert fits(ben.page)
        assert "10:00" not in ben.page.locator(".time").all_inner_texts()
        ben.page.locator(".persons").get_by_role("button", name="10:30").click()
        expect(ben.page.get_by_label("Your name")).to_have_value("ben")
        expect(ben.page.get_by_label("Anything the host should know")).to_have_value("From ben")
        ben.look("another-chosen")
        ben.page.get_by_role("button", name=re.compile("^Confirm .*10:30")).click()
        ben.page.wait_for_url("**/b/*")
        expect(ben.page.get_by_text("10:30 to 11:00")).to_be_visible()


def test_a_time_somebody_else_is_booking_is_not_offered_and_cannot_be_opened(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "holding") as ann, eyes(browser, "kept-from", user_agent="Another browser") as ben:
        visit(ben.page, host)
        visit(ann.page, host)
        pick(ann.page.locator(".time").nth(2))
        expect(ann.page.get_by_text("This time is kept for you")).to_be_visible()

        pick(ben.page.locator(".time", has_text="10:00"))

        expect(ben.page.get_by_text("This time is not free any more")).to_be_visible()
        ben.look("not-free-any-more")
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
        pick(sam.page.locator(".time").first)
        fill_details(sam.page, name="Sam Guest", email="late@guest.example")
        confirm(sam.page)
        expect(sam.page.get_by_text("The link is on its way")).to_be_visible()
        sam.look("on-its-way")
        opened = sam.page.evaluate("performance.timeOrigin")

        expect(sam.page.locator("#link a[href*='/j/']").first).to_be_visible()

        assert sam.page.evaluate("performance.timeOrigin") == opened, "the page was loaded again"
        sam.look("there")
    assert live_timetuna.sandbox.violations() == []


def turn_zoom_on(live, host):
    live.run_python(
        "from timetuna.pages.models import MeetingType\n"
        f"MeetingType.objects.filter(page_id={host.page_pk}).delete()\n"
        f"MeetingType.objects.create(page_id={host.page_pk}, kind='zoom', enabled=True)\n"
    )


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
def test_the_public_page_weighs_little_and_asks_nobody_else(live_timetuna, browser, zone):
    """Cold and warm. What the first picture needs is in the first answer, and that in what is sent before an answer."""
    host, place = live_timetuna.new_host(zone="Europe/Berlin"), zone.rpartition("/")[2].replace("_", " ")
    with eyes(browser, "weight", timezone_id=zone) as sam:
        looks = []
        for _ in ("cold", "warm"):
            with wire(sam) as asked:
                sam.page.goto(host.page_url, wait_until="networkidle")
                expect(sam.page.locator(".times-zone")).to_contain_text(place)
            looks.append(asked)
        cold, warm = looks
        listing = [f"{weight:6.0f} {url[:100]}" for look in looks for url, weight in look]
        write_down(f"page-weight-{place.replace(' ', '_')}.txt", listing)
        first = cold[0][1]
        assert first <= FIRST_FLIGHT, listing
        assert sum(weight for _, weight in cold) <= HEAVIEST, listing
        assert len(cold) <= MOST_REQUESTS, listing
        assert [weight for _, weight in warm[1:] if weight] == [], listing
        assert sam.page.locator("link[rel=stylesheet]").count() == 0
        assert [url for url, _ in cold if not url.startswith(live_timetuna.base_url)] == []


def test_months_are_turned_in_place_and_back(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "turning") as sam:
        page, shown = sam.page, sam.page.locator("#month")
        page.goto(host.page_url)
        first = shown.inner_text()
        opened = page.evaluate("performance.timeOrigin")
        page.locator("#month-next").focus()
        page.keyboard.press("Enter")
        expect(shown).not_to_have_text(first)
        second = shown.inner_text()
        assert "month=" in page.url
        further = page.locator("#month-next")
        expect(further if further.count() else shown).to_be_focused()  # the last month has none
        expect(page.locator("#announce")).not_to_be_empty()
        page.locator("a.day").nth(3).click()
        expect(page.locator("#times")).to_be_focused()

        page.go_back()
        page.go_back()
        expect(shown).to_have_text(first)
        assert page.url == host.page_url
        page.go_forward()
        expect(shown).to_have_text(second)
        assert page.evaluate("performance.timeOrigin") == opened, "the page was loaded again"

        page.route(
            "**/*",
            lambda route: route.abort() if "hx-request" in route.request.headers else route.continue_(),
        )
        page.locator("#month-previous").click()
        expect(shown).not_to_have_text(second)
        assert page.evaluate("performance.timeOrigin") > opened, "what fails becomes an ordinary visit"
        page.unroute_all()
        sam.problems = [one for one in sam.problems if "ERR_FAILED" not in one]
