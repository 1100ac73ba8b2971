"""What a booking needs outside, its conference and its hosts' events: made once, moved in place, and removed.

No meeting is made again when one may exist unheard of.
"""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop

from timetuna.bookings.events import SYSTEM, BookingEvent, Happening, Status, on_event, record
from timetuna.bookings.fulfilment.event_lease import store_problem, store_removal, store_written, turn
from timetuna.bookings.integrations.event import (
    Home,
    carries_link,
    events_of,
    home_of,
    in_line,
    is_wanted,
    makes_link,
    service,
    words_for_all,
)
from timetuna.bookings.integrations.location import (
    Maker,
    fingerprint_of,
    link_host_id,
    maker,
    may,
    provider_label,
)
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.queries import name_for_others
from timetuna.calendars.access_tokens import order_after, use
from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.queries import conferencing, connection
from timetuna.jobs.queue import GiveUp, Retry, job
from timetuna.providers.base import Ability, Meeting
from timetuna.providers.base import CreatedConference as Made
from timetuna.providers.errors import NeedsReconnect, ProviderError
from timetuna.web.forms import in_full

T = TypeVar("T")
State = CalendarEvent.State
_MAKING = timedelta(seconds=2)


def ensure_event(booking: Booking, *, check: bool = False) -> None:
    """Done once each host's event is as the booking is; at once where no calendar gets one. Raises Retry or GiveUp.

    What cannot be written into one calendar keeps no other from getting it: all are tried before anything is raised.
    check: write also what should be there already, in case its host has deleted it, or moved it elsewhere. What else
    its host changed in it stays, until the booking itself changes.
    """
    events = events_of(booking)
    ends = [_tried(partial(_ensure, booking, event, check=check)) for event in events]
    if link_host_id(booking) not in {event.host_id for event in events}:
        ends.append(_tried(partial(_miss_no_link, booking)))
    reasons = [end for end in ends if end]
    if reasons:
        raise next((end for end in reasons if isinstance(end, Retry)), reasons[0])


def _tried(do: Callable[[], None]) -> Retry | GiveUp | None:
    try:
        do()
    except (Retry, GiveUp) as end:
        return end
    return None


def _ensure(booking: Booking, event: CalendarEvent, *, check: bool) -> None:
    if not is_wanted(booking, event):
        _remove(booking, event)
    elif booking.status == Status.CONFIRMED and (check or not in_line(booking, event)):
        _write(booking, event)


def _write(booking: Booking, event: CalendarEvent) -> None:
    if booking.end_at() < timezone.now():
        raise GiveUp(gettext_noop("The time of this meeting is over; its event is not written any more."))
    home = _home(booking, event)
    _refuse_unfit(booking, event, home)

    def put(credential: str) -> bool:
        with turn(event) as taken:
            if taken.booking.status != Status.CONFIRMED:
                raise Retry(
                    gettext_noop("The booking was changed meanwhile; its event follows."), at=timezone.now()
                )
            written = home.writer.put(
                replace(taken.entry, unchanged=taken.before.written_digest == taken.digest),
                calendar=event.outside_calendar,
                reference=taken.before.reference,
                credential=credential,
            )
            store_written(taken, written)
            return bool(written.join_url or not taken.entry.meeting_type)

    if not _call(booking, event, home, put):
        raise Retry(
            gettext_noop("%(service)s is still making the link.") % {"service": service(event)},
            at=timezone.now() + _MAKING,
        )


def _remove(booking: Booking, event: CalendarEvent) -> None:
    if event.state == State.REMOVED:
        return
    untouched = CalendarEvent.objects.filter(pk=event.pk, reference="", in_doubt=False)
    if untouched.update(state=State.REMOVED, problem=""):
        return
    home = _home(booking, event)

    def remove(credential: str) -> None:
        with turn(event) as taken:
            calendar, reference = event.outside_calendar, taken.before.reference
            if taken.before.in_doubt:
                # Only writing finds an event whose reference was lost on its way to us.
                reference = home.writer.put(
                    taken.entry, calendar=calendar, reference=reference, credential=credential
                ).reference
            home.writer.remove(reference, calendar=calendar, credential=credential)
            store_removal(taken)

    _call(booking, event, home, remove)


def _home(booking: Booking, event: CalendarEvent) -> Home:
    """Who writes. Raises GiveUp with what the host has to do; connecting again starts the work."""
    home = home_of(event)
    if home is None:
        sentence = gettext_noop(
            "%(service)s is not connected. Connect it again and %(calendar)s is brought up to date."
        ) % {"service": service(event), "calendar": words_for_all(booking, event)}
        store_problem(booking, event, sentence, state=State.WAITING)
        raise GiveUp(sentence)
    if event.account_id != home.account.pk:
        calendar = home.account.calendars.filter(outside_id=event.outside_calendar).first()
        CalendarEvent.objects.filter(pk=event.pk).update(account=home.account, calendar=calendar)
    return home


def _refuse_unfit(booking: Booking, event: CalendarEvent, home: Home) -> None:
    if carries_link(booking, event.host_id) and booking.meeting_type not in home.writer.meeting_types():
        sentence = gettext_noop(
            "%(service)s makes no %(provider)s links. Choose another calendar for the page."
        )
        sentence %= {"service": service(event), "provider": provider_label(booking.meeting_type)}
        store_problem(booking, event, sentence, state=State.WAITING)
        raise GiveUp(sentence)


def _miss_no_link(booking: Booking) -> None:
    """Be content without an event, unless the meeting's link is to come out of it."""
    unlinked = Conference.objects.filter(booking=booking).exclude(state=Conference.State.READY)
    if not makes_link(booking) or booking.status != Status.CONFIRMED or not unlinked.exists():
        return
    sentence = gettext_noop("No connected calendar makes %(provider)s links for this page.")
    sentence %= {"provider": provider_label(booking.meeting_type)}
    unlinked.update(problem=sentence, state=Conference.State.WAITING)
    raise GiveUp(sentence)


def _call(booking: Booking, event: CalendarEvent, home: Home, do: Callable[[str], T]) -> T:
    try:
        return use(home.account.pk, do)
    except (NeedsReconnect, ProviderError) as error:
        refused = isinstance(error, ProviderError) and error.permanent
        store_problem(booking, event, str(error), state=State.REFUSED if refused else State.WAITING)
        raise order_after(error) from error


log = logging.getLogger("timetuna.bookings")
UNKNOWN_PAUSES = 6
_TWICE = 2


def ensure_conference(booking: Booking) -> None:
    """Comes back once the link is stored, or at once where no provider makes one by itself. Raises Retry or GiveUp."""
    conference = Conference.objects.filter(booking=booking).first()
    if conference is None or conference.state == Conference.State.READY or makes_link(booking):
        return
    if booking.end_at() < timezone.now():
        raise GiveUp(gettext_noop("The time of this meeting is over; no link is made any more."))
    if conference.state == Conference.State.CREATING:
        # We come back after a crash: the call had begun, and nobody knows how it ended.
        _outcome_unknown(conference, gettext_noop("The server was stopped while the meeting was being made."))
    _make(booking, conference)


def meeting_of(booking: Booking) -> Meeting:
    return Meeting(
        topic=f"{booking.title}: {name_for_others(booking.booker.name)} and {booking.host.name}",
        start=booking.start_at,
        minutes=booking.minutes,
        agenda=f"Booked with TimeTuna. Your page of this booking: {in_full(reverse('booking', args=[booking.pk]))}",
    )


def _make(booking: Booking, conference: Conference) -> None:
    account = connection(conference.host_id or booking.host_id, conference.provider)
    provider, name = conferencing(conference.provider), provider_label(conference.provider)
    if provider is None:
        missing = gettext_noop("%(provider)s is not set up on this server; its operator can change that.")
        raise _waiting(conference, missing % {"provider": name})
    if account is None:
        missing = gettext_noop("%(provider)s is not connected. Connect %(provider)s and the link is made.")
        raise _waiting(conference, missing % {"provider": name})
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
        until = gettext_noop("Until then, guests are not offered %(provider)s.") % {"provider": name}
        ended = error.code == "disconnected"
        raise _waiting(conference, str(error) if ended else f"{error} {until}") from error
    except ProviderError as error:
        raise _failed(conference, error) from error
    _store(booking, conference, made, fingerprint_of(account))


def carry(found: Maker, do: Callable[[str], None]) -> None:
    """Change a meeting that was made before. Raises Retry or GiveUp."""
    try:
        use(found.account.pk, do)
    except (NeedsReconnect, ProviderError) as error:
        raise order_after(error) from error


@on_event(BookingEvent.CANCELLED, BookingEvent.LINK_MADE)
def remove_meeting(happening: Happening) -> None:
    """Remove the meeting of a booking that is off, also one that was being made while it was called off."""
    booking = Booking.objects.get(pk=happening.booking.pk)
    if booking.is_off() and may(booking, Ability.REMOVE):
        remove_outside.enqueue(
            key=f"remove-conference:{booking.pk}",
            concurrency=booking.concurrency_key(),
            booking_id=booking.pk,
        )


@job("bookings.remove_conference")
def remove_outside(booking_id: int) -> None:
    """Delete the meeting of a cancelled booking. Raises Retry or GiveUp."""
    booking = Booking.objects.select_related("host").filter(pk=booking_id).first()
    found = maker(booking) if booking else None
    if booking is None or found is None or not found.may(Ability.REMOVE):
        return
    reference = Conference.objects.get(booking=booking).reference
    carry(found, lambda token: found.provider.remove(reference, access_token=token))
    record(booking, BookingEvent.MEETING_REMOVED, actor=SYSTEM)


def _begin(conference: Conference) -> None:
    """Just before the call: a meeting may now exist."""
    Conference.objects.filter(pk=conference.pk).update(
        state=Conference.State.CREATING, create_started_at=timezone.now()
    )


def _end_without(conference: Conference) -> None:
    """Just after the call, which made nothing: what comes before the next one makes no meetings."""
    Conference.objects.filter(pk=conference.pk).update(state=Conference.State.WAITING)


def _store(booking: Booking, conference: Conference, made: Made, account_fingerprint: str) -> None:
    Conference.objects.filter(pk=conference.pk).update(
        state=Conference.State.READY,
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
    Conference.objects.filter(pk=conference.pk).update(state=Conference.State.WAITING, problem=sentence[:300])
    return GiveUp(sentence)


def _failed(conference: Conference, error: ProviderError) -> Retry | GiveUp:
    if error.outcome_unknown:
        _outcome_unknown(conference, str(error))
    state = Conference.State.REFUSED if error.permanent else Conference.State.WAITING
    Conference.objects.filter(pk=conference.pk).update(state=state, problem=str(error)[:300])
    return order_after(error)


def _outcome_unknown(conference: Conference, sentence: str) -> None:
    """Count it; the first time the call is repeated once, later; after that only the host decides. Always raises."""
    conference.refresh_from_db()
    again = conference.unknown_outcomes == 0
    conference.unknown_outcomes += 1
    conference.possible_duplicates += 1
    conference.state = Conference.State.WAITING if again else Conference.State.REFUSED
    conference.problem = (sentence if again else _asks_host(conference))[:300]
    conference.save(update_fields=["unknown_outcomes", "possible_duplicates", "state", "problem"])
    if again:
        raise Retry(sentence, at=_delayed(conference.create_started_at or timezone.now()))
    raise GiveUp(conference.problem)


def _asks_host(conference: Conference) -> str:
    name, most = provider_label(conference.provider), conference.possible_duplicates
    asked = (
        gettext_noop(
            "%(provider)s was asked twice and never said whether it made the meeting, so up to %(count)d meetings of "
            "this name and time may stand in your %(provider)s account, and nobody uses them. Nothing is tried by "
            "itself any more: “Try again now” on the booking’s page makes one more."
        )
        if most == _TWICE
        else gettext_noop(
            "%(provider)s was asked %(count)d times and never said whether it made the meeting, so up to %(count)d "
            "meetings of this name and time may stand in your %(provider)s account, and nobody uses them. Nothing is "
            "tried by itself any more: “Try again now” on the booking’s page makes one more."
        )
    )
    return asked % {"provider": name, "count": most}


def _delayed(started: datetime) -> datetime:
    return max(started, timezone.now()) + timedelta(seconds=UNKNOWN_PAUSES * settings.RETRY_SECONDS)
