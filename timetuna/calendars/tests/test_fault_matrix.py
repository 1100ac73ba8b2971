"""Whatever goes wrong at any provider: what the page offers, what the host is told, and how it heals.

In every row an hour at 10:00 was read before the fault and is never offered again; an hour at 12:00 came after it, and
is not offered as soon as the calendar can be read again.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import F

from tests.clock import present
from timetuna.availability.interval import minute_of
from timetuna.availability.slots import Code
from timetuna.bookings.actions import host_time
from timetuna.bookings.actions.book import book
from timetuna.bookings.errors import SlotTaken
from timetuna.bookings.slots.availability import SlotQuery, offered, why
from timetuna.bookings.tests.conftest import make_host, make_page, order, tomorrow
from timetuna.calendars.incidents import troubles
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.tests.feeds import publishing
from timetuna.calendars.tests.outsides import CalDAV, Feed, Google, Microsoft, gateway_to, read_all
from timetuna.jobs.models import Job
from timetuna.pages.queries import page_settings
from timetuna.providers.caldav.tests.servers import radicale

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]
TROUBLE, MENDED, RECONNECT = "calendars.trouble_mail", "calendars.mended_mail", "calendars.reconnect_mail"
AT_ONCE, IN_TIME, DEAD, UNHARMED = "told at once", "told after half an hour", "has to reconnect", "unharmed"

MATRIX = {
    "google": {
        "expire_access": UNHARMED,
        "expire_sync": UNHARMED,
        "sync_gone": UNHARMED,
        "without_sync": UNHARMED,
        "403_forbidden": UNHARMED,  # its availability is still shared
        "404": AT_ONCE,
        "401": IN_TIME,
        "403_rate": IN_TIME,
        "403_quota": IN_TIME,
        "403_api_off": IN_TIME,
        "429": IN_TIME,
        "500": IN_TIME,
        "503": IN_TIME,
        "not_json": IN_TIME,
        "reset": IN_TIME,
        "truncated": IN_TIME,
        "without_items": IN_TIME,
        "without_start": IN_TIME,
        "pages+second_page_fails": IN_TIME,
        "pages+second_page_missing": IN_TIME,
        "shared+freebusy_error": IN_TIME,
        "shared+freebusy_missing": IN_TIME,
        "expire_access+token_503": IN_TIME,
        "expire_access+invalid_client": IN_TIME,
        "403_scope": DEAD,
        "revoke": DEAD,
        "expire_access+invalid_grant": DEAD,
    },
    "microsoft": {
        "expire_access": UNHARMED,
        "expire_delta": UNHARMED,
        "delta_410": UNHARMED,
        "without_delta": UNHARMED,
        "404": AT_ONCE,
        "404_mailbox": AT_ONCE,
        "403": AT_ONCE,
        "401": IN_TIME,
        "429": IN_TIME,
        "429_bare": IN_TIME,
        "500": IN_TIME,
        "503": IN_TIME,
        "504": IN_TIME,
        "not_json": IN_TIME,
        "reset": IN_TIME,
        "truncated": IN_TIME,
        "without_value": IN_TIME,
        "without_start": IN_TIME,
        "pages+second_page_fails": IN_TIME,
        "pages+second_page_missing": IN_TIME,
        "pages+link_elsewhere": IN_TIME,
        "pages+link_loops": IN_TIME,
        "expire_access+token_503": IN_TIME,
        "expire_access+invalid_client": IN_TIME,
        "403_scope": DEAD,
        "revoke": DEAD,
        "expire_access+interaction": DEAD,
    },
    "caldav": {
        "401": DEAD,
        "301": DEAD,
        "403": AT_ONCE,
        "404": AT_ONCE,
        "410": AT_ONCE,
        "429": IN_TIME,
        "500": IN_TIME,
        "503": IN_TIME,
        "507": IN_TIME,
        "reset": IN_TIME,
        "cut": IN_TIME,
        "html": IN_TIME,
        "lies": IN_TIME,
    },
    "icalfeed": {
        "401": AT_ONCE,
        "403": AT_ONCE,
        "404": AT_ONCE,
        "410": AT_ONCE,
        "429": IN_TIME,
        "500": IN_TIME,
        "503": IN_TIME,
        "cut": IN_TIME,
        "html": IN_TIME,
        "garbage": IN_TIME,
        "empty": IN_TIME,
        "reset": IN_TIME,
    },
}
KNOWN = set(range(24)) - {8, 10}
ROWS = [(slug, fault, told) for slug, faults in MATRIX.items() for fault, told in faults.items()]


@pytest.fixture(scope="module")
def feed_server():
    with publishing() as server:
        yield server


@pytest.fixture(scope="module")
def dav(tmp_path_factory):
    with radicale(tmp_path_factory.mktemp("radicale")) as server, gateway_to(server.url) as gateway:
        yield server, gateway


@pytest.fixture
def alice(db):
    return make_host("alice", "Alice Host")


@pytest.fixture
def page(alice):
    return make_page(alice)


@pytest.fixture
def outside_of(running, request, settings):
    def make(slug):
        if slug in {"google", "microsoft"}:
            return {"google": Google, "microsoft": Microsoft}[slug](*running, settings)
        if slug == "caldav":
            return CalDAV(*request.getfixturevalue("dav"), settings)
        return Feed(request.getfixturevalue("feed_server"), settings)

    return make


def ask(page):
    return SlotQuery(page=page_settings(page.pk), minutes=30, now=present())


def hours(page):
    found = offered(ask(page), span=(minute_of(tomorrow(0)), minute_of(tomorrow(23, 45))))
    return {datetime.fromtimestamp(60 * minute, UTC).hour for minute in found if minute % 60 == 0}


def told():
    names = Job.objects.filter(name__in=[TROUBLE, MENDED, RECONNECT]).order_by("id")
    return list(names.values_list("name", flat=True))


def refused(page, start):
    with pytest.raises(SlotTaken):
        book(order(page, start), now=present())


def let_pass(**time):
    Calendar.objects.filter(failing_since__isnull=False).update(
        failing_since=F("failing_since") - timedelta(**time)
    )


def expect_told(how):
    """Check what the host was told of a calendar that was tried three times, and later once more."""
    read_all()
    read_all()
    expected = {AT_ONCE: [TROUBLE], DEAD: [RECONNECT], IN_TIME: []}[how]
    assert told() == expected
    let_pass(minutes=31)
    read_all()
    read_all()
    assert told() == (expected or [TROUBLE])


@pytest.mark.parametrize(("slug", "fault", "how"), ROWS, ids=[f"{slug}-{fault}" for slug, fault, _ in ROWS])
def test_no_fault_offers_what_was_known_to_be_taken_and_no_host_is_left_in_the_dark(
    outside_of, alice, page, slug, fault, how
):
    outside = outside_of(slug)
    outside.add(tomorrow(8))
    outside.add(tomorrow(10))
    calendar = outside.connect(alice)
    assert hours(page) == set()
    assert read_all() == [True]
    Job.objects.all().delete()
    assert hours(page) == KNOWN

    outside.add(tomorrow(12))
    outside.break_with(fault)

    if how == UNHARMED:
        assert read_all() == [True]
        assert hours(page) == KNOWN - {12}
        assert told() == []
        return
    assert read_all() == [False]
    expect_the_last_good_knowledge(page, calendar, how)
    Job.objects.filter(name__in=[TROUBLE, RECONNECT]).delete()
    outside.mend()
    if how == DEAD:
        assert outside.connect(alice).pk == calendar.pk
        assert not CalendarAccount.objects.get().needs_reconnect
    assert read_all() == [True]
    assert hours(page) == KNOWN - {12, 14}
    assert told() == ([] if how == DEAD else [MENDED])
    assert troubles(alice.pk, now=present()) == []


def expect_the_last_good_knowledge(page, calendar, how):
    """Check that it counts for a day and then for nothing, and that the host hears of it."""
    calendar.refresh_from_db()
    assert calendar.problem.endswith(".")
    assert hours(page) == KNOWN
    refused(page, tomorrow(10))
    assert book(order(page, tomorrow(14)), now=present()).pk
    expect_told(how)
    [trouble] = troubles(page.host_id, now=present())
    assert (trouble.names(), trouble.needs_host) == (f"“{calendar.name}”", how == DEAD)

    Calendar.objects.update(read_at=present() - timedelta(hours=25))
    assert hours(page) == set()
    refused(page, tomorrow(16))
    [reason] = why(ask(page), start_minute=minute_of(tomorrow(16))).every()
    assert (reason.code, reason.label) == (Code.PROVIDER_UNREADABLE, calendar.name)


@pytest.mark.parametrize("slug", list(MATRIX))
def test_a_calendar_that_answers_too_late_for_a_booking_counts_as_it_was_known(outside_of, alice, page, slug):
    outside = outside_of(slug)
    outside.add(tomorrow(10))
    outside.connect(alice)
    read_all()
    outside.break_with("slow")
    began = present()

    refused(page, tomorrow(10))
    assert book(order(page, tomorrow(14)), now=present()).pk

    assert present() - began < timedelta(seconds=7)
    outside.mend()


@pytest.mark.parametrize("slug", list(MATRIX))
def test_what_came_a_moment_ago_is_seen_when_a_time_is_taken(outside_of, alice, page, slug, monkeypatch):
    monkeypatch.setattr(host_time, "SECONDS", 20.0)
    outside = outside_of(slug)
    outside.add(tomorrow(10))
    outside.connect(alice)
    read_all()
    outside.add(tomorrow(12))
    assert 12 in hours(page)

    refused(page, tomorrow(12))

    assert 12 not in hours(page)
    assert book(order(page, tomorrow(14)), now=present()).pk


def test_a_grant_of_googles_testing_mode_is_known_to_end(outside_of, alice):
    google = outside_of("google")
    google.control.fault("google_testing", times=None)
    google.add(tomorrow(10))

    google.connect(alice)

    ends = CalendarAccount.objects.get().grant_expires_at
    assert timedelta(days=6, hours=23) < ends - present() <= timedelta(days=7)
