"""Services that send texts, each against the stand-in, and when it does not do what it should."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox import Sandbox, SandboxConfig
from sandbox.sms.state import SENDER, TEXTS
from timetuna.lib.http import HttpClient
from timetuna.lib.http_connect import Budget
from timetuna.providers.errors import ProviderError
from timetuna.providers.httptexts import headers_of
from timetuna.providers.registry import providers
from timetuna.providers.texting import STOPPED, InboundText, InboundTexts, Texting

NUMBER, WORDS = "+4915123456789", 'Größe & "Code" {digits}\n@host #123456'
SERVICES = ["twilio", "vonage", "httptexts"]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(SandboxConfig(parts=frozenset({"sms"}))) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox) -> Sandbox:
    running.reset()
    return running


def build(sandbox: Sandbox, slug: str, **changes: str) -> Any:
    """Return the service; the one that an operator describes asks the stand-in as Twilio is asked."""
    url, login = sandbox.http_url, base64.b64encode(b"sandbox-twilio-account:sandbox-twilio-auth").decode()
    form = urlencode({"From": SENDER}) + "&To={number}&Body={text}"
    environment = {
        "TWILIO_ACCOUNT_SID": "sandbox-twilio-account",
        "TWILIO_AUTH_TOKEN": "sandbox-twilio-auth",
        "TWILIO_FROM": SENDER,
        "TWILIO_API_URL": f"{url}/sms/twilio",
        "VONAGE_API_KEY": "sandbox-vonage-key",
        "VONAGE_API_SECRET": "sandbox-vonage-secret",
        "VONAGE_FROM": "TimeTuna",
        "VONAGE_API_URL": f"{url}/sms/vonage",
        "TIMETUNA_SMS_URL": f"{url}/sms/twilio/2010-04-01/Accounts/sandbox-twilio-account/Messages.json",
        "TIMETUNA_SMS_HEADERS": json.dumps({"Authorization": f"Basic {login}"}),
        "TIMETUNA_SMS_BODY": form,
    }
    http = HttpClient(
        user_agent="TimeTuna/1.0 (test)",
        allow_private=True,
        budget=Budget(total_seconds=1.0, read_seconds=1.0),
    )
    provider = providers()[slug]
    return provider.build(provider.config(environment | changes, redirect_uri=""), http)


@pytest.mark.parametrize("slug", SERVICES)
def test_a_text_arrives_as_it_was_written(sandbox: Sandbox, slug: str) -> None:
    service = build(sandbox, slug)
    service.send(NUMBER, WORDS)

    assert isinstance(service, Texting)
    [text] = TEXTS.of(sandbox.world).texts
    assert (text.to, text.body) == (NUMBER, WORDS)


@pytest.mark.parametrize("slug", SERVICES)
def test_a_text_that_may_have_gone_is_known_as_one(sandbox: Sandbox, slug: str) -> None:
    sandbox.world.faults.switch_on("sms_lost", times=1, args={})

    with pytest.raises(ProviderError) as raised:
        build(sandbox, slug).send(NUMBER, WORDS)

    assert raised.value.outcome_unknown
    assert not raised.value.permanent
    assert len(TEXTS.of(sandbox.world).texts) == 1


@pytest.mark.parametrize("slug", SERVICES)
@pytest.mark.parametrize(("fault", "args"), [("sms_500", {}), ("sms_slow", {"seconds": 1.5})])
def test_a_service_that_is_broken_or_slow_may_have_sent_it(
    sandbox: Sandbox, slug: str, fault: str, args: dict[str, Any]
) -> None:
    sandbox.world.faults.switch_on(fault, times=1, args=args)

    with pytest.raises(ProviderError) as raised:
        build(sandbox, slug).send(NUMBER, WORDS)

    assert raised.value.outcome_unknown


@pytest.mark.parametrize(
    ("fault", "whose"),
    [
        ("sms_refused", {"permanent"}),
        ("sms_region", {"permanent"}),
        ("sms_429", set()),
        ("sms_keys", {"permanent", "operator"}),
    ],
)
def test_a_refusal_says_whose_it_is(sandbox: Sandbox, fault: str, whose: set[str]) -> None:
    sandbox.world.faults.switch_on(fault, times=1, args={})

    with pytest.raises(ProviderError) as raised:
        build(sandbox, "twilio").send(NUMBER, WORDS)

    assert {name for name in ("permanent", "operator") if getattr(raised.value, name)} == whose
    assert not raised.value.outcome_unknown
    assert NUMBER not in str(raised.value)


@pytest.mark.parametrize(
    ("slug", "changes"),
    [
        ("twilio", {"TWILIO_AUTH_TOKEN": "x"}),
        ("vonage", {"VONAGE_API_SECRET": "x"}),
        ("httptexts", {"TIMETUNA_SMS_HEADERS": ""}),
    ],
)
def test_wrong_keys_are_the_operators(sandbox: Sandbox, slug: str, changes: dict[str, str]) -> None:
    with pytest.raises(ProviderError) as raised:
        build(sandbox, slug, **changes).send(NUMBER, WORDS)

    assert raised.value.operator


def test_who_stopped_texts_is_told_apart(sandbox: Sandbox) -> None:
    TEXTS.of(sandbox.world).stopped.append(NUMBER)

    with pytest.raises(ProviderError) as raised:
        build(sandbox, "twilio").send(NUMBER, WORDS)

    assert raised.value.code == STOPPED


def test_what_is_filled_into_json_stays_a_text(sandbox: Sandbox) -> None:
    changes = {"TIMETUNA_SMS_URL": f"{sandbox.http_url}/sms/vonage/sms/json", "TIMETUNA_SMS_HEADERS": ""}
    login = '"api_key": "sandbox-vonage-key", "api_secret": "sandbox-vonage-secret"'
    changes["TIMETUNA_SMS_BODY"] = "{" + login + ', "to": "{digits}", "text": "{text}"}'

    build(sandbox, "httptexts", **changes).send(NUMBER, WORDS)

    assert TEXTS.of(sandbox.world).texts[0].body == WORDS


URL = "https://times.example.org/api/webhooks/twilio"


def signed(fields: dict[str, str], *, token: str = "sandbox-twilio-auth", url: str = URL) -> dict[str, str]:
    whole = url + "".join(name + fields[name] for name in sorted(fields))
    digest = hmac.new(token.encode(), whole.encode(), hashlib.sha1).digest()
    return {"x-twilio-signature": base64.b64encode(digest).decode()}


def test_what_people_answer_is_believed_only_when_it_is_signed(sandbox: Sandbox) -> None:
    service, fields = build(sandbox, "twilio"), {"From": NUMBER, "Body": "Stop ✋", "AccountSid": "x"}
    body = urlencode(fields).encode()

    assert isinstance(service, InboundTexts)
    assert service.read_inbound(body, signed(fields), url=URL) == InboundText(NUMBER, "Stop ✋")
    for headers in (
        {},
        {"x-twilio-signature": "ß"},
        signed(fields, token="x"),
        signed(fields, url="https://other.example/"),
        signed(fields | {"Body": "x"}),
    ):
        assert service.read_inbound(body, headers, url=URL) is None
    for broken in (b"\xff", b"a=1&" * 100, b"x" * 30_000, b""):
        assert service.read_inbound(broken, signed(fields), url=URL) is None


def test_the_example_of_the_documentation() -> None:
    from timetuna.providers.twilio.provider import signature  # noqa: PLC0415 - only here

    fields = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    assert signature("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", fields) == (
        "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    )


@pytest.mark.parametrize("wrong", ["[]", "x", '{"A": 1}', '{"A": "x\\ny"}', '{"A b": "x"}'])
def test_headers_that_are_none_are_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match="JSON"):
        headers_of(wrong)
