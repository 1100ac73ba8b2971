"""The statement for a page gives what the ORM gives."""

from datetime import date

import pytest
from django.db.models import Model
from pytest_django import DjangoAssertNumQueries

from timetuna.accounts.models import User
from timetuna.pages.models import BookingPage, DateOverride, HostRules, MeetingType, OutOfOffice, TravelZone
from timetuna.pages.prefetch import row_at, row_with, with_its_host
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
    return page


def loaded(row: Model) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_it_is_the_page_as_the_orm_reads_it(full: BookingPage) -> None:
    row, other = row_with(full.pk), with_its_host(BookingPage.objects.all()).get(pk=full.pk)

    assert row is not None
    assert row == other
    assert values(row) == values(other) == page_settings(full.pk)
    for one, same in ((row, other), (row.host, other.host), (row.schedule, other.schedule)):
        assert loaded(one).items() <= loaded(same).items()
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
        assert row.write_calendar is None
        assert [one.note for one in row.host.out_of_office.all()] == [HOSTILE]


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
