"""A guest shows by a text that the number is theirs: with scripts, and without them after a code by mail."""

import re
import time

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
_LIMIT = 20.0


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with running_timetuna(tmp_path_factory.mktemp("phones")) as live:
        yield live


@pytest.fixture(scope="module")
def host(live, browser):
    """Return a host whose page wants verified numbers."""
    host = live.new_host()
    with eyes(browser, "host") as robin:
        sign_in(robin, live, host)
        robin.page.get_by_role("link", name="Intro call").first.click()
        robin.page.get_by_label("Ask for a phone number").select_option("verified")
        robin.look("phone")
        robin.page.get_by_role("button", name="Save", exact=True).click()
        expect(robin.page.get_by_text("Saved.")).to_be_visible()
    return host


def texted(live, number):
    """Return the code of the newest text to a number, once there is one."""
    until = time.monotonic() + _LIMIT
    while time.monotonic() < until:
        rows = live.sandbox.ask("sms/texts", to=number)["texts"]
        if rows:
            return re.search(r"#(\d{6})$", rows[-1]["body"])[1]
        time.sleep(0.05)
    raise TimeoutError(f"no text came to {number}")


def fill(page, host, number, *, phone):
    page.goto(
        f"{host.page_url}/book?start={start(number):%Y-%m-%dT%H:%MZ}&duration=30&zone=Europe/Berlin&visit=visitvisit{number:02}"
    )
    page.get_by_label("Your name").fill("Sam Guest")
    page.get_by_label("Your email").fill(f"sam{number}@guest.example")
    expect(page.get_by_label("Country of your phone number")).to_have_value("DE")
    page.get_by_role("textbox", name="Your phone number").fill(phone)
    page.get_by_role("button", name=re.compile("Confirm")).click()


def type_code(page, label, code):
    page.get_by_label(label, exact=True).fill(code)
    page.get_by_role("button", name=re.compile("Confirm")).click()


def test_a_number_is_shown_by_a_text(live, host, browser):
    with eyes(browser, "text") as sam:
        fill(sam.page, host, 0, phone="01512 3456789")
        expect(sam.page.get_by_role("heading", name="Confirm your phone number")).to_be_visible(
            timeout=60_000
        )
        sam.look("text code")
        type_code(sam.page, "Code", "000000")
        expect(sam.page.get_by_text("This code is not right").first).to_be_visible()
        type_code(sam.page, "Code", texted(live, "+4915123456789"))
        sam.page.wait_for_url(re.compile("/b/"))
        fill(sam.page, host, 1, phone="01512 3456789")
        sam.page.wait_for_url(re.compile("/b/"), timeout=60_000)


def test_without_scripts_a_mail_comes_first(live, host, browser):
    with eyes(browser, "text without scripts", java_script_enabled=False, viewport=PHONE) as sam:
        fill(sam.page, host, 2, phone="01512 3456780")
        expect(sam.page.get_by_role("heading", name="Check your mail")).to_be_visible()
        (mail,) = live.sandbox.wait_for_mail("sam2@guest.example")
        type_code(sam.page, "Code from the mail", mail["subject"][:6])
        expect(sam.page.get_by_role("heading", name="Confirm your phone number")).to_be_visible()
        sam.look("text code without scripts", accessible=False)
        type_code(sam.page, "Code", texted(live, "+4915123456780"))
        sam.page.wait_for_url(re.compile("/b/"))
