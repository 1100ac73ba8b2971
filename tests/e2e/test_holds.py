"""A time is kept while its form is open in a browser, and given back when the guest leaves it; what follows."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import DESK, PHONE, eyes
from tests.e2e.steps import CONFIRM, fill_details, pick, visit

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]
KEPT = "This time is kept for you for 5 minutes."


def sees(guest, host, label):
    visit(guest.page, host)
    return label in [text.split("\n")[0] for text in guest.page.locator(".time").all_inner_texts()]


@pytest.mark.parametrize("window", [{}, {"viewport": PHONE, "color_scheme": "dark"}], ids=["desk", "phone"])
def test_leaving_the_form_gives_the_time_back(live_timetuna, browser, window):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with (
        eyes(browser, "holding-a-time", user_agent="One browser", **window) as ann,
        eyes(browser, "waiting-for-a-time", user_agent="One browser") as ben,
    ):
        visit(ann.page, host)
        pick(ann.page.locator(".time").nth(2))
        expect(ann.page.get_by_text(KEPT)).to_be_visible()
        ann.look("kept")
        assert not sees(ben, host, "10:00")

        ann.page.reload()
        expect(ann.page.get_by_text(KEPT)).to_be_visible()
        assert not sees(ben, host, "10:00"), "a form that is loaded again goes on keeping its time"

        ann.page.go_back()
        expect(ann.page.locator(".time", has_text="10:00")).to_be_visible()

        # The browser sends it on its own, after the page is gone: there is nothing to wait for but its effect.
        assert any(sees(ben, host, "10:00") for _ in range(20))


def test_a_form_says_what_is_wrong_and_knows_who_comes_back(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "coming-back", viewport=PHONE) as sam:
        page = sam.page
        visit(page, host)
        pick(page.locator(".time").nth(2))
        fill_details(page, name="Sam Guest", email="no address")
        form_url = page.url
        page.locator("form").evaluate("form => form.noValidate = true")
        page.get_by_role("button", name=CONFIRM).click()
        expect(page).to_have_title(re.compile("^Error:"))
        expect(page.locator("#form-errors")).to_be_focused()
        sam.look("errors")
        page.get_by_role("link", name=re.compile("mail address")).click()
        expect(page.get_by_label("Your email")).to_be_focused()
        page.get_by_label("Your email").fill("back@guest.example")

        come_back_from_memory(page)
        expect(page.get_by_role("heading", name="You booked this")).to_be_visible()
        sam.look("booked-before")
        page.get_by_role("link", name="See your booking").click()
        expect(page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()
        page.goto(form_url)
        expect(page.get_by_role("heading", name="You booked this")).to_be_visible()


def come_back_from_memory(page):
    """Confirm, and come back by a browser that has kept the page as it was: it knows nothing of the answer."""

    def send(route):
        if route.request.method != "POST":
            return route.continue_()
        route.fetch(max_redirects=0)
        return route.fulfill(status=204)

    page.route("**/book*", send)
    page.get_by_role("button", name=CONFIRM).click()
    expect(page.get_by_role("button", name=CONFIRM)).to_be_disabled()
    page.wait_for_load_state("networkidle")
    page.unroute("**/book*")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    return page


@pytest.mark.parametrize(
    "window", [{"viewport": PHONE, "color_scheme": "dark"}, {"viewport": DESK}], ids=["phone", "desk"]
)
def test_a_wrong_address_is_mended_by_keyboard_and_known_in_another_tab(live_timetuna, browser, window):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    wrong, right = "mended@gest.example", "mended@guest.example"
    with eyes(browser, "wrong-address", **window) as sam, eyes(browser, "gets-the-wrong-mail") as stranger:
        page = sam.page
        page.goto(f"{host.page_url}?name=Sam+Guest&email={wrong}&phone=%2B4930123456")
        pick(page.locator(".time").first)
        expect(page.get_by_label("Your email")).to_have_value(wrong)
        page.get_by_role("button", name=CONFIRM).press("Enter")
        page.wait_for_url("**/b/*")
        sam.look("just-booked")
        old = page.url
        other_tab = sam.context.new_page()
        other_tab.goto(old)

        page.get_by_role("link", name="Wrong address?").press("Enter")
        sam.look("which-is-right")
        page.get_by_label("Your email").fill("mended")
        page.keyboard.press("Enter")
        expect(page.locator("#form-errors")).to_be_focused()
        sam.look("no-address")
        page.get_by_label("Your email").fill(right)
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"on its way to {right}")).to_be_visible()
        sam.look("mended")

        other_tab.reload()
        assert other_tab.url == page.url != old
        assert stranger.page.goto(old).status == 404
