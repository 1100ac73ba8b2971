"""What pages with several hosts offer: who is asked, by which grid, and what each is told of a time that is missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.clock import present
from timetuna.availability.interval import minute_of, moment_of
from timetuna.availability.slots import Code
from timetuna.bookings.actions.book import book
from timetuna.bookings.slots import explain
from timetuna.bookings.slots.availability import (
    SlotQuery,
    choices_at,
    offered,
    who_can,
    why,
)
from timetuna.bookings.tests.conftest import (
    give_calendar,
    make_host,
    make_page,
    order,
    staff,
    tomorrow,
)
from timetuna.calendars.models import CalendarAccount
from timetuna.pages.models import FOR_GOOD, Schedule
from timetuna.pages.queries import page_settings

NOW = datetime(2027, 3, 26, 9, 2, 30, tzinfo=UTC)  # two days before most of Europe's clocks change


@pytest.fixture
def bob(db):
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def cleo(db):
    return make_host("cleo", "Cleo Third")


def ask(page, **more):
    return SlotQuery(page=page_settings(page.pk), minutes=30, now=present(), **more)


def hours_of(page, **more):
    """The hours of tomorrow, UTC, at whose full hour somebody can be booked."""
    first = minute_of(tomorrow(0))
    listed = offered(ask(page, **more), span=(first, first + 1_440))
    return {(start - first) // 60 for start in listed if not (start - first) % 60}


def names(page, start, **more):
    found = who_can(ask(page, **more), start_minute=minute_of(start))
    return [host.name.split()[0] for host in found.hosts] if found else []


def taken(hour):
    return minute_of(tomorrow(hour)), minute_of(tomorrow(hour + 1))


EVERY_HOUR = set(range(24))


@pytest.fixture
def page(alice, bob, cleo):
    """Return a page whose three hosts are busy at 9, at 10, and at 11."""
    for hour, host in enumerate((alice, bob, cleo), start=9):
        give_calendar(host, taken(hour))
    return staff(make_page(alice), "all", bob, cleo)


def test_all_have_to_be_free_and_one_of_any_is_enough(page):
    assert EVERY_HOUR - hours_of(page) == {9, 10, 11}

    staff(page, "any")

    assert hours_of(page) == EVERY_HOUR
    assert names(page, tomorrow(9)) == ["Bob", "Cleo"]
    assert names(page, tomorrow(12)) == ["Alice", "Bob", "Cleo"]


def test_who_hosts_alone_asks_nobody_else(page):
    staff(page, "solo")

    assert EVERY_HOUR - hours_of(page) == {9}


def test_two_of_three(page):
    staff(page, "any", rotating_count=2)
    assert hours_of(page) == EVERY_HOUR

    staff(page, "any", rotating_count=3)
    assert EVERY_HOUR - hours_of(page) == {9, 10, 11}


def test_one_who_always_comes_and_one_who_joins_if_free(page, alice, cleo):
    page.page_hosts.filter(host=alice).update(part="required")
    page.page_hosts.filter(host=cleo).update(part="optional")
    staff(page, "any")

    assert EVERY_HOUR - hours_of(page) == {9, 10}
    assert names(page, tomorrow(11)) == ["Alice", "Bob"]
    assert names(page, tomorrow(12)) == ["Alice", "Bob", "Cleo"]


def test_nobody_who_takes_turns_or_has_to_come_is_nobody_at_all(page):
    staff(page, "any")
    page.page_hosts.update(part="optional")

    assert hours_of(page) == set()
    assert [one.code for one in why(ask(page), start_minute=minute_of(tomorrow())).page] == [
        Code.TOO_FEW_HOSTS
    ]


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"weight": 0}, Code.PAUSED),
        ({"paused_until": FOR_GOOD}, Code.PAUSED),
        ({"active": False}, None),
    ],
)
def test_who_is_paused_or_has_left_is_not_asked(page, bob, columns, code):
    page.page_hosts.filter(host=bob).update(**columns)
    staff(page, "any")

    assert names(page, tomorrow(12)) == ["Alice", "Cleo"]
    staff(page, "all")
    assert hours_of(page) == (set() if code else EVERY_HOUR - {9, 11})
    if code:
        found = why(ask(page), start_minute=minute_of(tomorrow(12)))
        assert [(host, [one.code for one in told]) for host, told in found.hosts.items()] == [
            (bob.pk, [code])
        ]


def test_a_pause_ends_by_itself(page, bob):
    page.page_hosts.filter(host=bob).update(paused_until=present().date() - timedelta(days=2))
    staff(page, "any")

    assert names(page, tomorrow(12)) == ["Alice", "Bob", "Cleo"]


@pytest.mark.parametrize("lack", ["verified", "active", "calendar", "chosen"])
def test_who_cannot_be_booked_or_has_no_calendar_is_busy(page, bob, lack):
    staff(page, "any")
    if lack == "verified":
        bob.emailaddress_set.update(verified=False)
    elif lack == "active":
        bob.is_active = False
        bob.save()
    elif lack == "calendar":
        bob.calendar_accounts.all().delete()
    else:
        page.page_hosts.filter(host=bob).update(own_calendars=True)

    assert names(page, tomorrow(12)) == ["Alice", "Cleo"]
    staff(page, "all")
    assert hours_of(page) == set()


def test_a_calendar_that_says_nothing_closes_all_and_is_skipped_by_any(page, bob):
    bob.calendar_accounts.get().calendars.update(read_at=None)
    assert hours_of(page) == set()

    staff(page, "any")

    assert names(page, tomorrow(12)) == ["Alice", "Cleo"]


def test_each_keeps_buffers_notice_and_a_limit_of_their_own(page, alice, bob, cleo):
    staff(page, "any", buffer_after_minutes=0, notice_minutes=0)
    page.page_hosts.filter(host=alice).update(buffer_before_minutes=60)
    page.page_hosts.filter(host=bob).update(notice_minutes=7 * 1_440)
    page.page_hosts.filter(host=cleo).update(cap_day=1)
    book(order(make_page(cleo), tomorrow(15)), now=present())

    assert names(page, tomorrow(10)) == ["Cleo"]  # too near to what alice has at 9, too soon for bob
    assert names(page, tomorrow(11)) == ["Alice"]
    booking = book(order(staff(make_page(cleo, slug="own"), "solo"), tomorrow(16)), now=present())
    booking.page = page
    booking.save()
    assert names(page, tomorrow(12)) == ["Alice"]
    assert Code.CAP_DAY in [
        one.code for one in why(ask(page), start_minute=minute_of(tomorrow(9))).hosts[cleo.pk]
    ]


def test_limits_of_the_page_count_what_is_booked_on_it_whoever_hosts(page, alice, bob):
    staff(page, "any", cap_day=1)
    mine = book(order(make_page(bob, slug="own"), tomorrow(16)), now=present())
    assert hours_of(page) == EVERY_HOUR - {16} | {16}

    mine.page = page
    mine.save()

    berlin = ZoneInfo("Europe/Berlin")
    noon = tomorrow(12).astimezone(berlin).date()
    assert hours_of(page) == {hour for hour in range(24) if tomorrow(hour).astimezone(berlin).date() > noon}
    found = why(ask(page), start_minute=minute_of(tomorrow(12)))
    assert ([one.code for one in found.page], found.hosts) == ([Code.CAP_DAY], {})


def test_hours_of_their_own_for_one_page(page, bob):
    mornings = Schedule.objects.create(host=bob, name="Mornings", time_zone="Asia/Tokyo")
    for weekday in range(7):
        mornings.weekly_hours.create(weekday=weekday, start_minute=540, end_minute=720)

    page.page_hosts.filter(host=bob).update(schedule=mornings)

    assert hours_of(page) == {0, 1, 2}


def test_all_start_on_the_pages_grid_whenever_they_open(page, alice, bob, cleo):
    for minute, host in enumerate((alice, bob, cleo)):
        host.schedules.get().weekly_hours.update(start_minute=9 * 60 + 10 * minute + 5)
    staff(page, "any", increment_minutes=30)
    first = minute_of(tomorrow(0))

    listed = offered(ask(page), span=(first, first + 1_440))

    assert {start % 30 for start in listed} == {0}
    staff(page, "solo")
    assert {start % 30 for start in offered(ask(page), span=(first, first + 1_440))} == {5}


def connected(host, provider="zoom"):
    return CalendarAccount.objects.create(
        host=host,
        provider=provider,
        provider_user_id=host.handle,
        refresh_token_fingerprint=f"{host.handle} {provider}",
        expires_at=present(),
    )


@pytest.mark.usefixtures("zoom")
def test_a_meeting_type_is_offered_while_somebody_leads_who_can(alice, bob, cleo):
    page = staff(make_page(alice, kinds=(("zoom", ""), ("in_person", "Room 1"))), "any", bob, cleo)
    give_calendar(bob, taken(10))
    assert [choice.kind for choice in page_settings(page.pk).meeting_types] == ["in_person"]

    connected(bob)

    assert [choice.kind for choice in page_settings(page.pk).meeting_types] == ["zoom", "in_person"]
    kinds_at = {
        hour: [choice.kind for choice in choices_at(ask(page), start_minute=minute_of(tomorrow(hour)))]
        for hour in (10, 12)
    }
    assert kinds_at == {10: ["in_person"], 12: ["zoom", "in_person"]}
    assert EVERY_HOUR - hours_of(page, kind="zoom") == {10}
    assert hours_of(page) == EVERY_HOUR
    page.meeting_types.filter(kind="in_person").delete()
    assert EVERY_HOUR - hours_of(page) == {10}
    staff(page, "all")
    assert [choice.kind for choice in page_settings(page.pk).meeting_types] == ["zoom"]
    page.page_hosts.filter(host=bob).update(part="optional")
    assert page_settings(page.pk).meeting_types == ()


def test_a_guest_may_name_the_person_where_the_page_lets_them(page, bob, charlie):
    staff(page, "any", guests_choose=True)
    assert EVERY_HOUR - hours_of(page, person=bob.pk) == {10}
    assert hours_of(page, person=charlie.pk) == set()

    staff(page, "any", guests_choose=True, rotating_count=2)
    assert EVERY_HOUR - hours_of(page, person=bob.pk) == {10}

    staff(page, "any", guests_choose=False)
    assert hours_of(page, person=bob.pk) == EVERY_HOUR


def test_the_reader_is_told_all_of_their_own_and_of_others_only_what_it_is(page, alice, bob):
    give_calendar(alice, taken(10))
    day = tomorrow().date()
    told = {}
    for reader in (alice, bob):
        asked = explain.AskedTime(
            page=page_settings(page.pk), reader=reader.pk, minutes=30, day=day, minute=12 * 60, hours_path="/"
        )
        answer = explain.explain(asked, now=present())
        (moment,) = answer.moments
        zone_hour = moment_of(minute_of(tomorrow(10))).astimezone(answer.zone).hour
        asked = replace(asked, minute=zone_hour * 60)
        (moment,) = explain.explain(asked, now=present()).moments
        told[reader.handle] = [(one.host, [line.text for line in one.lines]) for one in moment.hosts]

    local = moment_of(minute_of(tomorrow(10))).astimezone(
        explain.zone_on(page_settings(page.pk).own.opening, day)
    )
    took = f"takes {local:%H}:00 to {(local + timedelta(hours=1)):%H}:00."
    assert told == {
        "alice": [
            ("Alice Host", [f"An event in “Calendar of Alice Host” {took}"]),
            ("Bob Teammate", ["Busy then."]),
            ("Cleo Third", []),
        ],
        "bob": [
            ("Alice Host", ["Busy then."]),
            ("Bob Teammate", [f"An event in “Calendar of Bob Teammate” {took}"]),
            ("Cleo Third", []),
        ],
    }


@pytest.fixture
def twenty(alice):
    """Return a page of twenty hosts, of all kinds, with limits and calendars chosen for it or not."""
    others = [make_host(f"host{number}", f"Host {number}") for number in range(19)]
    page = staff(
        make_page(alice, kinds=(("zoom", ""), ("google_meet", ""), ("phone", ""))), "any", *others, cap_day=9
    )
    for number, row in enumerate(page.page_hosts.all()):
        if number % 2:
            give_calendar(row.host, taken(9), chosen_by=row)
            row.cap_day = 3
            row.save()
    return page


def test_a_month_of_twenty_hosts_costs_as_many_queries_as_of_two(client, twenty, django_assert_num_queries):
    address = f"/alice/intro?month={tomorrow():%Y-%m}"
    client.get(address)

    with django_assert_num_queries(9):
        twenty_hosts = client.get(address)

    twenty.page_hosts.filter(position__gt=1).delete()
    with django_assert_num_queries(9):
        two_hosts = client.get(address)
    assert (twenty_hosts.status_code, two_hosts.status_code) == (200, 200)
