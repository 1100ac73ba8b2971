"""The statement for a page gives what the ORM gives."""

from datetime import date

import pytest
from django.db.models import Model, Prefetch
from pytest_django import DjangoAssertNumQueries

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.pages.actions.create_page import create_page
from timetuna.pages.models import (
    BookingPage,
    DateOverride,
    HostRules,
    MeetingType,
    OutOfOffice,
    PageHost,
    Schedule,
    TravelZone,
)
from timetuna.pages.prefetch import row_at, row_with, rows_with
from timetuna.pages.queries import page_settings, values

pytestmark = pytest.mark.vendor

MONDAY, SUNDAY = date(2060, 3, 1), date(2060, 3, 7)
HOSTILE = '"], ["</script>\u2028\\ \U0001f41f\N{RIGHT-TO-LEFT OVERRIDE}\' OR 1=1 -- %(host)s {page} [list]'


@pytest.fixture
def full(page: BookingPage, charlie: User) -> BookingPage:
    """A page with something of everything, and another host's beside it."""
    for day, windows in ((SUNDAY, [[540, 600], [660, 720]]), (MONDAY, [])):
        DateOverride.objects.create(schedule=page.schedule, date=day, windows=windows)
    for host, note in ((page.host, HOSTILE), (charlie, "charlie's")):
        OutOfOffice.objects.create(host=host, first=MONDAY, last=SUNDAY, note=note)
        TravelZone.objects.create(host=host, first=MONDAY, last=SUNDAY, time_zone="Asia/Tokyo")
        HostRules.objects.create(host=host, holiday_country="DE", cap_week=9)
    MeetingType.objects.create(page=page, kind="link", enabled=True, detail=HOSTILE)
    MeetingType.objects.create(page=page, kind="in_person", enabled=False)
    add_hosts(page, charlie)
    return page


def add_hosts(page: BookingPage, charlie: User) -> None:
    """Let two more host it: one with a part that is theirs in everything, and one who has left."""
    dora = User.objects.create_user("dora@example.org", name="Dora", handle="dora")
    account = CalendarAccount.objects.create(
        host=charlie, provider="google", provider_user_id="1", expires_at=present()
    )
    hours = Schedule.objects.create(host=charlie, name="Evenings", time_zone="UTC")
    own = {"schedule": hours, "paused_until": SUNDAY, "balance": -333_333, "cap_day": 2, "notice_minutes": 60}
    own |= {"buffer_before_minutes": 5, "buffer_after_minutes": 0, "own_calendars": True, "writes": "chosen"}
    own |= {"part": "optional", "weight": 50, "tier": 2, "position": 1}
    calendar = Calendar.objects.create(account=account, outside_id="1", name=HOSTILE, listed=False)
    page.page_hosts.create(host=dora, active=False, position=7)
    page.page_hosts.create(host=charlie, write_calendar=calendar, **own)


def loaded(row: Model) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def shown(part: PageHost) -> dict[str, object]:
    """What a look at a page needs of it: whose turn it is, is asked when it is booked."""
    return {name: one for name, one in loaded(part).items() if name not in {"last_turn_at", "joined_at"}}


def by_the_orm(page_id: int) -> BookingPage:
    hosts = PageHost.objects.select_related("write_calendar")
    rows = BookingPage.objects.select_related("host__host_rules", "team", "schedule")
    return rows.prefetch_related(
        Prefetch("page_hosts", hosts.defer("write_calendar__busy", "write_calendar__cursor"))
    ).get(pk=page_id)


def test_it_is_the_page_as_the_orm_reads_it(full: BookingPage) -> None:
    row, other = row_with(full.pk), by_the_orm(full.pk)

    assert row is not None
    assert row == other
    assert values(row) == values(other) == page_settings(full.pk)
    for one, same in ((row, other), (row.host, other.host), (row.schedule, other.schedule)):
        assert loaded(one).items() <= loaded(same).items()
    found, same = ([*one.page_hosts.all()] for one in (row, other))
    assert [loaded(one) for one in found] == [shown(one) for one in same]
    assert [one.host.handle for one in found if one.active] == ["alice", "charlie"]
    chosen = found[1].write_calendar
    assert chosen is not None
    assert (chosen.name, chosen.listed) == (HOSTILE, False)
    assert [(one.date, one.windows) for one in row.schedule.overrides.all()] == [
        (MONDAY, []),
        (SUNDAY, [[540, 600], [660, 720]]),
    ]
    assert [(one.kind, one.enabled, one.detail) for one in row.meeting_types.all()][-2:] == [
        ("link", True, HOSTILE),
        ("in_person", False, ""),
    ]


def test_it_is_read_by_one_statement(
    full: BookingPage, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        row = row_at("ALICE", full.slug.upper())
        assert row is not None
        assert row.host.host_rules.cap_week == 9
        names = [one.write_calendar.name if one.write_calendar else "" for one in row.page_hosts.all()]
        assert names == ["", HOSTILE, ""]
        assert [one.note for one in row.host.out_of_office.all()] == [HOSTILE]


def test_several_are_read_by_one_statement_in_the_order_asked_for(
    full: BookingPage, alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = create_page(alice, title="Another")

    with django_assert_num_queries(1):
        rows = rows_with([other.pk, 0, full.pk])

    assert rows == [other, full]
    assert [loaded(row) for row in rows] == [loaded(row_with(one.pk)) for one in (other, full)]
    with django_assert_num_queries(0):
        assert rows_with([]) == []


def test_a_page_with_nothing_around_it(page: BookingPage) -> None:
    page.meeting_types.all().delete()
    page.schedule.weekly_hours.all().delete()
    page.durations.all().delete()

    row = row_with(page.pk)

    assert row is not None
    assert getattr(row.host, "host_rules", None) is None
    assert [*row.durations.all(), *row.meeting_types.all(), *row.schedule.weekly_hours.all()] == []


def test_what_is_over_is_left_out(full: BookingPage) -> None:
    DateOverride.objects.create(schedule=full.schedule, date=date(2020, 1, 1))
    OutOfOffice.objects.create(host=full.host, first=date(2020, 1, 1), last=date(2020, 1, 2))

    row = row_with(full.pk)

    assert row is not None
    assert [one.date for one in row.schedule.overrides.all()] == [MONDAY, SUNDAY]
    assert [one.first for one in row.host.out_of_office.all()] == [MONDAY]


@pytest.mark.parametrize("handle", ["bob", "alice' OR '1'='1", ""])
def test_nobody_has_no_page(full: BookingPage, handle: str) -> None:
    assert row_at(handle, full.slug) is None
    assert row_with(0) is None


def test_it_can_be_changed_and_saved(full: BookingPage) -> None:
    row = row_with(full.pk)
    assert row is not None

    row.durations.all()[0].delete()
    row.title = "Another"
    row.save()

    full.refresh_from_db()
    assert (full.title, full.durations.count()) == ("Another", 0)
