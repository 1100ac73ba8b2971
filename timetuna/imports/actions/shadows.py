"""Bookings at other products take time here: all of a host's as one calendar for each product."""

from datetime import datetime

from timetuna.accounts.models import User
from timetuna.availability.interval import minute_of, moment_of
from timetuna.calendars.actions.keep_file import BroughtFile, drop_file, keep_file, span_wanted
from timetuna.calendars.busy_cache import KnownBusy
from timetuna.ical.answer import BusyTime
from timetuna.imports.models import BusyShadow
from timetuna.imports.products import label_of

_HEAD, _END = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//TimeTuna//import//EN\r\n", "END:VCALENDAR\r\n"


def publish_shadows(host: User, product: str, *, now: datetime) -> None:
    """Have exactly those times taken that are, in the caller's transaction, behind the host's lock.

    Only times are written down for it: whoever reads a calendar's knowledge learns nothing of guests.
    """
    rows = BusyShadow.objects.filter(host=host, product=product, state=BusyShadow.State.BUSY)
    spans = [(start, start + minutes) for start, minutes in rows.values_list("start_minute", "minutes")]
    coming = [span for span in spans if span[1] > minute_of(now)]
    key = f"bookings:{product}"
    if not coming:
        drop_file(host.pk, key)
        return
    file = BroughtFile(
        key=key,
        name=f"Bookings at {label_of(product)}",
        content=_HEAD + "".join(_event(number, span) for number, span in enumerate(coming)) + _END,
        known=KnownBusy.of(BusyTime(*span) for span in coming),
        span=span_wanted(host.pk, now=now),
        zone=host.time_zone,
    )
    keep_file(host.pk, file, now=now)


def _event(number: int, span: tuple[int, int]) -> str:
    start, end = (moment_of(minute).strftime("%Y%m%dT%H%M%SZ") for minute in span)
    return f"BEGIN:VEVENT\r\nUID:shadow-{number}\r\nDTSTAMP:{start}\r\nDTSTART:{start}\r\nDTEND:{end}\r\nEND:VEVENT\r\n"
