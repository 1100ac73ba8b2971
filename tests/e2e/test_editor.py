"""A host writes a page: what is typed is seen beside it, by keyboard too, and everything is there without a script."""

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]


def preview(page: Page) -> FrameLocator:
    return page.frame_locator(".preview-frame:not([data-waiting])")


def test_what_is_typed_is_seen_before_it_is_saved(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "editor") as robin:
        sign_in(robin, live_timetuna, host)
        page, path = robin.page, f"{live_timetuna.base_url}/booking-pages/{host.page_pk}"
        page.goto(f"{path}/booking")
        page.get_by_label("Title").first.fill("A talk about fish")
        expect(preview(page).get_by_role("heading", name="A talk about fish")).to_be_visible()
        page.get_by_role("button", name="45 min").press("Enter")
        expect(page.get_by_role("button", name="45 min")).to_be_focused()
        expect(page.get_by_role("button", name="45 min")).to_have_attribute("aria-pressed", "true")
        page.get_by_label("Another length, in minutes").fill("20")
        page.keyboard.press("Enter")
        expect(preview(page).get_by_text("20 min", exact=False).first).to_be_visible()
        robin.look("typed")
        assert "A talk about fish" not in page.request.get(host.page_url).text()
        page.keyboard.press("Control+s")
        expect(page.get_by_text("Saved.")).to_be_visible()
        assert "A talk about fish" in page.request.get(host.page_url).text()
        page.keyboard.press("Control+s")
        expect(page.get_by_text("Everything is saved.")).to_be_visible()


def test_mails_colours_and_questions_are_seen_while_they_are_written(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "editor-mails") as robin:
        sign_in(robin, live_timetuna, host)
        page, path = robin.page, f"{live_timetuna.base_url}/booking-pages/{host.page_pk}"
        page.goto(f"{path}/notifications")
        page.get_by_role("button", name="Add: 24 h before").first.press("Enter")
        page.get_by_label("Extra message").first.fill("Dear ")
        page.get_by_role("button", name="Guest name").first.press("Enter")
        expect(page.get_by_label("Extra message").first).to_have_value("Dear {guest name}")
        mail = preview(page).frame_locator("iframe")
        expect(mail.get_by_text("Dear Sam Example")).to_be_visible()
        robin.look("mails")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_role("button", name="Remove: 24 h before")).to_be_visible()

        page.goto(f"{path}/look")
        page.get_by_label("Colour code").fill("#ffd84d")
        expect(page.get_by_text("3 to 1 is needed")).to_be_visible()
        robin.look("faint")
        page.get_by_role("button", name="Use it").press("Enter")
        expect(page.get_by_text("3 to 1 is needed")).to_be_hidden()
        page.get_by_role("button", name="Save", exact=True).click()

        for label in ("Your firm", "What is it about?"):
            page.goto(f"{path}/questions/new")
            page.get_by_role("textbox", name="Question").fill(label)
            expect(preview(page).get_by_text(label)).to_be_visible()
            page.get_by_role("button", name="Save", exact=True).click()
        page.get_by_role("button", name="Move up: What is it about?").press("Enter")
        expect(page.locator("#question-list li").first).to_contain_text("What is it about?")
        robin.look("questions")


def test_every_tab_is_saved_without_a_script_on_a_phone(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "editor-plain", viewport=PHONE, java_script_enabled=False) as robin:
        sign_in(robin, live_timetuna, host)
        page, path = robin.page, f"{live_timetuna.base_url}/booking-pages/{host.page_pk}"
        fields = {
            "booking": {"title": "A talk", "durations-0-minutes": "50"},
            "notifications": {"guest_reminders": "90 min", "message": "Dear {guest name}"},
            "look": {"brand_color": "#8a3ffc"},
        }
        for tab, typed in fields.items():
            page.goto(f"{path}/{tab}")
            for name, value in typed.items():
                page.locator(f"[name={name}]").fill(value)
            page.get_by_role("button", name="Save", exact=True).click()
            expect(page.get_by_text("Saved.")).to_be_visible()
            for name, value in typed.items():
                expect(page.locator(f"[name={name}]")).to_have_value(value)
        page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="Bookings", exact=True).click()
        page.wait_for_url("**/bookings")
