"""Google: calendars, and Meet links in their events."""

from pathlib import Path

from timetuna.lib.text import spoken
from timetuna.providers.registry import Provider, client, place

PROVIDER = Provider(
    slug="google",
    label="Google Calendar",
    service="Google (calendars and sign-in)",
    prefix="GOOGLE",
    needs=(
        *client(
            "Client id of your Google OAuth client: sign-in and calendars.",
            "Client secret of your Google OAuth client.",
        ),
        place("oauth_url", "Where Google's consent is.", "https://accounts.google.com"),
        place("token_url", "Where Google's tokens are.", "https://oauth2.googleapis.com"),
        place("api_url", "Where Google's API is.", "https://www.googleapis.com"),
    ),
    one_per_host=False,
    gives=spoken("Its busy times block your pages, bookings become events, and each can have a Meet link."),
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.google.provider:GoogleProvider",
)
