"""Accounts are deleted, and what they took part in stays true: ledgers, reasons and histories, without their names."""

from datetime import timedelta
from random import Random

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.delete_host import delete_host
from timetuna.bookings.actions.hand_over import UNDO, Handing, hand_over, undo_hand_over
from timetuna.bookings.actions.leave import leave_page
from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.actions.turns import deal_turns, redo_turns, turns_for, undo_turns, write_turns
from timetuna.bookings.models import Booking, Turn
from timetuna.bookings.status.turns import why_host
from timetuna.bookings.tests.conftest import make_host, make_page, order, staff, tomorrow
from timetuna.bookings.tests.diary import put, rows_of, shown
from timetuna.bookings.tests.test_erasing import everything
from timetuna.bookings.views.host.bookings import reader_of
from timetuna.pages.actions.leave_team import end_team
from timetuna.pages.models import FOR_GOOD, BookingPage, PageHost

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]
CANARY = "Canary"


@pytest.fixture
def gone(db):
    """Return somebody whose account is going to be deleted."""
    return make_host("gone", f"{CANARY} Host")


@pytest.fixture
def page(alice, gone):
    return staff(make_page(alice), "any", gone)


@pytest.fixture
def client(client, alice):
    client.force_login(alice)
    return client


def dealt(page, *able):
    """Return a meeting that is over, dealt to one of those who were able when it was booked."""
    number = Booking.objects.count() + 1
    at = present() - timedelta(days=number)
    found = deal_turns(page, [host.pk for host in able], now=at)
    taker = next(host for host in able if host.pk in found.chosen)
    booking = put(taker, at + timedelta(hours=1), page=page, created_at=at)
    booking.booking_hosts.update(part="rotating")
    write_turns(booking, found, now=at)
    return booking


def reasons(booking, reader):
    booking.refresh_from_db()
    return list(why_host(booking, reader_of(reader, present())).now.sentences)


def test_a_ledger_keeps_its_sum_and_a_booking_its_reason(client, alice, gone, page):
    cleo, dan = make_host("cleo", "Cleo"), make_host("dan", "Dan")
    for host in (cleo, dan):
        PageHost.objects.create(page=page, host=host, position=2)
    page.page_hosts.filter(host=alice).update(position=7)
    taken = dealt(page, gone, alice)
    with_both = dealt(page, dan, cleo, gone)
    own = page.page_hosts.get(host=gone)

    delete_host(gone)
    assert reasons(taken, alice) == [
        "A former host and Alice Host were owed as much: 0.5 of a meeting.",
        "A former host stands before Alice Host on the page.",
        "Cleo and Dan could not take it.",
    ]
    delete_host(dan)

    assert page.page_hosts.get(pk=own.pk, host=None).balance == own.balance
    assert page.page_hosts.aggregate(sum=Sum("balance"))["sum"] == 0
    assert reasons(taken, alice)[-1] == "Cleo and a former host could not take it."
    assert "2 former hosts" in shown(client.get(f"/booking-pages/{page.pk}/shares"))
    ledger = rows_of(client.get(f"/booking-pages/{page.pk}/shares.csv?days=all"))
    assert {row["Host"] for row in ledger} == {"Alice Host", "Cleo", "A former host"}
    assert client.get(f"/bookings/{with_both.pk}").status_code == 200
    undo_turns(taken)
    undo_turns(with_both)
    assert set(page.page_hosts.values_list("balance", flat=True)) == {0}


def test_nothing_that_says_who_it_was_is_left(client, alice, gone, page):
    team = Team.objects.create(name="Sales", handle="sales")
    for host in (alice, gone):
        Membership.objects.create(team=team, user=host, role="owner")
    given, back = (
        book(order(page, tomorrow(hour), email=f"{hour}@guest.example"), now=present()) for hour in (10, 12)
    )
    for booking in (given, back):
        if booking.host != alice:
            hand_over(booking.pk, Handing(former=gone.pk, to=alice.pk), now=present())
    hand_over(given.pk, Handing(former=alice.pk, to=gone.pk), now=present())
    hand_over(given.pk, Handing(former=gone.pk, to=alice.pk), now=present())
    hand_over(back.pk, Handing(former=alice.pk, to=gone.pk, undo=UNDO), now=present())
    undo_hand_over(back.pk, now=present())
    given.history.create(
        actor="system", host=gone, event="event_written", text=f"Written into Calendar of {CANARY}."
    )
    PageHost.objects.filter(host=gone).update(cap_day=3, paused_until=FOR_GOOD, buffer_after_minutes=5)
    assert CANARY in everything()

    delete_host(gone)

    assert CANARY not in everything()
    assert "gone@host.example" not in everything()
    told = list(given.history.filter(event="handed_over").values_list("text", flat=True))
    assert told[-1] == "Handed over from a former host to Alice Host."
    row = PageHost.objects.get(page=page, host=None)
    assert (row.active, row.cap_day, row.paused_until, row.buffer_after_minutes) == (False, None, None, None)
    assert shown(client.get(f"/bookings/{given.pk}")).count("former host") > 1


def test_a_name_goes_where_only_an_id_was_written_down_and_stays_in_longer_names(alice, gone, page):
    booking = dealt(page, gone)
    text = f"Handed over from Alice Host to {gone.name}. Note: Ask {gone.name}son"
    changes = {"host": ["Alice Host", gone.name], "_to": [gone.pk, None]}
    entry = booking.history.create(actor="host", event="handed_over", text=text, changes=changes)

    delete_host(gone)

    entry.refresh_from_db()
    assert entry.text == f"Handed over from Alice Host to a former host. Note: Ask {gone.name}son"
    assert entry.changes["host"] == ["Alice Host", "A former host"]


def test_who_never_had_to_do_with_turns_leaves_no_row(gone, page):
    delete_host(gone)

    assert page.page_hosts.count() == 1


def test_whose_page_it_is_takes_over_what_is_over_and_is_not_said_to_be_always_there(alice, gone, page):
    taken = dealt(page, gone)

    delete_host(gone)

    assert reasons(taken, alice) == ["Only a former host was free.", "Alice Host could not take it."]
    assert taken.host == alice


def test_nobody_takes_part_without_an_account(page):
    with pytest.raises(IntegrityError), transaction.atomic():
        page.page_hosts.update(host=None)


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_all_balances_together_are_nothing(alice, seed):
    """Booking, taking back, putting back, handing over, pausing, leaving, coming back, deleting, a team's end."""
    draw = Random(seed)  # noqa: S311 - which test it is
    people = [alice, *(make_host(name, name.capitalize()) for name in ("bob", "cleo", "dan", "eve"))]
    team = Team.objects.create(name="Sales", handle="sales")
    for host in people:
        Membership.objects.create(team=team, user=host, role="owner")
    page = staff(make_page(alice), "any", *people[1:], team=team, undo_no_shows=True)
    steps = [_book] * 4 + [_undo, _redo, _miss, _hand, _pause, _leave, _return] + [_delete]

    for number in range(45):
        if number == 30:
            end_team(team, by=None)
        page = BookingPage.objects.get(pk=page.pk)
        draw.choice(steps)(page, people, draw)

        assert page.page_hosts.aggregate(sum=Sum("balance"))["sum"] == 0
        for row in page.page_hosts.all():
            counted = row.turns.filter(undone=False).aggregate(sum=Sum(F("credit") - F("debit")))["sum"]
            assert row.balance == (counted or 0)
    assert Turn.objects.filter(page_host__host=None).exists()


def _able(page, people, draw):
    on_page = set(page.page_hosts.filter(active=True).values_list("host", flat=True))
    able = [host for host in people if host.pk in on_page]
    return draw.sample(able, draw.randint(1, len(able)))


def _some(draw):
    found = list(Booking.objects.order_by("pk"))
    return draw.choice(found) if found else None


def _book(page, people, draw):
    dealt(page, *_able(page, people, draw))


def _undo(_page, _people, draw):
    if booking := _some(draw):
        undo_turns(booking)


def _redo(_page, _people, draw):
    if booking := _some(draw):
        redo_turns(booking)


def _miss(_page, _people, draw):
    if booking := _some(draw):
        mark_no_show(booking.pk, missed=draw.random() < 0.5, now=present())


def _hand(page, people, draw):
    if booking := _some(draw):
        undo_turns(booking)
        turns_for(booking, chosen=[_able(page, people, draw)[0].pk], now=present())


def _pause(page, people, draw):
    page.page_hosts.filter(host=draw.choice(people)).update(paused_until=draw.choice([None, FOR_GOOD]))


def _leave(page, people, draw):
    host = draw.choice(people)
    if host.pk != page.host_id:
        leave_page(page.pk, host.pk, choices={}, now=present())


def _return(page, people, draw):
    page.page_hosts.filter(host=draw.choice(people)).update(active=True)


def _delete(page, people, draw):
    """Its owner too, while the page is a team's: then it goes to somebody else in it."""
    host = draw.choice(people)
    if len(people) > 1 and (host.pk != page.host_id or page.team_id):
        delete_host(host)
        people.remove(host)
