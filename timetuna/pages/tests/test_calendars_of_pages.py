"""Which calendar gets a page's events, and which meetings come with them."""

import pytest

from tests.clock import present
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.calendars.queries import usable
from timetuna.pages.calendar_use import lost_calendar, own_part, usable_kinds, write_calendar
from timetuna.pages.models import BookingPage, PageHost, Schedule

pytestmark = pytest.mark.django_db
KINDS = {"google_meet", "zoom", "teams"}


@pytest.fixture(autouse=True)
def _set_up(settings):
    keys = {"GOOGLE_CLIENT_ID": "id", "GOOGLE_CLIENT_SECRET": "secret"}
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | keys


@pytest.fixture
def page(alice):
    page = BookingPage.objects.create(
        host=alice,
        slug="call",
        title="Call",
        schedule=Schedule.objects.create(host=alice, name="Hours", time_zone="UTC"),
    )
    PageHost.objects.create(page=page, host=alice)
    return page


def connect(host, provider, **fields):
    given = {"provider_user_id": provider, "expires_at": present(), "connected_at": present()}
    return CalendarAccount.objects.create(host=host, provider=provider, **(given | fields))


def calendar(account, name, **fields):
    given = {"outside_id": name, "writable": True, "meeting_types": "google_meet"}
    return Calendar.objects.create(account=account, name=name, **(given | fields))


def part(page):
    return own_part(page, page.host_id)


def kinds(page):
    return usable_kinds([page], KINDS)[page.pk]


def test_without_a_calendar_nothing_is_written_and_nothing_comes_with_it(alice, page):
    assert write_calendar(part(page)) is None
    assert kinds(page) == frozenset()
    assert not usable(alice.pk, "google_meet")


def test_by_default_the_primary_calendar_of_the_account_that_was_connected_first_gets_events(alice, page):
    dav, google = connect(alice, "caldav"), connect(alice, "google")
    calendar(google, "work", is_primary=True)
    own = calendar(dav, "home", meeting_types="")
    calendar(dav, "feed", is_primary=True, writable=False)

    assert write_calendar(part(page)) == own
    assert kinds(page) == frozenset()
    CalendarAccount.objects.filter(pk=dav.pk).update(needs_reconnect=True)
    assert write_calendar(part(page)).name == "work"
    assert kinds(page) == {"google_meet"}
    assert usable(alice.pk, "google_meet")
    CalendarAccount.objects.filter(pk=dav.pk).update(needs_reconnect=False, connected_at=present())
    assert write_calendar(part(page)) == own


def test_a_chosen_calendar_stays_the_pages_own_while_its_account_is_dead(alice, page):
    google = connect(alice, "google")
    calendar(google, "first", is_primary=True)
    page.page_hosts.update(writes="chosen", write_calendar=calendar(google, "second"))

    assert write_calendar(part(page)).name == "second"
    assert kinds(page) == {"google_meet"}
    google.needs_reconnect = True
    google.save()
    assert write_calendar(part(page)).name == "second"
    assert kinds(page) == frozenset()


def test_a_chosen_calendar_that_is_gone_is_named_and_no_other_takes_its_place(alice, page):
    google = connect(alice, "google")
    calendar(google, "first", is_primary=True)
    page.page_hosts.update(writes="chosen", write_calendar=calendar(google, "second", listed=False))

    assert lost_calendar(part(page)) == "second"
    assert kinds(page) == frozenset()
    google.delete()
    assert (lost_calendar(part(page)), write_calendar(part(page))) == ("", None)


def test_a_page_that_writes_nowhere_has_no_meetings_that_come_with_events(alice, page):
    calendar(connect(alice, "google"), "work", is_primary=True)
    page.page_hosts.update(writes="nowhere")

    assert write_calendar(part(page)) is None
    assert kinds(page) == frozenset()


def test_calendars_of_a_stranger_are_never_written(alice, charlie, page):
    calendar(connect(charlie, "google"), "work", is_primary=True)

    assert write_calendar(part(page)) is None


def test_a_provider_that_is_no_longer_set_up_carries_nothing(alice, page, settings):
    calendar(connect(alice, "google"), "work", is_primary=True)

    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"GOOGLE_CLIENT_ID": ""}

    assert kinds(page) == frozenset()


def test_many_pages_and_kinds_cost_as_many_queries_as_one(alice, page, django_assert_num_queries):
    calendar(connect(alice, "google"), "work", is_primary=True)
    another = BookingPage.objects.create(host=alice, slug="b", title="B", schedule=page.schedule)
    PageHost.objects.create(page=another, host=alice)
    pages = list(BookingPage.objects.prefetch_related("page_hosts").order_by("pk"))
    usable_kinds(pages, KINDS)

    with django_assert_num_queries(2):
        found = usable_kinds(pages, KINDS)

    assert found == dict.fromkeys([one.pk for one in pages], frozenset({"google_meet"}))
