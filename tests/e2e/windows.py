"""Windows of hosts who are signed in to a server of this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e.browser import DESK
from timetuna.accounts.models import User


@contextmanager
def windows_of(browser: Browser, url: str, host: User) -> Iterator[Callable[..., Page]]:
    """Give what opens a window of the host, with options of Playwright's; all close at the end."""
    opened: list[BrowserContext] = []

    def window(**options: Any) -> Page:
        usual = {"locale": "en-GB", "timezone_id": "Asia/Tokyo", "viewport": DESK}
        context = browser.new_context(base_url=url, reduced_motion="reduce", **usual | options)
        opened.append(context)
        client = Client()
        client.force_login(host)
        cookie = next(iter(client.cookies.values()))
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
        return context.new_page()

    yield window
    for context in opened:
        context.close()
