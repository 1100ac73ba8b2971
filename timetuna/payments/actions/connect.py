"""Connects a host's account at Stripe: by the operator's platform, or by a restricted key of the host's own."""

import logging
import re
from dataclasses import dataclass
from typing import NoReturn

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.calendars.actions.begin_connecting import Visit, begin_state
from timetuna.calendars.actions.finish_connecting import use_state
from timetuna.l10n.retold import retold
from timetuna.lib.crypto import random_token
from timetuna.payments.actions.check_account import NOT_READY, watch
from timetuna.payments.actions.settle import settle_later
from timetuna.payments.models import StripeAccount
from timetuna.payments.queries import adopt_payments, open_payments, stripe_key
from timetuna.payments.secrets import seal
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.providers.stripe.facts import AccountFacts
from timetuna.providers.stripe.provider import Endpoint, StripeKey
from timetuna.stripe import stripe
from timetuna.web.forms import in_full

log = logging.getLogger("timetuna.payments")
PROVIDER = "stripe"
_RESTRICTED = re.compile(r"rk_(live|test)_[A-Za-z0-9_]{8,240}")
_Kind = StripeAccount.Kind


class NotConnected(Exception):  # noqa: N818 - it names what happened
    """Nothing was stored and nothing changed. `str()` is the sentence that its host reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """An account that answered. key: its own, "" where the platform's serves."""

    kind: StripeAccount.Kind
    facts: AccountFacts
    livemode: bool
    key: str = ""


def begin(visit: Visit) -> str:
    """Return Stripe's address at which its owner allows the platform to act. Raises NotConnected without a platform."""
    if not stripe().is_platform():
        raise NotConnected(gettext("Stripe Connect is not set up on this server."))
    state, _ = begin_state(visit)
    return stripe().authorize_url(state=state)


def finish(visit: Visit, *, state: str, code: str) -> StripeAccount:
    """Raises StrayCodeError before anything was asked of Stripe, NotConnected after it refused."""
    use_state(visit, state)
    try:
        account, livemode = stripe().exchange(code)
        facts = stripe().account(stripe().key_of(account))
    except (ProviderError, NeedsReconnect) as error:
        _refuse(
            error, gettext("Stripe was not connected: it did not answer as it should. Try again in a minute.")
        )
    return _store(_Found(kind=_Kind.CONNECT, facts=facts, livemode=livemode), host_id=visit.host_id)


def connect_by_key(key: str, *, host_id: int) -> StripeAccount:
    """Try the key, have Stripe tell us of what happens in its account, and store both sealed. Raises NotConnected."""
    livemode = _check(key)
    try:
        facts = stripe().account(StripeKey(key))
    except (ProviderError, NeedsReconnect) as error:
        _refuse(error, _refused_key(error.code))
    return _store(_Found(kind=_Kind.OWN, facts=facts, livemode=livemode, key=key), host_id=host_id)


def _check(key: str) -> bool:
    """Whether it is for real money. Raises NotConnected for what is no restricted key."""
    if key.startswith("sk_"):
        raise NotConnected(
            gettext("This is your secret key, which may do everything. Make a restricted key and paste that.")
        )
    if key.startswith("pk_"):
        raise NotConnected(gettext("This is your publishable key. Make a restricted key and paste that."))
    found = _RESTRICTED.fullmatch(key)
    if found is None:
        raise NotConnected(gettext("A restricted key begins with rk_live_ or rk_test_. Copy it once more."))
    return found[1] == "live"


def _refused_key(code: str) -> str:
    if code == "stripe:forbidden":
        return gettext(
            "With this key, Stripe does not say whose it is. Give it the permissions above, and paste it once more."
        )
    return gettext(
        "Stripe does not know this key. Copy it once more, or make a new one if it was deleted there."
    )


def _refuse(error: ProviderError | NeedsReconnect, refused: str) -> NoReturn:
    log.info("stripe not connected: %s", error.code)
    unreachable = isinstance(error, ProviderError) and not error.permanent
    raise NotConnected(retold(str(error)) if unreachable else refused) from error


def _store(found: _Found, *, host_id: int) -> StripeAccount:
    """One account a host: another one takes the place of the one that is linked only once that is disconnected."""
    row = StripeAccount.objects.filter(host=host_id).first() or StripeAccount(host_id=host_id)
    if row.pk and row.stripe_id != found.facts.id:
        raise NotConnected(
            gettext("This is another account than %(name)s. Disconnect that one first.") % {"name": row.name}
        )
    old_key, old_endpoint = (stripe_key(row), row.endpoint_id) if row.pk else (None, "")
    endpoint = _register(row, found) if found.kind is _Kind.OWN else None
    try:
        _save(row, found, endpoint)
    except BaseException:
        if endpoint:
            forget_endpoint(StripeKey(found.key), endpoint.id)
        raise
    if old_endpoint:
        forget_endpoint(StripeKey(found.key) if found.key else old_key, old_endpoint)
    return row


def _register(row: StripeAccount, found: _Found) -> Endpoint:
    """Have Stripe send events to an address that nobody else knows. Raises NotConnected."""
    url = in_full(reverse("stripe_own_webhook", args=[row.address]))
    try:
        return stripe().create_endpoint(StripeKey(found.key), url, once=f"endpoint-{random_token()}")
    except (ProviderError, NeedsReconnect) as error:
        _refuse(
            error,
            gettext(
                "The key was not connected: with it, Stripe could not be told to report payments to %(url)s. The key "
                "needs “Write” for Webhook Endpoints, and the address has to be reachable from the internet."
            )
            % {"url": url},
        )


@transaction.atomic
def _save(row: StripeAccount, found: _Found, endpoint: Endpoint | None) -> None:
    User.objects.select_for_update().get(pk=row.host_id)
    facts, now = found.facts, timezone.now()
    row.kind, row.stripe_id, row.name, row.currency = found.kind, facts.id, facts.name, facts.currency
    row.livemode, row.connected_at = found.livemode, now
    row.problem, row.problem_at = ("", None) if facts.can_charge else (str(NOT_READY), now)
    row.told_at = row.problem_at  # the row on their screen says it
    seal(row, "secret", found.key)
    row.endpoint_id = endpoint.id if endpoint else ""
    seal(row, "webhook_secret", endpoint.secret if endpoint else "")
    row.save()
    adopt_payments(row)
    for payment in open_payments(row).select_related("booking"):
        settle_later(payment.booking, name=f"account:{now.timestamp()}")
    if row.problem:
        watch(row)


def forget_endpoint(key: StripeKey | None, endpoint_id: str) -> bool:
    """As far as Stripe lets us; return whether it did."""
    try:
        if key is not None:
            stripe().delete_endpoint(key, endpoint_id)
    except (ProviderError, NeedsReconnect) as error:
        log.warning("a webhook endpoint stays at stripe: %s", error.code)
        return False
    return True
