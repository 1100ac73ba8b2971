"""Work of the accounts app that is done later."""

import json
from email.message import EmailMessage

from django.conf import settings
from django.utils import timezone

from timetuna.accounts.emails import job_key, seal_context
from timetuna.encryption import box
from timetuna.jobs.models import Job
from timetuna.jobs.registry import MAIL, GiveUp, job
from timetuna.lib.mail import Letter, Mailbox, build, parse_mailbox
from timetuna.mail_delivery import deliver


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


def _open(mail: str, sealed: str) -> EmailMessage:
    values = json.loads(box().open(sealed, context=seal_context(mail)))
    letter = Letter(
        sender=parse_mailbox(settings.DEFAULT_FROM_EMAIL),
        to=Mailbox("", values["to"]),
        subject=values["subject"],
        text=values["text"],
        html=values["html"],
        message_id=f"<{mail}@{settings.MAIL_DOMAIN}>",
        sent_at=timezone.now(),
    )
    try:
        return build(letter)
    except ValueError as error:
        raise GiveUp(f"Mail refused: {error}") from error


def _forget(mail: str) -> None:
    Job.objects.filter(key=job_key(mail)).update(arguments={"mail": mail, "sealed": ""})
