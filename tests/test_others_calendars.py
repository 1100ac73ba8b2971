"""What calendars somebody has, and what is in them, is read by nobody else: on no page, in no file and in no mail."""

from collections import defaultdict
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.clock import present
from tests.test_rights import ANYBODY, OWNERS, SIGNED_IN, address
from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import Booking
from timetuna.bookings.queries import link_path
from timetuna.bookings.tests.conftest import (
    give_calendar,
    letters,
    make_host,
    make_page,
    open_always,
    order,
    staff,
    tomorrow,
    work_off,
)
from timetuna.calendars.models import Calendar, CalendarAccount, CalendarEvent
from timetuna.pages.models import BookingPage, PageHost

pytestmark = pytest.mark.django_db
__all__ = ["letters"]
SECRET, ADDRESS = "Hospital appointments", "private-of-bob@elsewhere.example"
TAKEN = 14


@pytest.fixture
def page(alice: User) -> BookingPage:
    """Return a page of alice's that bob hosts, too; each has a calendar that is busy at some time tomorrow."""
    bob = make_host("bob", "Bob Teammate")
    open_always(bob)
    page = make_page(alice)
    give_calendar(alice)
    own = PageHost.objects.create(page=page, host=bob, position=1)
    busy = minute_of(tomorrow(TAKEN)), minute_of(tomorrow(TAKEN + 1))
    calendar = give_calendar(bob, busy, chosen_by=own)
    Calendar.objects.filter(pk=calendar.pk).update(name=SECRET, writable=True)
    CalendarAccount.objects.filter(host=bob).update(email=ADDRESS)
    PageHost.objects.filter(pk=own.pk).update(writes="chosen", write_calendar=calendar)
    return staff(page, "all")


def unreadable() -> None:
    Calendar.objects.filter(name=SECRET).update(
        read_at=None, failing_since=present(), failures=9, problem=SECRET
    )


def gone() -> None:
    Calendar.objects.filter(name=SECRET).update(listed=False)


def refused() -> None:
    state = {"state": CalendarEvent.State.REFUSED, "problem": f"“{SECRET}” of {ADDRESS} refused it."}
    assert CalendarEvent.objects.filter(calendar__name=SECRET).update(**state) == 1


@pytest.mark.either("sqlite")
@pytest.mark.parametrize(
    ("staffing", "trouble", "told"),
    [
        ("all", None, "Busy then."),
        ("all", unreadable, "Their calendar cannot be read"),
        ("any", gone, "Calendar needs reconnecting"),
        ("any", refused, "Sam Guest"),
    ],
)
def test_nobody_else_reads_of_a_hosts_calendars(
    alice: User, page: BookingPage, letters: list[Any], staffing: str, trouble: Any, told: str
) -> None:
    booking = book(order(page), now=present())
    work_off()
    page.staffing = staffing
    page.save()
    if trouble:
        trouble()
    owner = Client()
    owner.force_login(alice)

    shown = read(owner, page, booking)
    mailed = [str(letter) for letter in letters if "bob@" not in letter["to"]]

    assert told in unescape(" ".join(shown))
    assert mailed
    for text in [*shown, *read(Client(), page, booking), *mailed]:
        assert SECRET not in text
        assert ADDRESS not in text


def read(client: Client, page: BookingPage, booking: Booking) -> list[str]:
    """Return all that is shown at every address, and of a time that is missing why it is."""
    day, link = tomorrow().date(), link_path(booking.booker)
    ids: dict[str, object] = {"page_id": page.pk, "booking_id": booking.pk, "schedule_id": page.schedule_id}
    ids |= {"handle": "alice", "slug": page.slug, "provider": "google", "token": link.rpartition("/")[2]}
    ids = defaultdict(lambda: 1, ids | {"host_id": page.page_hosts.get(position=1).host_id})
    paths = [address(route, ids) for route in (*OWNERS, *SIGNED_IN, *ANYBODY) if not route.startswith("^")]
    clocks = [f"{hour:02}:00" for hour in range(TAKEN, TAKEN + 3)]
    paths += [f"/booking-pages/{page.pk}/why?date={day}&time={clock}&duration=30" for clock in clocks]
    paths += [f"/bookings/agenda?day={day}", f"/api/pages/alice/{page.slug}/times?month={day:%Y-%m}"]
    answers = [client.get(path) for path in paths]
    assert not [path for path, answer in zip(paths, answers, strict=True) if answer.status_code >= 500]
    return [b"".join(answer).decode(errors="replace") for answer in answers]
