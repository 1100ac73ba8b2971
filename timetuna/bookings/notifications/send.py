"""Sends one message of a booking."""

from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol, cast

from django.utils import translation

from timetuna.bookings.models import Booking
from timetuna.bookings.notifications import channels
from timetuna.bookings.notifications.message import Message, message_for
from timetuna.bookings.notifications.recipients import Recipient, attendee_id, recipient_of
from timetuna.bookings.queries import with_booker
from timetuna.jobs.queue import MAIL, GiveUp, job


class Channel(Protocol):
    """What each module in `channels` has."""

    def deliver(self, message: Message, recipient: Recipient) -> None:
        """In the recipient's language. Raises Retry or GiveUp with a sentence."""


@job("bookings.mail", lane=MAIL)
def send_mail(
    booking_id: int, *, kind: str, audience: str, revision: int, tag: str = "", channel: str = "mail"
) -> None:
    """Send what is true now, by its channel. Raises Retry or GiveUp with a sentence.

    A mail that waited while the booking changed again is not sent: the later change has its own. Only who was taken
    off is in none of the later ones, and is told all the same. tag: see `message_for`.
    """
    booking = with_booker(Booking.objects.select_related("host", "page")).filter(pk=booking_id).first()
    if booking is None or (booking.revision != revision and not _is_off(booking, kind, audience)):
        return
    deliver(booking, kind=kind, audience=audience, channel=channel, tag=tag)


def deliver(booking: Booking, *, kind: str, audience: str, channel: str, tag: str = "") -> None:
    """In the recipient's language. Raises Retry or GiveUp with a sentence."""
    try:
        recipient = recipient_of(booking, audience)
        with translation.override(recipient.language):
            _channel(channel).deliver(message_for(booking, recipient, kind=kind, tag=tag), recipient)
    except ValueError as error:
        raise GiveUp(f"Mail not sent: {error}") from error


def _channel(name: str) -> Channel:
    if name not in {module.name for module in iter_modules(channels.__path__)}:
        raise GiveUp(f"This version of TimeTuna knows no way called {name!r}.")
    return cast("Channel", import_module(f"{channels.__name__}.{name}"))


def _is_off(booking: Booking, kind: str, audience: str) -> bool:
    off = booking.attendees.filter(active=False, pk=attendee_id(audience) or 0)
    return kind == "uninvited" and off.exists()
