"""What ends a webhook beside its own failures: its key, its owner's account, and rights that are gone."""

from datetime import timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.accounts.models import User
from timetuna.api.actions.keys import NewKey, create_key, revoke_key
from timetuna.api.models import ApiKey
from timetuna.api.scopes import ApiScope
from timetuna.api.tests.conftest import program_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.tests.conftest import make_page, staff, tomorrow, work_off
from timetuna.bookings.tests.life import made
from timetuna.jobs.models import Job
from timetuna.webhooks.actions.change_webhook import send_test, switch_webhook
from timetuna.webhooks.actions.watch import stop_ended
from timetuna.webhooks.body import TYPES
from timetuna.webhooks.models import EventDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db
WORDS = {
    "key_revoked": "The key by which it was made is revoked",
    "key_expired": "The key by which it was made has expired",
    "no_pages": "You take no part any more in the pages that it is told of",
}


@pytest.fixture
def letters(monkeypatch):
    found = []
    monkeypatch.setattr("timetuna.webhooks.emails.deliver", found.append)
    return found


def subscribe(program, receiver):
    answer = program.post("/webhooks", {"url": receiver.url, "events": list(TYPES)})
    assert answer.status_code == 201
    return answer.json()["id"]


def only():
    return WebhookEndpoint.objects.get()


def shown(client, owner):
    client.force_login(owner)
    return client.get(f"/settings/developers/webhooks/{only().public_id}").content.decode()


def test_a_revoked_key_takes_its_webhooks_along_and_its_owner_can_switch_them_on_by_hand(
    alice, page, receiver, client
):
    subscribe(program_of(alice), receiver)
    other = program_of(alice)
    waits = made(page, worked=False)

    revoke_key(ApiKey.objects.order_by("pk")[0], now=present())
    work_off()
    made(page, tomorrow(12))

    assert receiver.messages == []
    assert EventDelivery.objects.get().state == "failed"
    assert waits.told_to_programs.count() == 1
    [told] = other.get("/webhooks").json()["data"]
    assert (told["enabled"], told["disabled_reason"]) == (False, "key_revoked")
    assert WORDS["key_revoked"] in shown(client, alice)
    client.post(f"/settings/developers/webhooks/{only().public_id}/switch", {"on": "1"})
    made(page, tomorrow(15))
    assert len(receiver.messages) == 1
    assert (only().key, only().until) == (None, None)


def test_others_are_not_touched_by_it(alice, page, receiver, hooked):
    subscribe(program_of(alice), receiver)
    keep, _ = create_key(alice, NewKey(name="Else", scopes=[ApiScope.WEBHOOKS]), now=present())

    revoke_key(keep, now=present())

    assert not WebhookEndpoint.objects.exclude(disabled_at=None).exists()


def test_one_that_was_switched_off_before_its_key_was_revoked_comes_back_as_its_owners(alice, receiver):
    subscribe(program_of(alice), receiver)
    switch_webhook(only(), on=False, now=present())

    revoke_key(ApiKey.objects.get(), now=present())
    assert only().why == "key_revoked"
    switch_webhook(only(), on=True, now=present())

    assert (only().key, only().disabled_at) == (None, None)


def test_switched_on_by_another_key_it_is_that_ones(alice, receiver):
    subscribe(program_of(alice), receiver)
    revoke_key(ApiKey.objects.get(), now=present())
    other = program_of(alice)

    assert other.patch(f"/webhooks/{only().public_id}", {"enabled": True}).status_code == 200

    assert only().key == ApiKey.objects.get(revoked_at=None).pk
    assert only().until is not None


def test_an_expired_key_takes_them_along_at_its_last_moment_and_its_owner_hears_of_it(
    alice, page, receiver, client, letters
):
    subscribe(program_of(alice, days=30), receiver)
    made(page, worked=False)

    with time_machine.travel(present() + timedelta(days=30, minutes=1), tick=True):
        work_off()
        made(page, present().replace(minute=0, second=0, microsecond=0) + timedelta(days=2))
        assert receiver.messages == []
        stop_ended(now=present())
        stop_ended(now=present())
        work_off()
        assert WORDS["key_expired"] in shown(client, alice)
        switch_webhook(only(), on=True, now=present())
        made(page, present().replace(minute=0, second=0, microsecond=0) + timedelta(days=3))

    assert len(receiver.messages) == 1
    [letter] = letters
    assert letter.subject == "The webhook to 127.0.0.1 is switched off"
    assert "has expired" in letter.text


def test_one_that_was_off_when_its_key_expired_is_switched_on_for_good(alice, page, receiver):
    subscribe(program_of(alice, days=30), receiver)
    switch_webhook(only(), on=False, now=present())

    with time_machine.travel(present() + timedelta(days=31), tick=True):
        switch_webhook(only(), on=True, now=present())
        made(page, present().replace(minute=0, second=0, microsecond=0) + timedelta(days=2))

    assert len(receiver.messages) == 1


def test_an_account_that_is_switched_off_is_told_nothing_and_again_when_it_is_back(alice, page, receiver):
    subscribe(program_of(alice), receiver)
    booking = made(page, worked=False)
    User.objects.filter(pk=alice.pk).update(is_active=False)

    cancel(booking.pk, actor="guest", note_text="", now=present())
    send_test(only())
    work_off()
    assert receiver.messages == []
    User.objects.filter(pk=alice.pk).update(is_active=True)
    made(page, tomorrow(12))

    assert len(receiver.messages) == 1


def test_pages_in_which_its_owner_takes_no_part_any_more(alice, bob, receiver, client, letters):
    page = staff(make_page(alice), "all", bob)
    subscribe(program_of(bob, pages=[page]), receiver)
    stop_ended(now=present())
    assert only().disabled_at is None

    page.page_hosts.filter(host=bob).update(active=False)
    stop_ended(now=present())
    Job.objects.exclude(name="webhooks.trouble_mail").delete()
    work_off()

    assert only().why == "no_pages"
    assert WORDS["no_pages"] in shown(client, bob)
    assert "take no part any more" in letters[0].text
