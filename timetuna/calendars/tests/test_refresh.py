"""Reading one calendar in the background: what is stored, what is kept when it fails, and whose turn it is."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from tests.clock import present
from timetuna.calendars.access_tokens import REFUSED, use
from timetuna.calendars.actions.claim_refresh import claim, claim_next
from timetuna.calendars.actions.connect_by_form import log_in
from timetuna.calendars.actions.list_calendars import list_calendars
from timetuna.calendars.actions.refresh import read, refresh
from timetuna.calendars.actions.refresh_due import refresh_due
from timetuna.calendars.actions.rotate_keys import rotate_keys
from timetuna.calendars.busy_cache import busy_within, unpack
from timetuna.calendars.hooks import wants_of
from timetuna.calendars.models import Calendar, CalendarAccount, CalendarEvent
from timetuna.calendars.tests.feeds import allow_feeds, booked_at, connect_feed, publishing, tomorrow
from timetuna.jobs.models import Job
from timetuna.pages.models import BookingPage, PageHost, Schedule
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]


@pytest.fixture(scope="module")
def server():
    with publishing() as server:
        yield server


@pytest.fixture
def feeds(server, settings):
    server.events.clear()
    server.faults.clear()
    server.headers.clear()
    server.asked.clear()
    server.unchanged = 0
    allow_feeds(settings)
    return server


@pytest.fixture
def alice(alice):
    alice.time_zone = "Europe/Berlin"
    alice.save()
    Schedule.objects.create(host=alice, is_default=True, name="Always", time_zone="Europe/Berlin")
    return alice


@pytest.fixture
def calendar(alice, feeds):
    feeds.put("/office.ics", tomorrow(10))
    return connect_feed(alice, feeds)


def minute(moment):
    return int(moment.timestamp()) // 60


def known(calendar):
    calendar.refresh_from_db()
    return list(unpack(calendar.busy).certain)


def hour(start):
    return [(minute(start), minute(start) + 60)]


def test_connecting_a_feed_makes_a_row_with_its_calendar(alice, calendar):
    account = CalendarAccount.objects.get(host=alice)

    assert (account.provider, account.refresh_token, account.needs_reconnect) == ("icalfeed", "", False)
    assert "127.0.0.1" not in account.access_token
    assert (calendar.name, calendar.writable, calendar.blocks, calendar.listed) == (
        "Office",
        False,
        True,
        True,
    )


def test_an_address_without_a_calendar_is_refused_in_a_sentence_and_leaves_nothing(alice, feeds):
    feeds.faults["/office.ics"] = "html"

    with pytest.raises(ProviderError, match="calendar"):
        log_in("icalfeed", {"address": feeds.url + "/office.ics"}, host_id=alice.pk)

    assert not CalendarAccount.objects.exists()


def test_what_was_read_is_stored_with_its_age_and_its_span(calendar):
    before = present()

    assert refresh(calendar.pk)

    assert known(calendar) == hour(tomorrow(10))
    assert before <= calendar.read_at <= present()
    assert calendar.known_from_minute <= minute(before - timedelta(hours=23))
    assert calendar.known_until_minute >= minute(before + timedelta(days=63))
    assert (calendar.known_zone, calendar.read_lease_until, calendar.busy_count) == ("Europe/Berlin", None, 1)
    assert timedelta(minutes=13) < calendar.next_read_at - present() < timedelta(minutes=17)


def test_a_feed_that_has_not_changed_is_not_sent_again(calendar, feeds):
    refresh(calendar.pk)
    calendar.refresh_from_db()
    earlier = calendar.read_at

    assert refresh(calendar.pk)

    assert feeds.unchanged == 1
    assert known(calendar) == hour(tomorrow(10))
    assert calendar.read_at > earlier


def test_a_further_horizon_and_another_zone_have_all_of_it_read_again(alice, calendar, feeds):
    refresh(calendar.pk)
    schedule = Schedule.objects.filter(host=alice).first()
    page = BookingPage.objects.create(
        host=alice, slug="far", title="Far", schedule=schedule, horizon_kind="endless"
    )
    PageHost.objects.create(page=page, host=alice)

    refresh(calendar.pk)

    calendar.refresh_from_db()
    assert feeds.unchanged == 0
    assert calendar.known_until_minute >= minute(present() + timedelta(days=403))
    alice.time_zone = "America/New_York"
    alice.save()
    refresh(calendar.pk)
    calendar.refresh_from_db()
    assert (feeds.unchanged, calendar.known_zone) == (0, "America/New_York")


def test_all_of_it_is_read_again_when_a_day_has_passed(calendar, feeds):
    refresh(calendar.pk)
    later = present() + timedelta(hours=25)

    with time_machine.travel(later, tick=False):
        refresh(calendar.pk)

    assert feeds.unchanged == 0
    calendar.refresh_from_db()
    assert calendar.known_until_minute >= minute(later) + 63 * 24 * 60


@pytest.mark.parametrize("fault", [500, 404, 403, 429, "cut", "html", "garbage"])
def test_whatever_fails_the_last_good_knowledge_stays_as_it_was(calendar, feeds, fault):
    refresh(calendar.pk)
    calendar.refresh_from_db()
    read_at, cursor = calendar.read_at, calendar.cursor
    feeds.faults["/office.ics"] = fault

    assert not refresh(calendar.pk)

    assert known(calendar) == hour(tomorrow(10))
    assert (calendar.read_at, calendar.cursor, calendar.read_lease_until) == (read_at, cursor, None)
    assert calendar.failing_since is not None
    assert calendar.problem.endswith(".")
    del feeds.faults["/office.ics"]
    CalendarAccount.objects.update(needs_reconnect=False)
    assert refresh(calendar.pk)
    calendar.refresh_from_db()
    assert (calendar.failing_since, calendar.failures, calendar.problem) == (None, 0, "")


def test_pauses_grow_and_a_wished_pause_is_kept(calendar, feeds):
    feeds.faults["/office.ics"], pauses = 503, []
    for _ in range(7):
        refresh(calendar.pk)
        calendar.refresh_from_db()
        pauses.append((calendar.next_read_at - present()).total_seconds())
    feeds.headers["/office.ics"] = {"Retry-After": "7200"}
    refresh(calendar.pk)
    calendar.refresh_from_db()

    assert [45 * 2**n < pause < 75 * 2**n for n, pause in enumerate(pauses[:5])] == [True] * 5
    assert pauses[6] < 1.2 * 1800
    assert 7_000 < (calendar.next_read_at - present()).total_seconds() < 7_300


def test_a_calendar_that_takes_no_time_anywhere_is_left_alone(calendar, feeds):
    Calendar.objects.update(blocks=False, failing_since=present(), failures=2)
    feeds.asked.clear()

    assert not refresh(calendar.pk)

    calendar.refresh_from_db()
    assert feeds.asked == []
    assert (calendar.failing_since, calendar.failures) == (None, 0)


def test_two_processes_never_read_one_calendar_at_once(calendar):
    turn = claim(calendar)

    assert claim(calendar) is None
    assert not refresh(calendar.pk)
    assert claim_next() is None
    assert read(turn)
    assert claim(calendar) is not None


def test_a_turn_that_ended_writes_nothing(calendar, feeds):
    turn = claim(calendar)
    Calendar.objects.update(read_lease_until=present() - timedelta(seconds=1))
    later = claim(calendar)
    feeds.clear("/office.ics")
    read(later)

    feeds.put("/office.ics", tomorrow(15))
    read(turn)

    assert known(calendar) == []


def test_one_hosts_calendars_leave_room_for_others(alice, charlie, feeds):
    for number in range(8):
        connect_feed(alice, feeds, f"/a{number}.ics")
    last = connect_feed(charlie, feeds, "/charlie.ics")
    Calendar.objects.exclude(pk=last.pk).update(next_read_at=present() - timedelta(hours=1))

    turns = [claim_next() for _ in range(6)]

    names = [turn and turn.calendar.account.host.handle for turn in turns]
    assert names == ["alice"] * 4 + ["charlie", None]


def test_all_that_is_due_is_read(alice, charlie, feeds):
    calendars = [connect_feed(alice, feeds, f"/a{number}.ics") for number in range(6)]
    calendars.append(connect_feed(charlie, feeds, "/charlie.ics"))

    assert refresh_due(threads=1) == 7

    assert Calendar.objects.filter(read_at__isnull=True).count() == 0
    assert refresh_due(threads=1) == 0


def test_accounts_that_need_their_host_are_not_asked(calendar, feeds):
    CalendarAccount.objects.update(needs_reconnect=True)
    feeds.asked.clear()

    assert refresh_due(threads=1) == 0
    assert not refresh(calendar.pk)
    assert feeds.asked == []


@pytest.mark.parametrize(
    "mark", ["{uid}@localhost", "{uid}", "strange@google.example", "older@google.example"]
)
def test_events_of_ours_take_no_time_where_their_bookings_are_and_their_own_elsewhere(alice, feeds, mark):
    event = CalendarEvent.objects.create(
        booking_uid=booked_at(alice, tomorrow(10)).uid,
        host=alice,
        provider="google",
        account_fingerprint="f",
        outside_calendar="c",
        state=CalendarEvent.State.REMOVED,
        ical_uid="strange@google.example",
        mailed_uid="older@google.example",
    )
    again = f"RDATE:{tomorrow(14):%Y%m%dT%H%M%SZ}"
    feeds.put("/office.ics", tomorrow(10), uid=mark.format(uid=event.booking_uid), lines=(again,))
    calendar = connect_feed(alice, feeds)

    refresh(calendar.pk)

    assert known(calendar) == hour(tomorrow(14))


def test_events_of_another_hosts_bookings_take_time(alice, charlie, feeds):
    event = CalendarEvent.objects.create(
        booking_uid=booked_at(charlie, tomorrow(10)).uid,
        host=charlie,
        provider="google",
        account_fingerprint="f",
        outside_calendar="c",
    )
    feeds.put("/office.ics", tomorrow(10), uid=f"{event.booking_uid}@localhost")
    feeds.put("/office.ics", tomorrow(14), uid=f"{uuid4()}@elsewhere.example")
    calendar = connect_feed(alice, feeds)

    refresh(calendar.pk)

    assert known(calendar) == hour(tomorrow(10)) + hour(tomorrow(14))


def test_tentative_time_is_kept_apart(alice, feeds):
    feeds.put("/office.ics", tomorrow(10), lines=("STATUS:TENTATIVE",))
    calendar = connect_feed(alice, feeds)

    refresh(calendar.pk)

    calendar.refresh_from_db()
    span = minute(tomorrow(0)), minute(tomorrow(23))
    assert busy_within(calendar.busy, span, tentative=True) == hour(tomorrow(10))
    assert busy_within(calendar.busy, span, tentative=False) == []


def test_listing_again_keeps_what_the_host_has_set(calendar):
    Calendar.objects.update(blocks=False, tentative_blocks=False, name="Old name")

    list_calendars(calendar.account_id)

    calendar.refresh_from_db()
    assert (calendar.name, calendar.blocks, calendar.tentative_blocks) == ("Office", False, False)


def test_a_calendar_that_its_account_has_no_more_is_kept_and_known_as_such(calendar):
    other = Calendar.objects.create(account=calendar.account, outside_id="gone", name="Gone")

    list_calendars(calendar.account_id)

    other.refresh_from_db()
    calendar.refresh_from_db()
    assert (other.listed, calendar.listed) == (False, True)


def test_an_account_that_cannot_be_listed_says_why_and_keeps_its_calendars(calendar, feeds):
    feeds.faults["/office.ics"] = 500

    with pytest.raises(ProviderError):
        list_calendars(calendar.account_id)

    account = CalendarAccount.objects.get()
    assert account.calendars_problem.endswith(".")
    assert Calendar.objects.filter(listed=True).count() == 1


def test_connecting_again_keeps_switches_and_has_all_read_at_once(alice, calendar, feeds):
    later = present() + timedelta(hours=5)
    Calendar.objects.update(blocks=False, failing_since=present(), failures=3, told_at=present())
    Calendar.objects.update(next_read_at=later)
    Job.objects.all().delete()

    log_in("icalfeed", {"address": feeds.url + "/office.ics"}, host_id=alice.pk)

    calendar.refresh_from_db()
    assert (calendar.blocks, calendar.failing_since, calendar.told_at) == (False, None, None)
    assert calendar.next_read_at <= present()
    assert set(Job.objects.values_list("name", flat=True)) == {"bookings.resume"}


def test_a_credential_that_was_typed_is_never_renewed_and_once_refused_only_its_host_can_help(calendar):
    def refuse(_):
        raise AccessTokenRefused("No.", code="no")

    with pytest.raises(NeedsReconnect):
        use(calendar.account_id, refuse)

    account = CalendarAccount.objects.get()
    assert (account.needs_reconnect, account.needs_reconnect_reason) == (True, REFUSED)
    calendar.refresh_from_db()
    assert (calendar.problem, calendar.failing_since is not None) == (REFUSED, True)
    assert use_fails(account)


def use_fails(account):
    with pytest.raises(NeedsReconnect) as caught:
        use(account.pk, bool)
    return caught.value.code == "needs-reconnect"


def test_keys_can_be_rotated_where_nothing_is_ever_renewed(calendar):
    before = CalendarAccount.objects.get().access_token

    assert rotate_keys() == 1

    account = CalendarAccount.objects.get()
    assert (account.access_token != before, account.refresh_token) == (True, "")
    assert refresh(calendar.pk)


@pytest.mark.parametrize(
    ("horizon", "days"),
    [
        ({"horizon_kind": "rolling", "horizon_days": 10}, 60),
        ({"horizon_kind": "rolling", "horizon_days": 90}, 90),
        ({"horizon_kind": "rolling", "horizon_days": 5_000}, 730),
        ({"horizon_kind": "endless"}, 400),
        ({"horizon_kind": "date", "horizon_date": timedelta(days=100)}, 100),
        ({"horizon_kind": "date", "horizon_date": timedelta(days=-100)}, 60),
    ],
)
def test_calendars_are_read_as_far_ahead_as_the_hosts_pages_ask(alice, charlie, horizon, days):
    schedule = Schedule.objects.get(host=alice)
    if "horizon_date" in horizon:
        horizon = horizon | {"horizon_date": present().date() + horizon["horizon_date"]}
    page = BookingPage.objects.create(host=alice, slug="one", title="One", schedule=schedule, **horizon)
    PageHost.objects.create(page=page, host=alice)

    assert abs(wants_of(alice.pk).days - days) <= 1
    assert wants_of(charlie.pk).days == 60
