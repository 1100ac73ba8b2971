"""Sees to it that a booking has its online meeting: made once, and never made again when one may exist unheard of."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from timetuna.bookings.events import SYSTEM, BookingEvent, record
from timetuna.bookings.integrations.event import makes_link
from timetuna.bookings.integrations.location import fingerprint_of, provider_label
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import name_for_others
from timetuna.calendars.access_tokens import use
from timetuna.calendars.queries import conferencing, connection
from timetuna.jobs.queue import GiveUp, Retry
from timetuna.providers.base import CreatedConference as Made
from timetuna.providers.base import Meeting
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.web.forms import in_full

log = logging.getLogger("timetuna.bookings")
State = Conference.State
UNKNOWN_PAUSES = 6
_TWICE = 2


def ensure_conference(booking: Booking) -> None:
    """Comes back once the link is stored, or at once where no provider makes one by itself. Raises Retry or GiveUp."""
    conference = Conference.objects.filter(booking=booking).first()
    if conference is None or conference.state == State.READY or makes_link(booking):
        return
    if booking.end_at() < timezone.now():
        raise GiveUp("The time of this meeting is over; no link is made any more.")
    if conference.state == State.CREATING:
        # We come back after a crash: the call had begun, and nobody knows how it ended.
        _outcome_unknown(conference, "The server was stopped while the meeting was being made.")
    _make(booking, conference)


def meeting_of(booking: Booking) -> Meeting:
    return Meeting(
        topic=f"{booking.title}: {name_for_others(booking.booker.name)} and {booking.host.name}",
        start=booking.start_at,
        minutes=booking.minutes,
        agenda=f"Booked with TimeTuna. Your page of this booking: {in_full(reverse('booking', args=[booking.pk]))}",
    )


def _make(booking: Booking, conference: Conference) -> None:
    account = connection(booking.host_id, conference.provider)
    provider, name = conferencing(conference.provider), provider_label(conference.provider)
    if provider is None:
        raise _waiting(conference, f"{name} is not set up on this server; its operator can change that.")
    if account is None:
        raise _waiting(conference, f"{name} is not connected. Connect {name} and the link is made.")
    meeting = meeting_of(booking)

    def create(access_token: str) -> Made:
        _begin(conference)
        try:
            return provider.create(meeting, access_token=access_token)
        except (ProviderError, NeedsReconnect) as error:
            if not error.outcome_unknown:
                _end_without(conference)
            raise

    try:
        made = use(account.pk, create)
    except NeedsReconnect as error:
        until = "" if error.code == "disconnected" else f" Until then, guests are not offered {name}."
        raise _waiting(conference, f"{error}{until}") from error
    except ProviderError as error:
        raise _failed(conference, error) from error
    _store(booking, conference, made, fingerprint_of(account))


def _begin(conference: Conference) -> None:
    """Just before the call: a meeting may now exist."""
    Conference.objects.filter(pk=conference.pk).update(state=State.CREATING, create_started_at=timezone.now())


def _end_without(conference: Conference) -> None:
    """Just after the call, which made nothing: what comes before the next one makes no meetings."""
    Conference.objects.filter(pk=conference.pk).update(state=State.WAITING)


def _store(booking: Booking, conference: Conference, made: Made, account_fingerprint: str) -> None:
    Conference.objects.filter(pk=conference.pk).update(
        state=State.READY,
        reference=made.reference,
        join_url=made.join_url,
        passcode=made.passcode,
        account_fingerprint=account_fingerprint,
        scheduled_for=booking.start_at,
        problem="",
    )
    record(booking, BookingEvent.LINK_MADE, actor=SYSTEM, label=provider_label(conference.provider))


def _waiting(conference: Conference, sentence: str) -> GiveUp:
    """Park the work: connecting again starts it, and so does the host's button."""
    Conference.objects.filter(pk=conference.pk).update(state=State.WAITING, problem=sentence[:300])
    return GiveUp(sentence)


def _failed(conference: Conference, error: ProviderError) -> Retry | GiveUp:
    if error.outcome_unknown:
        _outcome_unknown(conference, str(error))
    if error.permanent:
        Conference.objects.filter(pk=conference.pk).update(state=State.REFUSED, problem=str(error)[:300])
        return GiveUp(str(error))
    Conference.objects.filter(pk=conference.pk).update(state=State.WAITING, problem=str(error)[:300])
    return Retry(str(error), at=error.retry_after)


def _outcome_unknown(conference: Conference, sentence: str) -> None:
    """Count it; the first time the call is repeated once, later; after that only the host decides. Always raises."""
    conference.refresh_from_db()
    again = conference.unknown_outcomes == 0
    conference.unknown_outcomes += 1
    conference.possible_duplicates += 1
    conference.state = State.WAITING if again else State.REFUSED
    conference.problem = (sentence if again else _asks_host(conference))[:300]
    conference.save(update_fields=["unknown_outcomes", "possible_duplicates", "state", "problem"])
    if again:
        raise Retry(sentence, at=_delayed(conference.create_started_at or timezone.now()))
    raise GiveUp(conference.problem)


def _asks_host(conference: Conference) -> str:
    name, most = provider_label(conference.provider), conference.possible_duplicates
    times = "twice" if most == _TWICE else f"{most} times"
    return (
        f"{name} was asked {times} and never said whether it made the meeting, so up to {most} meetings of this name "
        f"and time may stand in your {name} account, and nobody uses them. Nothing is tried by itself any more: "
        "“Try again now” on the booking's page makes one more."
    )


def _delayed(started: datetime) -> datetime:
    return max(started, timezone.now()) + timedelta(seconds=UNKNOWN_PAUSES * settings.RETRY_SECONDS)
