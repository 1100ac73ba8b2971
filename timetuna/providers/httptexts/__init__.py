"""Texts by any service that takes one HTTP request, as the operator describes it."""

import json
from pathlib import Path

from timetuna.lib.urls import read_url
from timetuna.providers.registry import Need, Provider, key

NUMBER, DIGITS, TEXT = "{number}", "{digits}", "{text}"


def _address(value: str) -> str:
    found = read_url(value.replace(NUMBER, "").replace(DIGITS, "").replace(TEXT, ""))
    if value and not (found and found.scheme in {"http", "https"} and found.host):
        raise ValueError("it must be an address such as https://sms.example.org/send.")
    return value


def headers_of(value: str) -> dict[str, str]:
    """Raises ValueError for what is no JSON object of texts."""
    sentence = 'it must be a JSON object such as {"Authorization": "Bearer …"}, or empty.'
    try:
        found = json.loads(value or "{}")
    except ValueError:
        raise ValueError(sentence) from None
    texts = isinstance(found, dict) and all(
        isinstance(one, str) and one.isprintable() for one in found.values()
    )
    if not texts or not all(name.replace("-", "").isalnum() for name in found):
        raise ValueError(sentence)
    return dict(found)


def _headers(value: str) -> str:
    headers_of(value)
    return value


def _body(value: str) -> str:
    if value.lstrip().startswith("{"):
        json.loads(value)
    return value


PROVIDER = Provider(
    slug="httptexts",
    label="HTTP",
    prefix="TIMETUNA_SMS",
    needs=(
        Need(
            "url",
            "A service of your own that sends texts: its address; {number}, {digits} and {text} are filled in.",
            check=_address,
        ),
        Need("method", "How it is asked.", required=False, default="POST", choices=("POST", "PUT", "GET")),
        Need("headers", "Headers, as a JSON object.", required=False, secret=True, check=_headers),
        Need(
            "body",
            "What it is sent, JSON or a form; the same three are filled in.",
            required=False,
            default='{"to": "{number}", "text": "{text}"}',
            check=_body,
        ),
        Need(
            "inbound_secret",
            "Hands on what people answer with this in a header: Authorization: Bearer …",
            required=False,
            secret=True,
            check=key,
        ),
    ),
    one_per_host=True,
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.httptexts.provider:HttpTexts",
    texts=True,
    service="Texts by a service of your own",
)
