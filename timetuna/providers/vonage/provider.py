"""Vonage's SMS API: one call to send (https://developer.vonage.com/en/api/sms)."""

from dataclasses import replace
from http import HTTPStatus

from timetuna.lib.http import Body, HttpClient, HttpError, parts, text
from timetuna.providers.registry import Config
from timetuna.providers.texting import broken, refused, unreachable, wrong_settings

_LABEL = "Vonage"
_SENT, _BUSY, _SETTINGS = "0", {"1"}, {"2", "4", "8", "9", "14", "15", "29"}
_BROKEN = "5"


class Vonage:
    def __init__(self, config: Config, http: HttpClient) -> None:
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


def _state(row: dict[str, object]) -> str:
    return text(row, "status")[:3]


def _judge(state: str) -> None:
    if state in _SETTINGS:
        raise wrong_settings(_LABEL)
    if state == _BROKEN:
        raise broken(_LABEL, HTTPStatus.OK)
    if state != _SENT:
        raise refused(_LABEL, state or "?", permanent=state not in _BUSY)
