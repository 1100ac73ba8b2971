"""A guest agrees to reminders by text, is reminded, answers STOP, and is not any more."""

import re
import time

import httpx2
import pytest
from playwright.sync_api import expect

from tests.clock import present
from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import sign_in
from tests.e2e.test_proofs import start
from tests.running import running_timetuna

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]
_LIMIT = 30.0
# It is day in one of the two, whenever the tests run.
_NORTH = ("Europe/Berlin", "DE", "01512 3456789", "+4915123456789")
_SOUTH = ("Pacific/Auckland", "NZ", "021 123 4567", "+64211234567")
BRING = """
from django.utils import timezone
from timetuna.jobs.models import Job
answer(Job.objects.filter(name="bookings.reminder", state="waiting").update(run_at=timezone.now()))
"""


def guests_place():
    return _NORTH if 7 <= present().hour < 19 else _SOUTH


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with running_timetuna(tmp_path_factory.mktemp("text reminders")) as live:
        yield live


@pytest.fixture(scope="module")
def host(live, browser):
    """Return a host whose page reminds by text an hour before."""
    host = live.new_host()
    with eyes(browser, "texting host") as robin:
        sign_in(robin, live, host)
        robin.page.get_by_role("link", name="Intro call").first.click()
        robin.page.get_by_role("link", name="Notifications").click()
        texted = robin.page.get_by_role("group", name="Remind guests by text")
        texted.get_by_role("button", name="Add: 1 h before").click()
        robin.look("reminders by text")
        robin.page.get_by_role("button", name="Save", exact=True).click()
        expect(robin.page.get_by_text("Saved.")).to_be_visible()
    return host


def book(page, live, host, number):
    zone, country, phone, _ = guests_place()
    page.goto(
        f"{host.page_url}/book?start={start(number):%Y-%m-%dT%H:%MZ}&duration=30&zone={zone}&visit=visitvisit{number:02}"
    )
    page.get_by_label("Your name").fill("Sam Guest")
    page.get_by_label("Your email").fill(f"sam{number}@guest.example")
    if page.get_by_label("Country of your phone number").count():
        expect(page.get_by_label("Country of your phone number")).to_have_value(country)
    page.get_by_role("textbox", name="Your phone number").fill(phone)
    box = page.get_by_label("Remind me by text message")
    expect(box).not_to_be_checked()
    box.check()


def texts(live, count):
    """Return the texts to the guest, once there are so many."""
    number, until = guests_place()[3], time.monotonic() + _LIMIT
    while time.monotonic() < until:
        rows = [
            one
            for one in live.sandbox.ask("sms/texts", to=number)["texts"]
            if one["body"].startswith("Reminder")
        ]
        if len(rows) >= count:
            return rows
        time.sleep(0.05)
    raise TimeoutError(f"{count} texts did not come\n{live.log()[-2_000:]}")


def confirm(page):
    page.get_by_role("button", name=re.compile("Confirm")).click()
    page.wait_for_url(re.compile("/b/"))


def mailed(live, address, subject):
    until = time.monotonic() + _LIMIT
    while time.monotonic() < until:
        if any(mail["subject"].startswith(subject) for mail in live.sandbox.wait_for_mail(address)):
            return True
        time.sleep(0.1)
    return False


def test_agree_be_reminded_stop(live, host, browser):
    with eyes(browser, "reminded by text", viewport=PHONE) as sam:
        book(sam.page, live, host, 0)
        sam.look("agree")
        confirm(sam.page)
        sam.page.get_by_role("link", name="Reminders by text").click()
        expect(sam.page.get_by_role("heading", name="Reminders come by text")).to_be_visible()
        sam.look("agreed")
        assert live.sandbox.wait_for_mail("sam0@guest.example")
        live.run_python(BRING)
        [text] = texts(live, 1)
        address = re.search(r"http\S+/b/\S+", text["body"])[0]
        sam.page.goto(address)
        expect(sam.page.get_by_text("Intro call").first).to_be_visible()

        sam.page.goto(live.environment["TWILIO_API_URL"].partition("/sms/")[0] + "/texts")
        sam.look("texts", accessible=False)
        sam.page.get_by_role("button", name="STOP").first.click()
        expect(sam.page.get_by_text("From +").first).to_be_visible()

        book(sam.page, live, host, 1)
        confirm(sam.page)
        sam.page.get_by_role("link", name="Reminders by text").click()
        expect(sam.page.get_by_role("heading", name="You have answered STOP")).to_be_visible()
        sam.look("stopped")
        live.run_python(BRING)
        assert mailed(live, "sam1@guest.example", "Reminder:")
        assert len(texts(live, 1)) == 1

    with eyes(browser, "texting host reads") as robin:
        sign_in(robin, live, host)
        robin.page.goto(f"{live.base_url}/bookings")
        robin.page.get_by_role("link", name=re.compile("Sam Guest")).first.click()
        expect(robin.page.get_by_text(re.compile("the guest answered STOP")).first).to_be_visible()
        robin.look("booking of who stopped")


VERIFIED = """
from timetuna.pages.models import BookingPage
answer(BookingPage.objects.filter(pk={page}).update(phone="verified"))
"""


def test_who_pumps_gets_few_texts(live):
    other = live.new_host()
    live.run_python(VERIFIED.format(page=other.page_pk))
    form = f"{other.page_url}/book?start={start(2):%Y-%m-%dT%H:%MZ}&duration=30&zone=Europe/Berlin"
    stand_in = live.environment["TWILIO_API_URL"].partition("/sms/")[0]

    sent = {"form": form, "block": "+491522345", "times": "9"}
    answer = httpx2.post(f"{stand_in}/texts/pump", data=sent, timeout=120, trust_env=False)
    elsewhere = httpx2.post(
        f"{stand_in}/texts/pump", data=sent | {"form": "https://example.org/"}, trust_env=False
    )

    assert (answer.status_code, elsewhere.status_code) == (303, 404)
    until = time.monotonic() + _LIMIT
    while len(block(live)) < 5 and time.monotonic() < until:
        time.sleep(0.1)
    assert len(block(live)) == 5, "five an hour to a prefix; the others came by mail"


def block(live):
    return [one for one in live.sandbox.ask("sms/texts")["texts"] if one["to"].startswith("+491522345")]
