"""An online meeting in each language: booked, moved and cancelled in a browser that asks for it, and its mails read."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import connect_zoom, open_day, pick, sign_in
from tests.languages import language_of
from timetuna.bookings.tests.leftovers import Seen, leftovers
from timetuna.l10n.catalogues import catalogues

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.matrix(of="journey"),
    pytest.mark.either("postgresql"),
]
LOCALES = [language_of(path) for path in catalogues()]
ZOOM_ALONE = """
from timetuna.pages.models import MeetingType
MeetingType.objects.filter(page={page}).exclude(kind="zoom").update(enabled=False)
MeetingType.objects.update_or_create(page_id={page}, kind="zoom", defaults={{"enabled": True}})
answer(None)
"""


def understood(eyes, locale, name):
    """Look at the page, and read all of it."""
    html = eyes.page.content()
    assert f'<html lang="{locale.replace("_", "-").lower()}"' in html
    assert leftovers(Seen(html).text(), locale) == []
    eyes.look(name)


def books(sam, locale, email):
    """Go from the month to the booking; return its link."""
    page = sam.page
    understood(sam, locale, "month")
    pick(page.locator("a.time").nth(2))
    page.locator("[name=name]").fill("Lena Gast")
    page.locator("[name=email]").fill(email)
    understood(sam, locale, "form")
    page.locator("form .button-main[type=submit]").last.click()
    page.wait_for_url("**/b/*")
    join = page.locator("#link a[href*='/j/']").first
    expect(join).to_be_visible()
    understood(sam, locale, "booked")
    return join.get_attribute("href")


def moves(sam, locale):
    page = sam.page
    page.locator("a[href*='/move']").first.click()
    pick(page.locator("a.time").nth(3))
    page.locator("form .button-main[type=submit]").last.click()
    page.wait_for_url("**/b/*")
    understood(sam, locale, "moved")


def cancels(sam, locale):
    page = sam.page
    page.locator("a[href*='/cancel']").first.click()
    understood(sam, locale, "cancel")
    page.locator(".button-danger[type=submit]").click()
    page.wait_for_url("**/b/*")
    understood(sam, locale, "cancelled")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_meeting_is_booked_moved_and_cancelled(live_timetuna, browser, locale):
    host, guest = (
        live_timetuna.new_host(name="Ada Lovelace", zone="Europe/Berlin"),
        f"{locale.lower()}@guest.example",
    )
    with eyes(browser, "languages-host") as ada:
        sign_in(ada, live_timetuna, host)
        connect_zoom(ada, live_timetuna)
    live_timetuna.run_python(ZOOM_ALONE.format(page=host.page_pk))

    with eyes(browser, f"language-{locale}", locale=locale.replace("_", "-"), viewport=PHONE) as sam:
        sam.page.goto(f"{host.page_url}?day={open_day()}")
        url = books(sam, locale, guest)
        [mail] = live_timetuna.sandbox.wait_for_mail(guest)
        moves(sam, locale)
        moved = live_timetuna.sandbox.wait_for_mail(guest, count=2)[-1]
        cancels(sam, locale)
        cancelled = live_timetuna.sandbox.wait_for_mail(guest, count=3)[-1]

    assert url in mail["text"]
    assert url in moved["text"]
    for one in (mail, moved, cancelled):
        assert leftovers(one["subject"], locale) == []
        assert leftovers(one["text"], locale) == []
        assert one["ics"]
