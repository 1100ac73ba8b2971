"""A language written from right to left, tried with a catalogue that is made up here: none is shipped."""

import re

import pytest
from babel.messages.pofile import write_po

from tests.clock import present
from tests.e2e.browser import PICTURES, violations
from tests.e2e.steps import fits
from tests.languages import read, strings_of, update
from timetuna.bookings.actions.book import book
from timetuna.bookings.queries import link_path
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, order, tomorrow
from timetuna.l10n.catalogues import compile_changed

pytestmark = [
    pytest.mark.browser,
    pytest.mark.usefixtures("beside_a_loop"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.matrix(of="journey"),
]
BLANK = re.compile(r"(%\(\w+\)[sd]|<[^>]+>|https?://\S+|\S+@\S+)")
LETTERS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ابتثجحخدذرزسشصضطظعغفقكلمنه")
ASTRAY = """() => [...document.querySelectorAll("h1[dir=auto]")]
  .some((title) => getComputedStyle(title).textAlign !== "right")"""
FORMATS = {"date", "day", "month", "short date"}


def turned(text: str) -> str:
    """In Arabic letters, with blanks and marks as they were."""
    return "".join(
        one if BLANK.fullmatch(one) else one.lower().translate(LETTERS) for one in BLANK.split(text)
    )


@pytest.fixture
def arabic(tmp_path, settings):
    path = tmp_path / "ar" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.touch()
    update(path)
    catalogue = read(path)
    for message in catalogue:
        if message.id and message.context not in FORMATS:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            told = tuple(turned(forms[-1]) for _ in strings_of(message))
            message.string = told if isinstance(message.id, tuple) else told[0]
    with path.open("wb") as file:
        write_po(file, catalogue)
    compile_changed(tmp_path)
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGES = [("en", "English"), ("ar", "العربيّة")]


def test_a_guests_pages_are_whole_from_right_to_left(browser, live_server, arabic):
    host = make_host("alice", "Alice Host")
    give_calendar(host)
    page = make_page(host, kinds=(("in_person", "Room 1"), ("phone", "")))
    booking = book(order(page, kind="in_person", name="Lena Gast", language="ar"), now=present())
    path, start = link_path(booking.booker), write_start(tomorrow(15))
    addresses = {
        "month": f"/alice/intro?day={tomorrow():%Y-%m-%d}&zone=Europe/Berlin",
        "form": f"/alice/intro/book?start={start}&duration=30&zone=Europe/Berlin",
        "booked": path,
        "move": f"{path}/move",
        "cancel": f"{path}/cancel",
        "zones": "/search/zones",
        "nothing": "/no/such/page/here",
    }
    PICTURES.mkdir(parents=True, exist_ok=True)
    wrong = []

    for width in (390, 1440):
        context = browser.new_context(
            base_url=live_server.url,
            locale="ar-EG",
            timezone_id="Europe/Berlin",
            viewport={"width": width, "height": 900},
        )
        window = context.new_page()
        for name, address in addresses.items():
            window.goto(address)
            window.screenshot(path=PICTURES / f"right-to-left-{name}-{width}.png", full_page=True)
            if window.locator("html").get_attribute("dir") != "rtl":
                wrong.append(f"{name} reads from left to right")
            if window.evaluate(ASTRAY):
                wrong.append(f"{name} has its title away from where lines begin")
            if not fits(window):
                wrong.append(f"{name} sticks out at {width}")
            wrong += [f"{name} at {width}: {one}" for one in violations(window)]
        context.close()

    assert wrong == []
