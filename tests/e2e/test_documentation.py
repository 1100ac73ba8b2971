"""Documentation as a reader has it: found from the settings, read on a phone in the dark, with no script on it."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import DESK, PHONE, violations
from tests.e2e.steps import fits

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]


@pytest.mark.parametrize(("viewport", "scheme"), [(DESK, "light"), (PHONE, "dark")])
def test_documentation_is_found_and_read(windows: Any, viewport: dict[str, int], scheme: str) -> None:
    page = windows(viewport=viewport, color_scheme=scheme)
    page.goto("/settings/developers")

    page.get_by_role("link", name="Open the documentation").click()
    page.get_by_role("link", name="API reference").click()
    page.get_by_role("link", name="Bookings", exact=True).first.click()
    expect(page.get_by_role("heading", name="Bookings", exact=True).first).to_be_in_viewport()
    assert page.evaluate("document.scripts.length") == 0
    assert violations(page) == []
    assert fits(page)

    page.goto("/docs/self-hosting")
    assert violations(page) == []
    assert fits(page)
