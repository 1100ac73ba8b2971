"""Vonage: texts to guests' phones."""

from pathlib import Path

from timetuna.providers.registry import Need, Provider, key, place

PROVIDER = Provider(
    slug="vonage",
    label="Vonage",
    prefix="VONAGE",
    needs=(
        Need("api_key", "The account's API key.", check=key),
        Need("api_secret", "Its API secret.", secret=True, check=key),
        Need("from", "The number or the sender's name that texts come from."),
        Need(
            "signature_secret",
            "Its signature secret (SHA-256 HMAC), so that what people answer is believed.",
            required=False,
            secret=True,
            check=key,
        ),
        place("api_url", "Where Vonage's SMS API is.", "https://rest.nexmo.com"),
    ),
    one_per_host=True,
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.vonage.provider:Vonage",
    texts=True,
    service="Texts by Vonage",
)
