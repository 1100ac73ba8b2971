"""The unguessable address of a booking: kept sealed so that it can be mailed again, found by its fingerprint."""

from django.conf import settings

from timetuna.bookings.models import Booking, BookingGuest
from timetuna.encryption import box
from timetuna.lib.signing import fingerprint, hmac_hex, random_token


def set_new_link(booking: Booking) -> None:
    """Give an unsaved or changed booking a fresh link; the earlier one is dead once it is saved."""
    token = random_token()
    booking.link_fingerprint = fingerprint(token)
    booking.link_sealed = box().seal(token, context=_context(booking))


def link_path(booking: Booking) -> str:
    """Return the path of the booking's own page."""
    return f"/b/{box().open(booking.link_sealed, context=_context(booking))}"


def link(booking: Booking) -> str:
    """Return the full address of the booking's own page."""
    return settings.BASE_URL + link_path(booking)


def stop_reminders(booking: Booking) -> str:
    """Return the full address at which the guest stops the booking's reminders."""
    return f"{link(booking)}/reminders"


def brought_reminders(row: BookingGuest) -> str:
    """Return the full address at which somebody whom the guest brings stops the reminders they get: nothing else."""
    return f"{settings.BASE_URL}/b/reminders/{row.pk}/{brought_signature(row.pk)}"


def brought_signature(guest_id: int) -> str:
    """Return what makes that address one that nobody can guess."""
    return hmac_hex(settings.SECRET_KEY, f"reminders\n{guest_id}")


def reseal(booking: Booking) -> None:
    """Seal the link of an unsaved change with the newest key."""
    booking.link_sealed = box().rotate(booking.link_sealed, context=_context(booking))


def _context(booking: Booking) -> str:
    return f"bookings.link:{booking.uid}"
