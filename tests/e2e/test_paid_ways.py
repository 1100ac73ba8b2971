"""What paying meets on its way: a phone to verify, a host who says yes or no, two hosts, a frame, the last second.

Each way is one line: what the page wants, what is done, step by step, and how it ends; with scripts and without.
"""

import re
import time

import pytest
from playwright.sync_api import expect

from sandbox.stripe.control import StripeControl
from tests.e2e.browser import PHONE, eyes
from tests.e2e.steps import sign_in
from tests.e2e.test_embed import LISTED, link, site, visit
from tests.e2e.test_payments import press
from tests.e2e.test_phones import texted
from tests.e2e.test_proofs import start
from tests.running import running_timetuna
from tests.test_paid_race import PRICE

__all__ = ["site"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.either("postgresql"),
    pytest.mark.matrix(of="journey"),
]
CONFIRMED, DECLINED, UNPAID = (
    "Your booking is confirmed",
    "Your request was declined",
    "Your time is not kept any more",
)
PAY = re.compile("45.00\\s€")
WAYS = {
    "a phone to verify": ({"phone": "verified"}, "form code pay", CONFIRMED, 4500),
    "a phone, a card declined, a yes": (
        {"phone": "verified", "approval": True}, "form code decline pay asked yes", CONFIRMED, 4500),
    "the host says yes": ({"approval": True}, "form pay asked yes", CONFIRMED, 4500),
    "the host says no": ({"approval": True}, "form pay asked no", DECLINED, 0),
    "all of two hosts": ({"staffing": "all"}, "form pay", CONFIRMED, 4500),
    "one of two hosts": ({"staffing": "any"}, "form proof pay", CONFIRMED, 4500),
    "in a frame": ({}, "framed pay", CONFIRMED, 4500),
    "in a frame, the host says yes": ({"approval": True}, "framed pay asked yes", CONFIRMED, 4500),
    "at 29:59": ({}, "form last_second pay", CONFIRMED, 4500),
    "at 30:01": ({}, "form over", UNPAID, 0),
    "two tabs": ({}, "form second_tab pay second_pays", CONFIRMED, 4500),
    "two tabs, the older pays": ({}, "form second_tab second_pays pays_too", CONFIRMED, 4500),
    "back at Stripe, and on": ({}, "form back on pay", CONFIRMED, 4500),
    "back in the browser, and again": ({}, "form browser_back pay", CONFIRMED, 4500),
    "reloads all the way": ({}, "form reload pay reload", CONFIRMED, 4500),
}  # fmt: skip
MORE = """
from django.utils import timezone
from timetuna.availability.interval import minute_of
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.models import BookingPage
now = timezone.now()
page = BookingPage.objects.get(pk={page})
for name, value in {rules!r}.items():
    setattr(page, name, value)
page.save()
if page.staffing != "solo":
    page.page_hosts.create(host_id={other}, position=1)
    for row in page.page_hosts.all():  # each of several hosts has a calendar that blocks
        account = CalendarAccount.objects.create(
            host_id=row.host_id, provider="google", provider_user_id=str(row.pk), needs_reconnect=True,
            refresh_token_fingerprint=str(row.pk), expires_at=now)
        Calendar.objects.create(account=account, outside_id="one", name="One", blocks=True, read_at=now, tried_at=now,
            known_until_minute=minute_of(now) + 5_000_000)
answer(None)
"""
TIME_LEFT = """
from datetime import timedelta
from django.utils import timezone
from timetuna.bookings.models import Booking
from timetuna.jobs.models import Job
now = timezone.now()
Booking.objects.filter(host_id={host}).update(pending_until=now + timedelta(seconds={seconds}))
if {seconds} < 0:
    Job.objects.filter(name="payments.settle", state="waiting").update(run_at=now)
answer(None)
"""
STATES = """
from timetuna.bookings.models import Booking
answer(sorted(Booking.objects.filter(page={page}).values_list("status", "payment__state")))
"""
ENDS = {CONFIRMED: ["confirmed", "paid"], DECLINED: ["declined", "released"], UNPAID: ["lapsed", "expired"]}
PHONE_NUMBER = "+4915123456{:03}"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with running_timetuna(tmp_path_factory.mktemp("paid ways")) as live:
        yield live


@pytest.fixture(scope="module")
def stripe(live):
    with StripeControl(live.environment["STRIPE_API_URL"].removesuffix("/stripe")) as control:
        yield control


class Way:
    """A guest on the way, and what they do, each by its name."""

    def __init__(self, live, stripe, sam, site, rules, *, number, scripts):
        self.live, self.stripe, self.sam, self.page, self.site = live, stripe, sam, sam.page, site
        self.host, self.other, self.phone = live.new_host(), live.new_host(), PHONE_NUMBER.format(number)
        self.browser, self.email = sam.context.browser, f"sam{number}@guest.example"
        self.second, self.scripts = None, scripts
        live.run_python(PRICE.format(host=self.host.pk, page=self.host.page_pk, key=stripe.key()))
        live.run_python(MORE.format(page=self.host.page_pk, rules=rules, other=self.other.pk))

    def form(self):
        self.page.goto(
            f"{self.host.page_url}/book?start={start(0):%Y-%m-%dT%H:%MZ}&duration=30&zone=Europe/Berlin"
        )
        self._fill(self.page)
        self._to_stripe()

    def _fill(self, frame):
        frame.get_by_label("Your name").fill("Sam Guest")
        frame.get_by_label("Your email").fill(self.email)
        frame.get_by_label("Your phone number").last.fill(self.phone)

    def _to_stripe(self):
        """Without scripts the time that a form has to be open for is short here: then once more."""
        self.page.get_by_role("button", name=PAY).click()
        if "/book" in self.page.url and self.page.get_by_role("button", name=PAY).count():
            self.page.get_by_role("button", name=PAY).click()

    def code(self):
        """Where nothing calculates a code by mail comes first."""
        mailed = self.page.get_by_label("Code from the mail", exact=True)
        expect(mailed.or_(self.page.get_by_label("Code", exact=True))).to_be_visible(timeout=60_000)
        if mailed.count():
            (mail,) = self.live.sandbox.wait_for_mail(self.email)
            self._type("Code from the mail", mail["subject"][:6])
        expect(self.page.get_by_label("Code", exact=True)).to_be_visible()
        self._type("Code", texted(self.live, self.phone))

    def _type(self, label, code):
        self.page.get_by_label(label, exact=True).fill(code)
        self.page.get_by_role("button", name=re.compile("Confirm|45.00")).click()

    def framed(self):
        self.live.run_python(LISTED.format(page=self.host.page_pk, site=self.site))
        visit(self.sam, self.live, self.site, link(self.host, "inline"))
        expect(self.page.frame_locator("iframe").locator(".time").first).to_be_visible()
        first = self.page.frames[1]
        first.locator(".time").first.click()
        first.wait_for_url(re.compile(r"/book\?"))
        self._fill(first)
        first.get_by_role("button", name=PAY).click()
        with self.sam.context.expect_page() as opened:
            first.get_by_role("link", name=re.compile("^Pay 45.00\\s€")).click()
        self.page = opened.value

    def pay(self):
        self._press("pay")

    def decline(self):
        self._press("decline")
        expect(self.page.get_by_role("alert")).to_be_visible()

    def proof(self):
        self._press("proof")

    def back(self):
        self._press("back")
        expect(self.page.get_by_role("heading", name="Your payment is still to come")).to_be_visible()

    def _press(self, card):
        self.page.wait_for_url(re.compile("/stripe/pay/"), timeout=60_000)
        press(self.page, card)

    def on(self):
        self.page.get_by_role("link", name=re.compile("^Pay 45.00\\s€$")).click()

    def browser_back(self):
        self.page.wait_for_url(re.compile("/stripe/pay/"), timeout=60_000)
        self.page.go_back()
        expect(self.page.get_by_role("heading", name="Your payment is still to come")).to_be_visible()
        self._look("back at the form")
        self.page.get_by_role("link", name="See your booking").click()
        self.on()

    def reload(self):
        self.page.wait_for_url(re.compile("/stripe/pay/|/b/"), timeout=60_000)
        self.page.reload()

    def second_tab(self):
        self.page.wait_for_url(re.compile("/stripe/pay/"), timeout=60_000)
        self.second = self.sam.context.new_page()
        self.second.goto(self._own_page())
        self.second.get_by_role("link", name=re.compile("^Pay 45.00\\s€$")).click()
        self.second.wait_for_url(re.compile("/stripe/pay/"))

    def second_pays(self):
        press(self.second, "pay")

    def pays_too(self):
        press(self.page, "pay")
        expect(self.page.get_by_text("You have paid already.")).to_be_visible()
        self.page.goto(self._own_page())

    def last_second(self):
        self._let_be_left(1)

    def over(self):
        self._let_be_left(-1)
        self._wait_for(UNPAID)
        press(self.page, "pay")
        expect(self.page.get_by_text("This page is over")).to_be_visible()
        self.page.goto(self._own_page())

    def _let_be_left(self, seconds):
        self.page.wait_for_url(re.compile("/stripe/pay/"), timeout=60_000)
        self.live.run_python(TIME_LEFT.format(host=self.host.pk, seconds=seconds))

    def asked(self):
        expect(self.page.get_by_role("heading", name="Your request is with Robin Host")).to_be_visible(
            timeout=30_000
        )
        self._look("asked")

    def yes(self):
        self._answer(lambda page: page.get_by_role("button", name="Confirm the booking").click())

    def no(self):
        self._answer(self._decline)

    def _answer(self, press_it):
        with eyes(self.browser, "paid ways, host") as robin:
            sign_in(robin, self.live, self.host)
            robin.page.goto(f"{self.live.base_url}/bookings?show=requests")
            robin.page.get_by_role("link", name="Sam Guest").first.click()
            robin.look("request")
            press_it(robin.page)
            robin.page.wait_for_load_state()
        self.page.goto(self._own_page())

    def _decline(self, page):
        page.locator("summary", has_text="Decline").first.click()
        page.get_by_role("button", name="Decline the request").click()

    def ends(self, heading, taken):
        """One booking, and at Stripe what belongs to it: taken once, and nothing set aside or left open."""
        expect(self.page.get_by_role("heading", name=heading)).to_be_visible(timeout=30_000)
        self._look("end")
        self._wait_for(heading)
        known, mine = self.stripe.known(), self._sessions()
        intents = [one for one in known["intents"] if one["id"] in {row["payment_intent"] for row in mine}]
        assert len(mine) == 1
        assert sum(one["amount_received"] for one in intents) == taken
        assert sum(one["amount_capturable"] for one in intents) == 0

    def _look(self, name):
        """Axe is a script itself."""
        self.sam.look(name, accessible=self.scripts)

    def _sessions(self):
        token = self.live.run_python(
            "from timetuna.bookings.models import Booking\n"
            f"answer([one.public_id for one in Booking.objects.filter(page={self.host.page_pk})])"
        )
        return [one for one in self.stripe.sessions() if one["client_reference_id"] in token]

    def _session(self):
        [session] = self._sessions()
        return session

    def _own_page(self):
        return self._session()["cancel_url"]

    def _wait_for(self, heading):
        """Until the product says so itself."""
        ends = time.monotonic() + 60
        while (found := self.live.run_python(STATES.format(page=self.host.page_pk))) != [ENDS[heading]]:
            assert time.monotonic() < ends, found
            time.sleep(0.1)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("name", WAYS)
def test_each_way_ends_with_money_and_booking_agreeing(live, stripe, browser, site, name, scripts):
    rules, steps, heading, taken = WAYS[name]
    if "framed" in steps and not scripts:
        pytest.skip("without scripts nothing is framed: the link leads to the page itself")
    options = {} if scripts else {"java_script_enabled": False, "viewport": PHONE}
    with eyes(browser, f"paid ways, {name}", **options) as sam:
        way = Way(
            live, stripe, sam, site, rules, number=10 * list(WAYS).index(name) + scripts, scripts=scripts
        )
        for step in steps.split():
            getattr(way, step)()
        way.ends(heading, taken)
