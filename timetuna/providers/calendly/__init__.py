"""Calendly: what a host has there is brought along, once, by a token that is not kept."""

from pathlib import Path

from timetuna.providers.registry import Provider, place

PROVIDER = Provider(
    slug="calendly",
    label="Calendly",
    prefix="CALENDLY",
    needs=(place("api_url", "Where Calendly's API is.", "https://api.calendly.com"),),
    one_per_host=True,
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.calendly.provider:Calendly",
    verb="Import from",
)
