"""A host makes a key, uses it and revokes it, and has a program told by a webhook: by keys, and without any script."""

import re
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browsing import WEB
from tests.e2e.browser import PHONE, violations
from tests.e2e.steps import fits
from tests.e2e.test_keys import tab_to
from timetuna.accounts.models import User
from timetuna.bookings.tests.conftest import make_page, work_off
from timetuna.webhooks.tests.conftest import Receiver, receiver, saying

__all__ = ["receiver"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]
PASSWORD = "correct horse battery"
KEY, SECRET = re.compile(r"tt_live_\w+"), re.compile(r"whsec_[\w+/=]+")


@dataclass(frozen=True)
class Phone:
    """A phone's window in the dark. Where it has scripts, buttons and links are reached by Tab alone."""

    page: Page
    scripts: bool

    def press(self, selector: str) -> None:
        if self.scripts:
            tab_to(self.page, selector)
            self.page.keyboard.press("Enter")
        else:
            self.page.locator(selector).click()

    def is_well(self) -> None:
        assert fits(self.page)
        if self.scripts:
            assert violations(self.page) == []

    def agree(self, button: str) -> None:
        """Press what asks once more: in a dialog, or beside a box to tick."""
        if not self.scripts:
            self.page.locator("form", has_text=button).get_by_role("checkbox").check()
        self.press(called(button))
        if self.scripts:
            expect(self.page.get_by_role("dialog")).to_be_visible()
            self.is_well()
            self.press(f'dialog[open] button:has-text("{button}")')

    def give_password(self) -> None:
        expect(self.page.get_by_role("heading", name="Enter your password")).to_be_visible()
        self.is_well()
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_label("Password").press("Enter")

    def line(self, name: str) -> Locator:
        return self.page.locator(".line", has_text=name)


@pytest.fixture(params=[True, False], ids=["scripts-and-keys", "no-scripts"])
def phone(request: pytest.FixtureRequest, windows: Any, alice: User) -> Phone:
    make_page(alice)
    page = windows(viewport=PHONE, color_scheme="dark", java_script_enabled=request.param)
    return Phone(page, request.param)


def called(name: str, kind: str = "button") -> str:
    return f'main {kind}:has-text("{name}")'


def ask(url: str, key: str) -> httpx2.Response:
    return WEB.get(f"{url}/api/v1/me", headers={"Authorization": f"Bearer {key}"})


def test_a_key_is_made_used_and_revoked(phone: Phone, live_server: Any, alice: User) -> None:
    page = phone.page
    page.goto("/settings/developers")
    expect(page.get_by_text("No keys yet.")).to_be_visible()
    phone.is_well()
    phone.press(called("New key", "a"))
    phone.give_password()
    phone.press(called("Create key"))
    expect(page.get_by_text("Give the key a name, so that you recognise it later.")).to_be_visible()
    phone.is_well()
    page.get_by_label("What is it for?").fill("CRM of Donaudampfschifffahrtsgesellschaft")
    phone.press(called("Create key"))
    expect(page.get_by_role("heading", name="is ready")).to_be_visible()
    phone.is_well()
    key = KEY.fullmatch(page.get_by_label("The key").input_value())[0]

    assert ask(live_server.url, key).json()["name"] == alice.name
    assert ask(live_server.url, f"{key[:-1]}{'a' if key[-1] != 'a' else 'b'}").status_code == 401
    phone.press(called("I have copied it", "a"))
    expect(phone.line("CRM of")).to_contain_text("Last used")
    assert key not in page.content()
    phone.is_well()
    phone.agree("Revoke")
    expect(page.get_by_text("No keys yet.")).to_be_visible()
    assert ask(live_server.url, key).status_code == 401


def test_a_webhook_is_made_tried_out_and_sends_again(phone: Phone, receiver: Receiver) -> None:
    page = phone.page
    receiver.answers = [saying(500, b"Broken"), saying(200)]
    page.goto("/settings/developers/webhooks")
    expect(page.get_by_text("No webhooks yet.")).to_be_visible()
    phone.press(called("New webhook", "a"))
    phone.give_password()
    page.get_by_label("Address").fill("nowhere")
    phone.press(called("Create webhook"))
    expect(page.get_by_text("Enter a full address that begins with https://.")).to_be_visible()
    phone.is_well()
    page.get_by_label("Address").fill(receiver.url)
    phone.press(called("Create webhook"))
    expect(page.get_by_text("it is not shown again")).to_be_visible()
    phone.is_well()
    secret = SECRET.search(page.locator("main").inner_text())[0]
    phone.press(called("I have copied it", "a"))
    expect(page.get_by_text("Nothing yet. Send a test to see whether it arrives.")).to_be_visible()
    phone.press(called("Send a test"))
    expect(page.get_by_role("heading", name="Test")).to_be_visible()
    work_off()
    page.reload()
    expect(phone.line("Test")).to_contain_text("Not delivered")
    phone.is_well()
    phone.press("main .line summary")
    expect(page.get_by_text("Broken")).to_be_visible()
    phone.press(f"main .line {called('Send again')[5:]}")
    expect(phone.line("Test")).to_contain_text("On its way")
    work_off()
    page.goto(page.url)
    expect(phone.line("Test")).to_contain_text("Delivered")
    assert receiver.verified(secret)["type"] == "webhook.test"
    assert len(set(receiver.ids())) == 1
    assert len(receiver.messages) == 2
    phone.agree("Remove the webhook")
    expect(page.get_by_text("No webhooks yet.")).to_be_visible()
