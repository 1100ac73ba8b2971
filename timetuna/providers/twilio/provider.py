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
from urllib.parse import parse_qsl

from timetuna.lib.crypto import equal
from timetuna.lib.http import Body, HttpClient, HttpError, Response
from timetuna.providers.registry import Config
from timetuna.providers.texting import STOPPED, InboundText, broken, refused, unreachable, wrong_settings

_LABEL = "Twilio"
_LONGEST_BODY, _MOST_FIELDS, _LONGEST_TEXT = 20_000, 60, 2_000
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")
_UNSUBSCRIBED = 21610
_TOO_MANY = {14107, 20429}
_SETTINGS = {20003, 20404, 21212, 21606, 21659, 21660}
"""Credentials or the sender are wrong."""


class Twilio:
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

    def read_inbound(self, body: bytes, headers: Mapping[str, str], *, url: str) -> InboundText | None:
        if len(body) > _LONGEST_BODY:
            return None
        try:
            fields = dict(
                parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
            )
        except ValueError:
            return None
        if not equal(headers.get("x-twilio-signature", ""), signature(self._token, url, fields)):
            return None
        number = fields.get("From", "")
        if not _NUMBER.fullmatch(number):
            return None
        return InboundText(number, fields.get("Body", "")[:_LONGEST_TEXT])


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
