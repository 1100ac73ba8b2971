"""Mails about connections."""

from email.message import EmailMessage
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from timetuna.calendars.connections import listing
from timetuna.calendars.models import CalendarAccount
from timetuna.lib.mail import Letter, Mailbox, build, parse_mailbox


def reconnect_mail(account: CalendarAccount) -> EmailMessage:
    """Return the mail that tells a host why a connection needs them, with one button that mends it."""
    found = listing(account.provider)
    label = found.label if found else account.provider
    values = {
        "label": label,
        "name": account.host.name,
        "email": account.email,
        "reason": account.needs_reconnect_reason,
        "url": settings.BASE_URL + reverse("settings_providers"),
    }
    letter = Letter(
        sender=parse_mailbox(settings.DEFAULT_FROM_EMAIL),
        to=Mailbox(account.host.name, account.host.email),
        subject=f"{label} needs to be connected again",
        text=render_to_string("calendars/mail/reconnect.txt", values),
        html=render_to_string("calendars/mail/reconnect.html", values),
        message_id=_message_id(account),
        sent_at=timezone.now(),
    )
    return build(letter)


def _message_id(account: CalendarAccount) -> str:
    """Name the episode: a mail that is sent again after a crash is the same mail."""
    domain = urlsplit(settings.BASE_URL).hostname
    return f"<reconnect-{account.pk}-{account.connected_at.timestamp():.0f}@{domain}>"
