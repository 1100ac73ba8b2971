"""What a booking's life looks like from a webhook: types, order, signatures, and who hears of it."""

import json
from datetime import timedelta

import pytest
from standardwebhooks import WebhookVerificationError

from tests.clock import present
from timetuna.accounts.models import Membership, Team
from timetuna.availability.interval import minute_of
from timetuna.bookings.actions.answer_request import approve, decline
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.change_guests import add_guests, come_back, leave, remove_guest
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.actions.hand_over import Handing, hand_over
from timetuna.bookings.actions.mark_no_show import mark_no_show
from timetuna.bookings.actions.reschedule import reschedule
from timetuna.bookings.guests import Guest
from timetuna.bookings.status.resource import whole_booking
from timetuna.bookings.tests.conftest import make_page, staff, tomorrow, work_off
from timetuna.bookings.tests.diary import put
from timetuna.bookings.tests.life import made, rule
from timetuna.webhooks.body import LARGEST, TYPES, example, snapshot
from timetuna.webhooks.models import EventDelivery, WebhookEvent
from timetuna.webhooks.signing import new_secret
from timetuna.webhooks.tests.conftest import listen, saying

pytestmark = pytest.mark.django_db


def types(receiver):
    return [json.loads(one.body)["type"] for one in receiver.messages]


def datas(receiver):
    return [json.loads(one.body)["data"] for one in receiver.messages]


def move(booking, **later):
    start = minute_of(booking.start_at + timedelta(**later))
    reschedule(booking.pk, start_minute=start, actor="guest", now=present())


def test_a_life_of_a_booking_with_revisions_that_rise(page, receiver, hooked):
    booking = made(page)
    move(booking, minutes=30)
    add_guests(booking.pk, guests=[Guest("Kim", "kim@others.example")], now=present())
    kim = booking.attendees.get(is_booker=False)
    remove_guest(booking.pk, attendee_id=kim.pk, now=present())
    cancel(booking.pk, actor="guest", note_text="Ill", now=present())
    work_off()

    assert types(receiver) == [
        "booking.created",
        "booking.moved",
        "guest.added",
        "guest.removed",
        "booking.cancelled",
    ]
    told = datas(receiver)
    revisions = [one["revision"] for one in told]
    assert revisions == sorted(revisions)
    assert {one["id"] for one in told} == {booking.public_id}
    created, moved, added, _, cancelled = told
    assert moved["previous"] == {"start": created["start"], "end": created["end"]}
    assert "previous" not in created
    assert (created["guest_name"], created["guest_email"]) == ("Sam Guest", "sam@guest.example")
    assert created["start_local"] == created["local_start"]
    assert added["guests"] == [{"name": "Kim", "email": "kim@others.example"}]
    assert cancelled["cancellation"] == {"by": "guest", "reason": "Ill"}
    assert cancelled["status"] == "cancelled_by_guest"


def test_it_is_told_as_it_was_then_however_late_it_is_sent(page, receiver, hooked):
    booking = made(page, worked=False)
    cancel(booking.pk, actor="guest", note_text="", now=present())

    work_off()

    assert [one["status"] for one in datas(receiver)] == ["confirmed", "cancelled_by_guest"]


def test_requests(alice, page, receiver, hooked):
    rule(page, approval=True)
    first, second = made(page), made(page, tomorrow(14))
    approve(first.pk, source="host", now=present())
    decline(second.pk, source="host", note_text="No", now=present())
    work_off()

    assert types(receiver) == ["booking.requested"] * 2 + ["booking.approved", "booking.declined"]


def test_no_show(alice, receiver, hooked):
    booking = put(alice, present() - timedelta(days=1))

    mark_no_show(booking.pk, missed=True, now=present())
    work_off()

    assert types(receiver) == ["booking.no_show"]
    assert datas(receiver)[0]["no_show"] is True


def test_an_independent_library_takes_the_signature(page, receiver, hooked):
    _, secret = hooked
    made(page)

    found = receiver.verified(secret)

    assert found["type"] == "booking.created"
    one = receiver.messages[0]
    assert one.headers["webhook-id"] == WebhookEvent.objects.get().public_id
    assert one.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        receiver.verified(new_secret())
    one.body = one.body.replace(b"Sam", b"Sim")
    with pytest.raises(WebhookVerificationError):
        receiver.verified(secret)


def test_only_what_is_wanted_is_sent(alice, page, receiver):
    listen(alice, receiver, events=["booking.cancelled"])
    booking = made(page)

    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    assert types(receiver) == ["booking.cancelled"]


def test_thin_messages_say_which_and_no_more(alice, page, receiver):
    listen(alice, receiver, thin=True)

    booking = made(page)

    assert datas(receiver) == [{"id": booking.public_id, "revision": 0}]


def test_nobody_hears_of_others_bookings(alice, charlie, page, receiver):
    listen(charlie, receiver)

    made(page)

    assert receiver.messages == []
    assert WebhookEvent.objects.count() == 1


def test_a_cohost_hears_of_what_they_host_and_the_pages_owner_of_all(alice, bob, receiver):
    page = staff(make_page(alice), "any", bob)
    listen(bob, receiver)
    listen(alice, receiver)

    made(page)

    owners = EventDelivery.objects.values_list("webhook__owner__handle", flat=True)
    hosts = WebhookEvent.objects.get().booking.booking_hosts.values_list("host__handle", flat=True)
    assert sorted(owners) == sorted({"alice", *hosts})


def test_a_webhook_of_some_pages_hears_of_no_others(alice, page, receiver):
    other = make_page(alice, slug="other")
    listen(alice, receiver, pages=[other.pk])

    made(page)
    made(other, tomorrow(15))

    assert [one["page"]["url"].rpartition("/")[2] for one in datas(receiver)] == ["other"]


def test_whose_account_is_closed_is_told_nothing(alice, page, receiver, hooked):
    booking = made(page, worked=False)
    alice.is_active = False
    alice.save()

    work_off()

    assert receiver.messages == []
    assert EventDelivery.objects.get().state == "failed"
    cancel(booking.pk, actor="guest", note_text="", now=present())
    assert EventDelivery.objects.count() == 1


def test_a_former_host_hears_that_it_was_given_away_and_nothing_later(alice, bob, receiver):
    listen(alice, receiver)
    booking = put(alice, tomorrow())

    hand_over(booking.pk, Handing(former=alice.pk, to=bob.pk), now=present())
    work_off()
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    assert types(receiver) == ["booking.reassigned"]
    [told] = datas(receiver)
    assert told["previous"] == {"host": {"id": alice.public_id, "name": alice.name}}
    assert [one["id"] for one in told["hosts"]] == [bob.public_id]


def test_whoever_leaves_a_team_hears_no_more_of_its_meetings(alice, bob, receiver):
    team = Team.objects.create(name="Crew", handle="crew")
    Membership.objects.create(team=team, user=alice, role=Membership.Role.OWNER)
    membership = Membership.objects.create(team=team, user=bob, role=Membership.Role.ADMIN)
    page = make_page(alice)
    page.team = team
    page.save()
    listen(bob, receiver)
    made(page)
    assert types(receiver) == ["booking.created"]
    waits = made(page, tomorrow(12), worked=False)

    membership.delete()
    work_off()
    cancel(waits.pk, actor="guest", note_text="", now=present())
    work_off()

    assert types(receiver) == ["booking.created"]
    assert list(EventDelivery.objects.order_by("pk").values_list("state", flat=True)) == [
        "delivered",
        "failed",
    ]


def test_an_erased_guest_is_gone_from_what_was_told_and_answered(alice, page, receiver, hooked):
    receiver.answers = [saying(200, b"Stored Sam Guest")]
    booking = made(page)
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    erase(booking.pk, actor="host", now=present())
    work_off()

    *before, after = WebhookEvent.objects.order_by("pk")
    for event in before:
        assert set(event.data) == {"id", "uid", "revision", "guest_erased"}
    assert after.type == "booking.updated"
    assert after.data["guest_email"] == ""
    answers = [one.answer for row in EventDelivery.objects.all() for one in row.tries.all()]
    assert "Sam" not in json.dumps(answers + [event.data for event in WebhookEvent.objects.all()])


def test_long_texts_are_cut_off_and_it_says_so(page):
    booking = made(page, notes="ä" * 2_000)
    for number in range(60):
        booking.booker.answers.create(
            key=f"q{number}", label="Question", kind="text", value="x" * 1_000, text="x" * 1_000
        )

    data = snapshot(whole_booking(booking.pk)[0])

    assert len(json.dumps(data, ensure_ascii=False).encode()) < LARGEST + 1_000
    assert data["truncated"] is True
    assert data["guest_email"] == "sam@guest.example"


@pytest.mark.parametrize("kind", TYPES)
def test_examples_have_the_shape_of_what_is_told(page, kind):
    found = example(kind)

    told = set(snapshot(whole_booking(made(page, worked=False).pk)[0]))
    assert set(found["data"]) - {"previous", "added", "removed"} == told
    assert (found["type"], found["example"]) == (kind, True)


def test_who_came_and_who_went_is_told_and_gone_with_the_guest(page, receiver, hooked):
    booking = made(page)
    add_guests(
        booking.pk,
        guests=[Guest("Kim", "kim@others.example"), Guest("", "lee@others.example")],
        now=present(),
    )
    lee = booking.attendees.get(email="lee@others.example")
    remove_guest(booking.pk, attendee_id=lee.pk, now=present())
    leave(booking.attendees.get(email="kim@others.example"), now=present())
    come_back(booking.attendees.get(email="kim@others.example"), now=present())
    work_off()

    kim, lee = ({"name": "Kim", "email": "kim@others.example"}, {"name": "", "email": "lee@others.example"})
    told = [(one.get("added"), one.get("removed")) for one in datas(receiver)[1:]]
    assert told == [([kim, lee], None), (None, [lee]), (None, [kim]), ([kim], None)]
    cancel(booking.pk, actor="host", note_text="", now=present())
    assert example("guest.added")["data"]["added"] == example("guest.added")["data"]["guests"] != []
    assert example("guest.removed")["data"]["removed"] != []
    erase(booking.pk, actor="host", now=present())
    assert "others.example" not in str(list(WebhookEvent.objects.values_list("data", flat=True)))
