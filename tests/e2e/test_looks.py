"""Every state of a guest's page in every width and scheme, for somebody to look at. `./test all` takes the pictures."""

import re
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from typing import Any

import pytest
import time_machine
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.clock import present
from tests.e2e.browser import PICTURES, violations
from tests.e2e.steps import CONFIRM, fits
from tests.sampling import share
from timetuna.accounts.models import User
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking, Hold
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, order, staff, tomorrow
from timetuna.lib import pictures
from timetuna.lib.tests.test_videos import WEBM
from timetuna.pages.forms.profile import change_photo
from timetuna.pages.models import FOR_GOOD, BookingPage, MeetingType, PageBackground, PageVideo

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(share()[1] > 1, reason="all of them are taken by ./test all"),
]
WIDTHS, SCHEMES = (320, 390, 768, 1440), ("light", "dark")
ARABIC = "اجتماع تعارف قصير مع فريق التصميم"
LONG = "Donaudampfschifffahrtsgesellschaftskapitänsbesprechung über Kommunikationsinfrastruktur"
PALE = ("#ffd400", "#ffffff", "#f4f4f4", "#000000", "#9be7ff", "")
CHOSEN = """
() => {
  const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    brush.fillStyle = colour;
    brush.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3).map((one) => {
      const part = one / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const before = (selector) => getComputedStyle(document.querySelector(selector), "::before");
  const ring = luminance(before("a.day[aria-current]").borderTopColor);
  const others = [
    before("a.day:not([aria-current])").backgroundColor,
    getComputedStyle(document.querySelector(".panels")).backgroundColor,
  ].map(luminance);
  return Math.min(...others.map((one) => (Math.max(ring, one) + 0.05) / (Math.min(ring, one) + 0.05)));
}
"""


def portrait(colour: str) -> bytes:
    out = BytesIO()
    picture = Image.new("RGB", (300, 300), "#dfe7ee")
    picture.paste(Image.new("RGB", (120, 120), colour), (90, 60))
    picture.paste(Image.new("RGB", (220, 120), colour), (40, 200))
    picture.save(out, "PNG")
    return pictures.jpeg(out.getvalue(), (192, 192), filled=True)


def landscape() -> bytes:
    out = BytesIO()
    Image.linear_gradient("L").resize((1600, 1000)).convert("RGB").save(out, "JPEG")
    return pictures.jpeg(out.getvalue(), (1600, 1000))


def with_photo(host: User, colour: str = "#35617c") -> User:
    change_photo(host, portrait(colour), version="abc")
    User.objects.filter(pk=host.pk).update(role="Head of design")
    return host


def months_full(host: User, days: int) -> None:
    begin = int(tomorrow(0).timestamp() // 60) - 3 * 1_440
    give_calendar(host, (begin, begin + days * 1_440))


def states(alice: User) -> Iterator[tuple[str, str]]:
    """Make each, and yield its name and address; the first is what most guests see."""
    make_page(alice)
    yield "month", "/alice/intro"
    yield "form", f"/alice/intro/book?start={tomorrow():%Y-%m-%dT%H:%MZ}&zone=America/New_York"
    yield "host-elsewhere", "/alice/intro?zone=America/New_York"
    booking = book(order(BookingPage.objects.get()), now=present())
    yield "booked", link_path(booking.booker)
    yield "moving", link_path(booking.booker, "booked_move")
    BookingPage.objects.filter(pk=make_page(alice, slug="long").pk).update(
        title=LONG, description=f"{LONG}. " * 8, brand_color="#ffd400"
    )
    yield "long-and-pale", "/alice/long"
    BookingPage.objects.filter(pk=make_page(alice, slug="arabic").pk).update(
        title=ARABIC, description=ARABIC * 3
    )
    yield "arabic", "/alice/arabic"
    yield from states_of_a_host(alice, booking)


def states_of_a_host(alice: User, booking: Booking) -> Iterator[tuple[str, str]]:
    """Make those of other pages, and of a host with a photo."""
    make_page(alice, slug="lengths", lengths=(15, 30, 60))
    yield "lengths", "/alice/lengths"
    MeetingType.objects.filter(page=make_page(alice, slug="unready")).update(enabled=False)
    yield "no-way-to-meet", "/alice/unready"
    yield "list", "/alice"
    with_photo(alice)
    yield "photo", "/alice/intro"
    yield "list-with-photo", "/alice"
    yield "booked-with-photo", link_path(booking.booker)
    page = make_page(alice, slug="backdrop")
    PageBackground.objects.create(page=page, image=landscape())
    PageVideo.objects.create(page=page, content=WEBM)
    BookingPage.objects.filter(pk=page.pk).update(background_version="abc", video_version="abc")
    yield "backdrop", "/alice/backdrop"
    others = [make_host(name.lower(), f"{name} Teammate") for name in ("Bob", "Cleo", "Dora")]
    team = staff(make_page(alice, slug="team"), "any", *others, guests_choose=True)
    with_photo(others[1], "#8a5a3b")
    yield "team", "/alice/team"
    team.page_hosts.update(paused_until=FOR_GOOD)
    yield "paused", "/alice/team"
    months_full(alice, 40)
    yield "full-month", f"/alice/intro?month={tomorrow():%Y-%m}"
    months_full(alice, 900)
    yield "nothing-left", "/alice/intro"
    yield "german", "/alice/long?lang=de"


def pictures_of(page: Page, name: str, widths: tuple[int, ...] = WIDTHS) -> list[str]:
    """Take one of each width and scheme; return what is wrong with them."""
    wrong = []
    for width, scheme in product(widths, SCHEMES):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(250)  # colours fade
        page.screenshot(path=PICTURES.parent / "looks" / f"{name}-{width}-{scheme}.png", full_page=True)
        if not fits(page):
            wrong.append(f"{name} at {width}: something sticks out")
        if width in (390, 1440):
            wrong += [f"{name} at {width}, {scheme}: {one}" for one in violations(page)]
    return wrong


@pytest.fixture
def window(browser: Browser, live_server: Any) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, locale="en-GB", timezone_id="Europe/Berlin")
    yield context.new_page()
    context.close()


def test_every_state_in_every_width_and_scheme(window, alice):
    wrong = []
    for name, address in states(alice):
        window.goto(address, wait_until="networkidle")
        if name == "arabic":
            title = window.locator("h1")
            assert title.evaluate("one => getComputedStyle(one).textAlign") in ("left", "-webkit-left")
        wrong += pictures_of(window, name)
    assert wrong == []


def test_a_month_that_is_nearly_over_and_a_time_that_is_picked(window, alice):
    make_page(alice)
    with time_machine.travel("2026-11-25T08:00Z", tick=False):
        window.goto("/alice/intro?day=2026-12-01", wait_until="networkidle")
        wrong = pictures_of(window, "five-weeks")
        window.locator("a.time", has_text="14:00").click()
        wrong += pictures_of(window, "picked")
        window.get_by_role("link", name="Tuesday 1 December, 14:00 Next").press("Enter")
        window.wait_for_url("**/book?*")
    assert wrong == []


def test_a_time_that_was_taken_and_what_is_gone(window, alice):
    page = make_page(alice)
    window.goto(
        f"/alice/intro/book?start={write_start(tomorrow())}&zone=Europe/Berlin", wait_until="networkidle"
    )
    window.get_by_label("Your name").fill("Sam Guest")
    window.get_by_label("Your email").fill("sam@guest.example")
    Hold.objects.all().delete()
    book(order(page), now=present())
    window.get_by_role("button", name=CONFIRM).click()
    expect(window.get_by_role("heading", name="Nearest free times")).to_be_visible()
    wrong = pictures_of(window, "taken")
    window.get_by_role("button", name=re.compile(r"\d\d:\d\d")).first.click()
    expect(window.get_by_label("Your name")).to_have_value("Sam Guest")
    wrong += pictures_of(window, "form-after-taken")
    for name, address in (
        ("gone-page", "/alice/none"),
        ("gone-host", "/nobody"),
        ("gone-booking", "/b/none"),
    ):
        window.goto(address, wait_until="networkidle")
        wrong += pictures_of(window, name)
    assert wrong == []


def test_the_chosen_day_stands_out_whatever_the_colour(window, alice):
    make_page(alice)
    window.goto("/alice/intro", wait_until="networkidle")
    found = {}
    for colour, scheme in product(PALE, SCHEMES):
        window.emulate_media(color_scheme=scheme)
        window.evaluate("colour => document.documentElement.style.setProperty('--accent', colour)", colour)
        window.wait_for_timeout(200)  # colours fade
        found[colour, scheme] = window.evaluate(CHOSEN)
    assert {key: ratio for key, ratio in found.items() if ratio < 3} == {}


def test_forced_colours_paper_and_letters_twice_as_large(window, alice):
    BookingPage.objects.filter(pk=make_page(alice).pk).update(title=LONG, brand_color="#ffd400")
    window.goto("/alice/intro", wait_until="networkidle")
    window.emulate_media(forced_colors="active")
    wrong = pictures_of(window, "forced-colours")
    window.emulate_media(forced_colors="none", media="print", color_scheme="light")
    window.screenshot(path=PICTURES.parent / "looks" / "print.png", full_page=True)
    assert not window.locator(".colophon").is_visible()
    window.emulate_media(media="screen")
    window.evaluate("document.documentElement.style.fontSize = '200%'")
    wrong += pictures_of(window, "letters-of-32-pixels", WIDTHS[:2])
    assert wrong == []
