"""Zoom's calls to us: signatures over the raw bytes, the URL challenge, the removal of the app, and what that asks for.

The data-compliance call is deprecated since about 2021, and still answered.
"""

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from timetuna.lib.crypto import equal, hmac_hex
from timetuna.lib.http import Body, HttpClient, HttpError
from timetuna.lib.text import spoken
from timetuna.providers.base import Deauthorization, WebhookReply
from timetuna.providers.errors import ProviderError

_SUCCESS = range(200, 300)
_GIVE_UP = frozenset({400, 401, 403, 404, 405, 410})  # the endpoint may be gone by now: no reason to insist


def acknowledgement_of(payload: dict[str, Any], *, client_id: str) -> str:
    """Return the body that says the data is gone, or "" where the event does not ask for it.

    Asked for means `user_data_retention` is false, as a boolean or as text; null, absent and true ask for nothing.
    """
    retention = payload.get("user_data_retention")
    if retention is not False and not (isinstance(retention, str) and retention.strip().lower() == "false"):
        return ""
    return json.dumps(
        {
            "client_id": client_id,
            "user_id": payload.get("user_id"),
            "account_id": payload.get("account_id"),
            "deauthorization_event_received": payload,
            "compliance_completed": True,
        }
    )


def acknowledge(acknowledgement: str, *, url: str, basic: Mapping[str, str], http: HttpClient) -> None:
    """Make the call. Raises ProviderError, `permanent` where Zoom will not take it later either."""
    headers = {"Accept": "application/json", **basic}
    try:
        body = Body.json(json.loads(acknowledgement))
        response = http.request("POST", url, headers=headers, body=body)
    except (HttpError, ValueError) as error:  # ValueError: an event with a number that JSON does not know
        code = f"network:{error.kind}" if isinstance(error, HttpError) else "protocol"
        raise ProviderError(spoken("Zoom could not be told that the data is gone."), code=code) from None
    if response.status not in _SUCCESS:
        raise ProviderError(
            spoken("Zoom did not take the word that the data is gone."),
            code=f"http:{response.status}",
            permanent=response.status in _GIVE_UP,
        )


log = logging.getLogger(__name__)

LARGEST_BODY = 64 * 1024
OLDEST = timedelta(hours=24)  # Zoom repeats up to 85 minutes later, and may not sign anew
NEWEST = timedelta(minutes=5)
_SECOND = timedelta(seconds=1)

_AFTER_EVERY_DATE = 10**15  # milliseconds; above it a number may be too large to count with

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
# Whoever may have any text signed could have "v0:<time>:<event>" signed: the key is the same for both.
_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
_ID = re.compile(r"[\x21-\x7e]{1,128}")

_NOTHING = WebhookReply(200)
_UNSIGNED = WebhookReply(401)
_UNTIMELY = WebhookReply(401, untimely=True)
_UNREADABLE = WebhookReply(400)
_TOO_LARGE = WebhookReply(413)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Reads the calls for one app. `secrets`: all are accepted, so that a new one can overlap with the old."""

    client_id: str
    secrets: tuple[str, ...]

    def read(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> WebhookReply:
        """Verify and say what to answer. Never raises on bad input."""
        if len(body) > LARGEST_BODY:
            return _TOO_LARGE
        timestamp = headers.get("x-zm-request-timestamp", "")
        secret = self._signer(body, timestamp, headers.get("x-zm-signature", ""))
        if secret is None or not _is_recent(timestamp, now):
            log.warning("zoom webhook refused: %s", "signature" if secret is None else "timestamp")
            return _UNSIGNED if secret is None else _UNTIMELY
        try:
            return self._answer(json.loads(body), secret, _moment(int(timestamp)))
        except (ValueError, RecursionError):
            return _UNREADABLE

    def _signer(self, body: bytes, timestamp: str, signature: str) -> str | None:
        """The secret whose signature it is. Over the raw bytes: re-serialised JSON is something else."""
        if not _TIMESTAMP.fullmatch(timestamp) or not signature:
            return None
        message = b"v0:" + timestamp.encode("ascii") + b":" + body
        for secret in filter(None, self.secrets):
            if equal(f"v0={hmac_hex(secret, message)}", signature):
                return secret
        return None

    def _answer(self, event: Any, secret: str, sent_at: datetime | None) -> WebhookReply:
        if not isinstance(event, dict):
            return _UNREADABLE
        payload = event.get("payload")
        if not isinstance(payload, dict):
            payload = {}
        if event.get("event") == "endpoint.url_validation":
            return _validation(payload.get("plainToken"), secret)
        if event.get("event") == "app_deauthorized":
            return self._deauthorized(event, payload, sent_at)
        return _NOTHING

    def _deauthorized(
        self, event: dict[str, Any], payload: dict[str, Any], sent_at: datetime | None
    ) -> WebhookReply:
        user_id = _id(payload.get("user_id"))
        if payload.get("client_id") != self.client_id or not user_id:
            log.warning("zoom deauthorization without effect: for another app, or without a user")
            return _NOTHING
        removal = Deauthorization(
            user_id=user_id,
            account_id=_id(payload.get("account_id")),
            at=_removed_at(event, payload, sent_at),
            acknowledgement=acknowledgement_of(payload, client_id=self.client_id),
        )
        return WebhookReply(200, deauthorization=removal)


def _removed_at(event: dict[str, Any], payload: dict[str, Any], sent_at: datetime | None) -> datetime | None:
    """When the app was removed: never after the call was sent, whose time has whole seconds."""
    said = _iso(payload.get("deauthorization_time")) or _milliseconds(event.get("event_ts"))
    return min(said, sent_at + _SECOND) if said and sent_at else said or sent_at


def _validation(plain: Any, secret: str) -> WebhookReply:
    if not isinstance(plain, str) or not _PLAIN_TOKEN.fullmatch(plain):
        return _UNREADABLE
    return WebhookReply(200, {"plainToken": plain, "encryptedToken": hmac_hex(secret, plain)})


def _is_recent(timestamp: str, now: datetime) -> bool:
    sent_at = _moment(int(timestamp))
    return sent_at is not None and now - OLDEST <= sent_at <= now + NEWEST


def _id(value: Any) -> str:
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def _iso(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None


def _milliseconds(value: Any) -> datetime | None:
    return (
        _moment(value / 1000)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _AFTER_EVERY_DATE
        else None
    )


def _moment(seconds: float) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
