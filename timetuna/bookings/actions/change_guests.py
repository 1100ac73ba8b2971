"""Somebody else is to come to a booking, or no longer: its guest says so, its host, or they themselves."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from timetuna.bookings.actions.host_time import lock_hosts_of
from timetuna.bookings.errors import NotPossible, TooManyBookings
from timetuna.bookings.events import ATTENDEE, GUEST, GUEST_CHANGES, HOST, BookingEvent, record
from timetuna.bookings.guests import Guest, invite, limit_changes, limit_invited, limit_mails_to
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.queue import mails_of
from timetuna.bookings.notifications.telling import audience_of
from timetuna.bookings.policies import guests_refusal, leave_refusal, most_guests, removal_refusal
from timetuna.bookings.proofs.needed import Proof, rates
from timetuna.bookings.queries import others, with_booker
from timetuna.bookings.said_to_hosts import (
    ADDED_MORE,
    ADDED_ONE,
    GUESTS_CHANGED_OFTEN,
    INVITED_BEFORE,
)
from timetuna.rate_limits.limits import UNKNOWN, Client, wait_in_words

MOST_CHANGES = 20
MOST_INVITATIONS = 2
"""How often one person is invited to one booking: once more after they were taken off by mistake."""
_NOT_NOW = gettext_noop(
    "Nobody can be invited just now, because unusually many bookings are made. Try again in %(wait)s."
)
INVITES = frozenset({"confirmed", "promised", "invited"})


def add_guests(booking_id: int, *, guests: Sequence[Guest], now: datetime, actor: str = GUEST) -> Booking:
    """Invite them; who is there already is left alone. Raises BookingRefused; then nothing has changed.

    actor: whether the guest or the host does it.
    """
    with transaction.atomic():
        booking = locked(booking_id)
        _refuse_change(booking, guests_refusal(booking, now=now), actor=actor, now=now)
        limit_mails_to(guests, now=now)
        if actor == GUEST:
            refuse_while_unusual(booking, gettext(_NOT_NOW), now=now)
            limit_invited(booking, guests, most=most_guests(booking), now=now)
        _limit_invitations(booking, guests, actor)
        before = others(booking).count()
        added = invite(booking, guests, most=most_guests(booking), now=now, actor=actor)
        if added:
            record(
                booking,
                BookingEvent.GUESTS_ADDED,
                actor=actor,
                changes={"further_guests": (before, others(booking).count())},
                sentence=ADDED_ONE if len(added) == 1 else ADDED_MORE % {"count": len(added)},
                guests=added,
            )
    return booking


def remove_guest(booking_id: int, *, attendee_id: int, now: datetime, actor: str = GUEST) -> Booking:
    """Take somebody off, and cancel their copy of the invitation if one went out. Raises NotPossible.

    A second time changes nothing. actor: whether the guest or the host does it.
    """
    with transaction.atomic():
        booking = locked(booking_id)
        _refuse_change(booking, removal_refusal(booking, now=now), actor=actor, now=now)
        if attendee := others(booking).filter(pk=attendee_id).first():
            attendee.removed_by = actor
            _set_active(booking, attendee, BookingEvent.GUEST_REMOVED, active=False, actor=actor)
    return booking


def leave(attendee: Attendee, *, now: datetime) -> None:
    """Take somebody off who says so themselves, however often others did. A second time changes nothing.

    Raises NotPossible.
    """
    with transaction.atomic():
        booking, attendee = _locked_with(attendee)
        if not attendee.active:
            return
        if refusal := leave_refusal(attendee, now=now):
            raise NotPossible(refusal)
        attendee.removed_by = ATTENDEE
        _set_active(booking, attendee, BookingEvent.LEFT, active=False, actor=ATTENDEE)


def come_back(attendee: Attendee, *, now: datetime) -> None:
    """Invite again who had left, once, so that nobody has mails sent by coming and going. Raises NotPossible.

    A second time changes nothing.
    """
    with transaction.atomic():
        booking, attendee = _locked_with(attendee)
        if attendee.active or attendee.removed_by != ATTENDEE:
            return
        if refusal := leave_refusal(attendee, now=now):
            raise NotPossible(refusal)
        attendee.removed_by, attendee.returned, attendee.added_at = "", True, now
        _set_active(booking, attendee, BookingEvent.CAME_BACK, active=True, actor=ATTENDEE)


def _set_active(
    booking: Booking, attendee: Attendee, event: BookingEvent, *, active: bool, actor: str
) -> None:
    before = others(booking).count()
    attendee.active = active
    attendee.save(update_fields=["active", "removed_by", "returned", "added_at"])
    record(
        booking,
        event,
        actor=actor,
        words=attendee.called(),
        changes={"further_guests": (before, others(booking).count())},
        guests=[attendee],
    )


def locked(booking_id: int) -> Booking:
    """For the rest of the caller's transaction: its hosts' time, too."""
    booking: Booking = Booking.objects.select_related("host", "page").get(pk=booking_id)
    lock_hosts_of(booking.pk)
    # The row, too: what announces a booking locks it, and must not tell anybody twice or not at all.
    rows = Booking.objects.select_for_update(of=("self",)).select_related("host", "page")
    row: Booking = with_booker(rows).get(pk=booking_id)
    return row


def _locked_with(attendee: Attendee) -> tuple[Booking, Attendee]:
    """The booking, and somebody who was invited too as they stand now."""
    booking = locked(attendee.booking_id)
    attendee = Attendee.objects.get(pk=attendee.pk)
    attendee.booking = booking
    return booking, attendee


def _refuse_change(booking: Booking, refusal: str, *, actor: str, now: datetime) -> None:
    """By the booker or the host. Who leaves by themselves is not counted with them, nor refused for their sake."""
    if refusal:
        raise NotPossible(refusal)
    changes = booking.history.filter(event__in=GUEST_CHANGES, actor=actor)
    if changes.count() >= MOST_CHANGES:
        raise NotPossible(_too_often(actor))
    if actor == GUEST:
        limit_changes(booking, now=now)


def refuse_while_unusual(booking: Booking, sentence: str, *, now: datetime) -> None:
    """Have nobody mailed for a guest of whom nothing is known, while unusually many book. Raises TooManyBookings."""
    if booking.booker.confirmed or booking.page is None:
        return
    source = Client(network=booking.source_network or UNKNOWN)
    busy = rates(booking.page.pk, source, now=now)
    if busy.asked() is not Proof.NONE:
        wait = max(busy.quiet_in, 60.0)
        raise TooManyBookings(sentence % {"wait": wait_in_words(wait)}, wait=wait)


def _too_often(actor: str) -> str:
    if actor == HOST:
        return str(GUESTS_CHANGED_OFTEN)
    return gettext("The guests of this booking were changed many times. Write to your host.")


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
                raise NotPossible(INVITED_BEFORE % {"email": email})
            raise NotPossible(
                gettext("%(email)s was invited and taken off already. Write to your host.") % {"email": email}
            )
