"""The Zapier app against the running product, by Zapier's own tester: a Zap subscribes, is told, books and lets go."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.clock import present
from tests.guest import Guest, weekdays
from tests.npm import node_modules
from tests.receiving import Received, TakingServer, receiving
from tests.running import Host, LiveTimeTuna
from tests.test_oauth import allowed
from timetuna.lib.crypto import pkce_pair

pytestmark = [pytest.mark.slow, pytest.mark.either, pytest.mark.matrix(of="server")]
ROOT = Path(__file__).resolve().parent.parent
APP, DOCUMENT = ROOT / "integrations/zapier", ROOT / "docs/automation.md"
MAKE_KEY = """
from django.utils import timezone
from timetuna.accounts.models import User
from timetuna.api.actions.keys import NewKey, create_key
from timetuna.pages.models import BookingPage
host = User.objects.get(pk={host})
_, token = create_key(host, NewKey(name="Zapier", scopes={scopes!r}), now=timezone.now())
page = BookingPage.objects.get(host=host)
answer([token, page.public_id])
"""
ASK = """
from timetuna.pages.models import BookingPage
answer(BookingPage.objects.get(host={host}).questions.create(key="firm", label="Your firm").pk)
"""
STORED = """
from timetuna.bookings.models import Booking
from timetuna.webhooks.models import WebhookEndpoint
rows = Booking.objects.filter(host={host}).order_by("pk").values_list("status", flat=True)
answer([list(rows), list(WebhookEndpoint.objects.filter(owner={host}).values_list("source", "url"))])
"""


class Refused(Exception):  # noqa: N818 - it is an answer
    """What the owner of a Zap reads."""

    def __init__(self, error: dict[str, Any]) -> None:
        sentence = error["message"].partition("\nWhat happened:")[0]
        super().__init__(sentence)
        self.error = error | {"message": sentence}


class Zapier:
    """The app in Node, driven over pipes. auth: what a connection has stored."""

    def __init__(self, process: subprocess.Popen[str], auth: dict[str, str]) -> None:
        self.process, self.auth = process, auth

    def say(self, **line: Any) -> Any:
        print(json.dumps(line), file=self.process.stdin, flush=True)
        told = json.loads(self.process.stdout.readline())
        if "error" in told:
            raise Refused(told["error"])
        return told["result"]

    def run(self, method: str, **bundle: Any) -> Any:
        auth = bundle.pop("auth", self.auth)
        more = {name: bundle.pop(name) for name in [*bundle] if name in BUNDLE}
        return self.say(method=method, bundle={"authData": auth, "inputData": bundle, **more})

    def trigger(self, name: str, what: str = "perform", **bundle: Any) -> Any:
        return self.run(f"triggers/{name}/operation/{what}", **bundle)

    def create(self, name: str, **values: Any) -> Any:
        return self.run(f"creates/{name}/operation/perform", **values)

    def search(self, name: str, **values: Any) -> Any:
        return self.run(f"searches/{name}/operation/perform", **values)


BUNDLE = {"targetUrl", "subscribeData", "cleanedRequest", "rawRequest", "meta"}


@contextmanager
def zapier(auth: dict[str, str], **environment: str) -> Iterator[Zapier]:
    names = {
        "PATH": os.environ["PATH"],
        "NODE_PATH": str(node_modules(APP)),
        "TESTS_PRESENT": str(present().timestamp()),
    }
    process = subprocess.Popen(
        ["node", "-r", "./tests/zapier/present.js", "tests/zapier/drive.js", str(APP)],
        cwd=ROOT, env=names | environment, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    try:
        yield Zapier(process, auth)
    finally:
        process.stdin.close()
        process.wait(20)
        process.stdout.close()


@pytest.fixture(name="connected")
def _connected(live_timetuna: LiveTimeTuna) -> Iterator[tuple[Zapier, Host, str]]:
    """The app with a host's key, the host, and the id of their page."""
    host = live_timetuna.new_host()
    key, page = live_timetuna.run_python(MAKE_KEY.format(host=host.pk, scopes=["bookings"]))
    with zapier({"server": f" {live_timetuna.base_url}/ ", "api_key": key}) as app:
        yield app, host, page


def heard(app: Zapier, trigger: str, message: Received, **values: Any) -> list[dict[str, Any]]:
    """What a Zap gets of a webhook: Zapier writes "Http-" before the names of headers."""
    headers = {f"Http-{name.title()}": value for name, value in message.headers.items()}
    raw = {"method": "POST", "headers": headers, "content": message.body}
    return list(app.trigger(trigger, cleanedRequest=json.loads(message.body), rawRequest=raw, **values))


EVENTS = {
    "new_booking": ["booking.approved", "booking.created"],
    "cancelled_booking": ["booking.cancelled"],
    "moved_booking": ["booking.moved"],
}


def test_a_zap_learns_its_fields_from_an_example(connected: tuple[Zapier, Host, str]) -> None:
    app, _, _ = connected
    for name in EVENTS:
        [example] = app.trigger(name, "performList")
        assert example["example"] is True
        assert example["guest_email"] == example["guest"]["email"] == "sam@example.org"


def test_a_zap_hears_of_bookings_as_long_as_it_is_on(
    live_timetuna: LiveTimeTuna, connected: tuple[Zapier, Host, str]
) -> None:
    app, host, page = connected
    with receiving() as receiver:
        hooks = {name: app.trigger(name, "performSubscribe", targetUrl=receiver.url) for name in EVENTS}
        assert {name: sorted(hook["events"]) for name, hook in hooks.items()} == EVENTS

        booked = told_of_a_guest(app, host, page, receiver)
        moves_and_cancels(app, booked, receiver)

        for name, hook in hooks.items():
            for _ in range(2):  # Zapier may ask again for what is gone
                assert app.trigger(name, "performUnsubscribe", subscribeData=hook) == {}
    assert live_timetuna.run_python(STORED.format(host=host.pk)) == [["cancelled_by_host"], []]


def told_of_a_guest(app: Zapier, host: Host, page: str, receiver: TakingServer) -> dict[str, Any]:
    """A guest books on the page; return what the Zap gets."""
    start = weekdays(1)[0]
    with closing(Guest(host.page_url)) as guest:
        assert guest.send(guest.open_form(start)).status_code == 302
    message = receiver.wait_for("booking.created")
    [booked] = heard(app, "new_booking", message)
    assert booked["id"] == message.headers["webhook-id"]
    assert (booked["guest_name"], booked["guest_email"]) == ("Sam Guest", guest.email)
    assert booked["guest"]["phone"] == booked["guest_phone"] == "+4930123456"
    assert booked["start"] == f"{start:%Y-%m-%dT%H:%M:00Z}"
    assert booked["page_id"] == page
    assert [one["id"] for one in heard(app, "new_booking", message, page=page)] == [booked["id"]]
    assert heard(app, "new_booking", message, page="pg_another") == []
    assert app.trigger("new_booking", "performList") == [booked]
    return booked


def moves_and_cancels(app: Zapier, booked: dict[str, Any], receiver: TakingServer) -> None:
    """Actions of a Zap, each done twice, and what the other triggers get of them."""
    booking, start = booked["booking_id"], datetime.fromisoformat(booked["start"])
    later = f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M:00Z}"
    moved = app.create("move_booking", booking=booking, start=later)
    again = app.create("move_booking", booking=booking, start=later)
    assert (moved["id"], moved["start"], again["revision"]) == (booking, later, moved["revision"])
    [told] = heard(app, "moved_booking", receiver.wait_for("booking.moved"))
    assert (told["start"], told["previous_start"]) == (later, booked["start"])

    off = app.create("cancel_booking", booking=booking, reason="It rains.")
    assert app.create("cancel_booking", booking=booking)["revision"] == off["revision"]
    [ended] = heard(app, "cancelled_booking", receiver.wait_for("booking.cancelled"))
    assert (ended["cancelled_by"], ended["cancellation_reason"]) == ("host", "It rains.")
    assert len({booked["id"], told["id"], ended["id"]}) == 3


def test_the_app_is_as_zapier_wants_it_and_fills_its_dropdowns(
    live_timetuna: LiveTimeTuna, connected: tuple[Zapier, Host, str]
) -> None:
    app, host, page = connected
    live_timetuna.run_python(ASK.format(host=host.pk))
    assert app.say(check=True) == []
    assert app.run("authentication/test")["email"] == host.email

    assert app.trigger("page_list") == [{"id": page, "label": "Intro call"}]
    assert app.trigger("length_list", page=page) == [{"id": 30, "label": "30 minutes"}]
    assert [one["id"] for one in app.trigger("way_list", page=page)] == ["phone"]
    fields = app.run("creates/create_booking/operation/inputFields", page=page)
    assert [one["label"] for one in fields if one["key"] == "answer__firm"] == ["Your firm"]


def test_a_zap_finds_a_page_and_a_time_and_books_it_once(
    live_timetuna: LiveTimeTuna, connected: tuple[Zapier, Host, str]
) -> None:
    app, host, page = connected
    live_timetuna.run_python(ASK.format(host=host.pk))
    [found] = app.search("find_page", title="intro")
    assert (found["id"], found["minutes"]) == (page, "30")
    assert app.search("find_page", title="nothing like it") == []
    times = app.search("find_times", page=page, days=31, duration=30, time_zone="Asia/Tokyo")
    assert times[0]["start_local"].endswith("+09:00")

    wish = {
        "page": page, "start": times[0]["start"], "duration": "30", "meeting_type": "phone",
        "guest_name": "Kim", "guest_email": "kim@guest.example", "guest_phone": "+49 30 901820",
        "answer__firm": "Tuna & Co.",
    }  # fmt: skip
    booking = app.create("create_booking", **wish)
    assert app.create("create_booking", **wish)["id"] == booking["id"]
    assert booking["answers_text"] == "Your firm: Tuna & Co."
    assert [one["id"] for one in app.trigger("booking_list")] == [booking["id"]]

    with pytest.raises(Refused, match="The time is not free any more") as taken:
        app.create("create_booking", **wish | {"guest_email": "lee@guest.example"})
    assert (taken.value.error["code"], taken.value.error["status"]) == ("slot-taken", 409)

    app.create("cancel_booking", booking=booking["id"])
    anew = app.create("create_booking", **wish)
    assert anew["id"] != booking["id"]
    assert app.create("create_booking", **wish)["id"] == anew["id"]
    order = wish | {"start": times[4]["start"], "once": "order 1001"}
    ordered = app.create("create_booking", **order)
    assert app.create("create_booking", **order)["id"] == ordered["id"]
    app.create("cancel_booking", booking=ordered["id"])
    told = app.create("create_booking", **order)
    assert (told["id"], told["status"]) == (ordered["id"], "cancelled_by_host")
    statuses, _ = live_timetuna.run_python(STORED.format(host=host.pk))
    assert statuses == ["cancelled_by_host", "confirmed", "cancelled_by_host"]


def test_what_is_refused_is_said_to_the_owner_of_the_zap(
    live_timetuna: LiveTimeTuna, connected: tuple[Zapier, Host, str]
) -> None:
    app, host, page = connected
    reader, _ = live_timetuna.run_python(MAKE_KEY.format(host=host.pk, scopes=["pages:read"]))
    base = live_timetuna.base_url

    def refusal(method: str, **bundle: Any) -> dict[str, Any]:
        with pytest.raises(Refused) as caught:
            app.run(method, **bundle)
        return caught.value.error

    wrong = refusal("authentication/test", auth={"server": base, "api_key": "tt_live_wrong"})
    assert (wrong["name"], wrong["message"]) == ("ExpiredAuthError", "This is no key of this server.")
    narrow = refusal("triggers/booking_list/operation/perform", auth={"server": base, "api_key": reader})
    assert (narrow["code"], narrow["status"]) == ("scope", 403)
    assert "bookings:read" in narrow["message"]
    typed = refusal(
        "creates/create_booking/operation/perform", page=page, start="2027-03-01", guest_name="Kim"
    )
    assert typed["code"] == "validation"
    assert refusal("searches/find_times/operation/perform", page=page, days=40)["status"] == 422
    for server in (
        "http://book.example.org",
        "ftp://localhost",
        "https://book.example.org/path",
        "https://a:b@x.org",
        "",
    ):
        auth = {"server": server, "api_key": "tt_live_x"}
        assert refusal("authentication/test", auth=auth)["code"] == "address", server


def test_a_host_presses_allow_and_the_app_renews_its_tokens_by_itself(live_timetuna: LiveTimeTuna) -> None:
    live, host, pkce = live_timetuna, live_timetuna.new_host(), pkce_pair()
    [registers] = re.findall(r"^timetuna (oauthapp .+)$", DOCUMENT.read_text("utf-8"), flags=re.MULTILINE)
    command = [sys.executable, "-m", "timetuna", *shlex.split(registers)]
    made = subprocess.run(command, env=live.environment, cwd=ROOT, capture_output=True, text=True, check=True)
    client_id, secret = made.stdout.split()
    redirect = command[command.index("--redirect") + 1]
    with zapier({}, CLIENT_ID=client_id, CLIENT_SECRET=secret) as app:
        assert app.say(check=True) == []
        oauth = "authentication/oauth2Config"
        asks = {"server": f"{live.base_url}/", "redirect_uri": redirect, "state": "a state"}
        address = app.run(f"{oauth}/authorizeUrl", **asks)
        challenge = urlencode({"code_challenge": pkce.challenge, "code_challenge_method": "S256"})
        back = dict(parse_qsl(urlsplit(allowed(live, f"{address}&{challenge}", host)).query))
        assert back["state"] == "a state"

        tokens = app.run(f"{oauth}/getAccessToken", **asks, code=back["code"], code_verifier=pkce.verifier)
        app.auth = {"server": asks["server"], **tokens}
        assert app.run("authentication/test")["email"] == host.email
        app.auth |= app.run(f"{oauth}/refreshAccessToken")
        assert app.auth["access_token"] != tokens["access_token"]
        hook = app.trigger("new_booking", "performSubscribe", targetUrl="http://127.0.0.1:9/hook")
        assert live.run_python(STORED.format(host=host.pk))[1] == [["zapier", hook["url"]]]
        assert [one["label"] for one in app.trigger("page_list")] == ["Intro call"]

        app.auth |= {"access_token": "gone"}
        with pytest.raises(Refused) as stale:
            app.run("authentication/test")
        assert stale.value.error["name"] == "RefreshAuthError"
