"""Decides which calendar gets a booking's event."""

from django.db import transaction

from timetuna.bookings.integrations.grants import fingerprint_of
from timetuna.bookings.models import Booking
from timetuna.calendars.models import CalendarEvent
from timetuna.pages.calendar_use.selection import write_calendar


def choose_calendar(booking: Booking) -> None:
    """Write down where the event is to go: the calendar of the booking's page, until something may have been written.

    From then on the event stays where it is, whatever the page chooses later.
    """
    calendar = write_calendar(booking.page) if booking.page else None
    with transaction.atomic():
        unwritten = CalendarEvent.objects.filter(
            booking_uid=booking.uid, reference="", in_doubt=False, state__in=_OPEN
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
            CalendarEvent.objects.get_or_create(
                booking_uid=booking.uid, defaults={"host_id": booking.host_id, **place}
            )


_OPEN = (CalendarEvent.State.WAITING, CalendarEvent.State.REFUSED)
