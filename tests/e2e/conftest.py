"""One browser for all journeys of a file."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.e2e.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium once; every window is still private."""
    with chromium() as running:
        yield running
