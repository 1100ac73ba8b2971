"""Removal at Zoom: what is verified, what is deleted, what is acknowledged."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db import connection as database
from django.test import Client

from sandbox.zoom.control import APP
from sandbox.zoom.signing import encrypted_token, event_signature
from tests.clock import present
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.tests.conftest import WEBHOOK, allow, connect, jobs, leave, signed_in

pytestmark = pytest.mark.vendor


def post(body: bytes, *, secret=APP.webhook_token, timestamp="", **headers):
    timestamp = timestamp or str(int(present().timestamp()))
    signed = {
        "HTTP_X_ZM_REQUEST_TIMESTAMP": timestamp,
        "HTTP_X_ZM_SIGNATURE": event_signature(secret, timestamp=timestamp, body=body),
    }
    return Client().post(WEBHOOK, body, content_type="application/json", **(signed | headers))


def event(account=None, *, at=None, **payload) -> bytes:
    at = at or present()
    content = {
        "user_id": account.provider_user_id if account else "nobody",
        "account_id": account.provider_account_id if account else "nowhere",
        "client_id": APP.client_id,
        "deauthorization_time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "signature": "opaque",
        "user_data_retention": None,
    }
    whole = {
        "event": "app_deauthorized",
        "event_ts": int(at.timestamp() * 1000),
        "payload": content | payload,
    }
    return json.dumps(whole, separators=(",", ":")).encode()


@pytest.fixture
def account(db, browser, zoom):
    return connect(browser, zoom)


def test_webhook_known_account(account, browser):
    answer = post(event(account))

    assert answer.status_code == 200
    assert not CalendarAccount.objects.exists()
    assert "Connect Zoom" in browser.get("/settings/providers").content.decode()


def test_webhook_unknown_account(account):
    assert post(event()).status_code == 200
    assert CalendarAccount.objects.count() == 1


def test_webhook_leaves_others_alone(account, zoom, charlie):
    other = connect(signed_in(charlie), zoom, user="casey")

    post(event(account))

    assert CalendarAccount.objects.get() == other


def test_webhook_removes_the_account_from_every_host(account, zoom, charlie):
    connect(signed_in(charlie), zoom, user="robin")
    assert CalendarAccount.objects.count() == 2

    post(event(account))

    assert not CalendarAccount.objects.exists()


def test_webhook_same_user_in_another_account_is_the_same_person(account):
    """The account they belong to can change after they connected."""
    post(event(account, account_id="elsewhere"))

    assert not CalendarAccount.objects.exists()


@pytest.mark.usefixtures("hooked")
def test_webhook_is_sent_by_the_sandbox_over_sockets(zoom):
    assert zoom.remove_app() == [200]
    assert zoom.url_validation()["ok"]

    assert not CalendarAccount.objects.exists()


def test_webhook_without_signature(account):
    answer = Client().post(WEBHOOK, event(account), content_type="application/json")

    assert (answer.status_code, answer.content) == (401, b"{}")
    assert CalendarAccount.objects.count() == 1


def test_webhook_with_a_bad_signature(account, caplog):
    answer = post(event(account), secret="another")

    assert (answer.status_code, answer.content) == (401, b"{}")
    assert CalendarAccount.objects.count() == 1
    assert account.provider_user_id not in caplog.text
    assert "webhook of zoom refused with 401" in caplog.text


@pytest.mark.parametrize("secret", ["", " "])
def test_webhook_without_a_secret_on_this_server(account, settings, secret):
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {"ZOOM_WEBHOOK_SECRET_TOKEN": secret}

    assert post(event(account), secret=secret).status_code == 401
    assert CalendarAccount.objects.count() == 1


def test_webhook_signed_with_the_older_of_two_secrets(account, settings):
    settings.PROVIDER_SETTINGS = settings.PROVIDER_SETTINGS | {
        "ZOOM_WEBHOOK_SECRET_TOKEN": f"newer,{APP.webhook_token}"
    }

    assert post(event(account)).status_code == 200
    assert not CalendarAccount.objects.exists()


def test_webhook_reindented_after_signing(account):
    body = event(account)
    now = str(int(present().timestamp()))
    signature = event_signature(APP.webhook_token, timestamp=now, body=body)

    answer = post(
        json.dumps(json.loads(body), indent=2).encode(), timestamp=now, HTTP_X_ZM_SIGNATURE=signature
    )

    assert answer.status_code == 401


@pytest.mark.parametrize(
    "timestamp",
    [
        timedelta(days=-1, minutes=-1),
        timedelta(minutes=10),
        "soon",
        "9" * 20,
        "-1",
        "1e9",
        "١٧٦٠٠٠٠٠٠٠",
    ],
    ids=["too old", "from the future", "a word", "too long", "negative", "a float", "other digits"],
)
def test_webhook_with_an_unusable_timestamp(account, timestamp):
    if isinstance(timestamp, timedelta):
        timestamp = str(int((present() + timestamp).timestamp()))
    signature = event_signature(APP.webhook_token, timestamp=timestamp, body=event(account))

    answer = Client().post(
        WEBHOOK,
        event(account),
        content_type="application/json",
        HTTP_X_ZM_REQUEST_TIMESTAMP=timestamp,
        HTTP_X_ZM_SIGNATURE=signature,
    )

    assert answer.status_code == 401
    assert CalendarAccount.objects.count() == 1


def test_webhook_late(account):
    """Zoom's own retries come up to 85 minutes later."""
    CalendarAccount.objects.update(granted_at=present() - timedelta(hours=5))
    timestamp = str(int(present().timestamp()) - 3 * 3600)

    answer = post(event(account, at=present() - timedelta(hours=3)), timestamp=timestamp)

    assert answer.status_code == 200
    assert not CalendarAccount.objects.exists()


HOUR = 3_600


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize("ahead", [HOUR, 30 * HOUR, -HOUR, -30 * HOUR])
def test_webhook_where_this_servers_clock_is_wrong(live_server, browser, zoom, ahead):
    """What is wrong is the same, whichever of the two clocks is said to be right: here Zoom's is set."""
    zoom.app(webhook_url=live_server.url + WEBHOOK)
    zoom.clock(ahead)
    connect(browser, zoom)
    zoom.remove_app(hold=True)
    zoom.clock(ahead + 10)
    connect(browser, zoom)

    assert zoom.deliver_held() == [200]
    assert CalendarAccount.objects.count() == 1  # the newer grant is not what was removed

    zoom.clock(ahead + 20)
    assert zoom.remove_app() == [200]
    assert not CalendarAccount.objects.exists()


def test_webhook_by_zooms_clock_for_a_grant_that_waits(account, browser, zoom):
    zoom.clock(5 * HOUR)
    browser.get(allow(zoom, leave(browser), user="casey"))
    waiting = Authorization.objects.exclude(grant="").get()

    assert abs(waiting.granted_at - waiting.created_at - timedelta(hours=5)) < timedelta(seconds=3)


def test_webhook_older_than_connected_at(account):
    answer = post(event(account, at=present() - timedelta(hours=1)))

    assert answer.status_code == 200
    assert CalendarAccount.objects.count() == 1


@pytest.mark.usefixtures("hooked")
def test_webhook_held_back_until_after_a_quick_reconnect(browser, zoom):
    zoom.remove_app(hold=True)
    connect(browser, zoom)

    assert zoom.deliver_held() == [200]

    assert CalendarAccount.objects.count() == 1


def test_webhook_without_a_readable_time(account):
    body = json.loads(event(account))
    body["payload"]["deauthorization_time"] = "yesterday"
    body["event_ts"] = "x"

    answer = post(json.dumps(body).encode(), timestamp=str(int(present().timestamp()) + 2))

    assert answer.status_code == 200
    assert not CalendarAccount.objects.exists()


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00Z"])
def test_webhook_survives_the_ends_of_time(account, at):
    assert post(event(account, deauthorization_time=at)).status_code == 200


def test_webhook_duplicate(account):
    body = event(account, user_data_retention="false")

    answers = [post(body).status_code for _ in range(5)]

    assert answers == [200] * 5
    assert not CalendarAccount.objects.exists()
    assert len(jobs("calendars.acknowledge_deauthorization")) == 1


@pytest.mark.parametrize("field", ["client_id", "user_id"])
@pytest.mark.parametrize("value", ["", None, 7, ["x"], {"x": 1}, "another"])
def test_webhook_for_another_app_or_nobody(account, field, value):
    assert post(event(account, **{field: value})).status_code == 200
    assert CalendarAccount.objects.count() == 1


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 10_000, b'{"a":' * 10_000, b"\x1f\x8b\x08"])
def test_webhook_that_is_no_json(account, body):
    assert post(body).status_code == 400


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'"x"', b'{"event":"meeting.started"}', b'{"event":"app_deauthorized"}']
)
def test_webhook_that_means_nothing_to_us(account, body):
    assert post(body).status_code in {200, 400}
    assert CalendarAccount.objects.count() == 1


def test_webhook_too_large(account):
    assert post(b" " * (64 * 1024 + 1)).status_code == 413


def test_webhook_with_emoji(account):
    body = event(account, note="Zoë 🐟")
    emoji = json.dumps(json.loads(body), ensure_ascii=False).encode()

    assert post(emoji).status_code == 200
    assert not CalendarAccount.objects.exists()


def test_webhook_by_get_or_at_an_unknown_provider(account):
    assert Client().get(WEBHOOK).status_code == 405
    assert Client().post("/api/webhooks/doom/deauthorize").status_code == 404


def validation(token: str) -> bytes:
    return json.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": token}}).encode()


def test_url_validation_signed_needs_no_database(settings):
    """Without the `db` fixture any look at the database fails this test."""
    answer = post(validation("qgg8vlvZRS6UYooatFL8Aw"))

    assert answer.status_code == 200
    assert answer.json() == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": encrypted_token(APP.webhook_token, "qgg8vlvZRS6UYooatFL8Aw"),
    }


def test_url_validation_unsigned():
    answer = Client().post(WEBHOOK, validation("abc"), content_type="application/json")

    assert (answer.status_code, answer.content) == (401, b"{}")


@pytest.mark.parametrize("token", ["", "v0:1760000000:{}", "a" * 129, "é", None, 7])
def test_url_validation_signs_no_other_texts(token):
    answer = post(json.dumps({"event": "endpoint.url_validation", "payload": {"plainToken": token}}).encode())

    assert answer.status_code == 400
    assert b"encryptedToken" not in answer.content


def test_database_that_does_not_answer_makes_zoom_try_again(account):
    def refuse(execute, sql, params, many, context):
        if sql.startswith("DELETE"):
            raise OperationalError
        return execute(sql, params, many, context)

    with database.execute_wrapper(refuse):
        assert post(event(account)).status_code == 503
    assert CalendarAccount.objects.count() == 1
