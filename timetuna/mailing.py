"""Hands a finished mail to the operator's mail server, from inside a job."""

import logging
from email.message import EmailMessage

from django.conf import settings

from timetuna.jobs.registry import GiveUp, Retry
from timetuna.lib.mail import MailError, send

log = logging.getLogger("timetuna.mail")


def deliver(message: EmailMessage) -> None:
    """Send it, or say why not: Retry when the server may take it later, GiveUp when it never will."""
    if settings.MAIL_SERVER is None:
        raise Retry("Mail waiting: no mail server is set (EMAIL_URL).")
    try:
        send(message, settings.MAIL_SERVER)
    except MailError as error:
        log.warning("mail not sent: %s", error.code)
        if error.permanent:
            raise GiveUp(f"Mail refused: {error}") from error
        raise Retry(f"Mail waiting: {error}") from error
