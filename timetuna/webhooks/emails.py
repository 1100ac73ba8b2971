"""Mails to the owner of a webhook that does not take what it is sent."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.emails import speaking_to
from timetuna.jobs.queue import MAIL, job
from timetuna.l10n.datetimes import short_when, zone_or_utc
from timetuna.lib.mail import Letter, Mailbox, parse_mailbox
from timetuna.mail import deliver
from timetuna.web.forms import in_full
from timetuna.webhooks.models import WebhookEndpoint

AN_HOUR, HALF, DISABLED = 1, 2, 3
"""Of the five days after which it is switched off."""
WARNED_AFTER = {AN_HOUR: timedelta(hours=1), HALF: timedelta(days=2, hours=12)}


def tell_owner(hook: WebhookEndpoint, stage: int, now: datetime) -> None:
    """In the caller's transaction."""
    key = f"webhooks.trouble:{hook.pk}:{stage}:{now.timestamp():.0f}"
    send_trouble_mail.enqueue(key=key, webhook_id=hook.pk, stage=stage)


@job("webhooks.trouble_mail", lane=MAIL)
def send_trouble_mail(webhook_id: int, stage: int) -> None:
    """Unless it works again meanwhile, or somebody has switched it on again."""
    hook = (
        WebhookEndpoint.objects.select_related("owner").filter(pk=webhook_id, owner__is_active=True).first()
    )
    if hook is None or (hook.disabled_at is None) == (stage == DISABLED):
        return
    if hook.failing_since is not None or hook.disabled_at is not None:
        deliver(trouble_mail(hook, stage))


def trouble_mail(hook: WebhookEndpoint, stage: int) -> Letter:
    """In its owner's language."""
    with speaking_to(hook.owner):
        return _trouble_mail(hook, stage)


def _trouble_mail(hook: WebhookEndpoint, stage: int) -> Letter:
    host = urlsplit(hook.url).hostname or hook.url
    subject = (
        gettext("The webhook to %(host)s is switched off")
        if stage == DISABLED
        else gettext("The webhook to %(host)s does not get through")
    ) % {"host": host}
    since = hook.failing_since or hook.disabled_at or timezone.now()
    context = {
        "subject": subject,
        "name": hook.owner.name,
        "host": host,
        "since": short_when(since, zone=zone_or_utc(hook.owner.time_zone)),
        "disabled": stage == DISABLED,
        "why": hook.why,
        "url": in_full(reverse("webhook", args=[hook.public_id])),
    }
    return Letter(
        sender=parse_mailbox(settings.DEFAULT_FROM_EMAIL),
        to=Mailbox(hook.owner.name, hook.owner.email),
        subject=subject,
        text=render_to_string("webhooks/mail/trouble.txt", context),
        html=render_to_string("webhooks/mail/trouble.html", context),
        message_id=f"<webhook-{hook.pk}-{stage}-{since.timestamp():.0f}@{settings.MAIL_DOMAIN}>",
        sent_at=timezone.now(),
    )
