"""Hosts on ways beside the main one: new ones, forgetful ones, hesitant ones."""

import re
import secrets

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import eyes
from tests.e2e.steps import confirm, fill_details, pick, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.either]


def link_in(mail, part):
    """Return the address in a mail's text that leads to a part of the product."""
    return re.search(rf"https?://\S+/{part}/\S+", mail["text"]).group()


def test_a_new_host_has_a_page_that_can_be_booked_after_the_first_step(live_timetuna, browser):
    email = f"new-{secrets.token_hex(4)}@host.example"
    with eyes(browser, "new-host") as robin, eyes(browser, "new-hosts-guest") as sam:
        page = robin.page
        page.goto(f"{live_timetuna.base_url}/signup")
        page.get_by_label("Your name").fill("Robin New")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password").fill("seven-green-tunas")
        robin.look("sign-up")
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
        robin.look("mailbox")
        page.goto(link_in(live_timetuna.sandbox.wait_for_mail(email)[0], "verify-email"))
        robin.look("verify")
        page.get_by_role("button", name="Confirm this address").click()
        page.wait_for_url("**/setup/hours")
        robin.look("hours")
        page.get_by_role("button", name="Create my page").first.click()
        page.wait_for_url("**/setup/calendar")
        robin.look("calendar")
        page.get_by_role("button", name="Skip").click()
        page.wait_for_url("**/setup/meeting")
        robin.look("meeting")
        page.get_by_role("button", name="Save and continue").click()
        page.wait_for_url("**/setup/share")
        robin.look("share")
        address = page.locator(".copy a").first.get_attribute("href")
        page.get_by_role("button", name="Done").click()
        page.wait_for_url("**/booking-pages")

        sam.page.goto(address)
        pick(sam.page.locator(".time").first)
        fill_details(sam.page, name="Sam Guest", email="first@guest.example")
        confirm(sam.page)

        page.goto(f"{live_timetuna.base_url}/bookings")
        expect(page.get_by_text("Sam Guest")).to_be_visible()
        robin.look("bookings")


@pytest.mark.either("postgresql")
@pytest.mark.matrix(of="journey")
def test_a_forgotten_password_is_set_anew_by_mail(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "forgotten-password") as robin:
        page = robin.page
        page.goto(f"{live_timetuna.base_url}/signin")
        page.get_by_role("link", name=re.compile("password", re.IGNORECASE)).click()
        page.get_by_label("Email").fill(host.email)
        robin.look("ask")
        page.get_by_role("button", name="Send the link").click()
        expect(page.get_by_role("heading", name="Check your inbox")).to_be_visible()
        page.goto(link_in(live_timetuna.sandbox.wait_for_mail(host.email)[0], "reset-password"))
        page.get_by_label("New password").fill("eleven-blue-tunas")
        robin.look("set")
        page.get_by_role("button", name="Set the password").click()
        robin.look("done")

        page.goto(f"{live_timetuna.base_url}/signin")
        page.get_by_label("Email").fill(host.email)
        page.get_by_label("Password").fill("eleven-blue-tunas")
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url("**/booking-pages")


@pytest.mark.either("postgresql")
@pytest.mark.matrix(of="journey")
def test_zoom_without_a_connection_is_refused_and_nothing_is_lost(live_timetuna, browser):
    host = live_timetuna.new_host()
    with eyes(browser, "zoom-without-connection") as robin:
        sign_in(robin, live_timetuna, host)
        page = robin.page
        page.goto(f"{live_timetuna.base_url}/booking-pages/{host.page_pk}/booking")
        page.get_by_label("Title").first.fill("A title that stays")
        page.get_by_label("Description").first.fill("And a description.")
        page.get_by_text("Connect more").click()
        page.get_by_role("switch", name="Zoom").check()
        page.get_by_role("button", name="Save", exact=True).click()

        expect(page.get_by_role("link", name="Connect Zoom")).to_be_visible()
        robin.look("refused")
        expect(page.get_by_label("Title").first).to_have_value("A title that stays")
        expect(page.get_by_label("Description").first).to_have_value("And a description.")
        expect(page.get_by_role("switch", name="Zoom")).to_be_checked()
        assert "A title that stays" not in page.request.get(host.page_url).text()


@pytest.mark.either("postgresql")
@pytest.mark.matrix(of="journey")
def test_a_denied_consent_and_a_start_from_the_marketplace(live_timetuna, browser):
    zoom, host = live_timetuna.sandbox, live_timetuna.new_host()
    with eyes(browser, "zoom-hesitant") as robin:
        sign_in(robin, live_timetuna, host)
        page = robin.page
        page.goto(f"{live_timetuna.base_url}/settings/providers")
        zoom.decide("deny")
        page.get_by_role("button", name="Connect Zoom", exact=True).click()
        page.wait_for_url("**/settings/providers")
        expect(page.locator(".messages")).to_contain_text("Zoom")
        robin.look("denied")
        expect(page.get_by_role("button", name="Connect Zoom", exact=True)).to_be_visible()
        assert zoom.calls("v2") == []

        zoom.decide("allow")
        page.goto(zoom.marketplace_add())
        expect(page.get_by_role("heading", name="Finish connecting Zoom")).to_be_visible()
        robin.look("finish-connecting")
        assert zoom.calls("token") == []
        page.get_by_role("button", name="Connect Zoom", exact=True).click()
        expect(page.get_by_role("button", name="Disconnect", exact=True)).to_be_visible()
        robin.look("connected")
    assert zoom.violations() == []
