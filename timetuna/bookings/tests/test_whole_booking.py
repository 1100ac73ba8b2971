"""The statement for a whole booking gives what the ORM gives."""

from datetime import timedelta

import pytest
from django.db.models import Count, OuterRef, Prefetch, Subquery

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import remove_guest
from timetuna.bookings.events import GUEST_CHANGES, TOLD
from timetuna.bookings.guests import Guest
from timetuna.bookings.models import Attendee, Booking, BookingHost, BookingOrigin, HistoryEntry
from timetuna.bookings.queries import with_booker
from timetuna.bookings.status.resource import booking_resource, guest_link, whole_booking, whole_bookings
from timetuna.bookings.tests.conftest import make_page, staff
from timetuna.bookings.tests.diary import put, put_payment
from timetuna.bookings.tests.life import made
from timetuna.payments.models import Payment
from timetuna.webhooks.actions.record_event import TOLD_AS

pytestmark = [pytest.mark.django_db, pytest.mark.vendor]
HOSTILE = '"], ["</script>\u2028\\ \U0001f41f\N{RIGHT-TO-LEFT OVERRIDE}\' OR 1=1 -- %(booking)s {page} [list]'


def with_all(bookings):
    """The same by the ORM."""
    hosts = BookingHost.objects.select_related("host").order_by("pk")
    attendees = Attendee.objects.prefetch_related("answers")
    changes = HistoryEntry.objects.filter(booking=OuterRef("pk"), event__in=TOLD).order_by()
    counted = changes.values("booking").annotate(number=Count("pk")).values("number")
    rows = with_booker(bookings).select_related("page__host", "page__team", "conference", "origin", "host")
    rows = rows.annotate(changes=Subquery(counted))
    return rows.prefetch_related(Prefetch("booking_hosts", hosts), Prefetch("attendees", attendees))


def by_orm(booking):
    row = with_all(Booking.objects.filter(pk=booking.pk)).get()
    paid = Payment.objects.filter(booking=row).values_list(
        *("state", "amount", "tax", "currency", "refunded", "disputed", "session_url")
    )
    row.read_payment = paid.first()
    return row


def same(booking):
    """What both give."""
    plain = booking_resource(by_orm(booking))
    row, more = whole_booking(booking.pk)
    assert booking_resource(row) == plain
    assert more == []
    assert guest_link(row) == guest_link(booking)
    return plain


@pytest.fixture
def full(alice, bob, page):
    page = staff(page, "all", bob)
    booking = made(
        page, name=HOSTILE, notes=HOSTILE, phone="+49 30 123456", others=[Guest("Kim", "kim@others.example")]
    )
    for number, value in enumerate(("ü", 7, True, ["a", "b"], {"x": HOSTILE})):
        booking.booker.answers.create(key=f"q{number}", label=HOSTILE, kind="text", value=value, text=HOSTILE)
    kim = booking.attendees.get(is_booker=False)
    kim.answers.create(key="q", label="Not told", kind="text", value=1, text="1")
    BookingOrigin.objects.update_or_create(
        booking=booking, defaults={"utm_source": "news", "metadata": {"crm": HOSTILE, "n": [1]}}
    )
    put_payment(booking, state="awaiting", amount=2**60, tax=855, session_url=HOSTILE)
    Booking.objects.filter(pk=booking.pk).update(status=Booking.Status.AWAITING_PAYMENT)
    return booking


def test_with_something_of_everything(full, django_assert_num_queries):
    told = same(full)

    assert [one["value"] for one in told["answers"]] == ["ü", 7, True, ["a", "b"], {"x": HOSTILE}]
    assert len(told["hosts"]) == 2
    assert told["guests"] == [{"name": "Kim", "email": "kim@others.example"}]
    assert told["metadata"] == {"crm": HOSTILE, "n": [1]}
    assert told["payment"] == {
        "state": "awaiting",
        "amount": 2**60,
        "tax": 855,
        "currency": "eur",
        "refunded": 0,
        "disputed": False,
        "url": HOSTILE,
    }
    with django_assert_num_queries(1):
        row, _ = whole_booking(full.pk)
        booking_resource(row)


def test_after_changes(full):
    remove_guest(full.pk, attendee_id=full.attendees.get(is_booker=False).pk, now=present())
    cancel(full.pk, actor="guest", note_text=HOSTILE, now=present())

    told = same(full)

    assert (told["guests"], told["revision"]) == ([], 2)
    assert told["cancellation"] == {"by": "guest", "reason": HOSTILE}


def test_on_a_teams_page(alice, bob):
    team = Team.objects.create(name="Crew", handle="crew")
    Membership.objects.create(team=team, user=alice, role=Membership.Role.OWNER)
    page = make_page(alice)
    page.team = team
    page.save()

    assert "/crew/intro" in same(made(page))["page"]["url"]


def test_of_a_page_that_is_gone_with_nothing_beside_it(alice):
    told = same(put(alice, present()))

    assert (told["page"], told["origin"], told["revision"]) == (None, {}, 0)


@pytest.mark.parametrize("state", ["ready", "failed"])
def test_with_a_link(alice, state):
    booking = put(alice, present(), link=state)
    told = same(booking)

    assert bool(told["join_url"]) == (state == "ready")


def test_what_is_paid_leads_to_no_page_to_pay_on(full):
    Payment.objects.update(state="partly_refunded", refunded=500, disputed=True)

    told = same(full)["payment"]

    assert (told["refunded"], told["disputed"], told["url"]) == (500, True, "")


def test_each_change_that_is_told_is_counted():
    only_counted = {"brought", "payment_awaited", "phone_awaited"}
    assert {str(one) for one in TOLD} - only_counted == {str(one) for one in TOLD_AS}
    assert set(GUEST_CHANGES) < TOLD


def test_many_cost_one_statement_and_keep_their_order(full, alice, page, django_assert_num_queries):
    plain = [full, *(put(alice, present() + timedelta(days=day), page=page) for day in range(30, 33))]
    asked = [row.pk for row in reversed(plain)]

    with django_assert_num_queries(1):
        found = whole_bookings([*asked, 987_654_321])
        told = [booking_resource(row) for row in found]

    assert [row.pk for row in found] == asked
    assert told == [same(row) for row in reversed(plain)]
    with django_assert_num_queries(0):
        assert whole_bookings([]) == []


def test_what_is_told_of_it_is_all_that_is_read(full):
    """And the rest is asked for when it is wanted, so that nothing is stored that was never read."""
    [row] = whole_bookings([full.pk])

    assert row.booker.mailbox == full.booker.mailbox
    assert row.booking_hosts.all()[0].start_minute == full.booking_hosts.order_by("pk")[0].start_minute
    assert (row.source_network, row.booking_hosts.all()[0].host.handle) == (full.source_network, "alice")
