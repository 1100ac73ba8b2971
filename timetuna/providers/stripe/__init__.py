"""Stripe: guests pay for bookings, to their host."""

from pathlib import Path

from timetuna.lib.text import spoken
from timetuna.providers.registry import Need, Provider, key, place

PROVIDER = Provider(
    slug="stripe",
    label="Stripe",
    prefix="STRIPE",
    needs=(
        Need("client_id", "Client id of your Connect platform (ca_…), by which hosts connect.", check=key),
        Need("secret_key", "Secret key of your Connect platform.", secret=True, check=key),
        Need(
            "webhook_secret",
            "Signing secret of its endpoint /api/webhooks/stripe; several may overlap, comma separated.",
            secret=True,
            check=key,
        ),
        place("api_url", "Where Stripe's API is.", "https://api.stripe.com"),
        place("connect_url", "Where Stripe's page to connect is.", "https://connect.stripe.com"),
    ),
    one_per_host=True,
    gives=spoken("Guests pay for bookings, to your own account."),
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.stripe.provider:Stripe",
    payments=True,
)
