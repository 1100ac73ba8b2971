"""While unusually many bookings are made: browsers calculate by themselves; without JavaScript a code comes by mail."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.clock import present
from tests.e2e.browser import PHONE, eyes
from tests.guest import Guest
from tests.running import running_timetuna

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]


@pytest.fixture(scope="module")
def careful(tmp_path_factory):
    """Run the product as an operator has it who set nothing."""
    folder = tmp_path_factory.mktemp("careful")
    with running_timetuna(folder, TIMETUNA_BOOKING_PROOFS="auto") as live:
        yield live


def start(number):
    """Return a half hour of a day that is open, a day for each number."""
    day = present().replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=3)
    return day + timedelta(days=(7 - day.weekday()) % 7, minutes=30 * number)


def open_form(page, host, number):
    page.goto(
        f"{host.page_url}/book?start={start(number):%Y-%m-%dT%H:%MZ}&duration=30&zone=UTC&visit=visitvisit{number:02}"
    )
    page.get_by_label("Your name").fill("Sam Guest")
    page.get_by_label("Your email").fill(f"sam{number}@guest.example")
    page.get_by_role("textbox", name="Your phone number").fill("+49 30 123456")


def test_guests_of_a_busy_page(careful, browser):
    host = careful.new_host()
    for number in range(3):
        guest = Guest(host.page_url, number=number)
        assert guest.send(guest.open_form(start(number))).status_code == 302
        guest.close()

    with eyes(browser, "calculating") as sam:
        open_form(sam.page, host, 3)
        expect(sam.page.locator("input[name=asked]")).to_have_count(1)
        sam.look("form")
        sam.page.get_by_role("button", name=re.compile("Confirm")).click()
        sam.page.wait_for_url(re.compile("/b/"), timeout=60_000)
        expect(sam.page.get_by_role("heading", level=1)).to_be_visible()

    with eyes(browser, "code", java_script_enabled=False, viewport=PHONE) as sam:
        open_form(sam.page, host, 4)
        sam.page.get_by_role("button", name=re.compile("Confirm")).click()
        expect(sam.page.get_by_role("heading", name="Check your mail")).to_be_visible()
        sam.look("code", accessible=False)
        (mail,) = careful.sandbox.wait_for_mail("sam4@guest.example")
        sam.page.get_by_label("Code from the mail").fill(mail["subject"][:6])
        sam.page.get_by_role("button", name=re.compile("Confirm")).click()
        sam.page.wait_for_url(re.compile("/b/"))
