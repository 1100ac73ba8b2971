"""The part of `timetuna check` that talks to the mail server, and sends a mail where one is asked for."""

import secrets

from django.utils import timezone

from timetuna import settings
from timetuna.commands.checks.report import Report
from timetuna.jobs.models import Job
from timetuna.jobs.queue import MAIL
from timetuna.lib.mail import Letter, Mailbox, clean_address, parse_mailbox
from timetuna.lib.smtp import MailError, probe
from timetuna.mail import OUR_BACKEND, hand_over, require_backend

TEXT = """This is the test mail that `timetuna check` was asked for. It came from {address}.

Mails of bookings take the same way. If this one lay in the spam folder, those will too: the records SPF, DKIM and DMARC
of the sender's domain are where to look.
"""


def look(report: Report, *, mail_to: str) -> None:
    """mail_to: whom to send a mail to try it, "" for nobody."""
    if settings.EMAIL_BACKEND != OUR_BACKEND:
        _look_at_api(report, mail_to)
        return
    server = settings.MAIL_SERVER
    if server is None:
        report.note(
            "EMAIL_URL is not set: with `timetuna serve` mails are kept on this machine and reach nobody; "
            "set it to something like smtps://user:password@mail.example.org:465."
        )
        if mail_to:
            report.lacks("No mail was sent: EMAIL_URL says no mail server.")
        return
    sender = parse_mailbox(settings.DEFAULT_FROM_EMAIL)
    if sender.email.endswith("@localhost"):
        report.note("TIMETUNA_FROM_EMAIL is not set: most mail servers take nothing from noreply@localhost.")
    try:
        probe(server, sender=sender.email)
    except MailError as error:
        where = f"{server.host}, port {server.port}"
        report.lacks(f"{error} EMAIL_URL leads to {where}; mails wait until this is mended.")
        if mail_to:
            report.lacks(f"No mail was sent to {mail_to}.")
        return
    report.ok(f"The mail server takes mails from {sender.email}.")
    if mail_to:
        _send_one(report, sender, mail_to)


def _look_at_api(report: Report, mail_to: str) -> None:
    try:
        require_backend()
    except MailError as error:
        report.lacks(f"{error} Mails wait until this is mended.")
        return
    report.ok(
        f"Mails leave by {settings.EMAIL_BACKEND}; `timetuna check --mail-to` says whether it takes one."
    )
    if mail_to:
        _send_one(report, parse_mailbox(settings.DEFAULT_FROM_EMAIL), mail_to)


def look_at_queue(report: Report) -> None:
    waiting = Job.objects.filter(lane=MAIL, state=Job.State.WAITING).exclude(last_error="")
    newest = waiting.order_by("-id").first()
    if newest is not None:
        count = waiting.count()
        report.note(f"{count} {'mail waits' if count == 1 else 'mails wait'}. {newest.last_error}")


def _send_one(report: Report, sender: Mailbox, mail_to: str) -> None:
    try:
        hand_over(letter_to(clean_address(mail_to), sender=sender))
    except ValueError as error:
        report.lacks(f"No mail was sent: {error}")
    except MailError as error:
        report.lacks(f"The mail to {mail_to} was not taken. {error}")
    else:
        report.ok(f"A mail to {mail_to} was taken. Look whether it arrives, in the spam folder too.")


def letter_to(address: str, *, sender: Mailbox) -> Letter:
    text = TEXT.format(address=settings.BASE_URL)
    return Letter(
        sender=sender,
        to=Mailbox("", address),
        subject="A test mail from TimeTuna",
        text=text,
        html="".join(f"<p>{part}</p>" for part in text.strip().split("\n\n")),
        message_id=f"<check.{secrets.token_hex(12)}@{settings.MAIL_DOMAIN}>",
        sent_at=timezone.now(),
    )
