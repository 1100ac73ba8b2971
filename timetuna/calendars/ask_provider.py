"""Asking a calendar's provider when it is taken."""

from timetuna.availability.interval import Interval
from timetuna.calendars.access_tokens import use
from timetuna.calendars.models import Calendar
from timetuna.calendars.queries import busy_source
from timetuna.providers.base import Reading
from timetuna.providers.errors import ProviderError


def ask(row: Calendar, span: Interval, *, cursor: str = "") -> Reading:
    """Return what the calendar says of a span of UTC minutes. Its account and host are read with it.

    Not to be called inside a transaction. Raises ProviderError, NeedsReconnect.
    """
    if row.is_every():
        raise ProviderError("It is not known yet which calendars there are.", code="not-listed")
    source = busy_source(row.account.provider)
    if source is None:
        raise ProviderError(
            "Its provider is not set up on this server; whoever runs it can add it to the settings.",
            code="not-set-up",
            operator=True,
        )
    zone = row.account.host.time_zone
    reading = use(
        row.account_id,
        lambda credential: source.busy(
            row.outside_id, span, time_zone=zone, credential=credential, cursor=cursor
        ),
    )
    if reading.busy is None and not cursor:
        raise ProviderError("The calendar was not given as a whole; this is tried again.", code="not-whole")
    return reading
