"""Lists that ask each page for its next bookings show the same as one question to all of them."""

import base64
from datetime import timedelta
from random import Random

import pytest
from django.db import connection
from django.db.models import F

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.api.tests.conftest import program_of
from timetuna.bookings.listing import ListOrder
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.permissions import (
    BookingAction,
    all_bookings_for,
    bookings_for,
    listed_for,
    sees_more_than_own,
)
from timetuna.bookings.queries import (
    CANCELLED,
    PAST,
    REQUESTS,
    UPCOMING,
    Wanted,
    fitting,
    hosted_by,
    matching,
    order_of,
)
from timetuna.bookings.tests.conftest import make_host, make_page
from timetuna.bookings.tests.diary import put_booker
from timetuna.pages.models import PageHost

pytestmark = [pytest.mark.django_db, pytest.mark.vendor, pytest.mark.matrix(of="file")]
STATES = ("confirmed", "confirmed", "confirmed", "pending", "cancelled_by_guest", "declined")
ORDERS = [
    ListOrder(by_start=by_start, latest_first=latest)
    for by_start in (True, False)
    for latest in (True, False)
]
PEOPLE = ("owner", "admin", "member", "beside", "stranger")


@pytest.fixture
def people(alice):
    """The owner of pages of a team and of their own, who runs and who is in the team, a cohost, a stranger."""
    return {"owner": alice} | {name: make_host(name, name.title()) for name in PEOPLE[1:]}


@pytest.fixture(params=[1, 2])
def bookings(request, people):
    """At odd times, many at the same; on five pages and on one that is gone; some with two hosts."""
    dice = Random(request.param)  # noqa: S311 - the same each time
    team = Team.objects.create(name="Crew", handle="crew")
    for name in ("admin", "member"):
        Membership.objects.create(team=team, user=people[name], role=name)
    pages = [make_page(people["owner"], slug=f"p{number}") for number in range(4)]
    for page in pages[:3]:
        page.team = team
        page.save()
    pages += [make_page(people["beside"], slug="own"), None]
    PageHost.objects.create(page=pages[0], host=people["beside"])
    for number in range(80):
        put_one(dice, number, people, dice.choice(pages))
    return dice


def put_one(dice, number, people, page):
    start = present().replace(minute=0, second=0, microsecond=0) + timedelta(
        hours=6 * dice.randrange(-12, 12)
    )
    state, minutes = dice.choice(STATES), dice.choice((15, 30, 500))
    lead, *others = dice.sample(list(people.values()), dice.choice((1, 1, 2)))
    row = Booking.objects.create(
        host=lead,
        page=page,
        title=f"Call {number}",
        start_at=start,
        minutes=minutes,
        host_time_zone="UTC",
        status=state,
        meeting_type="phone",
        idempotency_key=f"{number}",
        created_at=present() - timedelta(hours=dice.randrange(9), microseconds=dice.randrange(2)),
    )
    name = dice.choice(("Sam", "Kim", "Zoë"))
    address = f"{name}@guest.example"
    put_booker(row, name=f"{name} Guest", email=address, mailbox=address.lower())
    first = int(start.timestamp()) // 60
    BookingHost.objects.bulk_create(
        BookingHost(booking=row, host=host, start_minute=first, end_minute=first + minutes, active=False)
        for host in (lead, *others)
    )


def keys(rows, order):
    """Of an ordinary query: what is listed, in order."""
    column = "from_minute" if order.by_start else "created_at"
    sorted_rows = rows.order_by(f"{order.sign()}{column}", f"{order.sign()}pk").annotate(key=F(column))
    return [tuple(row) for row in sorted_rows.values_list("pk", "key", "readable")]


@pytest.mark.parametrize("order", ORDERS)
def test_everybodys_in_each_order(people, bookings, order):
    for person in people.values():
        same_in_order(person, order)


def same_in_order(person, order):
    plain = keys(all_bookings_for(person), order)

    for many in (1, 2, 7, 25, 200):
        assert listed_for(person, everybody=True).first(many, order) == plain[:many]
        count = listed_for(person, everybody=True).count(many)
        assert count == min(len(plain), many + 1)
    readable = listed_for(person, everybody=True, to=BookingAction.READ)
    assert readable.first(200, order) == [row for row in plain if row[2]]
    assert listed_for(person, everybody=False).first(200, order) == keys(bookings_for(person), order)


@pytest.mark.parametrize("which", [UPCOMING, PAST, CANCELLED, REQUESTS])
def test_each_list_with_each_filter(people, bookings, which):
    for person in people.values():
        same_with_filters(person, people, which)


def same_with_filters(person, people, which):
    now = present()
    pages = [None, *Booking.objects.order_by().values_list("page", flat=True).distinct()]
    for host in (None, people["beside"], people["owner"]):
        for wanted in (
            *(Wanted(which=which, page_id=page) for page in pages),
            *(Wanted(which=which, text=text) for text in ("sam", "ZOË guest", "example kim", "@")),
        ):
            every = all_bookings_for(person)
            every = every if host is None else hosted_by(every, host.pk)
            plain = [(row.pk, row.readable) for row in matching(every, wanted, now=now)]
            listed = listed_for(person, everybody=True, host_id=host and host.pk)
            found = fitting(listed, wanted, now=now)
            assert [(row.pk, row.readable) for row in found.first(9, order_of(wanted))] == plain[:9]
            assert found.count(300) == len(plain)


@pytest.mark.parametrize("order", ["start", "-start", "created", "-created"])
def test_a_program_reads_all_page_by_page(people, bookings, order):
    for person in people.values():
        read_all(person, order)


def read_all(person, order):
    program = program_of(person)
    by = ListOrder(by_start="start" in order, latest_first=order.startswith("-"))
    rows = all_bookings_for(person) if sees_more_than_own(person) else bookings_for(person)
    plain = [pk for pk, _, readable in keys(rows, by) if readable]
    names = dict(Booking.objects.values_list("pk", "public_id"))
    for asked in ({}, {"status": "active"}, {"status": "off"}, {"email": "Kim@guest.example"}):
        wanted = [pk for pk in plain if fits(pk, asked)]

        found, cursor = [], ""
        while cursor is not None:
            query = asked | {"order": order, "limit": 7} | ({"cursor": cursor} if cursor else {})
            page = program.get("/bookings", query).json()
            found, cursor = found + [one["id"] for one in page["data"]], page["next_cursor"]

        assert found == [names[pk] for pk in wanted]


@pytest.mark.parametrize("order", ["start", "-start"])
def test_a_cursor_at_a_minute_that_no_clock_has(alice, order):
    program = program_of(alice)
    for minute in (0, 2**40, 2**62):
        cursor = base64.urlsafe_b64encode(f"[{minute},1]".encode()).decode().rstrip("=")
        assert program.get("/bookings", {"order": order, "cursor": cursor}).json()["data"] == []


def fits(pk, asked):
    row = Booking.objects.get(pk=pk)
    if "email" in asked:
        return row.booker.email == asked["email"]
    return not asked or row.is_off() == (asked["status"] == "off")


def test_a_list_costs_as_many_statements_for_many_pages_as_for_one(
    people, bookings, django_assert_num_queries
):
    """Of everybody: the pages, one's own, a few of each page, and the next of each page."""
    for person in (people["owner"], people["admin"]):
        with django_assert_num_queries(4):
            listed_for(person, everybody=True).first(25, ListOrder())
        with django_assert_num_queries(3):
            listed_for(person, everybody=True).count(100)
    program, alone = program_of(people["owner"]), program_of(people["stranger"])
    for one in (program, alone):
        one.get("/me")  # notes that the key is used
    with django_assert_num_queries(7):  # the key, whether there are others' pages, the list, all of each
        assert len(program.get("/bookings").json()["data"]) == 25
    with django_assert_num_queries(4):
        assert alone.get("/bookings").json()["data"]


@pytest.mark.skipif(
    connection.vendor != "sqlite", reason="PostgreSQL sorts so few: benchmarks show it with a million"
)
@pytest.mark.parametrize("order", ORDERS)
def test_the_next_of_a_page_come_by_its_index(people, bookings, order):
    """However many bookings there are: none is read but those that are shown."""
    page = Booking.objects.exclude(page=None)[0].page_id
    rows = listed_for(people["admin"], everybody=True).theirs.filter(page=page)

    plan = rows.order_by(f"{order.sign()}{order.indexed()}", f"{order.sign()}pk")[:25].explain()

    assert ("bookings_held_on_page" if order.by_start else "bookings_made_on_page") in plan
