"""Reads the reports that mail servers send when a mail could not be delivered (RFC 3464)."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage, Message

MOST_BYTES = 1_000_000
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,300}>")
_STATUS = re.compile(r"\b([45]\.\d{1,3}\.\d{1,3})\b")
_MOST_IDS = 20


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail that did not arrive. message_ids: of what came back, the likeliest first.  status: like "5.1.1" or "".

    permanent: it will not arrive later either.
    """

    message_ids: tuple[str, ...]
    status: str
    permanent: bool


def read_bounce(raw: bytes) -> Bounce | None:
    """None when it is no report of a failure. Never raises on bad input."""
    report = message_from_bytes(raw[:MOST_BYTES], policy=policy.default)
    fields = _delivery_fields(report)
    action, status = fields.get("action", "").lower(), _status(fields.get("status", ""))
    if action not in {"failed", "delayed"}:
        return None
    return Bounce(_ids(report), status, permanent=action == "failed" and not status.startswith("4."))


def _delivery_fields(report: Message) -> dict[str, str]:
    """The fields of all recipients' groups, by name in lower case; a failed one before a delayed one."""
    found: dict[str, str] = {}
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status":
            continue
        groups = part.get_payload()
        for group in groups if isinstance(groups, list) else []:
            fields = {name.lower(): str(value).strip() for name, value in group.items()}  # type: ignore[union-attr]
            if "action" in fields and found.get("action", "").lower() != "failed":
                found = fields
    return found


def _status(text: str) -> str:
    found = _STATUS.search(text)
    return found.group(1) if found else ""


def _ids(report: EmailMessage | Message) -> tuple[str, ...]:
    """The ids of what came back: out of the returned mail, then out of the report's own references."""
    texts = []
    for part in report.walk():
        if part is not report and part.get("Message-ID"):
            texts.append(str(part["Message-ID"]))
        if part.get_content_type() == "text/rfc822-headers":
            texts.append(str(part.get_payload()))
    texts += [str(report.get(name, "")) for name in ("In-Reply-To", "References")]
    found = [one for text in texts for one in _MESSAGE_ID.findall(text)]
    return tuple(dict.fromkeys(found[:_MOST_IDS]))
