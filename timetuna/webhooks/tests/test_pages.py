"""Settings → Developers → Webhooks: made, tried out, looked into, changed, and removed, without any script."""

import html
import json
import re

import pytest

from tests.clock import present
from tests.forms import submit
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.api.scopes import ApiScope
from timetuna.api.tests.conftest import Program
from timetuna.bookings.tests.conftest import due_now, work_off
from timetuna.bookings.tests.life import made
from timetuna.webhooks.actions.change_webhook import NewWebhook, create_webhook, send_test, switch_webhook
from timetuna.webhooks.forms import USUAL
from timetuna.webhooks.models import EventDelivery, WebhookEndpoint
from timetuna.webhooks.tests.conftest import listen, saying

pytestmark = pytest.mark.django_db
LIST = "/settings/developers/webhooks"


@pytest.fixture
def client(client, alice):
    client.post("/signin", {"login": alice.email, "password": "correct horse battery"})
    client.post("/reauthenticate", {"password": "correct horse battery"})
    return client


def shown(answer):
    assert answer.status_code == 200, answer
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def path_of(hook):
    return f"{LIST}/{hook.public_id}"


def test_from_nothing_to_a_message(client, page, receiver):
    assert "No webhooks yet." in shown(client.get(LIST))

    answer = submit(client, f"{LIST}/new", {"url": receiver.url, "events": USUAL}, follow=True)

    hook = WebhookEndpoint.objects.get()
    assert hook.events == ["booking.cancelled", "booking.created", "booking.moved"]
    secret = re.search(r"whsec_[A-Za-z0-9+/=]+", shown(answer))[0]
    again = client.get(f"{path_of(hook)}/secret", follow=True)
    assert "A secret is shown once." in shown(again)
    assert secret not in again.content.decode()
    made(page)
    assert receiver.verified(secret)["type"] == "booking.created"
    log = shown(client.get(path_of(hook)))
    assert "A meeting is booked Delivered" in log
    assert "Answered 200 after" in log


@pytest.mark.parametrize("url", ["", "receiver.example", "http://receiver.example/", "javascript:alert(1)"])
def test_an_address_that_is_none(client, url):
    answer = submit(client, f"{LIST}/new", {"url": url, "events": USUAL})

    assert answer.status_code == 422
    assert not WebhookEndpoint.objects.exists()


def test_at_least_one_event(client):
    answer = submit(client, f"{LIST}/new", {"url": "https://receiver.example/", "events": []})

    assert answer.status_code == 422
    assert "Choose at least one." in answer.content.decode()


def test_changing_and_switching(client, hooked):
    hook, _ = hooked

    submit(client, path_of(hook), {"url": "https://other.example/", "events": ["guest.added"], "thin": "on"})
    hook.refresh_from_db()
    assert (hook.url, hook.events, hook.thin) == ("https://other.example/", ["guest.added"], True)
    client.post(f"{path_of(hook)}/switch", {"on": "0"})
    assert "You have switched it off." in shown(client.get(path_of(hook)))
    client.post(f"{path_of(hook)}/switch", {"on": "1"})
    hook.refresh_from_db()
    assert hook.disabled_at is None
    client.post(f"{path_of(hook)}/remove")
    assert not WebhookEndpoint.objects.exists()


def test_a_new_secret_is_shown_once(client, hooked):
    hook, old = hooked

    answer = client.post(f"{path_of(hook)}/rotate", follow=True)

    text = shown(answer)
    assert re.search(r"whsec_\S+", text)[0] != old
    assert "For 24 hours messages are signed with the secret before, too." in text
    assert "the one before it until" in shown(client.get(path_of(hook)))


def test_a_test_and_sending_again(client, hooked, receiver):
    hook, secret = hooked
    receiver.answers = [saying(500, b"<b>Broken</b>"), saying(200)]

    client.post(f"{path_of(hook)}/test")
    work_off()
    answer = client.get(path_of(hook))
    assert "Test Not delivered" in shown(answer)
    assert "<b>Broken</b>" not in answer.content.decode()
    delivery = EventDelivery.objects.get()
    client.post(f"{path_of(hook)}/deliveries/{delivery.public_id}/replay")
    work_off()

    assert receiver.verified(secret)["type"] == "webhook.test"
    assert "Test Delivered" in shown(client.get(path_of(hook)))


def test_all_that_failed_is_sent_again(client, page, hooked, receiver):
    hook, _ = hooked
    booking = made(page, worked=False)
    switch_webhook(hook, on=False, now=present())
    work_off()
    assert EventDelivery.objects.get().state == "failed"
    switch_webhook(hook, on=True, now=present())

    asked = client.post(f"{path_of(hook)}/replay", {"since": "1"})
    assert "1 message was not delivered within the last hour. Send it again?" in shown(asked)
    work_off()
    assert receiver.messages == []
    answer = client.post(f"{path_of(hook)}/replay", {"since": "1", "sure": "1"}, follow=True)
    work_off()

    assert "1 message is sent again." in shown(answer)
    assert len(receiver.messages) == 1
    assert booking.public_id.encode() in receiver.messages[0].body


def test_one_that_was_switched_off_says_why(client, page, hooked, receiver):
    hook, _ = hooked
    receiver.answers = [saying(410)]
    made(page)

    assert "It answered that this address is gone for good" in shown(client.get(path_of(hook)))
    assert "Off" in shown(client.get(LIST))


def test_others_find_nothing(client, charlie, receiver):
    hook, _ = listen(charlie, receiver)

    assert client.get(path_of(hook)).status_code == 404
    for name in ("rotate", "test", "switch", "remove", "replay"):
        assert client.post(f"{path_of(hook)}/{name}").status_code == 404


def test_nothing_that_failed_is_nothing_to_be_asked(client, hooked):
    hook, _ = hooked

    assert "0 messages are sent again." in shown(
        client.post(f"{path_of(hook)}/replay", {"since": "1"}, follow=True)
    )
    assert client.post(f"{path_of(hook)}/replay", {"since": "soon"}).status_code == 302


def test_a_message_as_it_was_sent_and_each_answer(client, page, hooked, receiver):
    hook, _ = hooked
    receiver.answers = [saying(500, b"<b>Broken</b>" + b"x" * 900), saying(200, b"Thanks")]
    made(page, name="<script>alert(1)</script>")
    delivery = EventDelivery.objects.get()
    path = f"{path_of(hook)}/deliveries/{delivery.public_id}"

    answer = client.get(path)

    text = html.unescape(answer.content.decode())
    assert "<script>alert(1)" not in answer.content.decode()
    body = json.loads(
        re.search(r'<pre class="verbatim" dir="ltr"><samp>(.*?)</samp></pre>', text, re.DOTALL)[1]
    )
    assert body == json.loads(receiver.messages[0].body)
    assert "Answered 500 after" in text
    assert "<b>Broken</b>" in text
    assert "x" * 488 not in text
    assert "Next attempt" in text
    due_now(name="webhooks.deliver")
    work_off()
    assert "Thanks" in client.get(path).content.decode()


def test_others_see_no_message(client, charlie, receiver):
    hook, _ = listen(charlie, receiver)
    delivery = send_test(hook)

    assert client.get(f"{path_of(hook)}/deliveries/{delivery.public_id}").status_code == 404
    assert client.post(f"{path_of(hook)}/deliveries/{delivery.public_id}/replay").status_code == 404


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("http://receiver.example/", "WEBHOOK_ALLOW_HTTP"),
        ("https://10.0.0.1/hook", "WEBHOOK_ALLOW_PRIVATE"),
        ("https://127.1/hook", "WEBHOOK_ALLOW_PRIVATE"),
        ("https://[fd00::1]/hook", "WEBHOOK_ALLOW_PRIVATE"),
        ("https://localhost/hook", "WEBHOOK_ALLOW_PRIVATE"),
        ("https://receiver.example:9443/hook", "WEBHOOK_ALLOW_PRIVATE"),
        ("ftp://receiver.example/", "begins with https://"),
    ],
)
def test_an_address_that_its_operator_could_allow_is_refused_by_name(client, alice, url, names):
    _, token = create_key(alice, NewKey(name="n8n", scopes=[ApiScope.WEBHOOKS]), now=present())

    page = submit(client, f"{LIST}/new", {"url": url, "events": USUAL})
    api = Program(token).post("/webhooks", {"url": url, "events": list(USUAL)})

    assert (page.status_code, api.status_code) == (422, 422)
    assert names in html.unescape(page.content.decode())
    assert names in api.json()["detail"]
    assert not WebhookEndpoint.objects.exists()


def test_what_the_operator_allows_is_taken(client, settings):
    settings.WEBHOOK_ALLOW_PRIVATE = settings.WEBHOOK_ALLOW_HTTP = True

    submit(client, f"{LIST}/new", {"url": "http://10.0.0.1:5678/hook", "events": USUAL})

    assert WebhookEndpoint.objects.get().url == "http://10.0.0.1:5678/hook"


def test_a_log_names_what_would_allow_an_address(client, page, hooked, settings):
    hook, _ = hooked
    settings.WEBHOOK_ALLOW_PRIVATE = False
    WebhookEndpoint.objects.update(url="https://127.0.0.1/hook")
    made(page)
    settings.WEBHOOK_ALLOW_HTTP = False
    WebhookEndpoint.objects.update(url="http://receiver.example/hook")
    send_test(hook)
    work_off()

    log = shown(client.get(path_of(hook)))

    assert "Whoever runs this server allows such ones by WEBHOOK_ALLOW_PRIVATE" in log
    assert "Whoever runs it allows others by WEBHOOK_ALLOW_HTTP" in log


def test_a_webhook_says_who_made_it_and_with_whom_it_ends(client, alice):
    key, token = create_key(alice, NewKey(name="n8n at home", scopes=[ApiScope.WEBHOOKS]), now=present())
    wanted = {"url": "https://receiver.example/", "events": ["booking.created"]}
    by_key = Program(token).post("/webhooks", wanted).json()
    by_hand, _ = create_webhook(alice, NewWebhook(**wanted), now=present())
    of_a_key_that_is_gone, _ = create_webhook(alice, NewWebhook(**wanted, key=key.pk + 99), now=present())

    said = shown(client.get(f"{LIST}/{by_key['id']}"))
    assert "Made with the key “n8n at home”. When that is revoked or expires, nothing more is sent" in said
    assert "Made here by hand" in shown(client.get(path_of(by_hand)))
    assert "Made with a key that is not there any more." in shown(client.get(path_of(of_a_key_that_is_gone)))
    assert by_key["made_by"] == {"kind": "key", "id": key.public_id, "name": "n8n at home"}
    told = {one["id"]: one["made_by"] for one in Program(token).get("/webhooks").json()["data"]}
    assert told[by_hand.public_id] == {"kind": "owner", "id": None, "name": ""}
