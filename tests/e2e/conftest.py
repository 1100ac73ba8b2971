"""One browser for all journeys."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.e2e.browser import chromium


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
