"""Microsoft 365 and Outlook: calendars, and Teams links in their events."""

import re
from pathlib import Path

from timetuna.lib.text import spoken
from timetuna.providers.microsoft.signin import LABEL
from timetuna.providers.registry import Need, Provider, client, place


def _tenant(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]+", value):
        raise ValueError("it must be common, organizations, consumers or one tenant's id.")
    return value


PROVIDER = Provider(
    slug="microsoft",
    label=LABEL,
    service="Microsoft (calendars and sign-in)",
    prefix="MICROSOFT",
    needs=(
        *client(
            "Application id of your Microsoft Entra app: sign-in and calendars.",
            "Client secret of your Microsoft Entra app.",
        ),
        Need(
            "tenant",
            "Whose accounts may connect: common, organizations, consumers or one tenant's id.",
            required=False,
            default="common",
            check=_tenant,
        ),
        place("oauth_url", "Where Microsoft's sign-in and tokens are.", "https://login.microsoftonline.com"),
        place("api_url", "Where Microsoft Graph is.", "https://graph.microsoft.com"),
    ),
    one_per_host=False,
    gives=spoken("Its busy times block your pages, bookings become events, and each can have a Teams link."),
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.microsoft.provider:MicrosoftProvider",
)
