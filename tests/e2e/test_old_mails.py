"""The link of a mail that is weeks old, opened on a phone: over, moved meanwhile, cancelled, and of nothing at all."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect

from tests.clock import present
from tests.e2e.browser import PHONE, PICTURES, violations
from tests.e2e.steps import fits
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.events import GUEST, HOST
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import make_host, make_page, order, tomorrow

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("beside_a_loop"),
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]


@pytest.fixture
def phone(browser: Browser, live_server: Any) -> Iterator[Page]:
    context = browser.new_context(
        base_url=live_server.url, locale="en-GB", timezone_id="Europe/Berlin", viewport=PHONE
    )
    yield context.new_page()
    context.close()


def opens(phone: Page, path: str, name: str) -> None:
    phone.goto(path, wait_until="networkidle")
    phone.screenshot(path=PICTURES.parent / "looks" / f"old-mail-{name}.png", full_page=True)
    assert fits(phone), name
    assert violations(phone) == [], name


def test_an_old_mail_leads_to_what_is_so_today(phone: Page, transactional_db: None) -> None:
    page = make_page(make_host("alice", "Alice Host"), kinds=(("in_person", "Café Einstein"),))
    over, moved, off = (
        book(
            order(page, tomorrow() + timedelta(days=days), kind="in_person", email=f"{days}@guest.example"),
            now=present(),
        )
        for days in (0, 1, 2)
    )
    opens(phone, link_path(over.booker), "fresh")
    expect(phone.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()

    reschedule(moved.pk, start_minute=minute_of(tomorrow() + timedelta(days=50)), actor=HOST, now=present())
    cancel(off.pk, actor=GUEST, note_text="", now=present())
    with time_machine.travel(present() + timedelta(weeks=5), tick=True):
        opens(phone, link_path(over.booker), "over")
        expect(phone.get_by_role("heading", level=1)).to_contain_text("This meeting was on")
        expect(phone.get_by_text("on its way")).to_have_count(0)
        expect(phone.get_by_role("link", name="Book again")).to_have_attribute(
            "href", f"{page.address()}?duration=30"
        )

        opens(phone, link_path(Booking.objects.get(pk=moved.pk).booker), "moved")
        expect(phone.get_by_role("heading", level=1)).to_contain_text("Your meeting is in")
        expect(phone.locator("del")).to_be_visible()

        opens(phone, link_path(off.booker), "cancelled")
        expect(phone.get_by_role("heading", name="This booking is cancelled")).to_be_visible()
        expect(phone.get_by_text("on its way")).to_have_count(0)

        opens(phone, "/b/of-nobody", "nothing")
        expect(phone.get_by_role("heading", level=1)).to_be_visible()
