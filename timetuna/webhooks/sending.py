"""One call to a webhook, bounded and guarded as every call outside is."""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from timetuna import __version__
from timetuna.lib.http import (
    WEB_PORTS,
    Body,
    Budget,
    HttpClient,
    HttpError,
    KeptConnection,
    is_https,
    parse_retry_after,
)
from timetuna.lib.http_connect import is_public
from timetuna.webhooks.body import content_for
from timetuna.webhooks.models import WebhookEndpoint, WebhookEvent
from timetuna.webhooks.signing import signed_headers

OK, GONE, TOO_MANY, UNAVAILABLE = range(200, 300), 410, 429, 503
NO_CIPHER = "no_cipher"
_BUDGET = Budget(connect_seconds=5.0, read_seconds=15.0, total_seconds=15.0)
_READ = 64 * 1024
_KEPT = 500


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """How a call went. status: None where no answer came, and then problem says why.

    ask_again: when the answer wants the next one, aware UTC.
    """

    milliseconds: int
    status: int | None = None
    problem: str = ""
    answer: str = ""
    ask_again: datetime | None = None

    @property
    def delivered(self) -> bool:
        return self.status in OK

    @property
    def gone(self) -> bool:
        return self.status == GONE


def may_be_sent_to(url: str) -> bool:
    """By its form; whether its address is one of the public internet is seen when it is dialled."""
    if is_https(url):
        return True
    return bool(settings.WEBHOOK_ALLOW_HTTP) and is_https(url.replace("http://", "https://", 1))


def address_fault(url: str) -> str:
    """Why nothing would be sent there, for who types it; "" where something would, as far as can be seen of it."""
    if not may_be_sent_to(url):
        if is_https(url.replace("http://", "https://", 1)):
            return gettext(
                "This address begins with http://, and everybody on the way could read along. It has to begin with "
                "https://, unless whoever runs this server sets WEBHOOK_ALLOW_HTTP."
            )
        return gettext("Enter a full address that begins with https://.")
    if not settings.WEBHOOK_ALLOW_PRIVATE and _leads_inward(url):
        return gettext(
            "This address is not on the public internet, or has a port of its own. Nothing is sent there, unless "
            "whoever runs this server sets WEBHOOK_ALLOW_PRIVATE."
        )
    return ""


def _leads_inward(url: str) -> bool:
    """By its form. What a name means is seen when it is dialled."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return True
    number = ":" in host or host.rpartition(".")[2][:1].isdecimal()  # no name's last part begins with a digit
    if number:
        return not is_public(host)
    return host == "localhost" or host.endswith(".localhost") or (port is not None and port not in WEB_PORTS)


def send(
    hook: WebhookEndpoint, event: WebhookEvent, *, keys: list[bytes], line: KeptConnection
) -> CallOutcome:
    """Never raises for what the other side does. keys: see `signing_keys`. line: messages in a row go over one."""
    now, began = timezone.now(), time.monotonic()
    content = content_for(hook, event)
    headers = signed_headers(keys, message_id=event.public_id, content=content, now=now)
    if not may_be_sent_to(hook.url):
        return CallOutcome(0, problem=NO_CIPHER)
    client = _client(allow_private=settings.WEBHOOK_ALLOW_PRIVATE)
    body = Body(content, "application/json")
    try:
        answer = client.request("POST", hook.url, headers=headers, body=body, line=line)
    except HttpError as error:
        return CallOutcome(_since(began), problem=error.kind)
    found = CallOutcome(_since(began), answer.status, answer=_beginning(answer.body))
    wait = answer.headers.get("retry-after", "")
    if answer.status in {TOO_MANY, UNAVAILABLE} and wait:
        return replace(found, ask_again=parse_retry_after(wait, now=now))
    return found


@lru_cache(maxsize=2)
def _client(*, allow_private: bool) -> HttpClient:
    return HttpClient(
        user_agent=f"TimeTuna-Webhooks/{__version__}",
        budget=_BUDGET,
        max_bytes=_READ,
        allow_private=allow_private,
        log_paths=False,
        cut_off=True,
    )


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1_000)


def _beginning(body: bytes) -> str:
    """What databases can hold of it."""
    return body[:_KEPT].decode("utf-8", "replace").replace("\x00", "�")[:_KEPT]
