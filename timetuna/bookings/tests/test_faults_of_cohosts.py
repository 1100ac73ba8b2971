"""One of two hosts has a calendar or a Zoom that is dead: what the page offers, and what each of them is told."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.bookings.slots.availability import SlotQuery, bookable, offered
from timetuna.bookings.tests.conftest import make_page, staff, tomorrow
from timetuna.bookings.tests.life import made
from timetuna.bookings.tests.test_hand_over_page import signed_in
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.models import PageHost
from timetuna.pages.queries import page_settings

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]


def never_read(host):
    CalendarAccount.objects.filter(host=host).update(needs_reconnect=False)
    Calendar.objects.filter(account__host=host).update(
        read_at=None, failing_since=present(), failures=3, next_read_at=present()
    )


def signed_out(host):
    """As when its owner has changed their password there, and what was read is too old by now."""
    read_too_long_ago(host)
    CalendarAccount.objects.filter(host=host, provider="google").update(needs_reconnect=True)


def read_too_long_ago(host):
    CalendarAccount.objects.filter(host=host).update(needs_reconnect=False)
    old = present() - timedelta(days=365)
    Calendar.objects.filter(account__host=host).update(read_at=old, failing_since=old, failures=9)


def none_connected(host):
    CalendarAccount.objects.filter(host=host).exclude(provider="zoom").delete()


def zoom_dead(host):
    host.calendar_accounts.filter(provider="zoom").update(needs_reconnect=True)


def zoom_gone(host):
    host.calendar_accounts.filter(provider="zoom").delete()


OWN_CALENDAR, OWN_NONE = "cannot be read", "no calendar says when you are busy"
# fault, staffing: whether times are offered, whom the meeting is with, what the cohost reads, what the owner reads
TABLE = [
    (never_read, "all", False, None, OWN_CALENDAR, "Calendar cannot be read"),
    (never_read, "any", True, "alice", OWN_CALENDAR, "Calendar cannot be read"),
    (read_too_long_ago, "all", False, None, OWN_CALENDAR, "Calendar cannot be read"),
    (read_too_long_ago, "any", True, "alice", OWN_CALENDAR, "Calendar cannot be read"),
    (signed_out, "all", False, None, OWN_CALENDAR, "Calendar needs reconnecting"),
    (signed_out, "any", True, "alice", OWN_CALENDAR, "Calendar needs reconnecting"),
    (none_connected, "all", False, None, OWN_NONE, "No calendar connected"),
    (none_connected, "any", True, "alice", OWN_NONE, "No calendar connected"),
    (zoom_dead, "all", True, "alice", "", ""),
    (zoom_dead, "any", True, "alice", "", ""),
    (zoom_gone, "all", True, "alice", "", ""),
    (zoom_gone, "any", True, "alice", "", ""),
]


@pytest.fixture
def page(alice):
    return make_page(alice, kinds=(("zoom", ""),))


def connect_zoom(*hosts):
    """A Zoom of each that works, as far as is known here."""
    for host in hosts:
        CalendarAccount.objects.create(
            host=host, provider="zoom", provider_user_id=host.handle, expires_at=present(),
            scopes="meeting:write:meeting user:read:user", refresh_token_fingerprint=f"zoom {host.handle}",
        )  # fmt: skip


def text(host, path):
    return " ".join(signed_in(host).get(path).content.decode().split())


@pytest.mark.parametrize(("fault", "staffing", "offers", "with_whom", "own", "owners"), TABLE)
def test_a_cohosts_fault(alice, bob, page, fault, staffing, offers, with_whom, own, owners):
    staff(page, staffing, bob)
    connect_zoom(alice, bob)
    PageHost.objects.filter(host=bob).update(balance=900_000)
    PageHost.objects.filter(host=alice).update(balance=-900_000)
    query = SlotQuery(page=page_settings(page.pk), minutes=30, now=present())
    assert bookable(query, start_minute=minute_of(tomorrow()))

    fault(bob)

    query = SlotQuery(page=page_settings(page.pk), minutes=30, now=present())
    first = minute_of(tomorrow())
    assert bookable(query, start_minute=first) is offers
    assert bool(offered(query, span=(first, first + 60))) is offers
    if offers:
        booking = made(page, tomorrow(), worked=False)
        assert booking.host.handle == with_whom
    his = text(bob, f"/booking-pages/{page.pk}/calendars")
    hers = text(alice, f"/booking-pages/{page.pk}/booking")
    assert own in his
    assert owners in hers
    assert f"Calendar of {bob.name}" not in hers, "nobody reads a cohost's calendars"
    needed = "Offers no times" if staffing == "all" else "You are not booked here"
    assert (needed in his) is bool(own)


@pytest.mark.parametrize("staffing", ["all", "any"])
def test_nobodys_zoom_works(alice, bob, page, staffing):
    """Then the way of meeting is not offered, and whoever owns the page reads that none can be used."""
    staff(page, staffing, bob)
    connect_zoom(alice, bob)
    for host in (alice, bob):
        zoom_dead(host)

    query = SlotQuery(page=page_settings(page.pk), minutes=30, now=present())

    assert not bookable(query, start_minute=minute_of(tomorrow()))
    assert "No usable meeting type" in text(alice, f"/booking-pages/{page.pk}/booking")


def test_the_leaders_zoom_is_not_replaced_by_itself_once_a_meeting_is_hers(alice, bob, page):
    """Of a group whoever comes first and has it connected leads; a time that is booked waits for that account."""
    staff(page, "all", bob)
    connect_zoom(alice, bob)
    booking = made(page, tomorrow(), worked=False)
    assert booking.conference.host == alice

    zoom_dead(alice)
    booking.refresh_from_db()
    assert booking.conference.host == alice
    later = made(page, tomorrow(12), worked=False, email="lee@guest.example")
    assert (later.host, later.conference.host) == (bob, bob)
