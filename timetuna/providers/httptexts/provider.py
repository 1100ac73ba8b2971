"""Sends a text by the request that the operator has described, and reads what people answer."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote

from timetuna.lib.crypto import equal
from timetuna.lib.http import Body, HttpClient, HttpError
from timetuna.providers.httptexts import DIGITS, NUMBER, TEXT, headers_of
from timetuna.providers.registry import Config
from timetuna.providers.texting import (
    InboundText,
    Received,
    broken,
    refused,
    unreachable,
    wrong_settings,
)

_LABEL = "The service for texts"
_SUCCESS = range(200, 300)
_LONGEST_BODY, _LONGEST_TEXT = 20_000, 2_000
_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}")


class HttpTexts:
    received = Received()

    def __init__(self, config: Config, http: HttpClient) -> None:
        self._inbound = config["inbound_secret"]
        self._url, self._method, self._body = config["url"], config["method"], config["body"]
        self._headers = headers_of(config["headers"])
        # The number may stand in the path.
        self._http = replace(http, log_paths=False, max_bytes=100_000)

    def send(self, number: str, text: str) -> None:
        values = {NUMBER: number, DIGITS: number.removeprefix("+"), TEXT: text}
        url = _filled(self._url, values, lambda value: quote(value, safe=""))
        body = None if self._method == "GET" else self._content(values)
        try:
            answer = self._http.request(self._method, url, headers=self._headers, body=body)
        except HttpError as error:
            raise unreachable(_LABEL, error) from None
        if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            raise wrong_settings(_LABEL)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise broken(_LABEL, answer.status)
        if answer.status not in _SUCCESS:
            busy = answer.status == HTTPStatus.TOO_MANY_REQUESTS
            raise refused(_LABEL, answer.status, permanent=not busy)

    def hears(self) -> bool:
        """Without the secret nothing can be believed."""
        return bool(self._inbound)

    def read_inbound(self, body: bytes, headers: Mapping[str, str], *, url: str) -> InboundText | None:  # noqa: ARG002
        """Of JSON: {"from": "+49…", "text": "…"}."""
        right = equal(headers.get("authorization", ""), f"Bearer {self._inbound}")
        if not self._inbound or not right or len(body) > _LONGEST_BODY:
            return None
        try:
            found = json.loads(body)
        except ValueError:
            return None
        if not isinstance(found, dict) or not _NUMBER.fullmatch(str(found.get("from", ""))):
            return None
        return InboundText(found["from"], str(found.get("text", ""))[:_LONGEST_TEXT])

    def _content(self, values: dict[str, str]) -> Body:
        """Of one kind or the other: what is filled in cannot end the text that it stands in."""
        if self._body.lstrip().startswith("{"):
            filled = _filled(self._body, values, lambda value: json.dumps(value)[1:-1])
            return Body(filled.encode("utf-8"), "application/json")
        filled = _filled(self._body, values, lambda value: quote(value, safe=""))
        return Body(filled.encode("utf-8"), "application/x-www-form-urlencoded")


def _filled(template: str, values: dict[str, str], written: Callable[[str], str]) -> str:
    """Each once: nothing that was filled in is filled in again."""
    first, *rest = values
    parts = template.split(first)
    if rest:
        inner = {name: values[name] for name in rest}
        parts = [_filled(part, inner, written) for part in parts]
    return written(values[first]).join(parts)
