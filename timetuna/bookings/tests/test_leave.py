"""Somebody leaves a page: what they see before, what becomes of their meetings, and what is left of them."""

import pytest

from tests.clock import present
from timetuna.bookings.actions.leave import Choice, Fate, leave_page, to_come
from timetuna.bookings.errors import NotPossible
from timetuna.bookings.models import Hold
from timetuna.bookings.tests.conftest import make_page, staff, tomorrow, work_off
from timetuna.bookings.tests.life import made, rule, subjects
from timetuna.bookings.tests.test_reassign import give
from timetuna.pages.models import PageHost, PageHostCalendar

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.either]


@pytest.fixture
def shared(alice, bob):
    page = staff(make_page(alice), "any", bob)
    page.page_hosts.filter(host=bob).update(balance=250_000)
    page.page_hosts.filter(host=alice).update(balance=-250_000)
    return page


@pytest.fixture
def four(shared, alice, bob):
    """Return four meetings that are bob's, the next first."""
    found = [
        made(shared, tomorrow(hour), email=f"g{hour}@guest.example", worked=False)
        for hour in (10, 11, 12, 13)
    ]
    for booking in found:
        if booking.host == alice:
            give(booking, alice, bob)
            booking.refresh_from_db()
    return found


def leave(page, host, choices=()):
    return leave_page(page.pk, host.pk, choices=dict(choices), now=present())


def hosts(booking):
    return list(booking.booking_hosts.values_list("host__handle", flat=True))


def test_what_is_to_come_is_seen_before(shared, bob, alice, four):
    assert list(to_come(bob.pk, pages=[shared.pk], now=present())) == four
    assert list(to_come(bob.pk, pages=[shared.pk], now=tomorrow(12, 10))) == four[2:]
    assert not to_come(alice.pk, now=present()).exists()


def test_each_meeting_goes_as_was_chosen_and_the_rest_stays(shared, alice, bob, four, zoom):
    keep, hand, off, _ = four
    work_off()

    found = leave(shared, bob, {hand.pk: Choice(Fate.HAND, alice.pk), off.pk: Choice(Fate.CANCEL)})
    work_off()

    assert (found.handed, found.cancelled, found.left) == (1, 1, ())
    assert [hosts(one) for one in four] == [["bob"], ["alice"], ["bob"], ["bob"]]
    off.refresh_from_db()
    assert (off.status, keep.status) == ("cancelled_by_host", "confirmed")
    assert subjects(zoom, hand.booker.email)[-1].startswith("Now with Alice Host: Intro call")
    assert subjects(zoom, off.booker.email)[-1].startswith("Cancelled")


def test_nothing_of_them_takes_part_any_more_and_their_share_is_kept(shared, alice, bob, zoom):
    row = PageHost.objects.get(page=shared, host=bob)
    account = bob.calendar_accounts.create(provider="caldav", provider_user_id="bob", expires_at=present())
    calendar = account.calendars.create(outside_id="1", name="Secret")
    PageHostCalendar.objects.create(page_host=row, calendar=calendar)
    PageHost.objects.filter(pk=row.pk).update(own_calendars=True, writes="chosen", write_calendar=calendar)
    for host in (alice, bob):
        Hold.objects.create(host=host, page=shared, start_minute=1, end_minute=31, token_fingerprint="t",
            visit_fingerprint="v", client_fingerprint="c", network_fingerprint="n",
            placed_at=present(), expires_at=present())  # fmt: skip

    leave(shared, bob)

    row.refresh_from_db()
    assert (row.active, row.balance, row.own_calendars, row.write_calendar) == (False, 250_000, False, None)
    assert not PageHostCalendar.objects.exists()
    assert list(Hold.objects.values_list("host", flat=True)) == [alice.pk]


def test_what_cannot_go_over_is_kept_and_said(shared, alice, bob, four):
    made(make_page(alice, slug="theirs"), tomorrow(11), worked=False, email="lee@guest.example")

    found = leave(shared, bob, {one.pk: Choice(Fate.HAND, alice.pk) for one in four[:2]})

    assert found.handed == 1
    assert [(one.pk, said) for one, said in found.left] == [
        (four[1].pk, "Alice Host has another booking at that time.")
    ]
    assert hosts(four[1]) == ["bob"]


def test_a_request_that_is_called_off_is_declined(shared, alice, bob):
    booking = made(rule(shared, approval=True), tomorrow(), worked=False)
    if booking.host == alice:
        give(booking, alice, bob)

    leave(shared, bob, {booking.pk: Choice(Fate.CANCEL)})

    booking.refresh_from_db()
    assert booking.status == "declined"


def test_an_owner_does_not_leave_their_page(shared, alice):
    with pytest.raises(NotPossible, match="owner cannot leave"):
        leave(shared, alice)

    assert PageHost.objects.get(page=shared, host=alice).active
