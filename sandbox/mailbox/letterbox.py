"""The mail that came in: kept as raw messages, read as their readers would read them."""

import json
import re
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses
from functools import cached_property
from pathlib import Path
from typing import Any

from sandbox.base.state import write_atomically

_FOLD = re.compile(r"\r?\n[ \t]")


@dataclass(frozen=True)
class Envelope:
    """What the SMTP conversation said about a mail."""

    number: int
    time: str
    mail_from: str
    rcpt_to: list[str]


@dataclass(frozen=True)
class MailPart:
    """One attachment, or one text part other than the two bodies."""

    index: int
    filename: str
    content_type: str
    content: bytes
    content_id: str

    @property
    def is_calendar(self) -> bool:
        """Say whether this is an invitation."""
        return self.content_type == "text/calendar" or self.filename.lower().endswith(".ics")

    @property
    def text(self) -> str:
        """The part as text, with iCalendar's folded lines joined."""
        text = self.content.decode("utf-8", "replace")
        return _FOLD.sub("", text).replace("\r\n", "\n") if self.is_calendar else text


class Letter:
    """One mail."""

    def __init__(self, envelope: Envelope, raw: bytes) -> None:
        self.envelope = envelope
        self.raw = raw

    @cached_property
    def message(self) -> EmailMessage:
        """The parsed message."""
        return message_from_bytes(self.raw, policy=policy.default)

    def header(self, name: str) -> str:
        """Return one header as text; a header too broken to be read is shown as it came."""
        try:
            return str(self.message.get(name) or "")
        except (ValueError, IndexError, AttributeError, TypeError):
            return ""

    @property
    def recipients(self) -> set[str]:
        """Everybody this mail was for, in lower case."""
        named = [address for _, address in getaddresses([self.header("To"), self.header("Cc")])]
        return {address.lower() for address in [*self.envelope.rcpt_to, *named] if address}

    @cached_property
    def text(self) -> str:
        """The plain text body."""
        return self._body("plain")

    @cached_property
    def html(self) -> str:
        """The HTML body."""
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self._body_part(kind)
        return "" if part is None else _decoded(part)

    def _body_part(self, kind: str) -> EmailMessage | None:
        try:
            return self.message.get_body((kind,))  # type: ignore[return-value]
        except (AttributeError, KeyError, ValueError):
            return None

    @cached_property
    def parts(self) -> list[MailPart]:
        """Everything in the mail that is not one of its two bodies."""
        bodies = [self._body_part("plain"), self._body_part("html")]
        found = [part for part in self.message.walk() if not part.is_multipart() and part not in bodies]
        return [
            MailPart(
                index=index,
                filename=part.get_filename() or "",
                content_type=part.get_content_type(),
                content=_payload(part),
                content_id=str(part.get("Content-ID") or "").strip("<> "),
            )
            for index, part in enumerate(found)
        ]

    def as_json(self) -> dict[str, Any]:
        """Return what a test wants to know of this mail."""
        return {
            "id": self.envelope.number,
            "time": self.envelope.time,
            "envelope": {"mail_from": self.envelope.mail_from, "rcpt_to": self.envelope.rcpt_to},
            "from": self.header("From"),
            "to": self.header("To"),
            "cc": self.header("Cc"),
            "reply_to": self.header("Reply-To"),
            "subject": self.header("Subject"),
            "message_id": self.header("Message-ID"),
            "headers": [[name, str(value)] for name, value in self.message.raw_items()],
            "text": self.text,
            "html": self.html,
            "ics": [part.text for part in self.parts if part.is_calendar],
            "ics_raw": [part.content.decode("utf-8", "replace") for part in self.parts if part.is_calendar],
            "attachments": [
                {
                    "index": part.index,
                    "filename": part.filename,
                    "content_type": part.content_type,
                    "size": len(part.content),
                }
                for part in self.parts
            ],
            "raw": self.raw.decode("utf-8", "replace"),
        }


def _payload(part: Any) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _decoded(part: EmailMessage) -> str:
    charset = part.get_content_charset() or "utf-8"
    try:
        return _payload(part).decode(charset, "replace")
    except LookupError:
        return _payload(part).decode("utf-8", "replace")


class Letterbox:
    """All mail, oldest first, in memory and (where there is a folder) on disk."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._letters = self._load()
        self._last = max((letter.envelope.number for letter in self._letters), default=0)

    def put(self, *, mail_from: str, rcpt_to: list[str], raw: bytes) -> None:
        """Keep one mail."""
        with self._lock:
            self._last += 1
            stamp = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="milliseconds")
            letter = Letter(Envelope(self._last, stamp.replace("+00:00", "Z"), mail_from, rcpt_to), raw)
            self._save(letter)
            self._letters.append(letter)

    def all(self) -> list[Letter]:
        """Return every mail, oldest first."""
        with self._lock:
            return list(self._letters)

    def to(self, recipient: str) -> list[Letter]:
        """Return the mails for *recipient*, or all of them where it is empty."""
        wanted = recipient.strip().lower()
        return [letter for letter in self.all() if not wanted or wanted in letter.recipients]

    def get(self, number: int) -> Letter | None:
        """Return the mail with this number."""
        return next((letter for letter in self.all() if letter.envelope.number == number), None)

    def clear(self) -> None:
        """Throw everything away."""
        with self._lock:
            self._letters.clear()
            for path in (
                [] if self._folder is None else [*self._folder.glob("*.json"), *self._folder.glob("*.eml")]
            ):
                path.unlink(missing_ok=True)

    def _save(self, letter: Letter) -> None:
        if self._folder is None:
            return
        name = f"{letter.envelope.number:06}"
        write_atomically(self._folder / f"{name}.eml", letter.raw)
        write_atomically(self._folder / f"{name}.json", json.dumps(asdict(letter.envelope)).encode())

    def _load(self) -> list[Letter]:
        if self._folder is None or not self._folder.is_dir():
            return []
        paths = [path for path in sorted(self._folder.glob("*.json")) if path.with_suffix(".eml").exists()]
        return [
            Letter(
                Envelope(**json.loads(path.read_text(encoding="utf-8"))),
                path.with_suffix(".eml").read_bytes(),
            )
            for path in paths
        ]
