"""Hands a finished mail to the operator's mail server, from inside a job."""

import logging
import random
import threading
import time
from datetime import datetime, timedelta
from email.message import EmailMessage

from django.conf import settings
from django.utils import timezone

from timetuna.jobs.registry import GiveUp, Retry, tried_since
from timetuna.lib.smtp import MailError, MailServer, send

log = logging.getLogger("timetuna.mail")

_ENOUGH_FAILURES = 5
_LONGEST_PAUSE_SECONDS = 300.0
_PATIENCE = timedelta(days=5)  # RFC 5321 section 4.5.4.1


def deliver(message: EmailMessage) -> None:
    """Send it, or say why not: Retry when the server may take it later, GiveUp when it never will.

    What the server says about this mail but not about its mailbox, like a quota or a filter, may be otherwise tomorrow:
    such a mail is given up after five days.
    """
    server = settings.MAIL_SERVER
    if server is None:
        raise Retry("Mail waiting: no mail server is set (EMAIL_URL).")
    when = _rest.ends_at(server)
    if when:
        raise Retry(f"Mail waiting: {_rest.reason} It is asked again soon.", at=when)
    try:
        send(message, server)
    except MailError as error:
        log.warning("mail not sent: %s", error.code)
        if error.permanent:
            raise GiveUp(f"Mail refused: {error}") from error
        if not error.about_us and timezone.now() - tried_since() > _PATIENCE:
            raise GiveUp(f"Mail refused for {_PATIENCE.days} days: {error}") from error
        # What is not this mail's doing is asked for all mails together; a mail's own pause grows to an hour.
        when = _rest.failed(server, str(error)) if error.about_us else None
        raise Retry(f"Mail waiting: {error}", at=when) from error
    _rest.worked(server)


class _Rest:
    """Leaves a server that cannot be talked to in peace.

    Waiting mails neither hold the workers up nor all come at once when it is back: one caller of a process asks,
    after pauses that grow to five minutes, and the other mails follow, spread over as long again. Nor does a password
    that is refused get the account locked by being tried for every mail.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._server: MailServer | None = None
        self._failures = 0
        self._until = 0.0
        self.reason = ""

    def ends_at(self, server: MailServer) -> datetime | None:
        """Return the moment (aware UTC) to try again at; None to try now, which one caller may after each rest."""
        with self._lock:
            left = self._until - time.monotonic()
            if server != self._server or self._failures < _ENOUGH_FAILURES:
                return None
            if left <= 0:
                self._until = time.monotonic() + self._pause()
                return None
            return self._after(left)

    def failed(self, server: MailServer, reason: str) -> datetime:
        """Count a try that did not get through, for a reason in a sentence; return when it may be made again."""
        with self._lock:
            self.reason = reason
            if server != self._server:
                self._server, self._failures = server, 0
            self._failures += 1
            self._until = time.monotonic() + self._pause()
            return self._after(self._pause())

    def worked(self, server: MailServer) -> None:
        """Forget the failures."""
        with self._lock:
            if server == self._server:
                self._failures = 0

    def _after(self, seconds: float) -> datetime:
        return timezone.now() + timedelta(seconds=seconds + random.uniform(0, self._pause()))  # noqa: S311 - spreads load

    def _pause(self) -> float:
        beyond = min(max(self._failures - _ENOUGH_FAILURES, 0), 10)
        return min(settings.RETRY_SECONDS * 2.0**beyond, _LONGEST_PAUSE_SECONDS)


_rest = _Rest()
