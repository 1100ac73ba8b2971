"""A host's own part of a page that several host: what the engine makes of it, and what they read of missing times."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.clock import present
from timetuna.availability.interval import minute_of, moment_of
from timetuna.availability.slots import Code
from timetuna.bookings.slots import explain
from timetuna.bookings.slots.availability import SlotQuery, why
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, staff, tomorrow
from timetuna.calendars.models import Calendar
from timetuna.pages.calendar_impact import silences, troubles_on
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.queries import page_settings

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def both(alice, bob):
    return staff(make_page(alice), "all", bob)


def ask(page):
    return SlotQuery(page=page_settings(page.pk), minutes=30, now=present())


def of_host(page, host, start):
    """Why they have no time then."""
    return [one.code for one in why(ask(page), start_minute=minute_of(start)).hosts.get(host.pk, ())]


def lines(page, reader, start):
    """What they read of it, and where it leads."""
    found = explain.lines_for(
        ask(page), start_minute=minute_of(start), reader=reader.pk, hours_path="/the-pages-hours"
    )
    return [(line.text, [link.url for link in line.links]) for line in found]


def own(page, host, **columns):
    PageHost.objects.filter(page=page, host=host).update(**columns)


def test_a_notice_of_ones_own_is_said_and_leads_to_ones_own_part(alice, bob, both):
    own(both, bob, notice_minutes=10 * 1_440)

    assert of_host(both, alice, tomorrow()) == []
    [(text, [link])] = lines(both, bob, tomorrow())
    assert text.startswith("Guests have to book 10 days ahead")
    assert link == f"/booking-pages/{both.pk}/your-part#id_notice"
    assert lines(both, alice, tomorrow()) == [("Bob Teammate: Has to be booked further ahead.", [])]


def test_the_pages_notice_is_changed_with_the_page(alice, both):
    BookingPage.objects.update(notice_minutes=10 * 1_440)

    links = [link for _, found in lines(both, alice, tomorrow()) for link in found]

    assert links == [f"/booking-pages/{both.pk}/availability#id_notice"]


def test_a_buffer_of_ones_own_is_said_and_leads_to_ones_own_part(bob, both):
    start = minute_of(tomorrow(10))
    give_calendar(bob, (start + 30, start + 60))
    own(both, bob, buffer_after_minutes=20)

    [(text, [link])] = lines(both, bob, tomorrow(10))

    assert text.startswith("It comes too near to an event in one of your calendars")
    assert link == f"/booking-pages/{both.pk}/your-part#id_buffer_after_minutes"


def test_a_pause_leads_back_to_where_it_ends(bob, both):
    own(both, bob, paused_until=present().date() + timedelta(days=30))

    text, links = lines(both, bob, tomorrow())[0]

    assert text == "You are paused on this page, so nothing new is booked with you."
    assert links == [f"/booking-pages/{both.pk}/your-part#part"]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_pause_ends_at_the_hosts_own_midnight(bob, both, zone):
    type(bob).objects.filter(pk=bob.pk).update(time_zone=zone)
    Calendar.objects.update(known_zone=zone)  # what is known of them was read for it
    there = moment_of(minute_of(present())).astimezone(ZoneInfo(zone)).date()

    own(both, bob, paused_until=there)
    assert Code.PAUSED in of_host(both, bob, tomorrow())
    own(both, bob, paused_until=there - timedelta(days=1))
    assert Code.PAUSED not in of_host(both, bob, tomorrow())


def none(bob):
    bob.calendar_accounts.all().delete()


def nothing_known(bob):
    Calendar.objects.filter(account__host=bob).update(read_at=None, failing_since=present())


def old(bob):
    Calendar.objects.filter(account__host=bob).update(read_at=present() - timedelta(days=3))


def chosen_none(bob):
    PageHost.objects.filter(host=bob).update(own_calendars=True)


def lost(bob):
    calendar = Calendar.objects.filter(account__host=bob).first()
    PageHost.objects.filter(host=bob).update(writes="chosen", write_calendar=calendar)
    Calendar.objects.filter(pk=calendar.pk).update(listed=False)


def fine(_bob):
    pass


SHUT = {Code.NO_CALENDAR, Code.PROVIDER_UNREADABLE}


@pytest.mark.parametrize("staffing", ["all", "any", "solo"])
@pytest.mark.parametrize("trouble", [none, nothing_known, old, chosen_none, lost, fine])
def test_what_hosts_and_others_are_told_is_what_the_engine_does(alice, bob, both, staffing, trouble):
    both = staff(both, staffing)
    trouble(bob)

    shut = bool(SHUT & {one.code for one in why_of(both, bob)})

    assert (
        (both.pk in silences(bob.pk, now=present())) == shut == (trouble is not fine and staffing != "solo")
    )
    assert silences(alice.pk, now=present()) == {}
    row = both.page_hosts.get(host=bob)
    assert troubles_on(both.pk, now=present())[row.pk].silent == shut


def why_of(page, host):
    """All reasons, on a page where no other host stands in for them."""
    PageHost.objects.filter(page=page).exclude(host=host).update(part="optional")
    asked = BookingPage.objects.get(pk=page.pk)
    found = why(ask(asked), start_minute=minute_of(tomorrow())).hosts.get(host.pk, ())
    PageHost.objects.filter(page=page).exclude(host=host).update(part="rotating")
    return found
