"""Programs subscribe, look at what they were sent, have it sent again, and read the feed."""

import pytest

from tests.clock import present
from timetuna.api.actions.keys import revoke_key
from timetuna.api.models import ApiKey
from timetuna.api.scopes import ApiScope
from timetuna.api.tests.conftest import program_of
from timetuna.bookings.actions.cancel import cancel
from timetuna.bookings.actions.erase import erase
from timetuna.bookings.tests.conftest import make_page, tomorrow, work_off
from timetuna.bookings.tests.life import made
from timetuna.webhooks.actions.change_webhook import MOST
from timetuna.webhooks.body import TYPES
from timetuna.webhooks.models import WebhookEndpoint
from timetuna.webhooks.tests.conftest import receiver as receiver  # noqa: PLC0414 - a fixture
from timetuna.webhooks.tests.conftest import saying

pytestmark = pytest.mark.django_db
URL = "https://receiver.example/hook"
WANTED = {"url": URL, "events": ["booking.created", "booking.moved"]}


def subscribe(program, **more):
    made = program.post("/webhooks", WANTED | more)
    assert made.status_code == 201, made.content
    return made.json()


def test_subscribe_change_and_unsubscribe(program):
    hook = subscribe(program, source="zapier")
    assert hook["secret"].startswith("whsec_")
    path = f"/webhooks/{hook['id']}"
    assert (hook["source"], hook["enabled"], hook["thin"], hook["pages"]) == ("zapier", True, False, None)

    read = program.get(path).json()
    assert "secret" not in read
    assert read == {name: value for name, value in hook.items() if name != "secret"}
    changed = program.patch(path, {"events": ["guest.added"], "thin": True, "enabled": False}).json()
    assert (changed["events"], changed["thin"], changed["enabled"]) == (["guest.added"], True, False)
    assert changed["disabled_reason"] == "owner"
    assert program.patch(path, {"enabled": True}).json()["enabled"] is True
    rotated = program.post(f"{path}/rotate").json()
    assert rotated["secret"] != hook["secret"]
    assert [one["id"] for one in program.get("/webhooks").json()["data"]] == [hook["id"]]

    assert program.ask("DELETE", path).status_code == 204
    assert program.get(path).status_code == 404
    assert program.get("/webhooks").json() == {"data": [], "next_cursor": None}


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        (WANTED | {"url": "http://receiver.example/"}, "/url"),
        (WANTED | {"url": "file:///etc/passwd"}, "/url"),
        (WANTED | {"url": "https://user:word@receiver.example/"}, "/url"),
        (WANTED | {"events": []}, "/events"),
        (WANTED | {"events": ["booking.eaten"]}, "/events/0"),
        (WANTED | {"target": URL}, "/target"),
    ],
)
def test_what_is_no_webhook(program, sent, pointer):
    refused = program.post("/webhooks", sent)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith(pointer)
    assert not WebhookEndpoint.objects.exists()


def test_there_are_no_more_than_twenty(program):
    for _ in range(MOST):
        subscribe(program)

    refused = program.post("/webhooks", WANTED)

    assert (refused.status_code, refused.json()["code"]) == (409, "not-possible")


def test_others_find_nothing(alice, charlie, program):
    hook = subscribe(program)
    stranger = program_of(charlie)
    path = f"/webhooks/{hook['id']}"

    assert stranger.get("/webhooks").json()["data"] == []
    answers = [stranger.get(path), stranger.get(f"{path}/deliveries"), stranger.patch(path, {"thin": True})]
    answers += [stranger.post(f"{path}/test"), stranger.post(f"{path}/rotate"), stranger.ask("DELETE", path)]
    assert {one.status_code for one in answers} == {404}
    assert program_of(alice, {ApiScope.BOOKINGS_READ}).get("/webhooks").status_code == 403
    assert program_of(alice, {ApiScope.WEBHOOKS}).get("/events").status_code == 403
    assert program_of(alice, {ApiScope.BOOKINGS}).get("/webhooks").status_code == 200


def test_a_revoked_key_subscribes_no_more(program):
    revoke_key(ApiKey.objects.get(), now=present())

    assert program.post("/webhooks", WANTED).status_code == 401


def test_a_key_for_some_pages_hears_and_reads_of_these_alone(alice, page, program, receiver):
    other = make_page(alice, slug="other")
    narrow = program_of(alice, pages=[other])
    wide_hook = subscribe(program, url=receiver.url)
    narrow_hook = subscribe(narrow, url=receiver.url)
    assert narrow_hook["pages"] == [other.public_id]
    assert narrow.get(f"/webhooks/{wide_hook['id']}").status_code == 404

    made(page)
    seen = made(other, tomorrow(15))

    sent = narrow.get(f"/webhooks/{narrow_hook['id']}/deliveries").json()["data"]
    assert [one["event"]["data"]["id"] for one in sent] == [seen.public_id]
    assert [one["data"]["id"] for one in narrow.get("/events").json()["data"]] == [seen.public_id]
    assert len(program.get("/events").json()["data"]) == 2


def test_the_log_and_sending_again(page, program, receiver):
    receiver.answers = [saying(500, b"Not today"), saying(200)]
    hook = subscribe(program, url=receiver.url)
    made(page)
    path = f"/webhooks/{hook['id']}/deliveries"

    [one] = program.get(path).json()["data"]
    assert (one["state"], one["event"]["type"]) == ("waiting", "booking.created")
    assert one["attempts"][0]["status"] == 500
    assert one["attempts"][0]["answer"] == "Not today"
    replayed = program.post(f"{path}/{one['id']}/replay")
    assert replayed.status_code == 202
    work_off()

    [after] = program.get(path).json()["data"]
    assert (after["state"], len(after["attempts"])) == ("delivered", 2)
    assert receiver.verified(hook["secret"])["type"] == "booking.created"
    assert program.post(f"{path}/dl_nothing/replay").status_code == 404


def test_a_test_by_program(program, receiver):
    hook = subscribe(program, url=receiver.url)

    assert program.post(f"/webhooks/{hook['id']}/test").status_code == 202
    work_off()

    assert receiver.verified(hook["secret"])["type"] == "webhook.test"
    assert program.get("/events").json()["data"] == []


def test_the_feed_has_the_latest_first_and_goes_on_from_where_one_was(page, program):
    booking = made(page)
    [first] = program.get("/events").json()["data"]
    cancel(booking.pk, actor="guest", note_text="", now=present())

    both = program.get("/events").json()["data"]
    assert [one["type"] for one in both] == ["booking.cancelled", "booking.created"]
    assert both[1] == first
    assert first["data"]["guest_name"] == "Sam Guest"
    later = program.get("/events", {"after": first["id"]}).json()["data"]
    assert later == both[:1]
    assert program.get("/events", {"after": both[0]["id"]}).json()["data"] == []
    page_one = program.get("/events", {"limit": 1}).json()
    page_two = program.get("/events", {"limit": 1, "cursor": page_one["next_cursor"]}).json()
    assert page_one["data"] + page_two["data"] == both
    assert program.get("/events", {"after": "evt_nothing"}).status_code == 422
    assert program.get("/events", {"type": "booking.eaten"}).status_code == 422


@pytest.mark.parametrize("kind", TYPES)
def test_a_sample_is_never_missing_and_says_that_it_is_one(program, kind):
    assert program.get("/events").json()["data"] == []

    [found] = program.get("/events", {"type": kind, "limit": 3}).json()["data"]

    assert (found["type"], found["example"]) == (kind, True)
    assert found["data"]["guest_name"]


def test_a_true_event_is_no_example(page, program):
    made(page)

    [found] = program.get("/events", {"type": "booking.created"}).json()["data"]

    assert "example" not in found


def test_the_feed_forgets_erased_guests(page, program):
    booking = made(page)
    cancel(booking.pk, actor="guest", note_text="", now=present())
    erase(booking.pk, actor="host", now=present())

    text = program.get("/events").content.decode()

    assert "Sam Guest" not in text
    assert "guest.example" not in text
    assert booking.public_id in text


def test_strangers_events_are_not_in_it(charlie, page):
    made(page)

    assert program_of(charlie).get("/events").json()["data"] == []
