from collections.abc import Iterator

import pytest

from sandbox import Sandbox, SandboxConfig
from sandbox.stripe.control import APP, StripeControl
from timetuna.lib.http import HttpClient
from timetuna.providers.stripe import PROVIDER
from timetuna.providers.stripe.provider import Stripe, StripeKey

CALLBACK = "http://localhost:8000/api/calendar-accounts/stripe/callback"


def build(base_url: str, **changes: str) -> Stripe:
    environment = {
        "STRIPE_CLIENT_ID": APP.client_id,
        "STRIPE_SECRET_KEY": APP.client_secret,
        "STRIPE_WEBHOOK_SECRET": APP.webhook_token,
        "STRIPE_API_URL": f"{base_url}/stripe",
        "STRIPE_CONNECT_URL": f"{base_url}/stripe",
    }
    http = HttpClient(user_agent="TimeTuna/1.0 (test)", allow_private=True)
    provider = PROVIDER.build(PROVIDER.config(environment | changes, redirect_uri=CALLBACK), http)
    assert isinstance(provider, Stripe)
    return provider


@pytest.fixture(scope="session")
def running() -> Iterator[tuple[Sandbox, StripeControl]]:
    with (
        Sandbox(SandboxConfig(parts=frozenset({"stripe"}))) as sandbox,
        StripeControl(sandbox.http_url) as control,
    ):
        yield sandbox, control


@pytest.fixture
def control(running: tuple[Sandbox, StripeControl]) -> Iterator[StripeControl]:
    """Steer a fresh Stripe, which must have nothing to complain about afterwards."""
    control = running[1]
    control.reset()
    control.hold()
    control.decide("allow")
    yield control
    assert control.violations() == []


@pytest.fixture
def provider(running: tuple[Sandbox, StripeControl], control: StripeControl) -> Stripe:
    assert control
    return build(running[0].http_url)


@pytest.fixture
def key(control: StripeControl) -> StripeKey:
    return StripeKey(control.key())
