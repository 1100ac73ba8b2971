"""Who hears of a booking: hosts, and everybody on the guest's side, by the audience that work is written down for."""

from dataclasses import dataclass

from django.conf import settings

from timetuna.accounts.models import User
from timetuna.bookings.models import Attendee, Booking, BookingHost
from timetuna.bookings.queries import name_for_others, reminders_link
from timetuna.lib.mail import Mailbox
from timetuna.web.forms import row_number

ORGANIZER = "host"
"""The organizer; what is written down for one host among others has the host's own name."""
_ATTENDEE, _OF_HOST = "attendee-", "host-"


def both(booking: Booking) -> tuple[str, ...]:
    """Who booked and the hosts."""
    return audience_of(booking.booker), *hosts_of(booking)


def booker_alone(booking: Booking) -> tuple[str, ...]:
    return (audience_of(booking.booker),)


def everybody(booking: Booking) -> tuple[str, ...]:
    booker, *others = guests_of(booking)
    return booker, *hosts_of(booking), *others


def hosts_of(booking: Booking) -> tuple[str, ...]:
    """The organizer first."""
    rows = BookingHost.objects.filter(booking_id=booking.pk).order_by("host").values_list("host", flat=True)
    return tuple(map(of_host, sorted(rows, key=lambda host_id: host_id != booking.host_id)))


def guests_of(booking: Booking) -> tuple[str, ...]:
    """Who takes part on the guest's side, who booked first."""
    attendees = Attendee.objects.filter(booking_id=booking.pk, active=True)
    return tuple(audience_of(attendee) for attendee in attendees.order_by("-is_booker", "pk").only("pk"))


def audience_of(attendee: Attendee) -> str:
    """What somebody on the guest's side is called among the readers of mails."""
    return f"{_ATTENDEE}{attendee.pk}"


def attendee_id(audience: str) -> int | None:
    """Whose name `audience_of` made this; None for the host."""
    number = audience.removeprefix(_ATTENDEE)
    return row_number(number) if number != audience else None


def of_host(host_id: int) -> str:
    """What one of the hosts is called among the readers of mails."""
    return f"{_OF_HOST}{host_id}"


def host_id_of(audience: str) -> int | None:
    """Whose name `of_host` made this; None for everybody else."""
    number = audience.removeprefix(_OF_HOST)
    return row_number(number) if number != audience else None


def is_host(audience: str) -> bool:
    return audience == ORGANIZER or host_id_of(audience) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One of them, by the name `audience`. zone: the name of the zone times are written in.

    attendee: None is a host, `host_id`.  beside: others host it, too.  former: they do not host it any more.
    box, phone: where each channel reaches them; "" without a number.
    stop_url: where they stop what time brings; "" for hosts.
    """

    audience: str
    box: Mailbox
    zone: str
    phone: str = ""
    language: str = settings.LANGUAGE_CODE
    attendee: Attendee | None = None
    host_id: int = 0
    beside: bool = False
    former: bool = False
    stop_url: str = ""

    def is_booker(self) -> bool:
        return self.attendee is not None and self.attendee.is_booker

    def is_host(self) -> bool:
        return self.attendee is None


def recipient_of(booking: Booking, audience: str, *, former: bool = False) -> Recipient:
    """Raises ValueError with a sentence where nobody is known any more. former: they have given it to another host."""
    if former and is_host(audience):
        return _former_host(booking, audience)
    if is_host(audience):
        return _host(booking, audience)
    if booking.erased_at is not None:
        raise ValueError("The guest's data was erased.")
    number, booker = attendee_id(audience), booking.booker
    attendee = booker if booker.pk == number else booking.attendees.filter(pk=number or 0).first()
    if attendee is None:
        raise ValueError("This guest's data was erased.")
    name = attendee.name if attendee.is_booker else name_for_others(attendee.name)
    return Recipient(
        audience=audience,
        attendee=attendee,
        box=Mailbox(name, attendee.email),
        phone=attendee.phone,
        zone=attendee.time_zone,
        language=attendee.language,
        stop_url=reminders_link(attendee),
    )


def _host(booking: Booking, audience: str) -> Recipient:
    """One of the hosts, who reads by their own clock. A sample has no rows but its page's owner."""
    host_id = host_id_of(audience) or booking.host_id
    rows = {row.host_id: row for row in booking.booking_hosts.select_related("host")}
    if host_id not in rows and (rows or host_id != booking.host_id):
        raise ValueError("They do not host this meeting any more.")
    host, zone = booking.host, booking.host_time_zone
    if host_id in rows:
        host, zone = rows[host_id].host, rows[host_id].time_zone
    return Recipient(
        audience=audience,
        box=Mailbox(host.name, host.email),
        zone=zone,
        host_id=host_id,
        beside=len(rows) > 1,
    )


def _former_host(booking: Booking, audience: str) -> Recipient:
    host = User.objects.filter(pk=host_id_of(audience) or booking.host_id).first()
    if host is None:
        raise ValueError("They have no account any more.")
    box = Mailbox(host.name, host.email)
    return Recipient(audience=audience, box=box, zone=host.time_zone, host_id=host.pk, former=True)


def other_side(booking: Booking, recipient: Recipient) -> Mailbox:
    """Who answers go to. Raises ValueError with a sentence where nobody is known any more."""
    to_guest = recipient.is_host() and not recipient.former
    return recipient_of(booking, audience_of(booking.booker) if to_guest else ORGANIZER).box
