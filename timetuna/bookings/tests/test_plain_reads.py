"""Each statement in db/sql.py finds what the ORM finds, on both databases."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.db.models import Exists, F, OuterRef

from tests.clock import present
from timetuna.accounts.models import Membership, Team, User
from timetuna.availability.hours import Away, Cap, CapScope, Period, Trip
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.book import book
from timetuna.bookings.models import BookingHost, Hold
from timetuna.bookings.permissions import BookingAction, hosts_seen_by, listed_for, sees_more_than_own
from timetuna.bookings.tests.conftest import give_calendar, make_host, make_page, open_always, order, tomorrow
from timetuna.calendars.models import Calendar, CalendarAccount
from timetuna.db import sql
from timetuna.db.each import IsAmong
from timetuna.jobs.models import Job
from timetuna.pages.calendar_use import blocking
from timetuna.pages.holidays import PublicHolidays
from timetuna.pages.models import BookingPage, HostRules, OutOfOffice, PageHost, Schedule, TravelZone
from timetuna.pages.permissions import Action, pages_for
from timetuna.pages.prefetch import host_rows, opening
from timetuna.pages.queries import page_settings, settings_called

pytestmark = pytest.mark.vendor
LATER = date(2060, 3, 1)
TIMES = ("start_minute", "end_minute", "buffer_before_minutes", "buffer_after_minutes")
KNOWN = (
    *("pk", "name", "busy", "known_until_minute", "tentative_blocks"),
    *("read_at", "tried_at", "next_read_at", "failures", "known_zone", "everywhere"),
)


@pytest.fixture
def bob(db: None) -> User:
    return make_host("bob", "Bob Teammate")


@pytest.fixture
def calendars(alice: User, page: BookingPage) -> list[Calendar]:
    accounts = [
        CalendarAccount.objects.create(
            host=alice,
            provider=provider,
            provider_user_id=provider,
            refresh_token_fingerprint=provider,
            expires_at=present(),
            needs_reconnect=dead,
        )
        for provider, dead in (("google", False), ("microsoft", True))
    ]
    made = [
        Calendar.objects.create(
            account=account,
            outside_id=f"{account.pk} {kind}",
            name="Ünser 'Kalender' %s",
            busy=b"\x00\xff",
            read_at=present() if kind else None,
            blocks=kind != 1,
            writable=True,
            is_primary=kind == 2,
            meeting_types="google_meet",
        )
        for account in accounts
        for kind in range(3)
    ]
    page.page_hosts.get().calendars.create(calendar=made[1])
    return made


@pytest.fixture
def pages(alice: User, charlie: User, page: BookingPage) -> list[BookingPage]:
    """One of alice's, and one of charlie's."""
    return [page, make_page(charlie)]


def test_bookings(pages: list[BookingPage]) -> None:
    for page in pages:
        for hour in (9, 10, 11):
            book(order(page, tomorrow(hour), email=f"{page.pk}@guest.example"), now=present())
    hosts, first, last = (
        [page.host_id for page in pages],
        minute_of(tomorrow(9)),
        minute_of(tomorrow(11)),
    )
    moving = BookingHost.objects.order_by("start_minute")[0].booking_id
    rows = BookingHost.objects.filter(
        host__in=hosts, active=True, start_minute__gte=first, start_minute__lt=last
    )

    found = sql.rows(sql.BOOKED, hosts=hosts, first=first, last=last, moving=moving)

    assert sorted(found) == sorted(rows.exclude(booking=moving).values_list("host_id", *TIMES))
    assert len(found) == 3
    assert sql.rows(sql.BOOKED, hosts=[], first=first, last=last, moving=moving) == []


@pytest.mark.parametrize("role", ["", *Membership.Role])
@pytest.mark.parametrize("active", [True, False])
def test_whether_others_take_part(
    alice: User, charlie: User, page: BookingPage, role: str, *, active: bool
) -> None:
    if role:
        page.team = Team.objects.create(name="Crew", handle="crew")
        page.save()
        Membership.objects.create(team=page.team, user=charlie, role=role)
    PageHost.objects.create(page=page, host=charlie, active=active)
    others = PageHost.objects.filter(page=OuterRef("pk"), active=True)
    seen = {
        user: pages_for(user, to=Action.BOOKINGS).filter(Exists(others.exclude(host=user))).exists()
        for user in (alice, charlie)
    }

    assert {user: sees_more_than_own(user) for user in seen} == seen == {alice: active, charlie: bool(role)}


@pytest.mark.parametrize("role", ["owner", "admin", "member", ""])
def test_pages_whose_bookings_somebody_sees(
    alice: User, bob: User, charlie: User, pages: list[BookingPage], role: str
) -> None:
    team = Team.objects.create(name="Sales", handle="sales")
    Membership.objects.create(team=team, user=alice)
    if role:
        Membership.objects.create(team=team, user=bob, role=role)
    for page in (pages[0], make_page(alice, slug="other")):
        page.team = team
        page.save()

    for user in (alice, bob, charlie):
        found = listed_for(user, everybody=True)
        readable = listed_for(user, everybody=True, to=BookingAction.READ)
        assert set(found.pages) == set(pages_for(user, to=Action.BOOKINGS).values_list("pk", flat=True))
        assert set(readable.pages) == set(pages_for(user, to=Action.ASSIGN).values_list("pk", flat=True))
        shared = PageHost.objects.filter(host=OuterRef("pk"), page__in=found.pages)
        hosts = User.objects.filter(Exists(shared)).order_by("name", "id")
        assert list(hosts_seen_by(user).items()) == list(hosts.values_list("id", "name"))


@pytest.mark.django_db
def test_one_of_many_of_one_and_of_none() -> None:
    for key in ("booking:1", "booking:2"):
        Job.objects.create(name="none", concurrency=key)
    ids = list(Job.objects.order_by("pk").values_list("pk", flat=True))

    for column, values in (("pk", ids), ("concurrency", ["booking:1", "booking:2"])):
        for wanted in (values, values[:1], []):
            rows = Job.objects.filter(IsAmong(F(column), wanted)).order_by("pk")
            assert list(rows.values_list(column, flat=True)) == wanted


def test_a_page_by_the_name_that_programs_have_for_it(pages: list[BookingPage]) -> None:
    for page in pages:
        assert settings_called(page.public_id) == page_settings(page.pk)
    assert settings_called("pg_nobody") is None


def test_holds(pages: list[BookingPage]) -> None:
    for page in pages:
        for number, minutes in enumerate((-1, 1, 2, 3)):
            Hold.objects.create(
                host=page.host,
                page=page,
                start_minute=number,
                end_minute=number + 1,
                token_fingerprint=f"token {number}",
                visit_fingerprint=f"visit {number}",
                placed_at=present(),
                expires_at=present() + timedelta(minutes=minutes),
            )
    hosts = [page.host_id for page in pages]

    found = sql.rows(sql.HELD, hosts=hosts, now=present(), token="token 1", visit="visit 2")

    assert sorted(found) == [(host, 3, 4, 0, 0) for host in sorted(hosts)]
    assert sql.rows(sql.HELD, hosts=hosts[:1], now=present(), token="token 1", visit="visit 2") == [
        (hosts[0], 3, 4, 0, 0)
    ]


def test_what_limits_count(pages: list[BookingPage], alice: User, charlie: User) -> None:
    mine, other = pages
    booked = [book(order(page, tomorrow(hour)), now=present()) for page in pages for hour in (9, 12)]
    BookingHost.objects.filter(booking=booked[1]).update(host=charlie, start_minute=0, end_minute=30)
    asked = {
        "first": minute_of(tomorrow(9)),
        "last": minute_of(tomorrow(13)),
        "first_at": tomorrow(9),
        "last_at": tomorrow(13),
        "moving": booked[0].pk,
    }

    of_page = sql.rows(sql.COUNTED, hosts=[], page=mine.pk, **asked)
    of_hosts = sql.rows(sql.COUNTED, hosts=[charlie.pk], page=0, **asked)
    of_both = sql.rows(sql.COUNTED, hosts=[alice.pk], page=other.pk, **asked | {"moving": 0})

    assert of_page == [(charlie.pk, 0, mine.pk, booked[1].pk)]
    starts = [minute_of(tomorrow(hour)) for hour in (9, 12)]
    theirs = [(charlie.pk, start, other.pk, one.pk) for start, one in zip(starts, booked[2:], strict=True)]
    assert sorted(of_hosts) == theirs
    assert sorted(of_both) == sorted([(alice.pk, starts[0], mine.pk, booked[0].pk), *theirs])


@pytest.mark.parametrize("chosen", [True, False])
def test_calendars(calendars: list[Calendar], page: BookingPage, charlie: User, *, chosen: bool) -> None:
    PageHost.objects.update(own_calendars=chosen)
    mine, theirs = page.page_hosts.get(), PageHost.objects.create(page=page, host=charlie)
    give_calendar(charlie, (1, 2), chosen_by=theirs if chosen else None)
    asked = {"page_hosts": [mine.pk, theirs.pk]} if chosen else {"hosts": [mine.host_id, theirs.host_id]}

    rows_read = sql.rows(sql.BUSY_CHOSEN if chosen else sql.BUSY, **asked)

    found = [(*row[:6], *map(sql.aware, row[6:9]), *row[9:]) for row in rows_read]
    for row in (mine, theirs):
        expected = list(blocking(row).order_by("pk").values_list("account__host_id", *KNOWN))
        assert [one for one in found if one[0] == row.host_id] == expected != []


def test_accounts_that_work_and_calendars_to_write_to(
    calendars: list[Calendar], alice: User, charlie: User
) -> None:
    give_calendar(charlie)
    CalendarAccount.objects.filter(host=charlie).update(needs_reconnect=False)
    Calendar.objects.filter(account__host=charlie).update(writable=True)
    hosts = [alice.pk, charlie.pk]

    assert sorted(sql.rows(sql.WORKING, hosts=hosts)) == [(alice.pk, "google"), (charlie.pk, "google")]
    assert sql.rows(sql.WORKING, hosts=[]) == []
    assert [row[1:] for row in sql.rows(sql.TARGETS, hosts=hosts) if row[0] == alice.pk] == [
        (calendars[place].pk, "google", "google_meet") for place in (2, 0, 1)
    ]
    assert len(sql.rows(sql.TARGETS, hosts=hosts)) == 4


def test_hosts_of_a_page_by_the_hours_that_are_theirs(
    page: BookingPage, alice: User, charlie: User, bob: User
) -> None:
    """The owner's are the page's, others' their default, and who has chosen others for the page has those."""
    own = Schedule.objects.create(host=bob, name="Mornings", time_zone="Asia/Tokyo")
    own.weekly_hours.create(weekday=0, start_minute=540, end_minute=600)
    own.overrides.create(date=LATER, windows=[[60, 120]])
    open_always(charlie)
    OutOfOffice.objects.create(host=charlie, first=LATER, last=LATER, note='"')
    TravelZone.objects.create(host=charlie, first=LATER, last=LATER, time_zone="Asia/Kathmandu")
    HostRules.objects.create(host=charlie, cap_week=3, calendar_patience_hours=5, holiday_country="DE")
    EmailAddress.objects.filter(user=bob).update(verified=False)
    rows = [
        page.page_hosts.get(),
        PageHost.objects.create(page=page, host=charlie),
        PageHost.objects.create(page=page, host=bob, schedule=own),
    ]
    PageHost.objects.create(page=make_page(charlie), host=alice, active=False)

    found = host_rows([page.pk])

    assert set(found) == {row.pk for row in rows}
    mine, theirs, his = (found[row.pk] for row in rows)
    assert (mine.name, mine.bookable, mine.opening) == ("Alice Host", True, opening(page))
    assert (theirs.caps, theirs.patience_hours) == ((Cap(Period.WEEK, CapScope.HOST, 3),), 5)
    assert theirs.opening.weekly == tuple((day, 0, 1_440) for day in range(7))
    assert theirs.opening.away == (Away(LATER, LATER, '"'),)
    assert theirs.opening.travel == (Trip(LATER, LATER, ZoneInfo("Asia/Kathmandu")),)
    assert theirs.opening.holidays == PublicHolidays("DE", "")
    assert (his.bookable, his.opening.zone) == (False, ZoneInfo("Asia/Tokyo"))
    assert (his.opening.weekly, his.opening.overrides) == (((0, 540, 600),), {LATER: ((60, 120),)})
    assert host_rows([]) == {}
