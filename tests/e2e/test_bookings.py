"""A host among their bookings: a list that is filtered, an agenda in which one is carried, a booking on one screen."""

from datetime import timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.clock import present
from tests.e2e.browser import PHONE, PICTURES, violations
from tests.e2e.steps import fits
from tests.sampling import share
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.bookings.models import Booking
from timetuna.bookings.tests.conftest import give_calendar, make_page, tomorrow
from timetuna.bookings.tests.diary import job, put, put_attendee

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]
BERLIN = ZoneInfo("Europe/Berlin")
LONG = "Jürgen Müller-Lüdenscheidt von und zu Donaudampfschifffahrtsgesellschaft"


@pytest.fixture
def meeting(alice: User) -> Booking:
    """Return one of noon tomorrow, by UTC, of a page that is open around the clock."""
    return put(alice, tomorrow(12), page=make_page(alice), name="Ada Lovelace", link="ready")


def day_of(booking: Booking) -> str:
    return booking.start_at.astimezone(BERLIN).date().isoformat()


def entry(page: Page) -> Locator:
    return page.locator("a[data-start]", has_text="Ada Lovelace")


def moved(booking: Booking) -> timedelta:
    """Return how far it is by now from where it was."""
    before = booking.start_at
    return Booking.objects.values_list("start_at", flat=True).get(pk=booking.pk) - before


def test_keys_alone_carry_a_booking_and_bring_it_back(windows: Any, meeting: Booking) -> None:
    page = windows()
    page.goto(f"/bookings/agenda?view=day&date={day_of(meeting)}")
    entry(page).focus()
    for key in ("m", "ArrowDown", "ArrowDown", "Escape"):
        page.keyboard.press(key)
    expect(page.locator("[data-agenda-says]")).to_have_text("It stays where it was.")
    expect(entry(page)).to_be_focused()
    for key in ("m", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowDown", "Enter"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Move Ada Lovelace?")
    half_past = (meeting.start_at + timedelta(minutes=30)).astimezone(BERLIN)
    expect(dialog).to_contain_text(f"{half_past:%H:%M} to")
    assert violations(page) == []
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The booking is moved.")).to_be_visible()
    assert moved(meeting) == timedelta(minutes=30)
    assert "/bookings/agenda?view=day" in page.url
    page.get_by_role("button", name="Undo the move").press("Enter")
    page.wait_for_function("!document.querySelector('[aria-busy]')")
    expect(page.get_by_text("The booking is moved.")).to_be_visible()
    assert moved(meeting) == timedelta()
    page.keyboard.press("w")
    page.wait_for_url("**view=week**")
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: day_of(meeting) not in url)
    page.keyboard.press("t")
    page.wait_for_url(f"**date={present().astimezone(BERLIN).date()}**")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts").get_by_text("Previous week")).to_be_visible()
    assert violations(page) == []
    page.get_by_label("Use shortcuts of single letters").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert "view=week" in page.url


def drag(page: Page, hours: float) -> None:
    """Carry the booking down by so many hours, with the mouse."""
    entry(page).scroll_into_view_if_needed()
    box = entry(page).bounding_box()
    height = page.locator("[data-column]").first.evaluate(
        "one => one.clientHeight * 60 / one.closest('[data-minutes]').dataset.minutes"
    )
    assert box
    page.mouse.move(box["x"] + 20, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.move(box["x"] + 20, box["y"] + 10 + hours * height, steps=4)


def test_a_mouse_carries_it_and_what_is_late_or_cut_off_moves_nothing(
    windows: Any, alice: User, meeting: Booking
) -> None:
    put(alice, tomorrow(14), page=meeting.page, name="In the way")
    page = windows()
    page.goto(f"/bookings/agenda?view=day&date={day_of(meeting)}")
    drag(page, 1)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator(".agenda-ghost")).to_have_count(0)
    assert "/bookings/agenda" in page.url
    drag(page, 2)
    page.mouse.up()
    expect(page.get_by_role("dialog")).to_contain_text("Another booking of yours takes this time")
    page.keyboard.press("Escape")
    drag(page, 1)
    page.mouse.up()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Move the booking")).to_be_visible()
    elsewhere = meeting.start_at + timedelta(minutes=30)
    Booking.objects.filter(pk=meeting.pk).update(start_at=elsewhere)
    meeting.booking_hosts.update(start_minute=minute_of(elsewhere), end_minute=minute_of(elsewhere) + 30)
    dialog.get_by_role("button", name="Move the booking").click()
    expect(page.get_by_text("This booking was moved meanwhile, to")).to_be_visible()
    assert moved(meeting) == timedelta(minutes=30)
    page.go_back()
    expect(entry(page)).to_be_visible()
    Booking.objects.filter(pk=meeting.pk).update(status="cancelled_by_guest")
    drag(page, 3)
    page.mouse.up()
    expect(page.get_by_text("This booking is cancelled, so it cannot be moved.")).to_be_visible()


def test_a_finger_carries_it_after_a_moments_rest_and_scrolls_otherwise(
    windows: Any, meeting: Booking
) -> None:
    page = windows(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(f"/bookings/agenda?date={day_of(meeting)}")
    assert fits(page)
    entry(page).scroll_into_view_if_needed()
    box = entry(page).bounding_box()
    assert box
    x, y = box["x"] + 40, box["y"] + 8
    wire = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        wire.send(
            "Input.dispatchTouchEvent",
            {"type": kind, "touchPoints": [{"x": one[0], "y": one[1]} for one in points]},
        )

    touch("touchStart", (x, y))
    touch("touchMove", (x, y - 60))
    touch("touchEnd")
    expect(page.locator(".agenda-ghost")).to_have_count(0)
    entry(page).scroll_into_view_if_needed()
    box = entry(page).bounding_box()
    assert box
    x, y = box["x"] + 40, box["y"] + 8
    touch("touchStart", (x, y))
    expect(page.locator(".agenda-ghost")).to_have_count(1)
    for step in range(1, 8):
        touch("touchMove", (x, y - 8 * step))
    touch("touchEnd")
    dialog = page.get_by_role("dialog", name="Move Ada Lovelace?")
    expect(dialog).to_be_visible()
    assert fits(page)
    assert violations(page) == []
    dialog.get_by_role("button", name="Move the booking").tap()
    expect(page.get_by_text("The booking is moved.")).to_be_visible()
    assert timedelta(hours=-2) < moved(meeting) < timedelta()


def test_without_javascript_all_of_it_is_links_and_forms(windows: Any, meeting: Booking) -> None:
    page = windows(java_script_enabled=False)
    page.goto("/bookings")
    page.get_by_label("Guest").fill("lovel")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_text("1 booking with")).to_be_visible()
    page.get_by_role("link", name="Agenda").click()
    page.locator("#agenda-date").fill(day_of(meeting))
    page.get_by_role("button", name="Show", exact=True).click()
    page.get_by_role("link", name="Day", exact=True).first.click()
    page.get_by_role("link", name="Next day").click()
    page.get_by_role("link", name="Previous day").click()
    page.get_by_role("link", name="Ada Lovelace").click()
    page.get_by_text("All delivered").click()
    expect(page.get_by_text("Zoom meeting")).to_be_visible()
    page.get_by_role("link", name="Reschedule").click()
    page.get_by_label("Time", exact=True).fill("02:10")
    page.get_by_role("button", name="Check this time").click()
    page.get_by_role("button", name="Move it anyway").click()
    expect(page.get_by_text("The booking is moved.")).to_be_visible()
    page.get_by_role("button", name="Undo the move").click()
    assert moved(meeting) == timedelta()
    page.get_by_text("Cancel …").click()
    page.get_by_label("Your guest is told by mail").check()
    page.get_by_role("button", name="Cancel the booking").click()
    expect(page.get_by_text("The booking is cancelled.")).to_be_visible()


def test_a_list_is_filtered_as_one_types_and_back_leads_back(
    windows: Any, alice: User, meeting: Booking
) -> None:
    make_page(alice, slug="other")
    put(alice, tomorrow(15), name="Grace Hopper")
    page = windows()
    page.goto("/bookings")
    page.keyboard.press("/")
    expect(page.get_by_label("Guest")).to_be_focused()
    page.keyboard.type("grace")
    page.wait_for_url("**q=grace**")
    expect(page.locator(".line")).to_have_count(1)
    expect(page.locator("#says")).to_have_text("1 booking found")
    expect(page.get_by_label("Guest")).to_be_focused()
    assert "q=grace" in (page.get_by_role("link", name="Download as CSV").get_attribute("href") or "")
    assert "q=grace" in (page.get_by_role("link", name="Past").get_attribute("href") or "")
    page.get_by_label("Booking page").select_option(index=1)
    page.wait_for_url("**on=**")
    expect(page.get_by_role("heading", name="Nothing found among what is coming up")).to_be_visible()
    page.go_back()
    expect(page.locator(".line")).to_have_count(1)
    expect(page.get_by_label("Guest")).to_have_value("grace")
    page.get_by_role("link", name="Grace Hopper").click()
    page.go_back()
    expect(page.locator(".line")).to_have_count(1)


def full(alice: User) -> Booking:
    """Fill a week; return a booking with much to say."""
    page = make_page(alice)
    monday = (present() + timedelta(days=8 - present().weekday())).replace(
        hour=8, minute=0, second=0, microsecond=0
    )
    for number, minutes in enumerate((15, 30, 45, 60, 90, 15, 15, 240)):
        start = monday + timedelta(days=number % 5, hours=2 * (number // 5), minutes=15 * number)
        put(alice, start, minutes=minutes, page=page, name=LONG if number % 2 else "Kim", link="ready")
    put(alice, monday + timedelta(days=4, hours=14, minutes=30), minutes=180, page=page, name="Over midnight")
    first = minute_of(monday)
    give_calendar(alice, (first + 300, first + 420), (first + 2 * 1440 - 480, first + 3 * 1440 - 480))
    booking = put(
        alice, monday + timedelta(days=3, hours=5), minutes=60, page=page, link="ready", name="Marguerite Yourcenar",
        phone="+49 30 123456", notes="I would like to talk about the second edition, and bring the drawings along.",
    )  # fmt: skip
    for key, label, text in (("a", "Company", "Grasset"), ("b", "What is it about?", "An edition.\nSpring.")):
        booking.booker.answers.create(key=key, label=label, kind="text", value=text, text=text)
    put_attendee(booking, name="Kim", email="kim@further.example")
    return booking


def test_a_booking_is_one_screen_and_one_page_of_paper(windows: Any, alice: User) -> None:
    booking = full(alice)
    page = windows()
    page.goto(f"/bookings/{booking.pk}")
    assert page.evaluate("document.documentElement.scrollHeight") <= 900
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
    assert violations(page) == []


def test_what_comes_anew_by_itself_keeps_what_was_chosen(windows: Any, meeting: Booking) -> None:
    kim = put_attendee(meeting, name="Kim Further", email="kim@guest.example")
    job(meeting)
    page = windows()
    page.goto(f"/bookings/{meeting.pk}")
    page.locator("#delivery > summary").click()
    to = page.get_by_label("Send the mail about it again to")
    to.select_option(label=kim.shown())
    chosen = to.input_value()
    with page.expect_response(f"**/bookings/{meeting.pk}"):
        page.evaluate("document.querySelector('#outside').before = true")
    expect(page.locator("#outside")).not_to_have_js_property("before", value=True)
    assert to.input_value() == chosen
    expect(to).to_be_visible()


def test_the_way_in_stands_on_one_line_in_german_too(windows: Any, alice: User, meeting: Booking) -> None:
    alice.language = "de"
    alice.save(update_fields=["language"])
    page = windows()
    page.goto("/bookings")
    join = page.get_by_role("link", name="Teilnehmen").first
    expect(join).to_be_visible()
    assert join.evaluate("link => link.getClientRects().length === 1 && link.offsetHeight < 50")


@pytest.mark.skipif(share()[1] > 1, reason="all of them are taken by ./test all")
def test_every_screen_in_every_width_and_scheme(windows: Any, alice: User) -> None:
    booking = full(alice)
    day = day_of(booking)
    page = windows()
    wrong = []
    places = {
        "list": "/bookings", "nothing": "/bookings?q=nobody", "booking": f"/bookings/{booking.pk}",
        "agenda": f"/bookings/agenda?date={day}", "week": f"/bookings/agenda?view=week&date={day}",
        "day": f"/bookings/agenda?view=day&date={day}&hours=all",
    }  # fmt: skip
    for (name, place), width, scheme in product(
        places.items(), (320, 390, 768, 1440), ("light", "dark", "forced")
    ):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(
            color_scheme="light" if scheme == "forced" else scheme,
            forced_colors="active" if scheme == "forced" else "none",
        )
        page.goto(place)
        page.screenshot(path=PICTURES.parent / "looks" / f"{name}-{width}-{scheme}.png", full_page=True)
        wrong += [] if fits(page) else [f"{name} at {width}: something sticks out"]
        if scheme != "forced" and width in (320, 1440):
            wrong += [f"{name} at {width}, {scheme}: {one}" for one in violations(page)]
    assert wrong == []


def test_a_date_that_is_chosen_goes_at_once_and_one_that_is_typed_when_it_is_ended(
    windows: Any, meeting: Booking
) -> None:
    page = windows()
    page.goto("/bookings/agenda")
    date, show = page.locator("#agenda-date"), page.get_by_role("button", name="Show", exact=True)
    expect(show).to_be_hidden()
    date.dispatch_event("pointerdown")
    date.fill("2027-03-01")  # as a calendar that was opened with a pointer does
    page.wait_for_url("**date=2027-03-01*")
    date.focus()
    page.keyboard.press("ArrowUp")
    expect(show).to_be_visible()
    assert "date=2027-03-01" in page.url
    show.click()
    page.wait_for_url("**date=2027-04-01*")
