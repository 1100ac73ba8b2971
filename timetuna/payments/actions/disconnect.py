"""Disconnects a host's account at Stripe: there, as far as it answers, and here in any case."""

import logging

from django.utils.translation import gettext, ngettext

from timetuna.calendars.models import Authorization
from timetuna.payments.actions.connect import PROVIDER, forget_endpoint
from timetuna.payments.models import StripeAccount
from timetuna.payments.queries import open_payments, stripe_key
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.stripe import stripe

log = logging.getLogger("timetuna.payments")


class StillPaid(Exception):  # noqa: N818 - it names what happened
    """Guests are paying by it just now, and without it nobody could see to them. `str()` is a sentence."""


def disconnect(account: StripeAccount) -> bool:
    """Delete the row, with all that is sealed in it; return whether Stripe has ended its side, too.

    What guests have paid stays in their bookings. Raises StillPaid, unless the account does not work anyway.
    """
    _refuse_while_paid(account)
    ended = _end_at_stripe(account)
    Authorization.objects.filter(host=account.host_id, provider=PROVIDER).delete()
    StripeAccount.objects.filter(pk=account.pk).delete()
    return ended


def _refuse_while_paid(account: StripeAccount) -> None:
    count = open_payments(account).count() if account.works() else 0
    if count:
        raise StillPaid(
            ngettext(
                "Stripe stays connected for now: %(count)d payment is under way, or waits for your answer.",
                "Stripe stays connected for now: %(count)d payments are under way, or wait for your answer.",
                count,
            )
            % {"count": count}
        )


def _end_at_stripe(account: StripeAccount) -> bool:
    if account.kind == StripeAccount.Kind.OWN:
        return forget_endpoint(stripe_key(account), account.endpoint_id) if account.endpoint_id else True
    others = StripeAccount.objects.filter(kind=account.kind, stripe_id=account.stripe_id)
    if others.exclude(pk=account.pk).exists():  # somebody else is paid by the same connection
        return True
    try:
        stripe().deauthorize(account.stripe_id)
    except (ProviderError, NeedsReconnect) as error:
        log.warning("a connection stays at stripe: %s", error.code)
        return False
    return True


def said_to_have_gone(*, ended: bool) -> str:
    if ended:
        return gettext("Stripe is disconnected. Nothing of the connection is kept.")
    return gettext(
        "Stripe is disconnected, and nothing of the connection is kept here. Stripe did not answer, so take "
        "TimeTuna off in its dashboard, too."
    )
