"""Each statement in db/reads.py finds what the ORM finds, on both databases."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import BookingHost, Hold
from timetuna.bookings.tests.conftest import order, tomorrow
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.db import reads
from timetuna.pages.calendar_use import blocking
from timetuna.pages.models import BookingPage

pytestmark = pytest.mark.vendor
TIMES = ("start_minute", "end_minute", "buffer_before_minutes", "buffer_after_minutes")
KNOWN = (
    *("pk", "name", "busy", "known_until_minute", "tentative_blocks"),
    *("read_at", "tried_at", "next_read_at", "failures", "known_zone"),
)


@pytest.fixture
def calendars(alice: User, page: BookingPage) -> list[Calendar]:
    accounts = [
        CalendarAccount.objects.create(
            host=alice,
            provider=provider,
            provider_user_id=provider,
            refresh_token_fingerprint=provider,
            expires_at=present(),
            needs_reconnect=dead,
        )
        for provider, dead in (("google", False), ("microsoft", True))
    ]
    made = [
        Calendar.objects.create(
            account=account,
            outside_id=f"{account.pk} {kind}",
            name="Ünser 'Kalender' %s",
            busy=b"\x00\xff",
            read_at=present() if kind else None,
            blocks=kind != 1,
            writable=True,
            is_primary=kind == 2,
            meeting_types="google_meet",
        )
        for account in accounts
        for kind in range(3)
    ]
    page.page_hosts.get().calendars.create(calendar=made[1])
    return made


def test_bookings(page: BookingPage) -> None:
    for hour in (9, 10, 11):
        book(order(page, tomorrow(hour)), now=present())
    host, first, last = page.host_id, minute_of(tomorrow(9)), minute_of(tomorrow(11))
    moving = BookingHost.objects.order_by("start_minute")[0].booking_id
    rows = BookingHost.objects.filter(host=host, active=True, start_minute__gte=first, start_minute__lt=last)

    found = reads.rows(reads.BOOKED, host=host, first=first, last=last, moving=moving)

    assert found == list(rows.exclude(booking=moving).values_list(*TIMES)) != []


def test_holds(page: BookingPage) -> None:
    for number, minutes in enumerate((-1, 1, 2, 3)):
        Hold.objects.create(
            host=page.host,
            page=page,
            start_minute=number,
            end_minute=number + 1,
            token_fingerprint=f"token {number}",
            visit_fingerprint=f"visit {number}",
            placed_at=present(),
            expires_at=present() + timedelta(minutes=minutes),
        )

    found = reads.rows(reads.HELD, host=page.host_id, now=present(), token="token 1", visit="visit 2")

    assert found == [(3, 4, 0, 0)]


@pytest.mark.parametrize("chosen", [True, False])
def test_calendars(calendars: list[Calendar], page: BookingPage, *, chosen: bool) -> None:
    sql = reads.BUSY_CHOSEN if chosen else reads.BUSY
    part = page.page_hosts.get()
    part.own_calendars = chosen
    rows = blocking(part)

    rows_read = reads.rows(sql, host=part.host_id, page_host=part.pk)

    found = [(*row[:5], *map(reads.aware, row[5:8]), *row[8:]) for row in rows_read]
    assert found == list(rows.order_by("pk").values_list(*KNOWN)) != []


def test_accounts_that_work_and_calendars_to_write_to(calendars: list[Calendar], alice: User) -> None:
    first = calendars[0].account_id

    assert reads.rows(reads.WORKING, host=alice.pk, provider="google") == [(first,)]
    assert reads.rows(reads.WORKING, host=alice.pk, provider="microsoft") == []
    assert reads.rows(reads.TARGETS, host=alice.pk) == [
        (calendars[place].pk, "google", "google_meet") for place in (2, 0, 1)
    ]
