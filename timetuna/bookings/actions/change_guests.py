"""Somebody else is to come to a booking, or no longer: its guest says so, or its host."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from timetuna.bookings.actions.add_guest_rows import name_guests
from timetuna.bookings.actions.lock_hosts import lock_hosts_of
from timetuna.bookings.errors import NotPossible, TooManyBookings
from timetuna.bookings.events import BookingEvent, record
from timetuna.bookings.guests import Invitee
from timetuna.bookings.history import GUEST, HOST
from timetuna.bookings.models import Booking, BookingGuest
from timetuna.bookings.notifications.audiences import further
from timetuna.bookings.notifications.queue import mails_of
from timetuna.bookings.policies import guests_refusal, most_guests
from timetuna.bookings.proofs.needed import Proof, rates
from timetuna.bookings.rate_limits import refuse_crowd, refuse_flood_of, refuse_flood_of_changes
from timetuna.web.client import UNKNOWN, Client

MOST_CHANGES = 20
MOST_INVITATIONS = 2
"""How often one person is invited to one booking: once more after they were taken off by mistake."""
INVITES = frozenset({"confirmed", "promised", "invited"})


def add_guests(booking_id: int, *, others: Sequence[Invitee], now: datetime, actor: str = GUEST) -> Booking:
    """Invite them; who is there already is left alone. Raises BookingRefused; then nothing has changed.

    actor: whether the guest or the host does it.
    """
    with transaction.atomic():
        booking = _locked(booking_id, actor, now)
        refuse_flood_of(others, now=now)
        if actor == GUEST:
            _refuse_while_unusual(booking, now)
            refuse_crowd(booking, others, most=most_guests(booking), now=now)
        _refuse_to_and_fro(booking, others, actor)
        before = _count(booking)
        added = name_guests(booking, others, most=most_guests(booking), now=now, actor=actor)
        if added:
            changes = {"further_guests": (before, _count(booking))}
            record(
                booking,
                BookingEvent.GUESTS_ADDED,
                actor=actor,
                changes=changes,
                people=_people(len(added)),
                guests=added,
            )
    return booking


def remove_guest(booking_id: int, *, guest_id: int, now: datetime, actor: str = GUEST) -> Booking:
    """Take somebody off, and cancel their copy of the invitation if one went out. Raises NotPossible.

    A second time changes nothing.
    """
    with transaction.atomic():
        booking = _locked(booking_id, actor, now)
        before = _count(booking)
        row = BookingGuest.objects.filter(booking=booking, pk=guest_id, active=True).first()
        if row is not None:
            row.active, row.changed_by = False, actor
            row.save(update_fields=["active", "changed_by"])
            changes = {"further_guests": (before, _count(booking))}
            record(booking, BookingEvent.GUEST_REMOVED, actor=actor, changes=changes, guests=[row])
    return booking


def _locked(booking_id: int, actor: str, now: datetime) -> Booking:
    booking = Booking.objects.select_related("host", "page").get(pk=booking_id)
    lock_hosts_of(booking.pk)
    # The row, too: what announces a booking locks it, and must not tell anybody twice or not at all.
    booking = (
        Booking.objects.select_for_update(of=("self",)).select_related("host", "page").get(pk=booking_id)
    )
    if refusal := guests_refusal(booking, now=now):
        raise NotPossible(refusal)
    changes = booking.history.filter(
        event__in=(BookingEvent.GUESTS_ADDED, BookingEvent.GUEST_REMOVED), actor=actor
    )
    if changes.count() >= MOST_CHANGES:
        raise NotPossible(_too_often(actor))
    if actor == GUEST:
        refuse_flood_of_changes(booking, now=now)
    return booking


def _refuse_while_unusual(booking: Booking, now: datetime) -> None:
    """Have nobody mailed for a guest of whom nothing is known, while unusually many book."""
    if booking.guest_confirmed or booking.page is None:
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


def _refuse_to_and_fro(booking: Booking, others: Sequence[Invitee], actor: str) -> None:
    """Let nobody be mailed again and again because somebody invites them and takes them off."""
    mailboxes = {one.mailbox(): one.email for one in others}
    off = BookingGuest.objects.filter(booking=booking, active=False, mailbox__in=mailboxes)
    invited = [
        mail.arguments.get("audience") for mail in mails_of(booking) if mail.arguments.get("kind") in INVITES
    ]
    for row in off:
        if invited.count(further(row.pk)) >= MOST_INVITATIONS:
            email = mailboxes[row.mailbox]
            if actor == HOST:
                raise NotPossible(
                    f"{email} was invited and taken off already. Please write to them yourself."
                )
            raise NotPossible(
                gettext("%(email)s was invited and taken off already. Please write to your host.")
                % {"email": email}
            )


def _count(booking: Booking) -> int:
    return BookingGuest.objects.filter(booking=booking, active=True).count()


def _people(count: int) -> str:
    return "a further guest" if count == 1 else f"{count} further guests"
