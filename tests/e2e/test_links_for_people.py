"""A host sends one person a link for one booking; they book, come back, and another finds it used."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import confirm, fits, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_one_person_gets_a_link_for_one_booking(live_timetuna, browser, scripts):
    host = live_timetuna.new_host()
    name = f"link-for-one-{'scripts' if scripts else 'no-scripts'}"
    with (
        eyes(browser, f"{name}-host", java_script_enabled=scripts) as robin,
        eyes(browser, f"{name}-guest", java_script_enabled=scripts, viewport=PHONE) as zoe,
    ):
        sign_in(robin, live_timetuna, host)
        robin.page.goto(f"{live_timetuna.base_url}/booking-pages/{host.page_pk}/share")
        robin.look("share", accessible=scripts)
        robin.page.get_by_role("link", name="Personal links").click()
        robin.page.get_by_role("link", name="New link").click()
        robin.page.get_by_label("Their name").fill("Zoë Acme")
        robin.page.get_by_label("Their email").fill("zoe@acme.example")
        robin.look("new", accessible=scripts)
        robin.page.get_by_role("button", name="Create link").click()
        expect(robin.page.get_by_role("heading", name="The link is ready")).to_be_visible()
        robin.look("made", accessible=scripts)
        link = robin.page.locator("#made .copy a").get_attribute("href")

        zoe.page.goto(link)
        zoe.page.locator(".time").first.click()
        if zoe.page.locator(".picked .button").count():
            zoe.page.locator(".picked .button").click()
        expect(zoe.page.get_by_label("Your name")).to_have_value("Zoë Acme")
        expect(zoe.page.get_by_label("Your email")).to_have_value("zoe@acme.example")
        zoe.page.get_by_role("textbox", name="Your phone number").fill("+49 30 123456")
        zoe.look("form", accessible=scripts)
        confirm(zoe.page)
        booked = zoe.page.url
        zoe.page.goto(link)
        comes_again(zoe, link, accessible=scripts)
        zoe.page.goto(booked)
        expect(zoe.page.get_by_role("link", name="Cancel")).to_be_visible()

        robin.page.goto(f"{live_timetuna.base_url}/booking-pages/{host.page_pk}/share/links")
        expect(robin.page.get_by_text("Used", exact=True)).to_be_visible()
        robin.look("links", accessible=scripts)


def comes_again(zoe, link, *, accessible):
    """Recognised where they booked; in any other browser the link is used up."""
    expect(zoe.page.get_by_role("heading", name="You booked this")).to_be_visible()
    zoe.page.context.clear_cookies()
    zoe.page.goto(link)
    expect(zoe.page.get_by_role("heading", name="This link has been used")).to_be_visible()
    zoe.look("used", accessible=accessible)
    assert fits(zoe.page)
