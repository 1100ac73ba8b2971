"""A look is a person's, once, whatever way it comes; and it waits for nobody."""

from datetime import date

import pytest
import time_machine
from django.test import Client

from tests.clock import present
from timetuna.bookings.looks import NOTED
from timetuna.bookings.slots.selection import write_start
from timetuna.bookings.tests.conftest import make_page, tomorrow
from timetuna.insights.actions import count_looks
from timetuna.insights.models import DayFigure
from timetuna.l10n.datetimes import date_in

pytestmark = pytest.mark.django_db
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0"
ON_THE_PAGE = {"Referer": "http://localhost:8000/alice/intro?month=2027-07"}


@pytest.fixture(autouse=True)
def nothing_noted():
    NOTED.clear()


@pytest.fixture
def guest():
    return Client(headers={"User-Agent": FIREFOX})


def counted():
    count_looks.count_noted()
    return list(DayFigure.objects.order_by("day").values_list("day", "looks", "picks"))


def test_a_guest_looks_once_and_picks_once(guest, page):
    at = write_start(tomorrow())
    guest.get("/alice/intro")
    guest.get("/alice/intro?month=2027-07", headers=ON_THE_PAGE)
    guest.get("/alice/intro?month=2027-07", headers={"HX-Request": "true"})
    for _ in range(2):
        guest.get(f"/alice/intro/book?start={at}&duration=30&visit=abcdefghijkl", headers=ON_THE_PAGE)
    guest.get("/alice/intro?visit=abcdefghijkl", headers=ON_THE_PAGE)

    assert counted() == [(date_in("Europe/Berlin", present()), 1, 1)]

    guest.get("/alice/intro", headers={"Referer": "https://www.example.org/"})
    assert counted() == [(date_in("Europe/Berlin", present()), 2, 1)]


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("head", {}),
        ("get", {"User-Agent": ""}),
        ("get", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}),
        ("get", {"User-Agent": "WhatsApp/2.23"}),
        ("get", {"Sec-Purpose": "prefetch;prerender"}),
        ("get", {"X-Moz": "prefetch"}),
        ("get", {"Sec-Fetch-Dest": "image"}),
        ("get", {"Cookie": "timetuna_session_8000=of-a-host"}),
    ],
)
def test_who_is_no_guest_does_not_count(guest, page, method, headers):
    getattr(guest, method)("/alice/intro", headers=headers)

    assert counted() == []


def test_looks_are_of_the_day_on_the_clock_of_the_page(guest, page):
    with time_machine.travel("2027-06-08T22:30Z", tick=False):  # half past midnight in Berlin
        guest.get("/alice/intro")

    assert counted() == [(date(2027, 6, 9), 1, 0)]


def test_what_cannot_be_counted_now_is_counted_later(guest, page, alice, monkeypatch):
    make_page(alice, slug="gone")
    guest.get("/alice/intro")
    guest.get("/alice/gone")
    with monkeypatch.context() as broken:
        broken.setattr(count_looks, "in_turn", lambda: DayFigure.objects.raw("SELECT nothing")[0])
        assert counted() == []
    page.delete()

    assert counted() == [(date_in("Europe/Berlin", present()), 1, 0)]
    assert not NOTED
