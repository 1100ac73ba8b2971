"""The unguessable address of an attendee's page: sealed so that it can be mailed again, found by its fingerprint."""

from django.conf import settings
from django.urls import reverse

from timetuna.bookings.models import Attendee
from timetuna.encryption import box
from timetuna.lib.crypto import fingerprint, random_token


def set_new_link(attendee: Attendee) -> None:
    """Give an unsaved or changed attendee a fresh link; the earlier one is dead once they are saved."""
    token = random_token()
    attendee.link_fingerprint = fingerprint(token)
    attendee.link_sealed = box().seal(token, context=_context(attendee))


def link_path(attendee: Attendee, route: str = "booked") -> str:
    """Return the path of the attendee's own page of the booking, or of another route that begins with it."""
    return reverse(route, args=[box().open(attendee.link_sealed, context=_context(attendee))])


def link(attendee: Attendee) -> str:
    """Return the full address of the attendee's own page of the booking."""
    return settings.BASE_URL + link_path(attendee)


def reminders_link(attendee: Attendee) -> str:
    """Return the full address at which the attendee stops the booking's reminders."""
    return settings.BASE_URL + link_path(attendee, "booked_reminders")


def reseal(attendee: Attendee) -> None:
    """Seal the link of an unsaved change with the newest key."""
    attendee.link_sealed = box().rotate(attendee.link_sealed, context=_context(attendee))


def _context(attendee: Attendee) -> str:
    return f"bookings.link:{attendee.link_fingerprint}"
