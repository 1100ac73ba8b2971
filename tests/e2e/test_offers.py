"""A host's list of pages: a guest finds the page they want there, on any screen."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import fits

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.either("postgresql")]
MORE_PAGES = """
from timetuna.accounts.models import User
from timetuna.pages.actions.create_page import create_page
host = User.objects.get(pk={host})
create_page(host, title="Architecture review with everybody who has to live with what is decided there",
            description="Bring the drawings. " * 12, minutes=(45, 90))
create_page(host, title="محادثة قصيرة", minutes=(15,))
"""


@pytest.mark.matrix(of="journey")
@pytest.mark.parametrize(
    "window",
    [{}, {"color_scheme": "dark"}, {"viewport": PHONE}, {"viewport": PHONE, "color_scheme": "dark"}],
    ids=["desk", "dark", "phone", "dark-phone"],
)
def test_a_guest_chooses_what_to_book(live_timetuna, browser, request, window):
    host = live_timetuna.new_host()
    live_timetuna.run_python(MORE_PAGES.format(host=host.pk))
    with eyes(browser, f"list-of-pages-{request.node.callspec.id}", locale="de-DE", **window) as sam:
        sam.page.goto(host.page_url.rpartition("/")[0])
        expect(sam.page.get_by_role("heading", name="Was möchten Sie buchen?")).to_be_visible()
        sam.look("list")
        assert fits(sam.page)

        sam.page.get_by_role("link", name="Intro call").click()

        expect(sam.page.locator(".time").first).to_be_visible()
