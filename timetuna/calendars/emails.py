"""Mails about connections and their calendars."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from timetuna.calendars.incidents import Trouble, said, trouble_of
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.queries import kinds_of_provider
from timetuna.jobs.queue import MAIL, job
from timetuna.lib.mail import Letter, Mailbox, parse_mailbox
from timetuna.mail import deliver


@job("calendars.reconnect_mail", lane=MAIL)
def send_reconnect_mail(account_id: int) -> None:
    """Tell a host that a connection needs them, unless it was mended meanwhile."""
    rows = CalendarAccount.objects.select_related("host")
    account = rows.filter(pk=account_id, needs_reconnect=True).first()
    if account is not None:
        deliver(reconnect_mail(account))


def reconnect_mail(account: CalendarAccount) -> Letter:
    trouble = trouble_of(account, now=timezone.now())
    values = {
        "reason": account.needs_reconnect_reason,
        "limited": _limited(trouble),
        "meetings": " or ".join(kinds_of_provider(account.provider)),
    }
    name = f"reconnect-{account.pk}-{account.connected_at.timestamp():.0f}"
    subject = f"{trouble.label} needs to be connected again"
    return _mail(trouble, "reconnect", subject=subject, name=name, values=values)


def trouble_mail(account: CalendarAccount, *, episode: datetime) -> Letter:
    """Which calendars cannot be read since when, and what pages do meanwhile."""
    trouble = trouble_of(account, now=timezone.now())
    problems = list(dict.fromkeys(one.problem for one in trouble.calendars))
    several = len(trouble.calendars) > 1
    subject = f"{len(trouble.calendars)} calendars" if several else f"Your calendar {trouble.names()}"
    if trouble.unlisted:
        subject = f"The calendars of {account.called}"
    return _mail(
        trouble,
        "trouble",
        subject=f"{subject} cannot be read",
        name=f"trouble-{account.pk}-{episode.timestamp():.0f}",
        values={"problem": " ".join(problems), "several": several, "unlisted": trouble.unlisted},
    )


def mended_mail(account: CalendarAccount, names: list[str], *, episode: datetime) -> Letter:
    several = len(names) > 1
    subject = f"{len(names)} calendars" if several else f"Your calendar “{names[0]}”"
    return _mail(
        trouble_of(account, now=timezone.now()),
        "mended",
        subject=f"{subject} can be read again",
        name=f"mended-{account.pk}-{episode.timestamp():.0f}",
        values={"calendars": ", ".join(f"“{name}”" for name in names), "several": several},
    )


def _limited(trouble: Trouble) -> str:
    """When a grant has ended that was limited from the start; "" where it was not, or has not ended."""
    ends = trouble.limited
    return said(ends, trouble.zone) if ends is not None and ends <= timezone.now() else ""


def _mail(
    trouble: Trouble, template: str, *, subject: str, name: str, values: Mapping[str, object]
) -> Letter:
    """Build a mail to the account's host. name: of the episode, so that a mail sent again after a crash is the same."""
    account, host = trouble.account, trouble.account.host
    context = {
        **values,
        "label": trouble.label,
        "name": host.name,
        "email": account.called,
        "calendar_names": trouble.names() if trouble.calendars else "",
        "since": trouble.since(),
        "lines": trouble.lines(now=timezone.now()),
        "url": settings.BASE_URL + reverse("settings_providers"),
        "subject": subject,
    }
    return Letter(
        sender=parse_mailbox(settings.DEFAULT_FROM_EMAIL),
        to=Mailbox(host.name, host.email),
        subject=subject,
        text=render_to_string(f"calendars/mail/{template}.txt", context),
        html=render_to_string(f"calendars/mail/{template}.html", context),
        message_id=f"<{name}@{settings.MAIL_DOMAIN}>",
        sent_at=timezone.now(),
    )
