"""What a booking that went to another host leaves outside, with the host before, and what it no longer uses."""

from django.db import transaction
from django.utils.translation import gettext_noop

from timetuna.accounts.models import User
from timetuna.bookings.events import HOST, SYSTEM, BookingEvent, Status, record
from timetuna.bookings.fulfilment.ensure import carry
from timetuna.bookings.integrations.event import makes_link
from timetuna.bookings.integrations.location import (
    Maker,
    able_to_make,
    fingerprint_of,
    maker,
    provider_label,
    strange_link,
)
from timetuna.bookings.models import Booking, BookingHost, Conference
from timetuna.bookings.notifications.message import send_mail
from timetuna.bookings.notifications.telling import of_host
from timetuna.calendars.queries import conferencing, connection
from timetuna.jobs.queue import job
from timetuna.providers.base import Ability

State = Conference.State
_FORGOTTEN = {
    "state": State.WAITING,
    "account_fingerprint": "",
    "reference": "",
    "join_url": "",
    "passcode": "",
    "create_started_at": None,
    "scheduled_for": None,
    "unknown_outcomes": 0,
    "possible_duplicates": 0,
    "promised": False,
    "late_link_mailed": False,
    "problem": "",
}
"""What makes a link be made anew, by whoever is to make it then."""


def part_with(booking: Booking, *, former: int, revision: int, told: bool) -> None:
    """Forget a link of who does not host it any more, and tell them, once, if they had heard of the booking.

    revision: that of the handing over.
    """
    with transaction.atomic():
        if BookingHost.objects.filter(booking=booking, host=former).exists():  # they have it again
            return
        conference = strange_link(booking)
        if conference is not None:
            forget_link(booking, conference, host_id=booking.host_id)
        if told:
            audience = of_host(former)
            kind = "request_relieved" if booking.status == Status.PENDING else "relieved"
            send_mail.enqueue(
                key=f"mail:{booking.pk}:{kind}:{audience}:{revision}",
                concurrency=booking.concurrency_key(),
                booking_id=booking.pk,
                kind=kind,
                audience=audience,
                revision=revision,
            )


def forget_link(booking: Booking, conference: Conference, *, host_id: int) -> None:
    """Have it made anew by that host's account, in the caller's transaction; what there was is removed or left."""
    doubtful = conference.state == State.CREATING or conference.possible_duplicates
    if (conference.state == State.READY or doubtful) and not makes_link(booking):
        _leave(booking, conference)
    Conference.objects.filter(pk=conference.pk).update(host=host_id, **_FORGOTTEN)


def use_account(booking_id: int, host_id: int) -> bool:
    """Have the account of another of its hosts make a link that is missing. Return whether there was one to make.

    Nobody's is tried by itself, for that may make two meetings.
    """
    with transaction.atomic():
        booking = Booking.objects.select_for_update(no_key=True, of=("self",)).get(pk=booking_id)
        conference = Conference.objects.filter(booking=booking).exclude(state=State.READY).first()
        if conference is None or booking.is_off() or host_id not in able_to_make(booking):
            return False
        promised = conference.promised
        forget_link(booking, conference, host_id=host_id)
        Conference.objects.filter(pk=conference.pk).update(promised=promised)
        name = User.objects.get(pk=host_id).name
        label = provider_label(conference.provider)
        record(
            booking,
            BookingEvent.ACCOUNT_CHOSEN,
            actor=HOST,
            changes={"_host": (host_id, name)},
            label=label,
            name=name,
        )
    return True


@job("bookings.remove_left")
def remove_left(booking_id: int, *, host_id: int, provider: str, account: str, reference: str) -> None:
    """Delete a meeting that its booking no longer uses. Raises Retry or GiveUp. account: its fingerprint."""
    row, maker_of = connection(host_id, provider), conferencing(provider)
    if row is None or maker_of is None or fingerprint_of(row) != account:
        return
    carry(Maker(maker_of, row), lambda token: maker_of.remove(reference, access_token=token))
    record(Booking.objects.get(pk=booking_id), BookingEvent.MEETING_REMOVED, actor=SYSTEM)


def _leave(booking: Booking, conference: Conference) -> None:
    """Have the meeting deleted where the grant allows it; else write down that its host has to."""
    found = maker(booking)
    if found is not None and conference.reference and found.may(Ability.REMOVE):
        remove_left.enqueue(
            key=f"remove-left:{booking.pk}:{conference.reference}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
            host_id=found.account.host_id,
            provider=conference.provider,
            account=conference.account_fingerprint,
            reference=conference.reference,
        )
    elif conference.host is not None:
        unsure = conference.possible_duplicates + (conference.state == State.CREATING)
        record(
            booking,
            BookingEvent.MEETING_LEFT,
            actor=SYSTEM,
            changes={
                "meeting": (conference.reference, None),
                "_host": (conference.host_id, conference.host.name),
                "_unsure": (unsure, None),
            },
            sentence=_left(conference),
        )


def _left(conference: Conference) -> str:
    words = {
        "provider": provider_label(conference.provider),
        "name": conference.host.name if conference.host else "",
    }
    if conference.reference:
        return gettext_noop("The %(provider)s meeting stays in the account of %(name)s.") % words
    return gettext_noop("The %(provider)s account of %(name)s may hold a meeting of an earlier try.") % words
