"""A hundred guests want one time that costs something: one pays, nobody else is charged or waits."""

from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from sandbox.stripe.control import StripeControl
from tests.guest import Browser, weekdays
from tests.test_race import overlaps

pytestmark = [pytest.mark.slow, pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
GUESTS, AT_ONCE = 100, 20
PRICE = """
from timetuna.pages.models import BookingPage
from timetuna.payments.models import StripeAccount
from timetuna.payments.secrets import seal
account = StripeAccount(host_id={host}, kind="own", stripe_id="acct_sandboxRobin01", currency="eur")
seal(account, "secret", {key!r})
account.save()
BookingPage.objects.filter(pk={page}).update(price=4500, currency="eur")
answer(account.pk)
"""
STATES = """
from timetuna.bookings.models import Booking
answer(sorted(Booking.objects.filter(host_id={host}).values_list("status", "payment__state")))
"""


def test_one_of_a_hundred_pays(live_timetuna):
    host = live_timetuna.new_host()
    outside = live_timetuna.environment["STRIPE_API_URL"].removesuffix("/stripe")
    with StripeControl(outside) as stripe:
        live_timetuna.run_python(PRICE.format(host=host.pk, page=host.page_pk, key=stripe.key()))
        [start] = weekdays(1)
        guests = [Browser(host.page_url, number=number) for number in range(GUESTS)]
        forms = [guest.look_at_form(start) for guest in guests]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = list(pool.map(lambda guest, form: guest.send(form), guests, forms))
        led = [answer for answer in answers if answer.status_code == 302]
        assert sorted({answer.status_code for answer in answers}) == [302, 409]
        assert len(led) == 1
        assert led[0].headers["location"].endswith("/pay")

        with httpx2.Client(trust_env=False, timeout=30) as browser:
            away = browser.get(f"{live_timetuna.base_url}{led[0].headers['location']}")
            back = browser.post(away.headers["location"], data={"card": "pay"})
            assert browser.get(back.headers["location"]).status_code == 302
        known = stripe.known()
        for guest in guests:
            guest.close()

    assert len(known["sessions"]) == len(known["charges"]) == 1
    assert known["charges"][0]["amount_captured"] == 4500
    assert live_timetuna.run_python(STATES.format(host=host.pk)) == [["confirmed", "paid"]]
    assert overlaps(live_timetuna, host) == [1, 0]
