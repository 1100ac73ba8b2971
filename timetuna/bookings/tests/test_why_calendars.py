"""A host who asks why a time is missing reads which calendar has it."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.clock import present
from timetuna.bookings.tests.conftest import make_page
from timetuna.calendars.busy_cache import KnownBusy, pack
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.models import BookingPage

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(alice) -> BookingPage:
    return make_page(alice)


def calendar(page: BookingPage, **fields: object) -> Calendar:
    account = CalendarAccount.objects.create(
        host=page.host, provider="google", expires_at=present() + timedelta(hours=1)
    )
    return Calendar.objects.create(account=account, outside_id="w", name="Work", **fields)


def asked(page: BookingPage) -> str:
    day = present().date() + timedelta(days=7 - present().weekday() + 1)
    browser = Client()
    browser.force_login(page.host)
    path = f"/booking-pages/{page.pk}/why"
    return browser.get(path, {"date": day.isoformat(), "time": "10:00", "minutes": "30"}).content.decode()


def test_a_busy_calendar_is_named(page):
    now = int(present().timestamp() // 60)
    month = (now, now + 30 * 24 * 60)
    calendar(page, read_at=present(), busy=pack(KnownBusy((month,))), known_until_minute=month[1])

    text = asked(page)

    assert "An event in “Work” takes " in text
    assert f'href="/booking-pages/{page.pk}/calendars"' in text


def test_a_calendar_that_cannot_be_read_is_named(page):
    calendar(page, read_at=present() - timedelta(hours=30))

    assert "“Work” cannot be read at the moment" in asked(page)
