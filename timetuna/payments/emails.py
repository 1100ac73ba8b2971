"""Mails to hosts about their account at Stripe."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.emails import speaking_to
from timetuna.l10n.retold import retold
from timetuna.lib.mail import Letter, Mailbox, parse_mailbox
from timetuna.pages.models import BookingPage
from timetuna.payments.models import StripeAccount


def cannot_be_paid_mail(account: StripeAccount) -> Letter:
    """Why guests cannot pay, what their pages do meanwhile, and where it is mended."""
    with speaking_to(account.host):
        return _cannot_be_paid(account)


def _cannot_be_paid(account: StripeAccount) -> Letter:
    subject, host = gettext("Guests cannot pay you by Stripe"), account.host
    pages = BookingPage.objects.filter(host=host).exclude(currency="").order_by("title", "id")
    context = {
        "subject": subject,
        "name": host.name,
        "account": account.name,
        "problem": retold(account.problem),
        "lines": list(pages.values_list("title", flat=True)[:10]),
        "url": f"{settings.BASE_URL}{reverse('settings_providers')}#stripe",
    }
    episode = account.problem_at or account.connected_at
    return Letter(
        sender=parse_mailbox(settings.DEFAULT_FROM_EMAIL),
        to=Mailbox(host.name, host.email),
        subject=subject,
        text=render_to_string("payments/mail/cannot_be_paid.txt", context),
        html=render_to_string("payments/mail/cannot_be_paid.html", context),
        message_id=f"<stripe-{account.pk}-{episode.timestamp():.0f}@{settings.MAIL_DOMAIN}>",
        sent_at=timezone.now(),
    )
