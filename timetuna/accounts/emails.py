"""Mails about an account: rendered at once, sealed, and sent by a job, so that nobody waits for the mail server."""

import json
import secrets

from django.template.loader import render_to_string

from timetuna.accounts.notices import Notice
from timetuna.encryption import box
from timetuna.jobs.queue import enqueue


def send(notice: Notice, *, to: str) -> None:
    """Write the mail down to be sent, in the caller's transaction.

    It may hold a link that opens an account, so it is readable only with the operator's key until it has left.
    """
    values = {"notice": notice}
    mail = {
        "to": to,
        "subject": notice.subject,
        "text": render_to_string("accounts/mail/notice.txt", values),
        "html": render_to_string("accounts/mail/notice.html", values),
    }
    number = secrets.token_hex(12)
    sealed = box().seal(json.dumps(mail), context=seal_context(number))
    enqueue("accounts.send_mail", key=job_key(number), mail=number, sealed=sealed)


def job_key(mail: str) -> str:
    """Return the key of the job that sends this mail."""
    return f"accounts.mail:{mail}"


def seal_context(mail: str) -> str:
    """Return the place that a sealed mail belongs to."""
    return f"jobs.sealed:{mail}"
