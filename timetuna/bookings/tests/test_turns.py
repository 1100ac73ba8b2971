"""Balances of a page whose hosts take turns: what a booking does to them, and what takes it back."""

from datetime import timedelta

import pytest

from tests.clock import present
from timetuna.availability.shares import WHOLE
from timetuna.bookings.actions.answer_request import decline, expire_request
from timetuna.bookings.actions.book import book
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.cancel_together import cancel_together, restore_together
from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.actions.turns import deal_turns, redo_turns, turns_for, undo_turns, write_turns
from timetuna.bookings.models import Booking, Turn
from timetuna.bookings.tests.conftest import make_page, order, staff, tomorrow

HALF = WHOLE // 2


@pytest.fixture
def page(alice, bob):
    """Return a page that alice and bob host by turns."""
    return staff(make_page(alice), "any", bob)


@pytest.fixture
def booking(page, alice, bob):
    """Return a booking that was dealt to alice."""
    page.staffing = "solo"
    page.save()
    booking = book(order(page), now=present())
    page.staffing = "any"
    page.save()
    booking.refresh_from_db()
    return dealt(booking, alice, bob)


def dealt(booking, *able):
    ids = [host.pk for host in able]
    write_turns(booking, deal_turns(booking.page, ids, now=present()), now=present())
    return booking


def balances(page):
    return dict(page.page_hosts.values_list("host__handle", "balance"))


def last_turns(page):
    return dict(page.page_hosts.values_list("host__handle", "last_turn_at"))


def test_a_meeting_is_paid_for_by_who_takes_it(page, booking):
    assert balances(page) == {"alice": -HALF, "bob": HALF}
    assert last_turns(page) == {"alice": booking.turns.first().at, "bob": None}
    rows = booking.turns.order_by("page_host").values_list("credit", "debit", "balance_before", "rule")
    assert list(rows) == [(HALF, WHOLE, 0, "ledger"), (HALF, 0, 0, "ledger")]


def test_the_next_one_goes_to_who_is_owed(page, booking, alice, bob):
    assert deal_turns(page, [alice.pk, bob.pk], now=present()).chosen == (bob.pk,)
    assert deal_turns(page, [alice.pk], now=present()).chosen == (alice.pk,)


def test_who_is_paused_for_good_or_has_left_is_not_dealt(page, alice, bob):
    page.page_hosts.filter(host=alice).update(weight=0)
    assert deal_turns(page, [alice.pk, bob.pk], now=present(), count=2).chosen == (bob.pk,)

    page.page_hosts.filter(host=bob).update(active=False)
    assert deal_turns(page, [alice.pk, bob.pk], now=present()).chosen == ()


def test_the_fewest_this_month_are_counted_by_the_pages_clock(page, booking, alice, bob):
    page.share_rule = "fewest"
    page.page_hosts.filter(host=bob).update(last_turn_at=present() + timedelta(days=1))

    found = deal_turns(page, [alice.pk, bob.pk], now=present())
    later = deal_turns(page, [alice.pk, bob.pk], now=present() + timedelta(days=32))

    assert (found.chosen, later.chosen) == ((bob.pk,), (alice.pk,))
    assert {share.host: share.compared for share in found.shares} == {alice.pk: 1, bob.pk: 0}


def test_taking_back_is_exact_and_happens_once(page, booking, bob):
    page.page_hosts.filter(host=bob).update(balance=HALF + 7)

    for _ in range(2):
        undo_turns(booking)
        assert balances(page) == {"alice": 0, "bob": 7}
    assert last_turns(page) == {"alice": None, "bob": None}
    for _ in range(2):
        redo_turns(booking)
        assert balances(page) == {"alice": -HALF, "bob": HALF + 7}
    assert last_turns(page)["alice"] == booking.turns.first().at


def test_a_meeting_that_is_given_to_somebody_costs_and_brings_nothing(page, booking, bob):
    later = present() + timedelta(minutes=1)
    undo_turns(booking)
    turns_for(booking, chosen=[bob.pk], now=later)

    assert balances(page) == {"alice": 0, "bob": 0}
    assert last_turns(page) == {"alice": None, "bob": later}
    assert booking.turns.get(undone=False).rule == "handed"
    redo_turns(booking)
    assert balances(page) == {"alice": 0, "bob": 0}


def test_nothing_is_written_where_nobody_takes_turns(page, booking, bob, charlie):
    turns_for(booking, chosen=[charlie.pk], now=present())
    page.staffing = "all"
    page.save()
    booking.refresh_from_db()
    turns_for(booking, chosen=[bob.pk], now=present())

    assert Turn.objects.count() == 2


@pytest.mark.parametrize(("actor", "left"), [("guest", 0), ("host", -HALF)])
def test_a_guest_who_cancels_takes_it_back_and_a_host_who_cancels_does_not(page, booking, actor, left):
    cancel(booking.pk, actor=actor, note_text="", now=present())

    assert balances(page)["alice"] == left
    assert sum(balances(page).values()) == 0


def test_a_request_that_comes_to_nothing_costs_no_turn(page, booking, alice):
    booking.status, booking.pending_until = "pending", present() + timedelta(hours=1)
    booking.save()
    decline(booking.pk, note_text="", source="host", now=present())
    assert balances(page) == {"alice": 0, "bob": 0}

    assert restore_together(Booking.objects.all(), [booking.pk], now=present()) == ([booking.pk], 0)
    assert balances(page) == {"alice": -HALF, "bob": HALF}

    expire_request(booking.pk, now=present() + timedelta(hours=2))
    assert balances(page) == {"alice": 0, "bob": 0}


def test_a_request_that_is_withdrawn_costs_no_turn(page, booking):
    booking.status = "pending"
    booking.save()

    cancel(booking.pk, actor="guest", note_text="", now=present())

    assert balances(page) == {"alice": 0, "bob": 0}


def test_what_a_host_calls_off_and_takes_back_stays_theirs(page, booking, alice):
    cancel_together(Booking.objects.all(), [booking.pk], now=present())
    restore_together(Booking.objects.all(), [booking.pk], now=present())

    assert balances(page) == {"alice": -HALF, "bob": HALF}


@pytest.mark.parametrize("undone", [True, False])
def test_a_guest_who_does_not_come_costs_a_turn_unless_the_page_says_so(page, booking, undone):
    page.undo_no_shows = undone
    page.save()
    over = tomorrow() + timedelta(days=1)

    mark_no_show(booking.pk, missed=True, now=over)
    assert balances(page)["alice"] == (0 if undone else -HALF)

    mark_no_show(booking.pk, missed=False, now=over)
    assert balances(page) == {"alice": -HALF, "bob": HALF}
