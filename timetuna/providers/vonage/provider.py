"""Vonage's SMS API: one call to send, and signed calls for what people answer.

https://developer.vonage.com/en/api/sms, https://developer.vonage.com/en/getting-started/concepts/signing-messages
"""

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import parse_qsl

from timetuna.lib.crypto import equal
from timetuna.lib.http import Body, HttpClient, HttpError, parts, text
from timetuna.providers.registry import Config
from timetuna.providers.texting import (
    InboundText,
    Received,
    broken,
    refused,
    unreachable,
    wrong_settings,
)

_LABEL = "Vonage"
_SENT, _BUSY, _SETTINGS = "0", {"1"}, {"2", "4", "8", "9", "14", "15", "29"}
_BROKEN = "5"
_LONGEST_BODY, _MOST_FIELDS, _LONGEST_TEXT = 20_000, 60, 2_000
_DIGITS = re.compile(r"[1-9][0-9]{4,14}")
_OLDEST = 300.0
"""Seconds: a call that is older was kept by somebody."""


class Vonage:
    received = Received()

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._signs = config["signature_secret"]
        self._address = f"{config['api_url'].rstrip('/')}/sms/json"
        self._own = {
            "api_key": config["api_key"],
            "api_secret": config["api_secret"],
            "from": config["from"].removeprefix("+"),
        }
        self._http = replace(http, log_paths=False, max_bytes=100_000)

    def send(self, number: str, text: str) -> None:
        kind = "text" if text.isascii() else "unicode"
        body = Body.form(self._own | {"to": number.removeprefix("+"), "text": text, "type": kind})
        try:
            answer = self._http.request("POST", self._address, body=body)
        except HttpError as error:
            raise unreachable(_LABEL, error) from None
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise wrong_settings(_LABEL)
        states = [_state(row) for row in parts(answer.fields(), "messages")]
        if answer.status != HTTPStatus.OK or not states:
            raise broken(_LABEL, answer.status)
        for state in states:
            _judge(state)

    def hears(self) -> bool:
        """Without the secret nothing can be believed, and a sender's name cannot be answered."""
        return bool(self._signs and self._own["from"].isdigit())

    def read_inbound(self, body: bytes, headers: Mapping[str, str], *, url: str) -> InboundText | None:  # noqa: ARG002
        fields = _fields(body) if self._signs else {}
        right = signature(self._signs, fields) if self._signs else ""
        if not fields or not equal(fields.get("sig", "").lower(), right):
            return None
        sent_at, number = fields.get("timestamp", ""), fields.get("msisdn", "")
        timely = _DIGITS.fullmatch(sent_at) and abs(time.time() - int(sent_at)) <= _OLDEST
        if not timely or not _DIGITS.fullmatch(number):
            return None
        return InboundText(f"+{number}", fields.get("text", "")[:_LONGEST_TEXT])


def signature(secret: str, fields: Mapping[str, str]) -> str:
    """As Vonage signs: HMAC-SHA256 over the fields in the order of their names, "&" and "=" in them made "_"."""
    signed = "".join(
        f"&{name}={fields[name].replace('&', '_').replace('=', '_')}"
        for name in sorted(fields)
        if name != "sig"
    )
    return hmac.new(secret.encode(), signed.encode(), hashlib.sha256).hexdigest()


def _fields(body: bytes) -> dict[str, str]:
    """Of a form, or of JSON; empty where it is neither."""
    if len(body) > _LONGEST_BODY:
        return {}
    try:
        if not body.lstrip().startswith(b"{"):
            return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
        found = json.loads(body)
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items() if isinstance(value, str | int)}


def _state(row: dict[str, object]) -> str:
    return text(row, "status")[:3]


def _judge(state: str) -> None:
    if state in _SETTINGS:
        raise wrong_settings(_LABEL)
    if state == _BROKEN:
        raise broken(_LABEL, HTTPStatus.OK)
    if state != _SENT:
        raise refused(_LABEL, state or "?", permanent=state not in _BUSY)
