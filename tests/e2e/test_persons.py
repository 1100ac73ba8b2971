"""A guest of a page whose hosts take turns chooses whom to meet: in place, by the keyboard, and without scripts."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import fits, pick

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]
TURNS = """
from django.utils import timezone
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.models import BookingPage, PageHost
now = timezone.now()
page = BookingPage.objects.get(host={host})
PageHost.objects.get_or_create(page=page, host_id={other}, defaults=dict(position=1))
for host in User.objects.filter(pk__in=({host}, {other})):
    account = CalendarAccount.objects.create(host=host, provider="google", provider_user_id=host.handle,
        refresh_token_fingerprint=host.handle, expires_at=now, needs_reconnect=True)
    Calendar.objects.create(account=account, outside_id="one", name="One", blocks=True,
        known_until_minute=minute_of(now) + 5_000_000, read_at=now, tried_at=now)
page.staffing, page.guests_choose = "any", True
page.save()
"""


@pytest.mark.parametrize(
    "window", [{}, {"viewport": PHONE, "color_scheme": "dark"}], ids=["desk", "dark-phone"]
)
def test_a_guest_chooses_a_person(live_timetuna, browser, request, window):
    host, other = live_timetuna.new_host(), live_timetuna.new_host(name="Bob Teammate")
    live_timetuna.run_python(TURNS.format(host=host.pk, other=other.pk))
    with eyes(browser, f"persons-{request.node.callspec.id}", **window) as sam:
        sam.page.goto(host.page_url)
        choice = sam.page.get_by_role("navigation", name="Whom do you want to meet?")
        expect(choice.get_by_role("link", name="Anybody")).to_have_attribute("aria-current", "true")
        person = choice.get_by_role("link").last

        person.focus()
        sam.page.keyboard.press("Enter")

        chosen = choice.locator("[aria-current]")
        expect(chosen).not_to_have_text("Anybody")
        expect(chosen).to_be_focused()
        assert "with=" in sam.page.url
        with_whom = sam.page.locator(".byline")
        expect(with_whom).to_contain_text(chosen.inner_text())
        expect(with_whom).not_to_contain_text("one of")
        expect(with_whom).to_have_count(1)
        sam.look("chosen")
        assert fits(sam.page)

        pick(sam.page.locator(".time").first)
        expect(sam.page.locator("input[name=with]")).to_have_count(1)
        sam.page.go_back()
        expect(chosen).not_to_have_text("Anybody")


def test_without_scripts_a_link_chooses(live_timetuna, browser):
    host, other = live_timetuna.new_host(), live_timetuna.new_host(name="Bob Teammate")
    live_timetuna.run_python(TURNS.format(host=host.pk, other=other.pk))
    with eyes(browser, "persons-plain", java_script_enabled=False) as sam:
        sam.page.goto(host.page_url)

        sam.page.locator(".person").last.click()

        expect(sam.page.locator(".person[aria-current]")).not_to_have_text("Anybody")
        expect(sam.page.locator(".time").first).to_be_visible()
