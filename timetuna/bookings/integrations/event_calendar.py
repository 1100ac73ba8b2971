"""Which calendar a booking's event is written to, and which account writes it."""

from dataclasses import dataclass

from django.db import transaction

from timetuna.bookings.integrations.grants import fingerprint_of
from timetuna.bookings.models import Booking
from timetuna.calendars.models import CalendarAccount, CalendarEvent
from timetuna.calendars.provider_catalogue import calendar_writer, listing
from timetuna.pages.calendar_use import write_calendar
from timetuna.providers.base import CalendarWriter

_OPEN = (CalendarEvent.State.WAITING, CalendarEvent.State.REFUSED)


@dataclass(frozen=True, slots=True)
class Home:
    """Who can write the event: the provider, and the connection to the account that has its calendar."""

    writer: CalendarWriter
    account: CalendarAccount


def choose_calendar(booking: Booking) -> None:
    """Write down where each host's event is to go: the calendar of the page, until something may have been written.

    From then on the event stays where it is, whatever the page chooses later.
    """
    for host_id in booking.booking_hosts.order_by("host").values_list("host", flat=True):
        _choose(booking, host_id)


def events_of(booking: Booking) -> list[CalendarEvent]:
    """Return the rows of the booking's events, the organizer's first; nothing where no calendar gets one."""
    rows = CalendarEvent.objects.select_related("calendar").filter(booking_uid=booking.uid)
    return sorted(rows, key=lambda row: (row.host_id != booking.host_id, row.pk))


def event_of(booking: Booking, host_id: int) -> CalendarEvent | None:
    """Return the row of the booking's event in this host's calendar; None where no calendar gets one."""
    return next((row for row in events_of(booking) if row.host_id == host_id), None)


def account_of(event: CalendarEvent) -> CalendarAccount | None:
    """Return the host's connection to the outside account, also one that was made anew; None without one."""
    rows = CalendarAccount.objects.filter(host_id=event.host_id, provider=event.provider)
    same = [row for row in rows if fingerprint_of(row) == event.account_fingerprint]
    return next(iter(sorted(same, key=lambda row: row.needs_reconnect)), None)


def home_of(event: CalendarEvent) -> Home | None:
    """Return who can write it; None while the account is not connected, or the provider not set up here."""
    account, writer = account_of(event), calendar_writer(event.provider)
    return Home(writer, account) if account is not None and writer is not None else None


def service(event: CalendarEvent) -> str:
    """Return the name people read for the service that has the calendar."""
    found = listing(event.provider)
    return found.label if found else event.provider


def calendar_words(event: CalendarEvent) -> str:
    """Return the words for the calendar: its name while it is known, else whose it is."""
    return f"the calendar {event.calendar.name}" if event.calendar else f"your {service(event)} calendar"


def words_for_all(booking: Booking, event: CalendarEvent) -> str:
    """Return the words that everybody with a look at the booking may read: a calendar's name is for its host alone."""
    shared = booking.booking_hosts.exclude(host=event.host_id).exists()
    return f"the calendar of {event.host.name}" if shared else calendar_words(event)


def reconnect_words(event: CalendarEvent) -> str:
    """Return the words of the button that mends the connection; "" where it works, or nobody can connect it here."""
    kind, account = listing(event.provider), account_of(event)
    if kind is None or not kind.ready:
        return ""
    if account is None:
        return f"Connect {kind.label}"
    return f"Reconnect {kind.label}" if account.needs_reconnect else ""


def _choose(booking: Booking, host_id: int) -> None:
    calendar = write_calendar(booking.page, host_id) if booking.page else None
    with transaction.atomic():
        unwritten = CalendarEvent.objects.filter(
            booking_uid=booking.uid, host=host_id, reference="", in_doubt=False, state__in=_OPEN
        )
        if calendar is None:
            unwritten.delete()
            return
        account = calendar.account
        place = {
            "account": account,
            "calendar": calendar,
            "provider": account.provider,
            "account_fingerprint": fingerprint_of(account),
            "outside_calendar": calendar.outside_id,
        }
        if not unwritten.update(**place):
            CalendarEvent.objects.get_or_create(booking_uid=booking.uid, host_id=host_id, defaults=place)
