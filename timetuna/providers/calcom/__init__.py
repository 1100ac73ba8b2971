"""Cal.com: what a host has there is brought along, once, by a key that is not kept or by a file."""

from pathlib import Path

from timetuna.providers.registry import Provider, place

PROVIDER = Provider(
    slug="calcom",
    label="Cal.com",
    prefix="CALCOM",
    needs=(place("api_url", "Where Cal.com's API is.", "https://api.cal.com"),),
    one_per_host=True,
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.calcom.provider:CalCom",
    verb="Import from",
)
