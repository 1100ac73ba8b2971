"""A host connects Stripe and sets a price, guests pay, decline first, go back or leave it, and money goes back."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import sign_in
from tests.e2e.test_proofs import start
from tests.running import running_timetuna

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]
PAY = re.compile("^Pay 45.00\\s€ and confirm$")


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with running_timetuna(tmp_path_factory.mktemp("payments")) as live:
        yield live


@pytest.fixture(scope="module")
def host(live, browser):
    """Return a host who is paid 45 euros for each meeting."""
    host = live.new_host()
    with eyes(browser, "paid host") as robin:
        sign_in(robin, live, host)
        robin.page.goto(f"{live.base_url}/settings/providers")
        row = robin.page.locator("#stripe")
        row.get_by_role("link", name=re.compile("key|Stripe")).last.click()
        robin.look("key")
        robin.page.get_by_label("Restricted key").fill("rk_test_sandboxRobin0001")
        robin.page.get_by_role("button", name="Connect Stripe").click()
        expect(row.get_by_text("Connected", exact=True)).to_be_visible()
        robin.look("connected")
        robin.page.goto(f"{live.base_url}/booking-pages")
        robin.page.get_by_role("link", name="Intro call").first.click()
        robin.page.get_by_label("Price", exact=True).last.fill("45")
        robin.page.get_by_label("Currency").select_option("eur")
        robin.look("price")
        robin.page.get_by_role("button", name="Save", exact=True).click()
        expect(robin.page.get_by_text("Saved.")).to_be_visible()
    return host


def fill(page, host, number):
    page.goto(
        f"{host.page_url}/book?start={start(number):%Y-%m-%dT%H:%MZ}&duration=30&zone=Europe/Berlin&visit=visitvisit{number:02}"
    )
    page.get_by_label("Your name").fill("Sam Guest")
    page.get_by_label("Your email").fill(f"sam{number}@guest.example")
    phone = page.get_by_role("textbox", name="Your phone number")
    if phone.count():
        phone.fill("+49 30 901820")
    expect(page.get_by_text(re.compile("45.00\\s€")).first).to_be_visible()


def press(page, card):
    """On Stripe's page."""
    page.locator(f"button[name=card][value={card}]").click()


def test_a_guest_declines_then_pays_and_the_host_gives_a_part_back(live, host, browser):
    with eyes(browser, "paying") as sam:
        fill(sam.page, host, 0)
        sam.look("form with a price")
        sam.page.get_by_role("button", name=PAY).click()
        sam.page.wait_for_url(re.compile("/stripe/pay/"), timeout=60_000)
        press(sam.page, "decline")
        press(sam.page, "pay")
        expect(sam.page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible(
            timeout=30_000
        )
        expect(sam.page.get_by_role("link", name="Receipt")).to_be_visible()
        sam.look("paid")
    with eyes(browser, "refunding") as robin:
        sign_in(robin, live, host)
        robin.page.goto(f"{live.base_url}/bookings")
        robin.page.get_by_role("link", name="Sam Guest").first.click()
        robin.page.get_by_text("Refund …").click()
        robin.look("refund")
        robin.page.get_by_label("Amount in EUR").fill("12,50")
        robin.page.get_by_role("button", name="Refund", exact=True).click()
        dialog = robin.page.get_by_role("dialog")
        expect(dialog.get_by_role("heading", name="Give 12,50 EUR back to Sam Guest?")).to_be_visible()
        dialog.get_by_role("button", name="Refund", exact=True).click()
        expect(robin.page.get_by_text(re.compile("12.50\\s€ refunded")).first).to_be_visible(timeout=30_000)


def test_whoever_goes_back_pays_later(live, host, browser):
    with eyes(browser, "going back") as sam:
        fill(sam.page, host, 1)
        sam.page.get_by_role("button", name=PAY).click()
        sam.page.wait_for_url(re.compile("/stripe/pay/"), timeout=60_000)
        press(sam.page, "back")
        expect(sam.page.get_by_role("heading", name="Your payment is still to come")).to_be_visible()
        sam.look("still to be paid")
        sam.page.get_by_role("link", name=re.compile("^Pay 45.00\\s€$")).click()
        sam.page.wait_for_url(re.compile("/stripe/pay/"))
        press(sam.page, "pay")
        expect(sam.page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible(
            timeout=30_000
        )


def test_without_scripts_on_a_phone(live, host, browser):
    with eyes(browser, "paying without scripts", java_script_enabled=False, viewport=PHONE) as sam:
        fill(sam.page, host, 2)
        sam.page.get_by_role("button", name=PAY).click()
        sam.page.wait_for_url(re.compile("/stripe/pay/|/book"), timeout=60_000)
        if "/book" in sam.page.url:  # the time that a form has to be open for is short here
            sam.page.get_by_role("button", name=PAY).click()
            sam.page.wait_for_url(re.compile("/stripe/pay/"), timeout=60_000)
        press(sam.page, "pay")
        expect(sam.page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible(
            timeout=30_000
        )
