"""CalDAV: calendars on a host's own server."""

from pathlib import Path

from timetuna.lib.text import spoken
from timetuna.providers.registry import Need, Provider, switch


def _certificates(value: str) -> str:
    from timetuna.lib.http import trust  # noqa: PLC0415 - it loads the HTTP client, which a description does without

    try:
        trust(value)
    except (OSError, ValueError):
        raise ValueError("it must be certificates in PEM form.") from None
    return value


PROVIDER = Provider(
    slug="caldav",
    label="CalDAV",
    prefix="CALDAV",
    needs=(
        switch("allow_private", "yes: hosts may connect calendar servers at private addresses."),
        switch("allow_http", "yes: hosts may connect calendar servers without encryption."),
        Need(
            "ca",
            "Certificates to trust beside the usual ones, for calendar servers (PEM).",
            required=False,
            check=_certificates,
        ),
    ),
    one_per_host=False,
    gives=spoken(
        "iCloud, Nextcloud, Fastmail and others: busy times block your pages, bookings become events."
    ),
    logo=Path(__file__).with_name("logo.svg"),
    implementation="timetuna.providers.caldav.provider:CalDAV",
)
