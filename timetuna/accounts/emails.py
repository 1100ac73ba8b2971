"""Mails about an account: rendered at once, sealed, and sent by a job, so that nobody waits for the mail server."""

import json
import secrets

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from timetuna.accounts.models import User
from timetuna.accounts.notices import Notice
from timetuna.encryption import box
from timetuna.jobs.models import Job
from timetuna.jobs.queue import MAIL, GiveUp, job
from timetuna.lib.mail import Letter, Mailbox, parse_mailbox
from timetuna.mail import deliver


def speaking_to(reader: User) -> translation.override:
    """Have what is written meanwhile in the language of their mails, whoever asks for it."""
    return translation.override(reader.language or settings.LANGUAGE_CODE)


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
    send_mail.enqueue(key=_job_key(number), mail=number, sealed=sealed)


@job("accounts.send_mail", lane=MAIL)
def send_mail(mail: str, sealed: str) -> None:
    """Send a sealed mail, and forget it once it has left or can never leave."""
    if not sealed:
        return
    try:
        deliver(_open(mail, sealed))
    except GiveUp:
        _forget(mail)
        raise
    _forget(mail)


def _open(mail: str, sealed: str) -> Letter:
    values = json.loads(box().open(sealed, context=seal_context(mail)))
    return Letter(
        sender=parse_mailbox(settings.DEFAULT_FROM_EMAIL),
        to=Mailbox("", values["to"]),
        subject=values["subject"],
        text=values["text"],
        html=values["html"],
        message_id=f"<{mail}@{settings.MAIL_DOMAIN}>",
        sent_at=timezone.now(),
    )


def _forget(mail: str) -> None:
    Job.objects.filter(key=_job_key(mail)).update(arguments={"mail": mail, "sealed": ""})


def _job_key(mail: str) -> str:
    return f"accounts.mail:{mail}"


def seal_context(mail: str) -> str:
    return f"jobs.sealed:{mail}"
