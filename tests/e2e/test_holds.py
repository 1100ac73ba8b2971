"""A time is kept while its form is open in a browser, and given back when the guest leaves it."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.either("postgresql")]
KEPT = "This time is kept for you for 5 minutes."


def sees(guest, host, label):
    visit(guest.page, host)
    return label in [text.split("\n")[0] for text in guest.page.locator(".time").all_inner_texts()]


@pytest.mark.matrix
@pytest.mark.parametrize("window", [{}, {"viewport": PHONE, "color_scheme": "dark"}], ids=["desk", "phone"])
def test_leaving_the_form_gives_the_time_back(live_timetuna, browser, window):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with (
        eyes(browser, "holding-a-time", user_agent="One browser", **window) as ann,
        eyes(browser, "waiting-for-a-time", user_agent="One browser") as ben,
    ):
        visit(ann.page, host)
        ann.page.locator(".time").nth(2).click()
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
