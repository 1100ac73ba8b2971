"""`timetuna rotatekeys`: after a new key was put first in TIMETUNA_ENCRYPTION_KEYS."""

import argparse

from django.db import transaction

from timetuna.bookings.models import Attendee
from timetuna.bookings.queries import reseal
from timetuna.calendars.actions.rotate_keys import rotate_keys
from timetuna.commands.database import database_answers
from timetuna.jobs.models import Job
from timetuna.lib.crypto import SecretBoxError
from timetuna.pages.links import reseal_link
from timetuna.pages.models import BookingLink
from timetuna.payments.models import StripeAccount
from timetuna.payments.secrets import COLUMNS
from timetuna.payments.secrets import reseal_secrets as reseal_stripe
from timetuna.processes.ending import Refusal
from timetuna.webhooks.models import WebhookEndpoint
from timetuna.webhooks.signing import reseal_secrets


def run(_options: argparse.Namespace) -> int:
    """Seal every stored secret with the first key. The server may keep running."""
    try:
        with database_answers():
            rows = rotate_keys() + _rotate_links() + _rotate_page_links() + _rotate_webhooks()
            rows += _rotate_stripe_accounts()
            waiting = Job.objects.filter(
                state__in=[Job.State.WAITING, Job.State.RUNNING], arguments__has_key="sealed"
            ).count()
    except SecretBoxError as error:
        raise Refusal(f"{error} Put the old key back behind the new one, then run this again.") from error
    print(f"{rows} rows are sealed with the newest key.")
    if waiting:
        print(
            f"{waiting} waiting jobs still hold a text under an older key; keep that key until they are done."
        )
    return 0


def _rotate_links() -> int:
    numbers = list(Attendee.objects.order_by("pk").values_list("pk", flat=True))
    return sum(map(_rotate_link, numbers))


@transaction.atomic
def _rotate_link(pk: int) -> bool:
    attendee = Attendee.objects.select_for_update().filter(pk=pk).first()
    if attendee is None:
        return False
    reseal(attendee)
    attendee.save(update_fields=["link_sealed"])
    return True


def _rotate_page_links() -> int:
    numbers = list(BookingLink.objects.order_by("pk").values_list("pk", flat=True))
    return sum(map(_rotate_page_link, numbers))


@transaction.atomic
def _rotate_page_link(pk: int) -> bool:
    link = BookingLink.objects.select_for_update().filter(pk=pk).first()
    if link is None:
        return False
    reseal_link(link)
    link.save(update_fields=["token_sealed"])
    return True


def _rotate_webhooks() -> int:
    numbers = list(WebhookEndpoint.objects.order_by("pk").values_list("pk", flat=True))
    return sum(map(_rotate_webhook, numbers))


@transaction.atomic
def _rotate_webhook(pk: int) -> bool:
    hook = WebhookEndpoint.objects.select_for_update().filter(pk=pk).first()
    if hook is None:
        return False
    reseal_secrets(hook)
    hook.save(update_fields=["secret_sealed", "former_sealed"])
    return True


def _rotate_stripe_accounts() -> int:
    numbers = list(StripeAccount.objects.order_by("pk").values_list("pk", flat=True))
    return sum(map(_rotate_stripe_account, numbers))


@transaction.atomic
def _rotate_stripe_account(pk: int) -> bool:
    account = StripeAccount.objects.select_for_update().filter(pk=pk).first()
    if account is None:
        return False
    reseal_stripe(account)
    account.save(update_fields=COLUMNS)
    return True
