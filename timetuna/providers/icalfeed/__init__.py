"""iCal feeds: calendars that are read at an address."""

from pathlib import Path

from timetuna.lib.text import spoken
from timetuna.providers.registry import Provider, switch

PROVIDER = Provider(
    slug="icalfeed",
    label=spoken("iCal feed"),
    prefix="ICALFEED",
    needs=(
        switch("allow_private", "yes: hosts may add feeds at private addresses."),
        switch("allow_http", "yes: hosts may add feeds without encryption."),
    ),
    one_per_host=False,
    gives=spoken("Any calendar that is published at an address: its busy times block your pages."),
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.icalfeed.provider:ICalFeed",
    verb="Add",
)
