"""What all mails of a booking have in common: the shape of their words, and what the page's host wrote into them."""

from dataclasses import dataclass

from timetuna.bookings.integrations.location import place
from timetuna.bookings.links import link
from timetuna.bookings.models import Booking
from timetuna.l10n import datetimes
from timetuna.lib.text import fill, single_line, without_addresses
from timetuna.pages.queries import mail_text

NAME_LENGTH = 60
_SUBJECT_LENGTH = 150
_TEXT_OF = {"promised": "confirmed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A mail's subject, its headline, the sentences below it, and the label of its button if it has one."""

    subject: str
    headline: str
    sentences: tuple[str, ...] = ()
    button: str = ""


def own_subject(booking: Booking, kind: str) -> str:
    """Return the subject that the page's host wrote for this kind of mail, filled in; "" where there is none."""
    template = mail_text(booking.page, _TEXT_OF.get(kind, kind)).subject
    return single_line(fill(template, placeholders(booking)), max_length=_SUBJECT_LENGTH)


def own_message(booking: Booking, kind: str) -> str:
    """Return the message that the page's host wrote for this kind of mail, filled in; "" where there is none."""
    return fill(mail_text(booking.page, _TEXT_OF.get(kind, kind)).message, placeholders(booking))


def placeholders(booking: Booking) -> dict[str, str]:
    """Return what stands for the words in braces, as the guest reads it."""
    where = place(booking)
    return {
        "guest name": without_addresses(single_line(booking.booker.name, max_length=NAME_LENGTH)),
        "host name": booking.host.name,
        "page": booking.title,
        "start": start_of(booking, booking.booker.time_zone),
        "duration": datetimes.length(booking.minutes),
        "meeting type": where.label,
        "location": where.url or where.text or where.label,
        "manage link": link(booking.booker),
    }


def start_of(booking: Booking, zone: str) -> str:
    """Say when it starts, in short, by the clock of that zone."""
    return datetimes.short_when(booking.start_at, zone=datetimes.zone_or_utc(zone))
