"""A booking as the event that stands in the calendar of a host."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from timetuna.accounts.emails import speaking_to
from timetuna.accounts.models import User
from timetuna.bookings.integrations.location import (
    fingerprint_of,
    host_description,
    link_host_id,
    organizer,
    own_uid,
    place,
    summary,
)
from timetuna.bookings.integrations.mending import Mending, mending
from timetuna.bookings.models import Booking, BookingHost
from timetuna.bookings.queries import name_for_others, others
from timetuna.calendars.models import CalendarAccount, CalendarEvent
from timetuna.calendars.queries import calendar_writer, comes_with_event, listing
from timetuna.l10n.retold import retold
from timetuna.lib.crypto import fingerprint
from timetuna.pages.calendar_use import own_part, write_calendar
from timetuna.providers.base import CalendarWriter, Entry, Person

State = CalendarEvent.State


def entry_of(booking: Booking, host_id: int) -> Entry:
    """As it has to stand in the host's calendar now, in their language whoever asks. A few queries.

    A meeting that the event itself carries needs no word about a link that is still to come.
    """
    host = booking.host if host_id == booking.host_id else User.objects.only("language").get(pk=host_id)
    with speaking_to(host):
        return _entry(booking, host_id)


def _entry(booking: Booking, host_id: int) -> Entry:
    where, carries = place(booking), carries_link(booking, host_id)
    return Entry(
        booking=str(booking.uid),
        ical_uid=own_uid(booking),
        revision=booking.revision,
        title=summary(booking),
        start=booking.start_at,
        minutes=booking.minutes,
        time_zone=_zone_of(booking, host_id) or booking.host_time_zone,
        guests=_guests(booking),
        organizer=_organizer(booking),
        hosts=_hosts(booking, host_id),
        location="" if carries and where.pending else where.text,
        description=host_description(booking, where),
        meeting_type=booking.meeting_type if carries else "",
        guest_word=gettext("Guest"),
    )


def makes_link(booking: Booking) -> bool:
    """Whether an event itself carries the online meeting, so that the link comes with it."""
    return comes_with_event(booking.meeting_type)


def carries_link(booking: Booking, host_id: int) -> bool:
    """Whether it is the event of this host: there is one meeting, the organizer's if nobody else's was chosen."""
    return makes_link(booking) and host_id == link_host_id(booking)


def _zone_of(booking: Booking, host_id: int) -> str | None:
    """The zone of a host's copy; None once they do not take part any more."""
    rows = BookingHost.objects.filter(booking=booking, host=host_id)
    return rows.values_list("time_zone", flat=True).first()


def digest(entry: Entry) -> str:
    """Equal for events that say the same."""
    said = asdict(entry, dict_factory=_without_what_is_usual)
    return fingerprint(json.dumps(said, default=str, sort_keys=True))


def _without_what_is_usual(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Leave out what earlier versions did not say, so that an update does not write all events anew."""
    pairs = [(name, value) for name, value in pairs if name != "guest_word"]
    usual = {"accepted": True, "leads": False, "organizer": None, "hosts": ()}
    return {name: value for name, value in pairs if name not in usual or value != usual[name]}


def _organizer(booking: Booking) -> Person | None:
    if not booking.neutral_organizer:
        return None
    inviting = organizer(booking)
    return Person(inviting.name, inviting.email)


def _hosts(booking: Booking, host_id: int) -> tuple[Person, ...]:
    """Whose calendar it is first; nobody where the owner of the calendar invites."""
    if not booking.neutral_organizer:
        return ()
    rows = BookingHost.objects.filter(booking=booking).select_related("host").order_by("host")
    people = [row.host for row in sorted(rows, key=lambda row: row.host_id != host_id)]
    return tuple(Person(one.name, one.email, leads=one.pk == booking.host_id) for one in people)


def _guests(booking: Booking) -> tuple[Person, ...]:
    first = Person(name_for_others(booking.booker.name), booking.booker.email)
    more = [Person(name_for_others(row.name), row.email, accepted=False) for row in others(booking)]
    return tuple(person for person in (first, *more) if person.email)


def in_line(booking: Booking, event: CalendarEvent) -> bool:
    """Whether the event says what the booking says, as far as this server knows."""
    if not is_wanted(booking, event):
        return event.state == State.REMOVED
    return event.state == State.WRITTEN and event.written_digest == digest(entry_of(booking, event.host_id))


def is_wanted(booking: Booking, event: CalendarEvent) -> bool:
    """Whether the booking stands, and the event's host still takes part in it."""
    return not booking.is_off() and BookingHost.objects.filter(booking=booking, host=event.host_id).exists()


_OPEN = (CalendarEvent.State.WAITING, CalendarEvent.State.REFUSED)


@dataclass(frozen=True, slots=True)
class Home:
    """The provider that can write the event, and the connection to the account that has its calendar."""

    writer: CalendarWriter
    account: CalendarAccount


def choose_calendar(booking: Booking) -> None:
    """Write down where each host's event is to go, by their own choice for the page, until one may have been written.

    From then on the event stays where it is, whatever the page chooses later.
    """
    for host_id in booking.booking_hosts.order_by("host").values_list("host", flat=True):
        _choose(booking, host_id)


def events_of(booking: Booking) -> list[CalendarEvent]:
    """The organizer's first; nothing where no calendar gets one."""
    rows = CalendarEvent.objects.select_related("calendar").filter(booking_uid=booking.uid)
    return sorted(rows, key=lambda row: (row.host_id != booking.host_id, row.pk))


def event_of(booking: Booking, host_id: int) -> CalendarEvent | None:
    """None where no calendar of this host gets one."""
    return next((row for row in events_of(booking) if row.host_id == host_id), None)


def account_of(event: CalendarEvent) -> CalendarAccount | None:
    """The host's connection to the outside account, also one that was made anew; None without one."""
    rows = CalendarAccount.objects.filter(host_id=event.host_id, provider=event.provider)
    same = [row for row in rows if fingerprint_of(row) == event.account_fingerprint]
    return next(iter(sorted(same, key=lambda row: row.needs_reconnect)), None)


def home_of(event: CalendarEvent) -> Home | None:
    """None while the account is not connected, or the provider not set up here."""
    account, writer = account_of(event), calendar_writer(event.provider)
    return Home(writer, account) if account is not None and writer is not None else None


def service(event: CalendarEvent) -> str:
    """What people call the service that has the calendar."""
    found = listing(event.provider)
    return found.label if found else event.provider


def calendar_words(event: CalendarEvent) -> str:
    """The calendar's name while it is known, else whose it is."""
    if event.calendar:
        return gettext_noop("the calendar %(calendar)s") % {"calendar": event.calendar.name}
    return gettext_noop("your %(service)s calendar") % {"service": service(event)}


def words_for_all(booking: Booking, event: CalendarEvent) -> str:
    """For everybody who may ever look at the booking: a calendar's name is for its host alone."""
    page = booking.page
    runs = page is not None and (page.is_shared() or page.team_id or page.host_id != event.host_id)
    shared = runs or booking.booking_hosts.exclude(host=event.host_id).exists()
    if shared:
        return gettext_noop("the calendar of %(name)s") % {"name": event.host.name}
    return calendar_words(event)


def not_written(booking: Booking, host_id: int) -> tuple[str, ...]:
    """What the host reads in a mail: into which calendar, and why. The invitation is attached all the same."""
    event = event_of(booking, host_id)
    if event is None or event.state == State.WRITTEN or not event.problem:
        return ()
    if event.calendar:
        sentence = gettext("TimeTuna could not write it into the calendar %(calendar)s. %(problem)s")
    else:
        sentence = gettext("TimeTuna could not write it into your %(service)s calendar. %(problem)s")
    name = event.calendar.name if event.calendar else ""
    return (sentence % {"calendar": name, "service": service(event), "problem": retold(event.problem)},)


def mending_of(event: CalendarEvent) -> Mending | None:
    """None where the connection works, or nobody can connect it here."""
    kind = listing(event.provider)
    return mending(kind.label, account_of(event)) if kind and kind.ready else None


def _choose(booking: Booking, host_id: int) -> None:
    calendar = write_calendar(own_part(booking.page, host_id)) if booking.page else None
    with transaction.atomic():
        unwritten = CalendarEvent.objects.filter(
            booking_uid=booking.uid, host=host_id, reference="", in_doubt=False, state__in=_OPEN
        )
        if calendar is None:
            unwritten.delete()
            return
        account = calendar.account
        place = {
            "account": account,
            "calendar": calendar,
            "provider": account.provider,
            "account_fingerprint": fingerprint_of(account),
            "outside_calendar": calendar.outside_id,
        }
        if not unwritten.update(**place):
            CalendarEvent.objects.get_or_create(booking_uid=booking.uid, host_id=host_id, defaults=place)
