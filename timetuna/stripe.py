"""Stripe by this server's settings, ready to be asked: with the platform's keys, and without them for hosts' own."""

from functools import lru_cache

from django.conf import settings
from django.urls import reverse

from timetuna import __version__
from timetuna.lib.http import Budget, HttpClient
from timetuna.providers.registry import providers
from timetuna.providers.stripe.provider import Stripe

_BUDGET = Budget(connect_seconds=3.0, read_seconds=8.0, total_seconds=12.0)
"""Somebody who pays waits for it."""


def stripe() -> Stripe:
    return _stripe(settings.BASE_URL, tuple(settings.PROVIDER_SETTINGS.items()))


@lru_cache(maxsize=2)
def _stripe(base_url: str, given: tuple[tuple[str, str], ...]) -> Stripe:
    provider = providers()["stripe"]
    redirect_uri = base_url + reverse("provider_callback", args=[provider.slug])
    # The operator has set the addresses, so private ones are meant.
    http = HttpClient(user_agent=f"TimeTuna/{__version__}", allow_private=True, budget=_BUDGET)
    return Stripe(provider.config(dict(given), redirect_uri=redirect_uri), http)


def form_targets() -> tuple[str, ...]:
    """For the content security policy's form-action: where paying leads to."""
    return stripe().pays_at()
