"""Mails about connections and their calendars."""

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.emails import speaking_to
from timetuna.calendars.incidents import Trouble, said, trouble_of
from timetuna.calendars.models import CalendarAccount
from timetuna.jobs.queue import MAIL, job
from timetuna.l10n.lists import quoted
from timetuna.l10n.retold import retold
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
    with speaking_to(account.host):
        return _reconnect_mail(account)


def _reconnect_mail(account: CalendarAccount) -> Letter:
    trouble = trouble_of(account, now=timezone.now())
    values = {
        "reason": retold(account.needs_reconnect_reason),
        "limited": _limited(trouble),
        "meetings": trouble.not_offered(),
    }
    name = f"reconnect-{account.pk}-{account.connected_at.timestamp():.0f}"
    subject = gettext("%(service)s needs to be connected again") % {"service": trouble.label}
    return _mail(trouble, "reconnect", subject=subject, name=name, values=values)


def trouble_mail(account: CalendarAccount, *, episode: datetime) -> Letter:
    """Which calendars cannot be read since when, and what pages do meanwhile."""
    with speaking_to(account.host):
        return _trouble_mail(account, episode)


def _trouble_mail(account: CalendarAccount, episode: datetime) -> Letter:
    trouble = trouble_of(account, now=timezone.now())
    problems = list(dict.fromkeys(one.problem for one in trouble.calendars))
    several = len(trouble.calendars) > 1
    if trouble.unlisted:
        subject = gettext("The calendars of %(account)s cannot be read") % {"account": account.called}
    elif several:
        subject = gettext("%(count)d calendars cannot be read") % {"count": len(trouble.calendars)}
    else:
        subject = gettext("Your calendar %(calendar)s cannot be read") % {"calendar": trouble.names()}
    return _mail(
        trouble,
        "trouble",
        subject=subject,
        name=f"trouble-{account.pk}-{episode.timestamp():.0f}",
        values={"problem": " ".join(problems), "several": several, "unlisted": trouble.unlisted},
    )


def mended_mail(account: CalendarAccount, names: list[str], *, episode: datetime) -> Letter:
    with speaking_to(account.host):
        return _mended_mail(account, names, episode)


def _mended_mail(account: CalendarAccount, names: list[str], episode: datetime) -> Letter:
    several, quotes = len(names) > 1, [quoted(name) for name in names]
    if several:
        subject = gettext("%(count)d calendars can be read again") % {"count": len(names)}
    else:
        subject = gettext("Your calendar %(calendar)s can be read again") % {"calendar": quotes[0]}
    return _mail(
        trouble_of(account, now=timezone.now()),
        "mended",
        subject=subject,
        name=f"mended-{account.pk}-{episode.timestamp():.0f}",
        values={"calendars": ", ".join(quotes), "several": several},
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
