"""A code for a phone number, tried by a crowd: five tries are five, and one code is one booking."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.guest import Guest, weekdays

pytestmark = [pytest.mark.slow, pytest.mark.either("postgresql"), pytest.mark.matrix(of="race")]
CLIENTS, NUMBER = 100, "+4915123456789"
MAKE_CODE = """
from django.utils import timezone
from timetuna.bookings.proofs.text_code import NumberAsked, Way, _stored
from timetuna.pages.models import BookingPage
BookingPage.objects.filter(pk={page}).update(phone="verified")
code, row = _stored(
    Way.TEXT, NumberAsked({key!r}, {number!r}, "x@guest.example"), {page}, network="n", now=timezone.now()
)
answer(code)
"""
COUNT = """
from timetuna.bookings.models import Booking
answer(Booking.objects.filter(host={host}).count())
"""


def sent_by_all(guests, forms, cookies):
    """Send them at once, as one browser's; the statuses, and where they lead."""
    barrier = Barrier(len(guests))
    for guest in guests:
        guest.client.cookies.update(cookies)

    def rush(guest, form):
        barrier.wait()
        answer = guest.send(form)
        return answer.status_code, answer.headers.get("location", "").partition("?")[0]

    with ThreadPoolExecutor(len(guests)) as pool:
        found = Counter(pool.map(rush, guests, forms))
    for guest in guests:
        guest.close()
    return found


def made(live, host, start):
    """Return a form that was opened, its code, and the cookies of who opened it."""
    opener = Guest(host.page_url)
    form, cookies = opener.look_at_form(start), opener.client.cookies
    opener.close()
    form |= {"phone": NUMBER, "phone_country": "", "asked": ""}
    code = live.run_python(MAKE_CODE.format(page=host.page_pk, key=form["key"], number=NUMBER))
    return form, code, cookies


def test_five_tries_of_a_hundred_clients_are_five(live_timetuna):
    host = live_timetuna.new_host()
    form, code, cookies = made(live_timetuna, host, weekdays(1)[0])
    wrong = [f"{number:06}" for number in range(CLIENTS + 1) if f"{number:06}" != code][:CLIENTS]
    guests = [Guest(host.page_url, number=0) for _ in range(CLIENTS)]

    answers = sent_by_all(guests, [form | {"text_code": one} for one in wrong], cookies)

    assert answers == {(422, ""): 5, (429, ""): CLIENTS - 5}
    last = Guest(host.page_url)
    last.client.cookies.update(cookies)
    assert last.send(form | {"text_code": code}).status_code == 429
    last.close()
    assert live_timetuna.run_python(COUNT.format(host=host.pk)) == 0


def test_one_code_is_one_booking_in_two_tabs_at_once(live_timetuna):
    host = live_timetuna.new_host()
    first, second = weekdays(2)
    form, code, cookies = made(live_timetuna, host, first)
    other = Guest(host.page_url)
    other.client.cookies.update(cookies)
    tab = other.look_at_form(second) | {"phone": NUMBER, "phone_country": "", "asked": ""}
    other.close()
    guests = [Guest(host.page_url, number=0) for _ in range(4)]

    answers = sent_by_all(guests, [one | {"text_code": code} for one in (form, form, tab, tab)], cookies)

    assert sum(count for (status, _), count in answers.items() if status == 302) == 2
    assert len({link for status, link in answers if status == 302}) == 1
    assert answers[422, ""] == 2
    assert live_timetuna.run_python(COUNT.format(host=host.pk)) == 1
