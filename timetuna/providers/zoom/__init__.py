"""Zoom: meetings, each with a link of its own."""

from pathlib import Path

from timetuna.lib.text import spoken
from timetuna.providers.registry import Need, Provider, client, key, place

PROVIDER = Provider(
    slug="zoom",
    label="Zoom",
    prefix="ZOOM",
    needs=(
        *client("Client id of your Zoom app.", "Client secret of your Zoom app."),
        Need(
            "webhook_secret_token",
            "Secret token of your Zoom app; several may overlap, comma separated.",
            secret=True,
            check=key,
        ),
        place("oauth_url", "Where Zoom's sign-in and tokens are.", "https://zoom.us"),
        place("api_url", "Where Zoom's API is.", "https://api.zoom.us"),
    ),
    one_per_host=True,
    gives=spoken("Makes a meeting for each booking, with a link of its own."),
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.zoom.provider:Zoom",
    latest_grant_only=True,
)
