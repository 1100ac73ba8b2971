"""The page of insights: what it says is what happened, to whoever may see it, in so many queries."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.accounts.tests.teams import join, make_team
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.delete_host import delete_host
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.models import Booking, BookingOrigin
from timetuna.bookings.tests.conftest import make_host, make_page, staff, tomorrow, work_off
from timetuna.bookings.tests.diary import put, put_payment, rows_of, shown
from timetuna.bookings.tests.life import made
from timetuna.insights.actions.fill import fill
from timetuna.insights.period import read_period
from timetuna.l10n.datetimes import date_in
from timetuna.pages.actions.delete_page import delete_page

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]
THE_TIME = "period=30"


@pytest.fixture
def host(client, alice):
    client.force_login(alice)
    fill()
    return client


def figures(client, query=THE_TIME):
    answer = client.get(f"/insights?{query}")
    assert answer.status_code == 200
    return {one.label: one.value for one in answer.context["report"].figures}


def test_what_becomes_of_bookings_is_counted(host, alice, page):
    moved, called_off, missed = (made(page, tomorrow(hour), worked=False) for hour in (9, 11, 13))
    reschedule(moved.pk, start_minute=minute_of(tomorrow(15)), actor="host", now=present())
    cancel(called_off.pk, actor="guest", note_text="", now=present())
    put(alice, present() - timedelta(days=40), page=page, created_at=present() - timedelta(days=45))
    fill()
    with time_machine.travel(tomorrow(14), tick=False):
        mark_no_show(missed.pk, missed=True, now=present())
        erase(missed.pk, actor="host", now=present())
        work_off()

    counted = figures(host)
    assert counted.pop("Typical lead time").endswith(("days", "hours", "hour"))
    assert counted == {
        "Bookings": "3",
        "Cancelled": "1",
        "Moved": "1",
        "Did not come": "1",
        "Not confirmed": "0",
    }
    answer = host.get(f"/insights?{THE_TIME}")
    text = shown(answer)
    assert "1 booking of erased guests is not among these" in text
    for figure, count in {"booked": 3, "cancelled": 1, "moved": 1, "no_shows": 1, "unconfirmed": 0}.items():
        assert len(rows_of(host.get(f"/insights/{figure}.csv?{THE_TIME}"))) == count, figure
    assert host.get("/insights/other.csv").status_code == 404


def test_the_two_clocks_count_on_different_days(host, alice, page):
    start = present() + timedelta(days=20)
    put(alice, start, page=page, created_at=present() - timedelta(days=3))
    fill()
    day = date_in("Europe/Berlin", start)
    around = f"from={day}&to={day}"

    assert figures(host)["Bookings"] == "1"
    assert figures(host, f"{THE_TIME}&by=held")["Bookings"] == "0"
    assert figures(host, f"{around}&by=held")["Bookings"] == "1"
    assert figures(host, around)["Bookings"] == "0"


def test_a_source_is_what_the_address_said_or_the_website(host, alice, page):
    for number, origin in enumerate(
        [
            {"utm_source": "<b>news</b>"},
            {"utm_source": "<b>news</b>"},
            {"referrer": "https://www.example.org"},
            {},
        ]
    ):
        booking = put(alice, present() + timedelta(days=1, hours=number), page=page)
        if origin:
            BookingOrigin.objects.create(booking=booking, **origin)
    fill()

    answer = host.get("/insights")
    sources = [(one.label, one.value) for one in answer.context["report"].sources]
    assert sources == [("<b>news</b>", 2), ("example.org", 1), ("Not known", 1)]
    assert "<b>news" not in answer.content.decode()


def test_a_team_sees_its_pages_and_a_cohost_their_own(client, alice, bob, page):
    team = make_team(alice)
    carol, dan = make_host("carol", "Carol Member"), make_host("dan", "Dan Stranger")
    join(team, carol, "member")
    page.team = team
    staff(page, "any", bob)
    put(alice, present() + timedelta(hours=1), page=page)
    put(bob, present() + timedelta(hours=1), page=page)
    fill()

    seen = {}
    for user in (alice, bob, carol, dan):
        client.force_login(user)
        for query in ("", f"page={page.pk}&host={alice.pk}&team={team.pk}"):
            rows = rows_of(client.get(f"/insights/booked.csv?{query}"))
            seen.setdefault(user.handle, []).append((figures(client, query)["Bookings"], len(rows)))

    whole, one, nothing = ("2", 2), ("1", 1), ("0", 0)
    assert seen == {
        "alice": [whole, one],
        "carol": [whole, one],
        "bob": [one, one],
        "dan": [nothing, nothing],
    }


def test_what_is_deleted_still_counts(client, alice, bob, page):
    shared = staff(make_page(bob, slug="team"), "any", alice)
    put(alice, present() - timedelta(days=2), page=shared, created_at=present() - timedelta(days=3))
    put(alice, present() - timedelta(days=4), page=page, created_at=present() - timedelta(days=5))
    fill()
    delete_page(page)
    work_off()
    client.force_login(alice)
    assert figures(client)["Bookings"] == "2"

    delete_host(User.objects.get(pk=alice.pk))
    work_off()

    client.force_login(bob)
    assert figures(client)["Bookings"] == "1"
    assert Booking.objects.count() == 1


def test_revenue_is_counted_by_currency_for_who_is_paid(client, alice, bob, page):
    staff(page, "any", bob)
    other = make_page(alice, slug="other")
    paid = [
        (page, {}),
        (page, {"tax": 500, "state": "partly_refunded", "refunded": 1500}),
        (page, {"state": "lost", "refunded": 500}),
        (other, {"amount": 9000, "currency": "jpy"}),
        (page, {"state": "awaiting"}),
        (page, {"state": "expired"}),
    ]
    for number, (of, columns) in enumerate(paid):
        put_payment(put(alice, present() + timedelta(hours=1 + number), page=of), **columns)
    earlier = put(alice, present() - timedelta(days=80), page=page, created_at=present() - timedelta(days=90))
    put_payment(earlier)
    fill()

    def revenue(user, query=THE_TIME):
        client.force_login(user)
        answer = client.get(f"/insights?{query}")
        return [(one.value, one.text) for one in answer.context["revenue"]]

    euros, yen = revenue(alice)
    assert euros == (
        "80.00\N{NO-BREAK SPACE}€",
        "What guests paid to you for 3 bookings, with taxes. 60.00\N{NO-BREAK SPACE}€ has gone back, and is not in it.",
    )
    assert yen == ("¥9,000", "What guests paid to you for 1 booking, with taxes.")
    assert revenue(alice, f"{THE_TIME}&page={other.pk}") == [yen]
    assert revenue(alice, f"{THE_TIME}&host={bob.pk}") == []
    assert revenue(bob) == []


def test_queries_do_not_grow_with_what_there_is_to_count(host, alice, page):
    def asked():
        with CaptureQueriesContext(connection) as found:
            figures(host)
        return len(found)

    def book(days, slug):
        when = present() - timedelta(days=days)
        put(alice, when, page=make_page(alice, slug=slug), created_at=when - timedelta(days=9))
        fill()

    book(1, "page-1")
    before = asked()
    for number in range(2, 9):
        book(number, f"page-{number}")

    assert asked() == before == 18


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ({}, "2027-02-02", "2027-03-03"),
        ({"period": "7"}, "2027-02-25", "2027-03-03"),
        ({"period": "2027-02"}, "2027-02-01", "2027-02-28"),
        ({"period": "99999"}, "2027-02-02", "2027-03-03"),
        ({"from": "2027-01-05", "to": "2027-01-05"}, "2027-01-05", "2027-01-05"),
        ({"from": "2027-01-06", "to": "2027-01-05"}, "2027-02-02", "2027-03-03"),
        ({"from": "0001-01-01", "to": "9999-12-31"}, "2027-02-02", "2027-03-03"),
        ({"from": "yesterday"}, "2027-02-02", "2027-03-03"),
    ],
)
def test_periods_are_read(asked, first, last):
    with time_machine.travel("2027-03-03T12:00Z", tick=False):
        period = read_period(asked, today=present().date())

    assert (str(period.first), str(period.last)) == (first, last)
    assert bool(period.problem) == ("from" in asked and first == "2027-02-02")
    before = period.before()
    assert (period.first - before.last).days == 1
    assert before.after().first == period.first
