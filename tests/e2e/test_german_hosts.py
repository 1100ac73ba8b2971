"""A host who reads German: from signing up and in through the editor, the hours and a booking to the settings."""

import re
import secrets
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import DESK, PHONE, eyes
from tests.e2e.steps import fits, open_day, pick
from timetuna.bookings.tests.leftovers import Seen, leftovers

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]
UNITS = re.compile(r'data-units="[^"]*"')
"""Hosts may type them in English, too."""
PASSWORD = "seven-green-tunas"
ROOMS = (
    "{editor}/availability",
    "{editor}/guests",
    "{editor}/notifications",
    "{editor}/calendars",
    "{editor}/look",
    "{editor}/share",
    "/availability/out-of-office",
    "/availability/trips",
    "/availability/limits",
    "/bookings/agenda",
    "/insights",
    "/settings/providers",
    "/settings/team",
    "/settings/import",
    "/settings/guests-data",
)


def understood(eyes, name):
    """Look at the page, and read all of it."""
    html = UNITS.sub("", eyes.page.content())
    assert '<html lang="de"' in html
    assert leftovers(Seen(html).text()) == [], name
    assert fits(eyes.page), name
    eyes.look(name)


def signs_up(ada, live, email):
    """From the form and the mail through the first steps; return the address of the page."""
    page = ada.page
    page.goto(f"{live.base_url}/signup")
    understood(ada, "sign-up")
    page.locator("[name=name]").fill("Ada Lovelace")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("main [type=submit]").click()
    [mail] = live.sandbox.wait_for_mail(email)
    assert leftovers(f"{mail['subject']} {mail['text']}") == []
    page.goto(re.search(r"https?://\S+/verify-email/\S+", mail["text"]).group())
    page.locator("main [type=submit]").click()
    page.wait_for_url("**/setup/hours")
    understood(ada, "first-hours")
    page.locator("main .button-main[type=submit]").first.click()
    page.wait_for_url("**/setup/calendar")
    understood(ada, "first-calendar")
    page.goto(f"{live.base_url}/setup/meeting")
    understood(ada, "first-meeting")
    page.goto(f"{live.base_url}/setup/share")
    understood(ada, "first-share")
    return page.locator(".copy a").first.get_attribute("href")


def signs_in(ada, live, email):
    page = ada.page
    page.goto(f"{live.base_url}/signout")
    understood(ada, "sign-out")
    page.locator("main [type=submit]").click()
    page.goto(f"{live.base_url}/signin")
    understood(ada, "sign-in")
    page.locator("[name=login]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url("**/booking-pages")
    understood(ada, "pages")
    page.goto(f"{live.base_url}/settings/profile")
    expect(page.locator("[name=language]")).to_have_value("de")
    understood(ada, "profile")


def saves(page):
    page.get_by_role("button", name="Speichern", exact=True).click()
    expect(page.locator(".messages")).to_contain_text(re.compile("gespeichert", re.IGNORECASE))


def writes_a_page(ada, live):
    """Return the path of its editor."""
    page = ada.page
    page.goto(f"{live.base_url}/booking-pages")
    page.locator("main a[href$='/booking']").first.click()
    page.wait_for_url("**/booking")
    understood(ada, "editor")
    page.locator("[name=title]").first.fill("Erstgespräch")
    expect(page.locator("[data-dirty-note]")).to_have_text("Noch nicht gespeichert.")
    saves(page)
    editor = urlsplit(page.url).path.removesuffix("/booking")
    page.goto(f"{live.base_url}/availability")
    understood(ada, "hours")
    return editor


def is_booked(sam, ada, live, address, *, email):
    """By a guest; the host reads that in a mail, looks at the booking, and cancels it."""
    sam.page.goto(f"{address}?day={open_day()}")
    pick(sam.page.locator("a.time").nth(2))
    sam.page.locator("[name=name]").fill("Lena Gast")
    sam.page.locator("[name=email]").fill("lena@guest.example")
    sam.page.locator("[name=phone]").fill("+49 30 123456")
    sam.page.locator("form .button-main[type=submit]").last.click()
    sam.page.wait_for_url("**/b/*")
    page = ada.page
    # A mail that is overtaken by the cancellation is not sent.
    [_, booked] = live.sandbox.wait_for_mail(email, count=2, seconds=40)
    assert booked["subject"].startswith("Lena Gast hat gebucht: Erstgespräch")
    page.goto(f"{live.base_url}/bookings")
    understood(ada, "bookings")
    page.get_by_role("link", name=re.compile("Lena Gast")).first.click()
    understood(ada, "booking")
    page.locator("#cancel summary").click()
    page.locator("#cancel [type=submit]").click()
    expect(page.get_by_role("dialog")).to_contain_text("Diesen Termin absagen?")
    page.get_by_role("dialog").locator(".button-danger").click()
    expect(page.locator(".messages")).not_to_be_empty()
    understood(ada, "cancelled")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_a_host_works_in_german(live_timetuna, browser, viewport):
    email = f"ada-{secrets.token_hex(4)}@host.example"
    with (
        eyes(browser, f"german-{viewport['width']}", locale="de-DE", viewport=viewport) as ada,
        eyes(browser, "germans-guest", locale="de-DE") as sam,
    ):
        address = signs_up(ada, live_timetuna, email)
        signs_in(ada, live_timetuna, email)
        editor = writes_a_page(ada, live_timetuna)
        is_booked(sam, ada, live_timetuna, address, email=email)
        for room in ROOMS:
            ada.page.goto(f"{live_timetuna.base_url}{room.format(editor=editor)}")
            understood(ada, room.rpartition("/")[2])

    _, *mails = live_timetuna.sandbox.wait_for_mail(email, count=3, seconds=40)
    for mail in mails:
        assert leftovers(mail["subject"]) == []
        assert leftovers(mail["text"]) == []
