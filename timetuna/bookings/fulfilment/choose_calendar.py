"""Decides which calendar gets a booking's event."""

from django.db import transaction

from timetuna.bookings.integrations.grants import fingerprint_of
from timetuna.bookings.models import Booking
from timetuna.calendars.models import CalendarEvent
from timetuna.pages.calendar_use import write_calendar


def choose_calendar(booking: Booking) -> None:
    """Write down where each host's event is to go: the calendar of the page, until something may have been written.

    From then on the event stays where it is, whatever the page chooses later.
    """
    for host_id in booking.booking_hosts.order_by("host").values_list("host", flat=True):
        _choose(booking, host_id)


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


_OPEN = (CalendarEvent.State.WAITING, CalendarEvent.State.REFUSED)
