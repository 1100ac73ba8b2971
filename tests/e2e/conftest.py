"""One browser for all journeys, and windows of a host who is signed in to a server of this process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.e2e.browser import DESK, chromium
from timetuna.accounts.models import User
from timetuna.bookings.tests.conftest import make_host


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Start what drives browsers; there can be one in a thread."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium once; every window is still private."""
    with chromium(playwright) as running:
        yield running


@pytest.fixture(scope="module")
def beside_a_loop() -> Iterator[None]:
    """Let this thread ask the database: Playwright keeps a loop in it, and Django asks whether that is meant."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture
def alice(beside_a_loop: None, transactional_db: None) -> User:
    return make_host("alice", "Alice Host")


@pytest.fixture
def windows(browser: Browser, live_server: Any, alice: User) -> Iterator[Callable[..., Page]]:
    """Open windows in which alice is signed in, with options of Playwright's; all close at the end."""
    opened: list[BrowserContext] = []

    def window(**options: Any) -> Page:
        usual = {"locale": "en-GB", "timezone_id": "Asia/Tokyo", "viewport": DESK}
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce", **usual | options)
        opened.append(context)
        client = Client()
        client.force_login(alice)
        cookie = next(iter(client.cookies.values()))
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    yield window
    for context in opened:
        context.close()
