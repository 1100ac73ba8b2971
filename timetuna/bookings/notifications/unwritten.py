"""What a host reads of an event that could not be written into their calendar."""

from django.utils.translation import gettext

from timetuna.bookings.integrations.event import event_of, service
from timetuna.bookings.models import Booking
from timetuna.calendars.models import CalendarEvent
from timetuna.l10n.retold import retold


def not_written(booking: Booking, host_id: int) -> tuple[str, ...]:
    """Into which calendar, and why; the invitation is attached to the mail all the same."""
    event = event_of(booking, host_id)
    if event is None or event.state == CalendarEvent.State.WRITTEN or not event.problem:
        return ()
    if event.calendar:
        sentence = gettext("TimeTuna could not write it into the calendar %(calendar)s. %(problem)s")
    else:
        sentence = gettext("TimeTuna could not write it into your %(service)s calendar. %(problem)s")
    name = event.calendar.name if event.calendar else ""
    return (sentence % {"calendar": name, "service": service(event), "problem": retold(event.problem)},)
