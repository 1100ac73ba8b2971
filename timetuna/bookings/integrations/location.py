"""Where or how a booking is held, in words and links, what its host's grant lets us change there, and its invitation.

The iCalendar invitation is one event with one UID for life, a copy for each side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext as gettext_for_hosts

from timetuna.bookings.events import latest_handing
from timetuna.bookings.models import Attendee, Booking, BookingHost, Conference
from timetuna.bookings.queries import answers_in_lines, host_names, link, name_for_others, others
from timetuna.calendars.access_tokens import grant_owner
from timetuna.calendars.models import CalendarAccount, CalendarEvent
from timetuna.calendars.queries import conference_kinds, conferencing, connection
from timetuna.l10n.lists import labelled
from timetuna.lib.ics import Invitation, InvitationAttendee
from timetuna.lib.mail import Mailbox, parse_mailbox
from timetuna.lib.phones import shown_number
from timetuna.lib.text import without_addresses
from timetuna.pages.calendar_use import kinds_of, own_part
from timetuna.pages.meeting_types.base import Sides, meeting_kind
from timetuna.pages.models import PageHost
from timetuna.pages.public import together
from timetuna.providers.base import Ability, Conferencing
from timetuna.web.forms import in_full


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
    sides = Sides(
        detail=booking.location,
        host=booking.host.name,
        guest=guest,
        phone=booker.phone and shown_number(booker.phone),
    )
    said = kind.said_to_others(sides) if to_others else kind.said(sides)
    return Location(label=kind.label(), text=said, url=kind.url(booking.location))


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


def able_to_make(booking: Booking) -> set[int]:
    """Which of its hosts have an account that can make its link now, by what is known here."""
    if booking.page is None:
        return set()
    hosts = BookingHost.objects.filter(booking=booking).values_list("host", flat=True)
    rows = [own_part(booking.page, host_id) for host_id in hosts]
    found = kinds_of(rows, [booking.meeting_type])
    return {host_id for (_, host_id), kinds in found.items() if booking.meeting_type in kinds}


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


_ROLES: dict[str, Literal["REQ-PARTICIPANT", "OPT-PARTICIPANT"]] = {
    PageHost.Part.REQUIRED: "REQ-PARTICIPANT",
    PageHost.Part.ROTATING: "REQ-PARTICIPANT",
    PageHost.Part.OPTIONAL: "OPT-PARTICIPANT",
}


def attendee_invitation(attendee: Attendee, place: Location, *, cancelled: bool = False) -> Invitation:
    """It has the attendee's own link, and no notes: those may be phishing.

    Of several hosts it has all names, and the mail address of who leads: the others' are not for guests.
    """
    booking, address = attendee.booking, link(attendee)
    if attendee.is_booker:
        closing = gettext("See or change this booking: %(address)s") % {"address": address}
    else:
        closing = gettext("See this booking: %(address)s") % {"address": address}
    hosts = host_names(booking)
    if len(hosts) > 1:
        closing = f"{labelled(gettext('With'), ', '.join(hosts))}\n{closing}"
    return _invitation(booking, place, closing=closing, url=address, cancelled=cancelled)


def host_invitation(
    booking: Booking, place: Location, *, host_id: int, cancelled: bool = False
) -> Invitation:
    """A shared calendar must not give the guest's link away, so it carries the host's page."""
    closing = _host_closing(
        booking, booking.booker.name, booking.booker.notes, answers=answers_in_lines(booking)
    )
    copy = _invitation(booking, place, closing=closing, url=host_page(booking), cancelled=cancelled)
    return replace(
        copy,
        uid=host_uid(booking, host_id),
        summary=_summary(booking, booking.booker.name),
        attendees=_attendees(booking, booking.booker.name, cohosts=_cohosts(booking)),
    )


def taken_off(copy: Invitation, person: Mailbox) -> Invitation:
    """What takes one person off a meeting that goes on without them (RFC 5546 section 3.2.5)."""
    return replace(
        copy, method="CANCEL", goes_on=True, attendees=(InvitationAttendee(person.name, person.email),)
    )


def former_invitation(booking: Booking, *, host_id: int, to: Mailbox) -> Invitation:
    """What takes a meeting out of the calendar of a host who has given it to another: where it is they no longer read.

    It comes from whoever invited them: themselves, where the meeting was theirs alone.
    """
    copy = host_invitation(booking, Location(label="", text=""), host_id=host_id)
    copy = replace(taken_off(copy, to), description="", url="")
    given = latest_handing(booking)
    if given is not None and given.changes.get("invited by", [None])[0] == to.name:
        return replace(copy, organizer_name=to.name, organizer_email=to.email)
    return copy


def host_description(booking: Booking, place: Location) -> str:
    """With what the guest wrote as it may stand in the event in the host's calendar.

    Who was invited too reads that event, so it has no addresses, and where there is anybody no answers.
    """
    notes = without_addresses(booking.booker.notes)
    answers = "" if others(booking).exists() else without_addresses(answers_in_lines(booking))
    guest = name_for_others(booking.booker.name)
    return _description(place, _host_closing(booking, guest, notes, answers=answers))


def organizer(booking: Booking) -> Mailbox:
    """Who invites, for calendars: they take changes from nobody else, so it has to stay while hosts may change.

    Then it is the page, or its team, at the address that all mails come from.
    """
    if not booking.neutral_organizer:
        return Mailbox(booking.host.name, booking.host.email)
    team = booking.page.team if booking.page else None
    return Mailbox(team.name if team else booking.title, parse_mailbox(settings.DEFAULT_FROM_EMAIL).email)


def join_url(booking: Booking) -> str:
    """Where both sides join; "" without a link, or while it is not there."""
    if own := meeting_kind(booking.meeting_type).url(booking.location):
        return own
    conference: Conference | None = getattr(booking, "conference", None)
    return conference.join_url if conference and conference.state == Conference.State.READY else ""


def own_uid(booking: Booking) -> str:
    """The same for life."""
    return f"{booking.uid}@{settings.HOST}"


def host_uid(booking: Booking, host_id: int) -> str:
    """The UID of the host's copies: the one under which the event lay in their calendar at the first mail.

    A service that gives events UIDs of its own would else show the mail's invitation beside the event (decision 0010).
    """
    found = CalendarEvent.objects.filter(booking_uid=booking.uid, host=host_id).values_list(
        "mailed_uid", flat=True
    )
    return found.first() or own_uid(booking)


def host_page(booking: Booking) -> str:
    """The address of the booking for its host, who has to sign in there."""
    return in_full(reverse("booking", args=[booking.pk]))


def summary(booking: Booking) -> str:
    """The page and both names. Whom the guest brings reads it too."""
    return _summary(booking, name_for_others(booking.booker.name))


def _summary(booking: Booking, guest: str) -> str:
    return labelled(booking.title, together([guest, *host_names(booking)]))


def _invitation(booking: Booking, place: Location, *, closing: str, url: str, cancelled: bool) -> Invitation:
    inviting, guest = organizer(booking), name_for_others(booking.booker.name)
    return Invitation(
        uid=own_uid(booking),
        sequence=booking.revision,
        method="CANCEL" if cancelled else "REQUEST",
        start=booking.start_at,
        end=booking.end_at(),
        stamp=timezone.now(),
        created=booking.created_at,
        summary=_summary(booking, guest),
        description=_description(place, closing),
        location=place.text,
        url=place.url or url,
        organizer_name=inviting.name,
        organizer_email=inviting.email,
        attendees=_attendees(booking, guest),
    )


def _cohosts(booking: Booking) -> list[InvitationAttendee]:
    """Who hosts it beside who leads, as hosts read it."""
    rows = booking.booking_hosts.exclude(host=booking.host_id).select_related("host").order_by("host")
    return [InvitationAttendee(row.host.name, row.host.email, "ACCEPTED", _ROLES[row.part]) for row in rows]


def _attendees(
    booking: Booking, guest: str, *, cohosts: Sequence[InvitationAttendee] = ()
) -> tuple[InvitationAttendee, ...]:
    """Each address once: hosts try their own page. Who was invited too has not said yes yet."""
    people = (
        InvitationAttendee(booking.host.name, booking.host.email, "ACCEPTED", "CHAIR"),
        *cohosts,
        InvitationAttendee(guest, booking.booker.email, "ACCEPTED"),
        *(
            InvitationAttendee(name_for_others(row.name), row.email, "NEEDS-ACTION")
            for row in others(booking)
        ),
    )
    found: dict[str, InvitationAttendee] = {}
    for person in people:
        found.setdefault(person.email.lower(), person)
    return tuple(found.values())


def _host_closing(booking: Booking, guest: str, notes: str, *, answers: str) -> str:
    see = gettext("See this booking: %(address)s") % {"address": host_page(booking)}
    wrote = gettext_for_hosts("Notes from %(name)s:") % {"name": guest}
    return "\n\n".join(filter(None, [see, answers, f"{wrote}\n{notes}" if notes else ""]))


def _description(place: Location, closing: str) -> str:
    named = place.text and not place.pending
    lines = [labelled(place.label, place.text) if named else place.text or place.label]
    if place.passcode:
        lines.append(gettext("Passcode: %(passcode)s") % {"passcode": place.passcode})
    return "\n".join([*lines, closing]).strip()
