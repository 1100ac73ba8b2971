"""Somebody else is to come to a booking, or no longer: its guest says so, its host, or they themselves."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.errors import NotPossible, TooManyBookings
from timetuna.bookings.events import ATTENDEE, GUEST, GUEST_CHANGES, HOST, BookingEvent, record
from timetuna.bookings.guests import Guest, others, too_many
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.queue import mails_of
from timetuna.bookings.notifications.recipients import audience_of
from timetuna.bookings.permissions import guests_refusal, most_guests
from timetuna.bookings.proofs.needed import Proof, rates
from timetuna.bookings.queries import set_new_link, with_booker
from timetuna.bookings.rate_limits import limit_changes, limit_invited, limit_mails_to
from timetuna.lib.mail import mailbox_of
from timetuna.web.client import UNKNOWN, Client

MOST_EVER = 20
"""How many people one booking can send mails to, however often they are exchanged."""
MOST_CHANGES = 20
MOST_INVITATIONS = 2
"""How often one person is invited to one booking: once more after they were taken off by mistake."""
INVITES = frozenset({"confirmed", "promised", "invited"})


def add_guests(booking_id: int, *, guests: Sequence[Guest], now: datetime, actor: str = GUEST) -> Booking:
    """Invite them; who is there already is left alone. Raises BookingRefused; then nothing has changed.

    actor: whether the guest or the host does it, or ATTENDEE, somebody who had left and comes back.
    """
    with transaction.atomic():
        booking = _locked(booking_id, actor, now)
        limit_mails_to(guests, now=now)
        if actor == GUEST:
            _refuse_while_unusual(booking, now)
            limit_invited(booking, guests, most=most_guests(booking), now=now)
        _limit_invitations(booking, guests, actor)
        before = others(booking).count()
        added = invite(booking, guests, most=most_guests(booking), now=now, actor=actor)
        if added:
            record(
                booking,
                BookingEvent.CAME_BACK if actor == ATTENDEE else BookingEvent.GUESTS_ADDED,
                actor=actor,
                changes={"further_guests": (before, others(booking).count())},
                people="a further guest" if len(added) == 1 else f"{len(added)} further guests",
                guests=added,
            )
    return booking


def remove_guest(booking_id: int, *, attendee_id: int, now: datetime, actor: str = GUEST) -> Booking:
    """Take somebody off, and cancel their copy of the invitation if one went out. Raises NotPossible.

    A second time changes nothing. actor: who does it; ATTENDEE is the one who leaves.
    """
    with transaction.atomic():
        booking = _locked(booking_id, actor, now)
        before = others(booking).count()
        attendee = others(booking).filter(pk=attendee_id).first()
        if attendee is not None:
            attendee.active, attendee.removed_by = False, actor
            attendee.save(update_fields=["active", "removed_by"])
            record(
                booking,
                BookingEvent.LEFT if actor == ATTENDEE else BookingEvent.GUEST_REMOVED,
                actor=actor,
                changes={"further_guests": (before, others(booking).count())},
                guests=[attendee],
            )
    return booking


def invite(
    booking: Booking, guests: Sequence[Guest], *, most: int, now: datetime, actor: str = GUEST
) -> list[Attendee]:
    """Write down who is to come too, in the caller's transaction; return who was not there yet. Raises NotPossible.

    Who was taken off before is the same person again.
    """
    present = {row.mailbox: row for row in booking.attendees.filter(is_booker=False)}
    new = [guest for guest in guests if not (guest.mailbox() in present and present[guest.mailbox()].active)]
    _refuse(booking, new, present, most=most, actor=actor)
    by = {} if actor == ATTENDEE else {"invited_by": actor}
    return [
        store_attendee(booking, guest, row=present.get(guest.mailbox()), added_at=now, **by) for guest in new
    ]


def store_attendee(
    booking: Booking, guest: Guest, *, row: Attendee | None = None, **columns: Any
) -> Attendee:
    """In a row of their own or the one they had, which keeps its zone and language."""
    attendee = row or Attendee(booking=booking, mailbox=guest.mailbox(), **guest.answers)
    columns |= {"name": guest.name, "email": guest.email, "active": True, "removed_by": ""}
    for name, value in columns.items():
        setattr(attendee, name, value)
    if row is None:
        like = attendee if attendee.is_booker else booking.booker
        attendee.time_zone = guest.time_zone or like.time_zone
        attendee.language = guest.language or like.language
        set_new_link(attendee)
    attendee.save()
    return attendee


def _refuse(
    booking: Booking, new: Sequence[Guest], present: dict[str, Attendee], *, most: int, actor: str
) -> None:
    taking_part = {booking.booker.mailbox, mailbox_of(booking.host.email)}
    for guest in new:
        if guest.mailbox() in taking_part:
            raise NotPossible(
                gettext("%(email)s takes part anyway; name only others.") % {"email": guest.email}
            )
    active = sum(row.active for row in present.values())
    if active + len(new) > most:
        raise NotPossible(too_many(most))
    if len({*present, *(guest.mailbox() for guest in new)}) > max(MOST_EVER, most):
        raise NotPossible(
            "Many people were named for this booking already. Please write to them yourself."
            if actor == HOST
            else gettext("Many people were named for this booking already. Please write to your host.")
        )


def _locked(booking_id: int, actor: str, now: datetime) -> Booking:
    booking: Booking = Booking.objects.select_related("host", "page").get(pk=booking_id)
    lock_hosts_of(booking.pk)
    # The row, too: what announces a booking locks it, and must not tell anybody twice or not at all.
    rows = Booking.objects.select_for_update(of=("self",)).select_related("host", "page")
    booking = with_booker(rows).get(pk=booking_id)
    if refusal := guests_refusal(booking, now=now):
        raise NotPossible(refusal)
    changes = booking.history.filter(event__in=GUEST_CHANGES, actor=actor)
    if changes.count() >= MOST_CHANGES:
        raise NotPossible(_too_often(actor))
    if actor == GUEST:
        limit_changes(booking, now=now)
    return booking


def _refuse_while_unusual(booking: Booking, now: datetime) -> None:
    """Have nobody mailed for a guest of whom nothing is known, while unusually many book."""
    if booking.booker.confirmed or booking.page is None:
        return
    source = Client(network=booking.source_network or UNKNOWN)
    if rates(booking.page.pk, source, now=now).asked() is not Proof.NONE:
        raise TooManyBookings(
            gettext(
                "Nobody can be invited just now, because unusually many bookings are made. Please try again later."
            )
        )


def _too_often(actor: str) -> str:
    if actor == HOST:
        return "You changed the guests of this booking many times. Please write to them yourself."
    return gettext("The guests of this booking were changed many times. Please write to your host.")


def _limit_invitations(booking: Booking, guests: Sequence[Guest], actor: str) -> None:
    """Let nobody be mailed again and again because somebody invites them and takes them off."""
    mailboxes = {guest.mailbox(): guest.email for guest in guests}
    off = booking.attendees.filter(active=False, mailbox__in=mailboxes)
    invited = [
        mail.arguments.get("audience") for mail in mails_of(booking) if mail.arguments.get("kind") in INVITES
    ]
    for attendee in off:
        if invited.count(audience_of(attendee)) >= MOST_INVITATIONS:
            email = mailboxes[attendee.mailbox]
            if actor == HOST:
                raise NotPossible(
                    f"{email} was invited and taken off already. Please write to them yourself."
                )
            raise NotPossible(
                gettext("%(email)s was invited and taken off already. Please write to your host.")
                % {"email": email}
            )
