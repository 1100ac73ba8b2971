"""A host's own questions: written in the editor, answered on a phone, each kind of them."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import fill_details, fits, open_day, pick, sign_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]
ASK = """
from timetuna.bookings.tests.asked import ask
from timetuna.pages.models import BookingPage
page = BookingPage.objects.get(pk={page})
page.redirect_url, page.redirect_origins = "https://shop.example/thanks", "https://shop.example"
page.save()
for kind in ("text", "email", "phone", "number", "url", "address", "date", "many", "yes", "consent"):
    ask(page, kind, label="The " + kind, required=kind in ("text", "consent"), help="A sentence below it.")
ask(page, "line", key="why", label="Why so many", required=True, when_key="team-size", when_option={option!r})
ask(page, "line", key="plan", label="Plan", hidden=True)
answer(None)
"""
OPTION = """
from timetuna.pages.models import Question
question = Question.objects.get(page={page}, key="team-size")
answer([one["id"] for one in question.options])
"""
THEIRS = """
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
answer(link_path(Booking.objects.get(page={page}).booker))
"""
TYPED = {
    "The text": "One\nTwo",
    "The email": "boss@acme.example",
    "The phone": "+49 30 123456",
    "The number": "12,5",
    "The url": "acme.example",
    "The address": "Hauptstr. 1\n10115 Berlin",
    "The date": "1990-12-24",
}


def write_one(eyes, live, host):
    """Add a question in the editor, and come back to the list of them."""
    page = eyes.page
    sign_in(eyes, live, host)
    page.goto(f"{live.base_url}/booking-pages/{host.page_pk}/guests")
    page.get_by_role("link", name="Add a question").click()
    page.get_by_label("Question", exact=True).fill("Team size")
    expect(page.get_by_label("Options")).to_be_hidden()
    page.get_by_label("Answer", exact=True).select_option("Single choice")
    page.get_by_label("Options").fill("Up to 10\nMore than 10")
    eyes.look("a-question")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Questions")).to_be_visible()
    expect(page.get_by_text("q.team-size")).to_be_visible()


def test_a_guest_on_a_phone_answers_each_kind(live_timetuna, browser):
    host = live_timetuna.new_host(zone="Europe/Berlin")
    with eyes(browser, "questions-host") as robin:
        write_one(robin, live_timetuna, host)
        _, more = live_timetuna.run_python(OPTION.format(page=host.page_pk))
        live_timetuna.run_python(ASK.format(page=host.page_pk, option=more))
        robin.page.reload()
        robin.look("questions")
        with eyes(
            browser, "questions-390", viewport=PHONE, timezone_id="Asia/Tokyo", color_scheme="dark"
        ) as sam:
            answer_all(sam, host)
            sam.page.goto(live_timetuna.base_url + live_timetuna.run_python(THEIRS.format(page=host.page_pk)))
            sam.page.get_by_text("Your answers").last.click()
            expect(sam.page.get_by_text("We grow")).to_be_visible()
            sam.look("their-page")
        robin.page.goto(f"{live_timetuna.base_url}/bookings")
        robin.page.get_by_role("link", name="Sam Guest").first.click()
        robin.page.get_by_role("heading", name="History").click()
        for text in ("https://acme.example", "More than 10", "https://news.example", "Agreed", "pro", "bk_"):
            expect(robin.page.get_by_text(text).first).to_be_visible()
        robin.look("a-booking-with-answers")


def answer_all(sam, host):
    page = sam.page
    page.route(
        "https://shop.example/**", lambda route: route.fulfill(body="Thanks", content_type="text/html")
    )
    page.goto(
        f"{host.page_url}?day={open_day()}&q.plan=pro&a1=more+than+10&utm_source=letter",
        referer="https://news.example/x",
    )
    expect(page.locator(".times-zone")).to_contain_text("Tokyo")
    pick(page.locator(".time").first)
    expect(page.get_by_label("More than 10").first).to_be_checked()
    expect(page.get_by_label("Why so many")).to_be_visible()
    sam.look("prefilled")
    page.get_by_label("Up to 10").first.check()
    expect(page.get_by_label("Why so many")).to_be_hidden()
    page.get_by_label("More than 10").first.check()
    fill_details(page, name="Sam Guest", email="each-kind@guest.example")
    for label, text in TYPED.items():
        page.get_by_label(label).fill(text)
    page.get_by_role("group", name="The many").get_by_label("More than 10").check()
    page.get_by_label("The yes").check()
    page.get_by_label("Why so many").fill("We grow")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_label("The consent")).not_to_be_checked()
    page.get_by_label("The consent").check()
    assert fits(page)
    sam.look("answered")
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("https://shop.example/thanks?booking=bk_*")
