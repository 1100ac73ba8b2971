"""Where or how a booking is held, in words and links, and what its host's grant lets us change there."""

from dataclasses import dataclass

from django.utils.translation import gettext

from timetuna.bookings.models import Attendee, Booking, BookingHost, Conference
from timetuna.bookings.queries import name_for_others
from timetuna.calendars.access_tokens import grant_owner
from timetuna.calendars.models import CalendarAccount
from timetuna.calendars.queries import conference_kinds, conferencing, connection
from timetuna.pages.meeting_types.base import Sides, meeting_kind
from timetuna.providers.base import Ability, Conferencing


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """url: the join link.  text: what an invitation's LOCATION says.  pending: a link is still to come.

    problem: for hosts, why it is not there.  possible_duplicates: how many meetings may stand beside the one in use.
    """

    label: str
    text: str
    url: str = ""
    passcode: str = ""
    meeting_number: str = ""
    pending: bool = False
    problem: str = ""
    possible_duplicates: int = 0


def place(booking: Booking) -> Location:
    """As far as it is known now."""
    return _place(booking, to_others=False)


def place_for(attendee: Attendee) -> Location:
    """As somebody on the guest's side may know it: the booker's number is for the host alone."""
    return _place(attendee.booking, to_others=not attendee.is_booker)


def _place(booking: Booking, *, to_others: bool) -> Location:
    conference = Conference.objects.filter(booking=booking).first()
    if conference is not None:
        return _online(conference)
    kind, booker = meeting_kind(booking.meeting_type), booking.booker
    guest = name_for_others(booker.name) if to_others else booker.name
    sides = Sides(detail=booking.location, host=booking.host.name, guest=guest, phone=booker.phone)
    said = kind.said_to_others(sides) if to_others else kind.said(sides)
    return Location(label=kind.label(), text=said, url=kind.url(booking.location))


def duplicates(where: Location) -> str:
    """How many meetings may stand beside the one in use; "" where none can."""
    count, name = where.possible_duplicates, where.label
    if not count:
        return ""
    tries, more, rest = (
        ("an earlier try", "a second meeting", "the other one")
        if count == 1
        else (f"{count} earlier tries", f"up to {count} more meetings", "the others")
    )
    return (
        f"{name} did not say whether {tries} had worked, so your {name} account may hold {more} of this name and time. "
        f"The one in use has the number {where.meeting_number}; delete {rest}."
    )


def provider_label(slug: str) -> str:
    """What people call what makes a meeting: a provider, or a kind of event."""
    return conference_kinds().get(slug, slug)


def _online(conference: Conference) -> Location:
    name = provider_label(conference.provider)
    if conference.state != Conference.State.READY:
        return Location(
            label=name,
            text=gettext("%(name)s (the link follows)") % {"name": name},
            pending=True,
            problem=conference.problem,
            possible_duplicates=conference.possible_duplicates,
        )
    return Location(
        label=name,
        text=conference.join_url,
        url=conference.join_url,
        passcode=conference.passcode,
        meeting_number=conference.reference,
        possible_duplicates=conference.possible_duplicates,
    )


@dataclass(frozen=True, slots=True)
class Maker:
    """The provider of a booking's meeting, and the connection whose account holds it."""

    provider: Conferencing
    account: CalendarAccount

    def may(self, ability: Ability) -> bool:
        """Whether the grant allows it."""
        return ability in self.provider.abilities(self.account.granted_scopes())


def fingerprint_of(account: CalendarAccount) -> str:
    """What a meeting keeps of the account that made it."""
    return grant_owner(account.provider, account.provider_user_id)


def link_host_id(booking: Booking) -> int:
    """Whose account makes the link."""
    conference = Conference.objects.filter(booking=booking).first()
    return conference.host_id or booking.host_id if conference else booking.host_id


def strange_link(booking: Booking) -> Conference | None:
    """The meeting, if it is made, or to be made, by the account of somebody who does not host it any more."""
    hosts = BookingHost.objects.filter(booking=booking).values("host")
    return Conference.objects.filter(booking=booking).exclude(host__in=hosts).first()


def maker(booking: Booking) -> Maker | None:
    """None without a meeting, or where its account is no longer the one connected."""
    conference = Conference.objects.filter(booking=booking, state=Conference.State.READY).first()
    if conference is None:
        return None
    host_id = conference.host_id or booking.host_id
    account, provider = connection(host_id, conference.provider), conferencing(conference.provider)
    if account is None or provider is None or fingerprint_of(account) != conference.account_fingerprint:
        return None
    return Maker(provider, account)


def may(booking: Booking, ability: Ability) -> bool:
    """Whether a change of the booking can be carried to its meeting."""
    found = maker(booking)
    return found is not None and found.may(ability)


def carries_time(booking: Booking) -> bool:
    """Whether there is a meeting outside that was made for a time of its own, so that a move is carried to it."""
    made = Conference.objects.filter(booking=booking, state=Conference.State.READY)
    return made.exclude(scheduled_for=None).exists()
