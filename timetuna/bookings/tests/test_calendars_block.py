"""What calendars take is not offered, cannot be booked, and is explained to its host; what is unknown is not free."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client as Browser

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.availability.slots import Code
from timetuna.bookings.actions import host_time
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.host_time import hold
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.models import Booking
from timetuna.bookings.slots.availability import SlotQuery, bookable, offered, why, why_on_grid
from timetuna.bookings.tests.conftest import make_page, order, tomorrow
from timetuna.calendars.actions import read_live
from timetuna.calendars.actions.claim_refresh import claim
from timetuna.calendars.actions.disconnect import disconnect
from timetuna.calendars.actions.refresh import ask as ask_provider
from timetuna.calendars.actions.refresh import refresh, store
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.tests.feeds import allow_feeds, connect_feed, publishing
from timetuna.pages.models import BookingPage, HostRules, PageHost
from timetuna.pages.queries import page_settings
from timetuna.rate_limits.limits import Client as Guest

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]


@pytest.fixture(scope="module")
def server():
    with publishing() as server:
        yield server


@pytest.fixture
def feeds(server, settings):
    server.events.clear()
    server.faults.clear()
    server.asked.clear()
    server.unchanged = 0
    allow_feeds(settings)
    return server


@pytest.fixture
def calendar(alice, feeds):
    feeds.put("/office.ics", tomorrow(10))
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)
    return calendar


def ask(page, **changes):
    return SlotQuery(page=page_settings(page.pk), minutes=30, now=present(), **changes)


def hours(page):
    """Return the hours of tomorrow at which a meeting of half an hour can start."""
    found = offered(ask(page), span=(minute_of(tomorrow(0)), minute_of(tomorrow(23, 45))))
    return {datetime.fromtimestamp(60 * minute, UTC).hour for minute in found if minute % 60 == 0}


def told(page, start):
    return [(one.code, one.label) for one in why(ask(page), start_minute=minute_of(start)).every()]


def free(page, start):
    return bookable(ask(page), start_minute=minute_of(start))


def test_what_a_calendar_takes_is_not_offered_and_said(page, calendar):
    assert hours(page) == set(range(24)) - {10}
    assert [code for code, _ in told(page, tomorrow(10, 15))] == [Code.CALENDAR_BUSY]
    assert not free(page, tomorrow(9, 45))
    assert free(page, tomorrow(9, 30))
    assert free(page, tomorrow(11))


def test_a_pages_buffers_are_kept_to_calendars_too(page, calendar):
    BookingPage.objects.update(buffer_before_minutes=15, buffer_after_minutes=30)

    assert (free(page, tomorrow(9)), free(page, tomorrow(9, 15))) == (True, False)
    assert (free(page, tomorrow(11)), free(page, tomorrow(11, 15))) == (False, True)


def test_tentative_time_counts_as_the_calendar_says(alice, page, feeds):
    feeds.put("/office.ics", tomorrow(10), lines=("STATUS:TENTATIVE",))
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)
    assert not free(page, tomorrow(10))

    Calendar.objects.update(tentative_blocks=False)

    assert free(page, tomorrow(10))


def test_a_page_is_blocked_by_the_calendars_it_has_chosen(alice, page, calendar, feeds):
    feeds.put("/family.ics", tomorrow(15))
    family = connect_feed(alice, feeds, "/family.ics")
    Calendar.objects.filter(pk=family.pk).update(blocks=False)
    page.page_hosts.get().calendars.create(calendar=family)
    refresh(family.pk)
    assert (free(page, tomorrow(10)), free(page, tomorrow(15))) == (False, True)

    PageHost.objects.update(own_calendars=True)
    refresh(family.pk)

    assert (free(page, tomorrow(10)), free(page, tomorrow(15))) == (True, False)


def test_a_page_that_chose_no_calendar_is_blocked_by_none(page, calendar):
    PageHost.objects.update(own_calendars=True)

    assert free(page, tomorrow(10))


def test_calendars_of_others_take_no_time_here(charlie, page, calendar):
    other = make_page(charlie, slug="other")

    assert free(other, tomorrow(10))
    other.page_hosts.get().calendars.create(calendar=calendar)
    other.page_hosts.update(own_calendars=True)
    assert free(other, tomorrow(10))


def test_a_calendar_that_was_never_read_closes_the_page_and_is_named(alice, page, feeds):
    connect_feed(alice, feeds)

    assert hours(page) == set()
    assert told(page, tomorrow(10)) == [(Code.PROVIDER_UNREADABLE, "Office")]
    assert all(why_on_grid(ask(page), span=(minute_of(tomorrow(9)), minute_of(tomorrow(12)))).values())
    with pytest.raises(SlotTaken):
        book(order(page, tomorrow(12)), now=present())


@pytest.mark.parametrize(("patience", "age", "offers"), [(24, 23, True), (24, 25, False), (2, 3, False)])
def test_knowledge_counts_for_as_long_as_the_host_has_patience(
    alice, page, calendar, feeds, patience, age, offers
):
    HostRules.objects.create(host=alice, calendar_patience_hours=patience)
    feeds.faults["/office.ics"] = 500
    refresh(calendar.pk)
    Calendar.objects.update(read_at=present() - timedelta(hours=age))

    assert bool(hours(page)) == offers
    assert not free(page, tomorrow(10))
    assert free(page, tomorrow(12)) == offers


def test_a_dead_account_is_known_as_it_was_for_as_long_as_any_other(page, calendar):
    CalendarAccount.objects.update(needs_reconnect=True)
    assert hours(page) == set(range(24)) - {10}

    Calendar.objects.update(read_at=present() - timedelta(hours=25))

    assert hours(page) == set()


def test_an_account_that_its_host_disconnected_blocks_nothing(alice, page, calendar):
    disconnect(calendar.account_id, host_id=alice.pk)

    assert free(page, tomorrow(10))


def test_beyond_what_was_read_nothing_is_offered_and_why_agrees(page, calendar):
    edge = minute_of(tomorrow(14))
    Calendar.objects.update(known_until_minute=edge)

    assert hours(page) == set(range(14)) - {10}
    grid = why_on_grid(ask(page), span=(minute_of(tomorrow(0)), minute_of(tomorrow(23, 45))))
    listed = set(offered(ask(page), span=(minute_of(tomorrow(0)), minute_of(tomorrow(23, 45)))))
    assert {start for start, found in grid.items() if not found} == listed
    assert [bookable(ask(page), start_minute=start) for start in grid] == [start in listed for start in grid]
    assert [code for code, _ in told(page, tomorrow(20))] == [Code.PROVIDER_UNREADABLE]


def test_a_page_whose_calendar_for_events_is_gone_offers_nothing_until_another_is_chosen(page, calendar):
    PageHost.objects.update(writes="chosen", write_calendar=calendar)
    Calendar.objects.update(listed=False)

    assert hours(page) == set()
    assert told(page, tomorrow(12)) == [(Code.PROVIDER_UNREADABLE, "Office")]
    PageHost.objects.update(writes="default")
    assert hours(page) == set(range(24)) - {10}


def test_ten_calendars_cost_no_more_queries_than_none(alice, page, feeds, django_assert_num_queries):
    asked = ask(page)
    span = minute_of(tomorrow(0)), minute_of(tomorrow(23))
    with django_assert_num_queries(3):
        offered(asked, span=span)
    for number in range(10):
        refresh(connect_feed(alice, feeds, f"/{number}.ics").pk)

    with django_assert_num_queries(3):
        offered(asked, span=span)


def test_looking_at_a_page_has_old_knowledge_read_soon_by_one_write(
    page, calendar, django_assert_num_queries
):
    later = present() + timedelta(minutes=4)
    long_ago = present() - timedelta(minutes=2)
    Calendar.objects.update(read_at=long_ago, tried_at=long_ago, next_read_at=later)
    hours(page)
    calendar.refresh_from_db()
    assert calendar.next_read_at <= present()

    asked = ask(page)
    with django_assert_num_queries(3):
        offered(asked, span=(minute_of(tomorrow(0)), minute_of(tomorrow(1))))


def test_looking_at_a_page_does_not_hurry_what_is_fresh_or_fails(page, calendar):
    later = present() + timedelta(minutes=4)
    long_ago = present() - timedelta(minutes=2)
    Calendar.objects.update(next_read_at=later)
    hours(page)
    Calendar.objects.update(read_at=long_ago, tried_at=long_ago, failures=2)
    hours(page)

    calendar.refresh_from_db()
    assert calendar.next_read_at == later


@pytest.fixture
def patient(monkeypatch):
    """Let a busy machine have its time where slowness is not what a test is about."""
    monkeypatch.setattr(host_time, "SECONDS", 20.0)


@pytest.mark.usefixtures("patient")
def test_what_was_put_into_a_calendar_a_moment_ago_is_seen_at_booking(page, calendar, feeds):
    feeds.put("/office.ics", tomorrow(12), uid="two@feeds.example")
    cursor = Calendar.objects.get().cursor
    assert free(page, tomorrow(12))

    with pytest.raises(SlotTaken):
        book(order(page, tomorrow(12)), now=present())

    assert not free(page, tomorrow(12))
    assert not free(page, tomorrow(10))
    assert Calendar.objects.get().cursor == cursor
    assert book(order(page, tomorrow(13)), now=present()).pk
    refresh(calendar.pk)
    assert hours(page) == set(range(24)) - {10, 12, 13}


@pytest.mark.usefixtures("patient")
def test_what_was_taken_out_of_a_calendar_a_moment_ago_can_be_booked(page, calendar, feeds):
    feeds.clear("/office.ics")
    feeds.put(
        "/office.ics", tomorrow(20), uid="two@feeds.example"
    )  # a feed without any event is not believed at once

    assert book(order(page, tomorrow(10)), now=present()).pk


@pytest.mark.usefixtures("patient")
def test_a_move_and_a_hold_look_at_calendars_too(page, calendar, feeds):
    booking = book(order(page, tomorrow(8)), now=present())
    feeds.put("/office.ics", tomorrow(12), uid="two@feeds.example")
    feeds.put("/office.ics", tomorrow(14), uid="three@feeds.example")

    with pytest.raises(SlotTaken):
        reschedule(booking.pk, start_minute=minute_of(tomorrow(12)), actor="guest", now=present())
    with pytest.raises(SlotTaken):
        hold(ask(page, client=Guest("client", "network")), start_minute=minute_of(tomorrow(14)))

    assert Booking.objects.get().start_at == tomorrow(8)


@pytest.mark.usefixtures("patient")
def test_nobody_can_use_up_the_look_that_is_made_when_a_time_is_booked(page, calendar, feeds, monkeypatch):
    monkeypatch.setattr(read_live, "MOMENT_SECONDS", 0.0)
    stranger = Guest("client", "network", visit="visit", wide="wide")
    for _ in range(70):
        hold(ask(page, client=stranger), start_minute=minute_of(tomorrow(14)))
    feeds.asked.clear()
    feeds.put("/office.ics", tomorrow(12), uid="two@feeds.example")
    feeds.put("/office.ics", tomorrow(14), uid="three@feeds.example")

    hold(ask(page, client=stranger), start_minute=minute_of(tomorrow(14)))  # opens by what is known
    assert feeds.asked == []
    with pytest.raises(SlotTaken):
        book(replace(order(page, tomorrow(12)), client=stranger), now=present())
    with pytest.raises(SlotTaken):
        hold(
            ask(page, client=Guest("another", "elsewhere", wide="far")), start_minute=minute_of(tomorrow(14))
        )


@pytest.mark.parametrize("fault", ["slow", 500, "cut", "html", 410])
def test_a_calendar_that_does_not_answer_in_time_counts_as_it_was_known(page, calendar, feeds, fault):
    feeds.faults["/office.ics"] = fault
    began = time.monotonic()

    with pytest.raises(SlotTaken):
        book(order(page, tomorrow(10)), now=present())
    assert book(order(page, tomorrow(12)), now=present()).pk

    assert time.monotonic() - began < 2 * 2.0 + 2.0
    Calendar.objects.update(read_at=present() - timedelta(hours=25))
    with pytest.raises(SlotTaken):
        book(order(page, tomorrow(13)), now=present())


def test_all_calendars_are_asked_at_once(alice, page, feeds):
    for number in range(4):
        refresh(connect_feed(alice, feeds, f"/{number}.ics").pk)
        feeds.faults[f"/{number}.ics"] = "slow"
    began = time.monotonic()

    book(order(page, tomorrow(12)), now=present())

    assert time.monotonic() - began < 3.0


@pytest.mark.usefixtures("patient")
def test_an_older_reading_that_ends_later_does_not_hide_what_a_booking_saw(page, calendar, feeds):
    Calendar.objects.update(cursor="")
    turn = claim(Calendar.objects.select_related("account__host").get())
    span = turn.calendar.known_from_minute, turn.calendar.known_until_minute
    older = ask_provider(turn.calendar, span)
    feeds.put("/office.ics", tomorrow(12), uid="two@feeds.example")
    with pytest.raises(SlotTaken):
        book(order(page, tomorrow(12)), now=present())

    store(turn, older, span)

    assert not free(page, tomorrow(12))
    assert Calendar.objects.get().next_read_at <= present()


def test_a_booking_in_a_feed_of_the_hosts_calendar_does_not_block_where_it_was_moved_from(alice, page, feeds):
    booking = book(order(page, tomorrow(10)), now=present())
    feeds.put("/office.ics", tomorrow(10), 30, uid=f"{booking.uid}@localhost")
    calendar = connect_feed(alice, feeds)
    refresh(calendar.pk)

    reschedule(booking.pk, start_minute=minute_of(tomorrow(10, 15)), actor="guest", now=present())

    assert free(page, tomorrow(9, 45))


@pytest.mark.usefixtures("patient")
def test_a_token_that_has_expired_is_renewed_for_the_look_at_booking(alice, google):
    google.connect(Browser(), alice)
    page = make_page(alice)
    event = {"start": tomorrow(12).isoformat(), "end": tomorrow(13).isoformat(), "zone": ""}
    google.control.tell("google/event", calendar="primary", **event)
    # Two threads would write to SQLite, which in memory never waits.
    Calendar.objects.filter(is_primary=False).delete()
    google.control.fault("google_expire_access")
    CalendarAccount.objects.update(expires_at=present())
    assert free(page, tomorrow(12))

    with pytest.raises(SlotTaken):
        book(order(page, tomorrow(12)), now=present())

    assert CalendarAccount.objects.get().expires_at > present()
