"""Twilio: texts to guests' phones, and what they answer."""

from pathlib import Path

from timetuna.providers.registry import Need, Provider, key, place

PROVIDER = Provider(
    slug="twilio",
    label="Twilio",
    prefix="TWILIO",
    needs=(
        Need("account_sid", "The account's SID, from Twilio's console.", check=key),
        Need(
            "auth_token", "Its auth token; what Twilio sends here is signed with it.", secret=True, check=key
        ),
        Need("from", "The number texts come from (+…), a sender's name, or a messaging service's SID (MG…)."),
        place("api_url", "Where Twilio's API is.", "https://api.twilio.com"),
    ),
    one_per_host=True,
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.twilio.provider:Twilio",
    texts=True,
    service="Texts by Twilio",
)
