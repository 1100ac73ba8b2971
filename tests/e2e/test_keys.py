"""A host who uses no mouse: from place to place, through lists, forms and orders, and with keys switched off."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import DESK, PHONE, violations
from tests.e2e.steps import fits
from timetuna.accounts.actions.create_team import create_team
from timetuna.accounts.models import User
from timetuna.bookings.tests.asked import ask
from timetuna.bookings.tests.conftest import give_calendar, make_page, tomorrow
from timetuna.bookings.tests.diary import put
from timetuna.pages.models import BookingPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="screen"),
]
PLACES = {
    "b": "/bookings",
    "a": "/bookings/agenda",
    "p": "/booking-pages",
    "v": "/availability",
    "i": "/insights",
    "s": "/settings/profile",
    "c": "/settings/providers",
}


@pytest.fixture
def windows(windows: Any) -> Any:
    """Without the preview: nobody waits for it here."""

    def window(**options: Any) -> Page:
        page = windows(**options)
        page.route("**/preview/**", lambda route: route.abort())
        return page

    return window


def press(page: Page, *keys: str) -> None:
    """Press keys after each other, once the page's scripts are there."""
    expect(page.locator("html.js")).to_be_attached()
    page.wait_for_load_state()
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Page, selector: str) -> None:
    """Go there by Tab alone."""
    wanted = page.locator(selector)
    for _ in range(150):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached")


def keys(page: Page) -> Any:
    return page.get_by_role("dialog", name="Keyboard shortcuts", exact=True)


def test_two_letters_lead_to_every_place_and_each_has_the_list(windows: Any, alice: User) -> None:
    make_page(alice)
    page = windows()
    page.goto("/booking-pages")
    for letter, path in PLACES.items():
        press(page, "g", letter)
        page.wait_for_url(lambda url, path=path: url.split("?")[0].endswith(path))
        press(page, "?")
        expect(keys(page)).to_be_visible()
        page.keyboard.press("Escape")
        expect(keys(page)).to_be_hidden()
    press(page, "b")  # alone it leads nowhere
    press(page, "g", "x", "b")
    assert page.url.endswith("/settings/providers")


def test_the_list_says_what_the_page_can_and_gives_the_focus_back(windows: Any, alice: User) -> None:
    intro = make_page(alice)
    for size in (DESK, PHONE | {"width": 320}):
        page = windows(viewport=size, color_scheme="dark" if size == DESK else "light")
        page.goto("/booking-pages")
        link = page.get_by_role("link", name="Intro call", exact=True)
        link.focus()
        press(page, "?")
        expect(keys(page).get_by_text("New booking page")).to_be_visible()
        assert violations(page) == []
        assert fits(page)
        page.keyboard.press("Escape")
        expect(link).to_be_focused()
        page.locator(".topbar .menu summary").click()
        entry = page.locator("[data-keys-open]")
        entry.click()
        page.get_by_role("button", name="Close").click()
        expect(keys(page)).to_be_hidden()
        expect(entry).to_be_focused()
        page.keyboard.press("Escape")
        expect(entry).to_be_hidden()
    page.goto(f"/booking-pages/{intro.pk}/booking")
    press(page, "?")
    expect(keys(page).get_by_text("Save", exact=True)).to_be_visible()
    page.goto("/insights")
    press(page, "?")
    expect(keys(page).get_by_role("heading", name="On this page")).to_be_hidden()


def test_a_slash_searches_here_or_among_bookings(windows: Any, alice: User) -> None:
    put(alice, tomorrow(12), page=make_page(alice), name="Ada Lovelace")
    page = windows()
    page.goto("/insights")
    press(page, "/")
    page.wait_for_url("**/bookings#search-text")
    expect(page.get_by_label("Guest")).to_be_focused()
    page.goto("/settings/profile")
    press(page, "/")
    expect(page.get_by_role("combobox", name="Time zone")).to_be_focused()


def test_letters_are_no_keys_while_one_types_or_asks_for_something_else(windows: Any, alice: User) -> None:
    page = windows()
    intro = make_page(alice)
    page.goto(f"/booking-pages/{intro.pk}/booking")
    title = page.get_by_label("Title", exact=True).first
    title.focus()
    page.keyboard.press("End")
    page.keyboard.type(" g b?")
    expect(title).to_have_value("Intro call g b?")
    title.evaluate("one => one.blur()")
    for how in (
        {"isComposing": True},
        {"keyCode": 229},
        {"ctrlKey": True},
        {"metaKey": True},
        {"altKey": True},
    ):
        page.evaluate(
            "how => document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true, ...how}))",
            how,
        )
    expect(keys(page)).to_be_hidden()
    press(page, "?", "g", "b")
    expect(keys(page)).to_be_visible()
    page.keyboard.press("Escape")
    page.evaluate("document.body.dispatchEvent(new KeyboardEvent('keydown', {key: '?', bubbles: true}))")
    expect(keys(page)).to_be_visible()
    assert page.url.endswith("/booking")


def test_letters_are_switched_off_on_this_device(windows: Any, alice: User) -> None:
    page = windows()
    page.goto("/booking-pages")
    press(page, "?")
    page.get_by_label("Use shortcuts of single letters").uncheck()
    page.keyboard.press("Escape")
    page.goto("/insights")
    press(page, "g", "b", "/", "?")
    expect(keys(page)).to_be_hidden()
    assert page.url.endswith("/insights")
    page.locator(".topbar .menu summary").focus()
    for key in ("Enter", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_label("Use shortcuts of single letters")).not_to_be_checked()
    page.get_by_label("Use shortcuts of single letters").check()
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    press(page, "g", "b")
    page.wait_for_url("**/bookings")


def test_a_letter_makes_a_new_page(windows: Any, alice: User) -> None:
    make_page(alice)
    page = windows()
    page.goto("/booking-pages")
    press(page, "n")
    page.wait_for_url("**/booking-pages/*/booking**")
    assert BookingPage.objects.count() == 2


def test_a_page_is_changed_and_saved(windows: Any, alice: User) -> None:
    intro = make_page(alice)
    page = windows()
    page.goto("/booking-pages")
    page.get_by_role("link", name="Intro call", exact=True).press("Enter")
    page.wait_for_url("**/booking")
    tab_to(page, "[name=title]")
    page.keyboard.press("Control+a")
    page.keyboard.type("First talk")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("heading", name="First talk")).to_be_visible()
    page.wait_for_load_state("networkidle")
    intro.refresh_from_db()
    assert intro.title == "First talk"


def test_a_question_is_added_and_put_into_another_place(windows: Any, alice: User) -> None:
    intro = make_page(alice)
    for label in ("Company", "Size"):
        ask(intro, key=label.lower(), label=label)
    page = windows()
    page.goto(f"/booking-pages/{intro.pk}/guests")
    press(page, "n")
    page.wait_for_url("**/questions/new")
    tab_to(page, "[name=label]")
    page.keyboard.type("Budget")
    page.keyboard.press("Control+s")
    page.wait_for_url("**/guests#questions")
    tab_to(page, f"#question-{intro.questions.get(label='Budget').pk}-up")
    for order in (
        ["Company", "Budget", "Size"],
        ["Budget", "Company", "Size"],
        ["Budget", "Company", "Size"],
    ):
        page.keyboard.press("Enter")
        expect(page.locator("#question-list bdi")).to_have_text(order)
        expect(page.get_by_role("button", name="Move up: Budget")).to_be_focused()
    assert list(intro.questions.values_list("label", flat=True)) == ["Budget", "Company", "Size"]


@pytest.mark.parametrize(
    ("where", "leads_to"),
    [
        ("/booking-pages", "**/booking-pages/*/booking"),
        ("/availability", "**/availability/schedules/*"),
        ("/settings/team", "**/settings/team/new"),
        ("/booking-pages/{page}/share/links", "**/share/links/new"),
    ],
)
def test_n_makes_one_more_of_what_the_list_is_of(
    windows: Any, alice: User, where: str, leads_to: str
) -> None:
    intro = make_page(alice)
    create_team(alice, name="Studio", handle="studio")
    page = windows()
    page.goto(where.format(page=intro.pk))
    press(page, "n")
    page.wait_for_url(leads_to)


@pytest.mark.parametrize(("one", "other"), [(0, 1), (0, 3), (3, 0), (2, 1)])
def test_a_question_dropped_on_another_takes_its_place(
    windows: Any, alice: User, one: int, other: int
) -> None:
    intro = make_page(alice)
    labels = ["Company", "Size", "Long, " * 33, "Budget"]
    for number, label in enumerate(labels):
        ask(intro, key=f"k{number}", label=label)
    page = windows()
    page.goto(f"/booking-pages/{intro.pk}/guests")
    page.wait_for_load_state("networkidle")
    rows = page.locator("#question-list [data-place]")
    grip, there = rows.nth(one).locator("[data-grip]"), rows.nth(other)
    there.scroll_into_view_if_needed()
    begin, end = grip.bounding_box(), there.bounding_box()
    assert begin
    assert end
    page.mouse.move(begin["x"] + 5, begin["y"] + 5)
    page.mouse.down()
    page.mouse.move(begin["x"] + 5, end["y"] + end["height"] / 2, steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    expect(page.locator("#question-list bdi").first).to_have_text("Company")
    page.mouse.move(begin["x"] + 5, begin["y"] + 5)
    page.mouse.down()
    page.mouse.move(begin["x"] + 5, end["y"] + end["height"] / 2, steps=4)
    with page.expect_response("**/move"):
        page.mouse.up()
    labels.insert(other, labels.pop(one))
    assert list(intro.questions.values_list("label", flat=True)) == labels


def test_several_dates_are_chosen_and_closed(windows: Any, alice: User) -> None:
    make_page(alice)
    schedule = alice.schedules.get(is_default=True, page=None)
    page = windows()
    page.goto(f"/availability/schedules/{schedule.pk}/dates?month=2095-03")
    page.locator("[data-date='2095-03-08']").focus()
    press(page, "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowLeft")
    expect(page.locator("[data-marked]")).to_have_count(8)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[data-marked]")).to_have_count(0)
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.wait_for_url("**/2095-03-14..2095-03-16?**")
    expect(page.locator("#chosen-dates input:checked")).to_be_focused()


def test_what_is_swapped_keeps_the_focus_and_what_is_open(windows: Any, alice: User) -> None:
    give_calendar(alice)
    page = windows()
    page.goto("/settings/providers")
    more = page.locator(".calendar-more-of summary").first
    tentative = page.get_by_label("Tentative events block too").first
    if not tentative.is_visible():
        more.press("Enter")
    tentative.focus()
    before = page.locator("[name=was_tentative_blocks]").input_value()
    for stored in ({"": "on", "on": ""}[before], before):
        page.keyboard.press("Space")
        expect(page.locator("[name=was_tentative_blocks]")).to_have_value(stored)
        expect(tentative).to_be_focused()
    page.keyboard.press("Shift+Tab")
    expect(more).to_be_focused()
    page.evaluate(
        "htmx.ajax('GET', document.querySelector('.calendar-list').id.replace('calendars-', "
        "'/settings/providers/accounts/') + '/calendars', {target: '.calendar-list', swap: 'outerHTML'})"
        ".then(() => { document.body.dataset.swapped = ''; })"
    )
    expect(page.locator("body[data-swapped]")).to_be_attached()
    expect(more).to_be_focused()


def test_without_scripts_nothing_speaks_of_keys(windows: Any, alice: User) -> None:
    page = windows(java_script_enabled=False)
    page.goto("/booking-pages")
    page.locator(".topbar .menu summary").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(page.locator("[data-keys-open]")).to_be_hidden()
    expect(page.get_by_text("Everywhere")).to_be_hidden()
