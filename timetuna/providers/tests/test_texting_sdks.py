"""The services' own SDKs as clients of the stand-in, and as judges of signatures: theirs and ours agree."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from vonage_http_client.auth import Auth

from sandbox import Sandbox, SandboxConfig
from sandbox.sms.state import ACCOUNT, SENDER, TEXTS, TOKEN, signed
from tests.clock import present
from timetuna.lib.http import HttpClient
from timetuna.providers.registry import providers
from timetuna.providers.texting import InboundText

NUMBER = "+4915123456789"
URL = "https://times.example.org/api/webhooks/twilio"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(parts=frozenset({"sms"}))) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


class Elsewhere(TwilioHttpClient):
    """Twilio's own client for HTTP, led to the stand-in; the SDK takes one for such ends."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(timeout=5)
        self.session.trust_env = False
        self.base = f"{sandbox.http_url}/sms/twilio"

    def request(self, method: str, url: str, *args: Any, **more: Any) -> Any:
        return super().request(method, url.replace("https://api.twilio.com", self.base), *args, **more)


def sdk(sandbox: Sandbox, *, token: str = TOKEN) -> Client:
    return Client(ACCOUNT, token, http_client=Elsewhere(sandbox))


def test_the_stand_in_answers_twilios_sdk_as_twilio_does(sandbox: Sandbox) -> None:
    made = sdk(sandbox).messages.create(to=NUMBER, from_=SENDER, body="Größe & more")

    [text] = TEXTS.of(sandbox.world).texts
    assert (made.sid, made.to, made.from_, made.body) == (text.reference, NUMBER, SENDER, "Größe & more")
    assert (made.status, made.direction, made.error_code) == ("queued", "outbound-api", None)


@pytest.mark.parametrize(
    ("token", "to", "status", "code"),
    [("x", NUMBER, 401, 20003), (TOKEN, "nobody", 400, 21211), (TOKEN, NUMBER, 400, 21610)],
)
def test_it_refuses_as_twilio_does(sandbox: Sandbox, token: str, to: str, status: int, code: int) -> None:
    TEXTS.of(sandbox.world).stopped.append(NUMBER)

    with pytest.raises(TwilioRestException) as raised:
        sdk(sandbox, token=token).messages.create(to=to, from_=SENDER, body="Hello")

    assert (raised.value.status, raised.value.code) == (status, code)


FIELDS = {"From": NUMBER, "To": SENDER, "Body": "Stopp ✋", "AccountSid": ACCOUNT, "NumMedia": "0"}


def test_twilios_validator_believes_the_stand_in() -> None:
    assert RequestValidator(TOKEN).validate(URL, FIELDS, signed(URL, FIELDS))
    assert not RequestValidator("x").validate(URL, FIELDS, signed(URL, FIELDS))


def built(slug: str, **settings: str) -> Any:
    provider = providers()[slug]
    return provider.build(
        provider.config(settings, redirect_uri=""), HttpClient(user_agent="TimeTuna/1.0 (test)")
    )


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (URL, URL),
        (f"{URL}?a=1&b=%20", f"{URL}?a=1&b=%20"),
        (URL, URL.replace(".org/", ".org:443/")),
        (URL.replace(".org/", ".org:8443/"), URL),
        (URL.replace(".org/", ".org:8443/"), URL.replace(".org/", ".org:8443/")),
        ("http://localhost:8000/x", "http://localhost/x"),
    ],
)
def test_what_twilios_sdk_signs_is_believed_with_the_port_and_without(ours: str, theirs: str) -> None:
    service = built("twilio", TWILIO_ACCOUNT_SID=ACCOUNT, TWILIO_AUTH_TOKEN=TOKEN, TWILIO_FROM=SENDER)
    right = RequestValidator(TOKEN).compute_signature(theirs, FIELDS)

    body = urlencode(FIELDS).encode()

    assert service.read_inbound(body, {"x-twilio-signature": right}, url=ours) == InboundText(
        NUMBER, "Stopp ✋"
    )
    assert service.read_inbound(body, {"x-twilio-signature": right}, url=f"{ours}x") is None


SECRET = "a signature secret of vonages"


def signed_by_vonage(fields: dict[str, str], *, secret: str = SECRET, method: Any = "sha256") -> bytes:
    auth = Auth(api_key="key", signature_secret=secret, signature_method=method)
    return urlencode(fields | {"sig": auth.sign_params(dict(fields))}).encode()


def inbound(body: bytes, *, secret: str = SECRET, sender: str = "+491721234567") -> InboundText | None:
    settings = {"VONAGE_API_KEY": "key", "VONAGE_API_SECRET": "secret", "VONAGE_FROM": sender}
    service = built("vonage", **settings, VONAGE_SIGNATURE_SECRET=secret)
    assert service.hears() == bool(secret and sender != "TimeTuna")
    found: InboundText | None = service.read_inbound(body, {}, url=URL)
    return found


def test_what_vonages_sdk_signs_is_believed_for_five_minutes() -> None:
    fields = {
        "msisdn": NUMBER[1:],
        "to": "491721234567",
        "text": "Stop = now & for ever",
        "type": "text",
        "timestamp": f"{int(present().timestamp())}",
        "nonce": "aaaaaaaa-bbbb-cccc-dddd-0123456789ab",
    }
    body = signed_by_vonage(fields)

    assert inbound(body) == InboundText(NUMBER, "Stop = now & for ever")
    assert inbound(body, secret="another") is None
    assert inbound(body, secret="", sender="TimeTuna") is None
    assert inbound(body.replace(b"Stop", b"Start")) is None
    assert inbound(signed_by_vonage(fields, method="sha1")) is None
    assert inbound(signed_by_vonage(fields | {"msisdn": "x"})) is None
    with time_machine.travel(present().timestamp() + 400, tick=False):
        assert inbound(body) is None


@pytest.mark.parametrize(
    ("body", "login", "found"),
    [
        ('{"from": "+4915123456789", "text": "Stop"}', "Bearer s3cret", InboundText(NUMBER, "Stop")),
        ('{"from": "+4915123456789", "text": "Stop"}', "Bearer other", None),
        ('{"from": "+4915123456789", "text": "Stop"}', "", None),
        ('{"from": "Sam", "text": "Stop"}', "Bearer s3cret", None),
        ("[]", "Bearer s3cret", None),
        ("\\xff", "Bearer s3cret", None),
    ],
)
def test_a_service_of_ones_own_hands_on_with_its_secret(
    body: str, login: str, found: InboundText | None
) -> None:
    for secret, right in (("s3cret", found), ("", None)):
        service = built(
            "httptexts", TIMETUNA_SMS_URL="https://sms.example.org/", TIMETUNA_SMS_INBOUND_SECRET=secret
        )
        assert service.hears() == bool(secret)
        assert service.read_inbound(body.encode(), {"authorization": login}, url=URL) == right
