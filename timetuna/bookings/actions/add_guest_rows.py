"""Writes down who else is to come to a booking."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext

from timetuna.bookings.errors import NotPossible
from timetuna.bookings.guests import Invitee, too_many
from timetuna.bookings.history import GUEST
from timetuna.bookings.models import Booking, BookingGuest
from timetuna.lib.mail import mailbox_of

MOST_EVER = 20
"""How many people one booking can send mails to, however often they are exchanged."""


def name_guests(
    booking: Booking, others: Sequence[Invitee], *, most: int, now: datetime, actor: str = GUEST
) -> list[BookingGuest]:
    """Add them in the caller's transaction, and return those that were not there yet. Raises NotPossible."""
    present = {row.mailbox: row for row in BookingGuest.objects.filter(booking=booking)}
    new = [one for one in others if not (one.mailbox() in present and present[one.mailbox()].active)]
    _refuse(booking, new, present, most=most, actor=actor)
    rows = [_same_person(booking, one, present.get(one.mailbox())) for one in new]
    for row in rows:
        row.active, row.added_at, row.changed_by = True, now, actor
        row.save()
    return rows


def _refuse(
    booking: Booking, new: Sequence[Invitee], present: dict[str, BookingGuest], *, most: int, actor: str
) -> None:
    taking_part = {booking.guest_mailbox, mailbox_of(booking.host.email)}
    for one in new:
        if one.mailbox() in taking_part:
            raise NotPossible(
                gettext("%(email)s takes part anyway; name only others.") % {"email": one.email}
            )
    active = sum(row.active for row in present.values())
    if active + len(new) > most:
        raise NotPossible(too_many(most))
    if len({*present, *(one.mailbox() for one in new)}) > max(MOST_EVER, most):
        raise NotPossible(
            gettext("Many people were named for this booking already. Please write to your host.")
            if actor == GUEST
            else "Many people were named for this booking already. Please write to them yourself."
        )


def _same_person(booking: Booking, one: Invitee, before: BookingGuest | None) -> BookingGuest:
    """Return the person's row; who was taken off before is the same person again."""
    row = before or BookingGuest(booking=booking, mailbox=one.mailbox())
    row.name, row.email = one.name, one.email
    return row
