"""Twilio's Programmable Messaging, API of 2010-04-01: one call to send, one signed call for what people answer.

https://www.twilio.com/docs/messaging/api/message-resource, https://www.twilio.com/docs/usage/security
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from timetuna.lib.crypto import equal
from timetuna.lib.http import Body, HttpClient, HttpError, Response
from timetuna.providers.registry import Config
from timetuna.providers.texting import (
    STOPPED,
    InboundText,
    Received,
    broken,
    refused,
    unreachable,
    wrong_settings,
)

_LABEL = "Twilio"
_LONGEST_BODY, _MOST_FIELDS, _LONGEST_TEXT = 20_000, 60, 2_000
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")
_UNSUBSCRIBED = 21610
_TOO_MANY = {14107, 20429}
_SETTINGS = {20003, 20404, 21212, 21606, 21659, 21660}
"""Credentials or the sender are wrong."""


class Twilio:
    received = Received('<?xml version="1.0" encoding="UTF-8"?><Response></Response>', "text/xml")

    def __init__(self, config: Config, http: HttpClient) -> None:
        account = config["account_sid"]
        self._address = f"{config['api_url'].rstrip('/')}/2010-04-01/Accounts/{account}/Messages.json"
        self._sender, self._token = config["from"], config["auth_token"]
        self._login = base64.b64encode(f"{account}:{self._token}".encode()).decode("ascii")
        self._http = replace(http, log_paths=False, max_bytes=100_000)

    def send(self, number: str, text: str) -> None:
        sender = "MessagingServiceSid" if self._sender.startswith("MG") else "From"
        headers = {"Authorization": f"Basic {self._login}", "Accept": "application/json"}
        body = Body.form({"To": number, sender: self._sender, "Body": text})
        try:
            answer = self._http.request("POST", self._address, headers=headers, body=body)
        except HttpError as error:
            raise unreachable(_LABEL, error) from None
        if answer.status != HTTPStatus.CREATED:
            raise _refusal(answer)

    def hears(self) -> bool:
        """A sender's name cannot be answered."""
        return self._sender.startswith(("+", "MG"))

    def read_inbound(self, body: bytes, headers: Mapping[str, str], *, url: str) -> InboundText | None:
        if len(body) > _LONGEST_BODY:
            return None
        try:
            fields = dict(
                parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
            )
        except ValueError:
            return None
        given = headers.get("x-twilio-signature", "")
        # Every one is compared, so that the time does not tell which.
        right = [equal(given, signature(self._token, one, fields)) for one in _spellings(url)]
        number = fields.get("From", "")
        if not any(right) or not _NUMBER.fullmatch(number):
            return None
        # Where Twilio looks after STOP itself, it says what it made of the text, in whatever language that was.
        return InboundText(number, (fields.get("OptOutType") or fields.get("Body", ""))[:_LONGEST_TEXT])


def _spellings(url: str) -> list[str]:
    """With its port and without it: Twilio signs an address either way."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    usual = 443 if parts.scheme == "https" else 80
    hosts = (parts.netloc, host, f"{host}:{parts.port or usual}")
    return list(dict.fromkeys(urlunsplit(parts._replace(netloc=one)) for one in hosts))


def signature(token: str, url: str, fields: Mapping[str, str]) -> str:
    """As Twilio signs a form: HMAC-SHA1 over the address and the fields in the order of their names, in base64."""
    signed = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")


def _refusal(answer: Response) -> Exception:
    code = answer.fields().get("code")
    if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN} or code in _SETTINGS:
        return wrong_settings(_LABEL)
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status < HTTPStatus.BAD_REQUEST:
        return broken(_LABEL, answer.status)
    number = code if isinstance(code, int) else answer.status
    if number == _UNSUBSCRIBED:
        return refused(_LABEL, number, code=STOPPED)
    busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS or code in _TOO_MANY
    return refused(_LABEL, number, permanent=not busy)
