"""Endpoints that fail, hang, lead elsewhere, answer without end, or are gone; and what their owners hear of it."""

from datetime import timedelta

import pytest
import time_machine

from tests.clock import present
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.tests.conftest import due_now, tomorrow, work_off
from timetuna.bookings.tests.life import made
from timetuna.jobs import queue
from timetuna.jobs.models import Job, Worker
from timetuna.lib.http import Budget
from timetuna.webhooks import sending
from timetuna.webhooks.actions.change_webhook import renew_secret, send_test, switch_webhook
from timetuna.webhooks.actions.deliver import PAUSES, replay
from timetuna.webhooks.actions.watch import forget_old, warn_owners
from timetuna.webhooks.models import DeliveryAttempt, EventDelivery, WebhookEndpoint, WebhookEvent
from timetuna.webhooks.tests.conftest import endless, hanging, listen, saying

pytestmark = pytest.mark.django_db
OURS = {"name": "webhooks.deliver"}


def only():
    return EventDelivery.objects.get()


def attempts():
    return list(DeliveryAttempt.objects.order_by("pk").values_list("status", "problem"))


def again():
    """Let the pause pass, and the work be done."""
    due_now(**OURS)
    work_off()


def test_500_then_200_under_the_same_id(page, receiver, hooked):
    receiver.answers = [saying(500, b"Oops"), saying(200)]

    made(page)
    assert (only().state, only().attempts) == ("waiting", 1)
    wait = (Job.objects.get(**OURS).run_at - present()).total_seconds()
    assert 3 < wait <= 5.5
    assert WebhookEndpoint.objects.get().failing_since is not None
    again()

    assert only().state == "delivered"
    assert attempts() == [(500, ""), (200, "")]
    assert DeliveryAttempt.objects.order_by("pk")[0].answer == "Oops"
    assert len(set(receiver.ids())) == 1
    assert len(receiver.messages) == 2
    assert WebhookEndpoint.objects.get().failing_since is None


def test_each_pause_is_as_long_as_it_says_and_then_it_ends(page, receiver, hooked):
    receiver.answers = [saying(500)]

    made(page)
    for pause in PAUSES:
        wait = Job.objects.get(**OURS).run_at - present()
        assert pause - timedelta(seconds=30) < wait <= pause * 1.1
        again()

    assert (only().state, only().attempts, only().next_at) == ("failed", 10, None)
    assert Job.objects.get(**OURS).state == "done", "it is no fault of this server"
    assert timedelta(days=3) < sum(PAUSES, timedelta()) < timedelta(days=4)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_nobody_is_led_elsewhere(page, receiver, hooked, status):
    receiver.answers = [saying(status, Location=receiver.url)]

    made(page)

    assert len(receiver.messages) == 1
    assert attempts() == [(status, "")]
    assert only().state == "waiting"


def test_100_megabytes_are_not_read(page, receiver, hooked):
    receiver.answers = [endless]

    made(page)

    assert only().state == "delivered"
    assert DeliveryAttempt.objects.get().answer == "x" * 500


def test_whoever_hangs_is_left_after_a_while_and_rests(page, receiver, hooked, monkeypatch):
    monkeypatch.setattr(sending, "_BUDGET", Budget(total_seconds=0.3, read_seconds=0.3))
    monkeypatch.setattr("timetuna.webhooks.actions.deliver.SLOW_MILLISECONDS", 250)
    sending._client.cache_clear()
    receiver.answers = [hanging(3)]

    booking = made(page)
    assert attempts() == [(None, "timeout")]
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()
    sending._client.cache_clear()

    assert len(receiver.messages) == 1, "what is new waits until it has rested"
    rests_until = WebhookEndpoint.objects.get().rests_until
    assert timedelta(seconds=50) < rests_until - present() <= timedelta(minutes=1)
    assert Job.objects.filter(**OURS).order_by("pk").last().run_at >= rests_until


def test_calls_of_one_webhook_are_made_one_after_the_other(page, receiver, hooked, alice):
    booking = made(page, worked=False)
    cancel(booking.pk, actor="guest", note_text="", now=present())
    worker = Worker.objects.create(machine="test", pid=2)

    assert queue.claim(worker, lane=queue.CALLS) is not None
    assert queue.claim(worker, lane=queue.CALLS) is None


def wait_for_all(alice, page, receiver, count=5):
    """Messages that wait for one program; nothing else is to be done."""
    listen(alice, receiver)
    for number in range(count):
        made(page, tomorrow(9) + timedelta(hours=number), worked=False)
    Job.objects.exclude(**OURS).delete()
    receiver.messages.clear()


def states():
    return list(EventDelivery.objects.order_by("pk").values_list("state", "attempts"))


def test_what_waits_for_one_program_goes_over_one_connection_by_one_job(alice, page, receiver):
    wait_for_all(alice, page, receiver)
    receiver.kept = True

    assert work_off() == 1

    assert states() == [("delivered", 1)] * 5
    assert receiver.ids() == list(WebhookEvent.objects.order_by("pk").values_list("public_id", flat=True))
    assert receiver.connections == 1
    assert set(Job.objects.filter(**OURS).values_list("state", flat=True)) == {"done"}
    assert DeliveryAttempt.objects.count() == 5


def test_after_one_that_is_not_taken_the_others_wait_for_a_turn_of_their_own(alice, page, receiver):
    wait_for_all(alice, page, receiver)
    receiver.answers = [saying(200), saying(200), saying(500), saying(200)]

    work_off()

    assert states() == [("delivered", 1)] * 2 + [("waiting", 1)] + [("delivered", 1)] * 2
    waiting = EventDelivery.objects.get(state="waiting")
    job = Job.objects.get(**OURS, state="waiting")
    assert job.run_at == waiting.next_at > present()
    again()
    assert states() == [("delivered", 1)] * 2 + [("delivered", 2)] + [("delivered", 1)] * 2


def test_where_one_hangs_nothing_that_waits_behind_it_is_tried_before_it_has_rested(
    alice, page, receiver, monkeypatch
):
    monkeypatch.setattr(sending, "_BUDGET", Budget(total_seconds=0.3, read_seconds=0.3))
    monkeypatch.setattr("timetuna.webhooks.actions.deliver.SLOW_MILLISECONDS", 250)
    sending._client.cache_clear()
    wait_for_all(alice, page, receiver)
    receiver.answers = [hanging(3)]

    assert work_off() == 2, "one call, and one look that puts all others off"
    sending._client.cache_clear()

    assert len(receiver.messages) == 1
    rests_until = WebhookEndpoint.objects.get().rests_until
    jobs = Job.objects.filter(**OURS)
    assert {one.state for one in jobs} == {"waiting"}
    assert min(one.run_at for one in jobs) >= rests_until > present() + timedelta(seconds=50)


def test_retry_after_is_heeded(page, receiver, hooked):
    receiver.answers = [saying(429, Retry_After="600")]

    made(page)

    assert Job.objects.get(**OURS).run_at - present() > timedelta(minutes=9, seconds=50)


def test_gone_is_gone(page, receiver, hooked, letters, monkeypatch):
    monkeypatch.setattr("timetuna.webhooks.emails.deliver", letters.append)
    receiver.answers = [saying(410)]

    booking = made(page)
    work_off()
    cancel(booking.pk, actor="guest", note_text="", now=present())
    work_off()

    hook = WebhookEndpoint.objects.get()
    assert (hook.why, only().state) == ("gone", "failed")
    assert len(receiver.messages) == 1
    [letter] = [one for one in letters if getattr(one, "subject", "").startswith("The webhook")]
    assert letter.subject == "The webhook to 127.0.0.1 is switched off"
    assert letter.to.email == "alice@host.example"


def test_owners_hear_of_failures_twice_before_it_ends(page, receiver, hooked, monkeypatch):
    letters = []
    monkeypatch.setattr("timetuna.webhooks.emails.deliver", letters.append)
    receiver.answers = [saying(500)]
    made(page)
    begun = present()

    for hours, count in ((0.9, 0), (1.1, 1), (50, 1), (61, 2), (100, 2)):
        with time_machine.travel(begun + timedelta(hours=hours), tick=True):
            warn_owners(now=present())
            warn_owners(now=present())
            for job in Job.objects.filter(name="webhooks.trouble_mail", state="waiting"):
                queue.run(job.name, job.arguments)
                job.delete()
        assert len(letters) == count, hours
    with time_machine.travel(begun + timedelta(hours=121), tick=True):
        again()

    assert WebhookEndpoint.objects.get().why == "failing"
    assert len(letters) == 3
    assert "127.0.0.1" in letters[0].text


def test_a_private_address_is_not_dialled_unless_its_operator_says_so(page, receiver, hooked, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = False
    made(page)
    settings.WEBHOOK_ALLOW_PRIVATE, settings.WEBHOOK_ALLOW_HTTP = True, False
    again()

    assert receiver.messages == []
    assert [one[1] for one in attempts()][1:] == ["no_cipher"]
    assert attempts()[0][1] in {"address", "refused_address"}


def test_two_secrets_sign_for_a_day(page, receiver, hooked):
    hook, old = hooked
    new = renew_secret(hook, now=present())

    made(page)
    assert receiver.verified(old) == receiver.verified(new)
    later = present() + timedelta(hours=25)
    with time_machine.travel(later, tick=True):
        made(page, tomorrow(12))
        receiver.verified(new)
        with pytest.raises(Exception, match="signature"):
            receiver.verified(old)


def test_replay_sends_the_same_id_again(page, receiver, hooked):
    made(page)
    assert only().state == "delivered"

    replay(only(), now=present())
    work_off()

    assert len(receiver.messages) == 2
    assert len(set(receiver.ids())) == 1
    assert receiver.messages[0].body == receiver.messages[1].body
    assert (only().state, only().attempts) == ("delivered", 1)


def test_what_waits_is_replayed_at_once(page, receiver, hooked):
    receiver.answers = [saying(500), saying(500), saying(200)]
    made(page)
    again()
    assert Job.objects.get(**OURS).run_at > present() + timedelta(minutes=4)

    replay(only(), now=present())
    work_off()

    assert only().state == "delivered"


def test_a_test_arrives_also_where_it_is_switched_off_and_is_tried_once(receiver, hooked):
    hook, secret = hooked
    switch_webhook(hook, on=False, now=present())
    receiver.answers = [saying(500)]

    send_test(hook)
    work_off()

    assert receiver.verified(secret)["type"] == "webhook.test"
    assert receiver.verified(secret)["data"]["example"] is True
    assert only().state == "failed"
    hook.refresh_from_db()
    assert hook.failing_since is None


def test_what_is_old_is_forgotten(page, receiver, hooked):
    made(page)

    forget_old(now=present() + timedelta(days=29))
    assert WebhookEvent.objects.count() == 1
    forget_old(now=present() + timedelta(days=31))

    assert not WebhookEvent.objects.exists()
    assert not DeliveryAttempt.objects.exists()
