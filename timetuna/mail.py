"""Hands mails over by Django's EMAIL_BACKEND: our own talk with the server of EMAIL_URL, or a mail API."""

import logging
import random
import re
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage as MimeMessage
from email.policy import SMTP
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.exceptions import ImproperlyConfigured
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from timetuna.jobs.queue import GiveUp, Retry, tried_since
from timetuna.lib.mail import Letter, build
from timetuna.lib.smtp import MailError, MailServer, send, words_of

log = logging.getLogger("timetuna.mail")

OUR_BACKEND = "timetuna.mail.EmailBackend"
_BY_DJANGO = frozenset({"From", "To", "Reply-To", "Subject", "MIME-Version", "Date"})
_HEADERS_OF_BACKENDS = {  # Postmark replaces Message-ID without it, and takes it out
    "anymail.backends.postmark.EmailBackend": {"X-PM-KeepID": "true"}
}
_REFUSED, _BROKEN = 400, 500
_ABOUT_US = frozenset({401, 402, 403, 429})  # the key, the bill, what the account may, too many
_ENOUGH_FAILURES = 5
_LONGEST_PAUSE_SECONDS = 300.0
_LONGEST_WAIT = timedelta(days=5)  # RFC 5321 section 4.5.4.1


class EmailBackend(BaseEmailBackend):
    """Our talk with the mail server of EMAIL_URL. Raises MailError."""

    def send_messages(self, email_messages: Sequence[mail.EmailMessage]) -> int:
        """Send each, and return how many."""
        for message in email_messages:
            mime: Any = message.message()
            if not isinstance(mime, MimeMessage):  # none of ours
                mime = message_from_bytes(mime.as_bytes(), policy=SMTP)
            send(mime, self._server())
        return len(email_messages)

    def _server(self) -> MailServer:
        if settings.MAIL_SERVER is None:
            raise MailError("No mail server is set (EMAIL_URL).", code="settings")
        return settings.MAIL_SERVER


class LetterMessage(mail.EmailMultiAlternatives):
    """A letter as Django's backends want it. Raises ValueError with a sentence, as `build` does.

    `message()` is the whole mail, for backends that send it as it is. What mail APIs put together themselves from its
    parts has the invitation once, as a file that says its method: few of them know other alternatives than HTML.
    """

    def __init__(self, letter: Letter) -> None:
        self.mime = mime = build(letter)
        headers = {name: str(value) for name, value in mime.items() if _is_extra(name)}
        super().__init__(
            subject=str(mime["Subject"]),
            body=letter.text,
            from_email=str(mime["From"]),
            to=[str(mime["To"])],
            reply_to=[str(mime["Reply-To"])] if letter.reply_to else None,
            headers=headers | _HEADERS_OF_BACKENDS.get(settings.EMAIL_BACKEND, {}),
        )
        self.attach_alternative(letter.html, "text/html")
        if letter.ics:
            kind = f'text/calendar; charset="utf-8"; method={letter.method}'
            self.attach("invite.ics", letter.ics.decode("utf-8"), kind)

    def message(self, *, policy: object = None) -> Any:  # noqa: ARG002 - of Django 6
        """Return it as it goes over the wire."""
        return self.mime


def _is_extra(name: str) -> bool:
    return name not in _BY_DJANGO and not name.startswith("Content-")


def is_set_up() -> bool:
    """Say whether the operator has said how mails leave."""
    return settings.MAIL_SERVER is not None or settings.EMAIL_BACKEND != OUR_BACKEND


def hand_over(letter: Letter) -> None:
    """Send it, now. Raises MailError, and ValueError with a sentence where it cannot be written."""
    message = LetterMessage(letter)
    with _as_mail_errors():
        mail.get_connection().send_messages([message])


def require_backend() -> None:
    """See whether the backend has the settings that it needs. Raises MailError."""
    with _as_mail_errors():
        mail.get_connection()


@contextmanager
def _as_mail_errors() -> Iterator[None]:
    try:
        yield
    except MailError:
        raise
    except _raised_by_backends() as error:
        raise _refusal(error) from error


def _raised_by_backends() -> tuple[type[Exception], ...]:
    from anymail.exceptions import AnymailError  # noqa: PLC0415 - with `requests`, which only mail APIs need

    return (OSError, ImproperlyConfigured, ImportError, AnymailError)


def _refusal(error: Exception) -> MailError:
    """Return what the failure of another backend than ours comes to."""
    from anymail.exceptions import AnymailError, AnymailRecipientsRefused  # noqa: PLC0415 - as above

    if isinstance(error, ImproperlyConfigured | ImportError):
        missing = re.search(r"ANYMAIL_[A-Z_]+", str(error))
        why = f"{missing[0]} is not set" if missing else words_of(str(error))
        return MailError(f"EMAIL_BACKEND cannot be used: {why}.", code="settings")
    if isinstance(error, AnymailRecipientsRefused):
        return MailError(
            f"The mail service takes nothing for this address{_words(error)}.",
            code="recipient",
            permanent=True,
            about_us=False,
        )
    status = getattr(error, "status_code", None)
    if status is not None:
        ours = status in _ABOUT_US or status < _REFUSED or status >= _BROKEN
        return MailError(f"The mail service said {status}{_words(error)}.", code=str(status), about_us=ours)
    if isinstance(error, OSError):
        return MailError("The mail service cannot be reached, or did not answer in time.", code="connect")
    assert isinstance(error, AnymailError)  # noqa: S101 - of those that are caught
    return MailError(
        f"This mail cannot be sent by EMAIL_BACKEND: {words_of(str(error))}.", code="form", about_us=False
    )


def _words(error: Exception) -> str:
    """Return what a mail API said about it, without addresses; most say it in JSON, as `message`."""
    response = getattr(error, "response", None)
    if response is None:
        return ""
    try:
        answer = {str(name).lower(): value for name, value in response.json().items()}
    except (ValueError, AttributeError):
        answer = {}
    words = words_of(str(answer.get("message") or response.text))
    return f"; it said {words}" if words else ""


def deliver(letter: Letter) -> None:
    """Send it, or say why not: Retry when it may be taken later, GiveUp when it never will.

    What is said about this mail but not about its mailbox, like a quota or a filter, may be otherwise tomorrow: such a
    mail is given up after five days.
    """
    if not is_set_up():
        raise Retry("Mail waiting: no mail server is set (EMAIL_URL).")
    way = (settings.EMAIL_BACKEND, settings.MAIL_SERVER)
    when = _rest.ends_at(way)
    if when:
        raise Retry(f"Mail waiting: {_rest.reason} It is asked again soon.", at=when)
    try:
        hand_over(letter)
    except MailError as error:
        log.warning("mail not sent: %s", error.code)
        if error.permanent:
            raise GiveUp(f"Mail refused: {error}") from error
        if not error.about_us and timezone.now() - tried_since() > _LONGEST_WAIT:
            raise GiveUp(f"Mail refused for {_LONGEST_WAIT.days} days: {error}") from error
        # What is not this mail's doing is asked for all mails together; a mail's own pause grows to an hour.
        when = _rest.failed(way, str(error)) if error.about_us else None
        raise Retry(f"Mail waiting: {error}", at=when) from error
    except ValueError as error:
        raise GiveUp(f"Mail not sent: {error}") from error
    _rest.worked(way)


class _Rest:
    """Leaves a server that cannot be talked to in peace.

    Waiting mails neither hold the workers up nor all come at once when it is back: one caller of a process asks,
    after pauses that grow to five minutes, and the other mails follow, spread over as long again. Nor does a password
    that is refused get the account locked by being tried for every mail.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._way: object = None
        self._failures = 0
        self._until = 0.0
        self.reason = ""

    def ends_at(self, way: object) -> datetime | None:
        """Return the moment (aware UTC) to try again at; None to try now, which one caller may after each rest."""
        with self._lock:
            left = self._until - time.monotonic()
            if way != self._way or self._failures < _ENOUGH_FAILURES:
                return None
            if left <= 0:
                self._until = time.monotonic() + self._pause()
                return None
            return self._after(left)

    def failed(self, way: object, reason: str) -> datetime:
        """Count a try that did not get through, for a reason in a sentence; return when it may be made again."""
        with self._lock:
            self.reason = reason
            if way != self._way:
                self._way, self._failures = way, 0
            self._failures += 1
            self._until = time.monotonic() + self._pause()
            return self._after(self._pause())

    def worked(self, way: object) -> None:
        """Forget the failures."""
        with self._lock:
            if way == self._way:
                self._failures = 0

    def _after(self, seconds: float) -> datetime:
        return timezone.now() + timedelta(seconds=seconds + random.uniform(0, self._pause()))  # noqa: S311 - spreads load

    def _pause(self) -> float:
        beyond = min(max(self._failures - _ENOUGH_FAILURES, 0), 10)
        return min(settings.RETRY_SECONDS * 2.0**beyond, _LONGEST_PAUSE_SECONDS)


_rest = _Rest()
