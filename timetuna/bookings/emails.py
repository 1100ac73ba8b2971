"""The mails of a booking, as guest and host read them."""

from email.message import EmailMessage

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from timetuna.bookings import wording
from timetuna.bookings.invitation import guest_invitation, host_invitation, host_page
from timetuna.bookings.links import link
from timetuna.bookings.mail_words import Kind, guest_message, guest_words, host_words
from timetuna.bookings.models import Booking, Conference
from timetuna.bookings.outbox import GUEST
from timetuna.bookings.place import Place, place
from timetuna.lib.ics import write
from timetuna.lib.mail import Letter, Mailbox, build, parse_mailbox

FIRST_KINDS = ("confirmed", "promised")


def compose(booking: Booking, *, kind: Kind, audience: str) -> EmailMessage:
    """Return the finished mail for one side, in that reader's zone, with the invitation.

    Raises ValueError with a sentence when an address cannot be used.
    """
    where, cancelled, to_guest = place(booking), kind == "cancelled", audience == GUEST
    words = (guest_words if to_guest else host_words)(booking, kind, where)
    invitation = (guest_invitation if to_guest else host_invitation)(booking, where, cancelled=cancelled)
    context = {
        "words": words,
        "place": where,
        "facts": _facts(booking, where, to_guest=to_guest),
        "message": guest_message(booking) if to_guest and kind in FIRST_KINDS else "",
        "button_url": link(booking) if to_guest else host_page(booking),
        "cancelled": cancelled,
        "host_name": booking.host.name,
    }
    message = build(
        Letter(
            sender=_sender(booking, to_guest=to_guest),
            reply_to=_other_side(booking, to_guest=to_guest),
            to=_reader(booking, to_guest=to_guest),
            subject=words.subject,
            text=render_to_string("bookings/mail/booking.txt", context),
            html=render_to_string("bookings/mail/booking.html", context),
            message_id=message_id(booking, kind=kind, audience=audience),
            sent_at=timezone.now(),
            ics=write(invitation),
            method=invitation.method,
        )
    )
    _thread(message, booking, kind=kind, audience=audience)
    return message


def message_id(booking: Booking, *, kind: str, audience: str) -> str:
    """Return the mail's id: the same on every try, so that a copy sent twice after a crash is known as one mail."""
    return f"<{booking.uid}.{kind}.{audience}.{booking.revision}@{settings.HOST}>"


def _thread(message: EmailMessage, booking: Booking, *, kind: Kind, audience: str) -> None:
    if kind in FIRST_KINDS:
        return
    promised = Conference.objects.filter(booking=booking, promised=True).exists()
    first = f"<{booking.uid}.{'promised' if promised else 'confirmed'}.{audience}.0@{settings.HOST}>"
    message["In-Reply-To"] = message["References"] = first


def _sender(booking: Booking, *, to_guest: bool) -> Mailbox:
    """Return our own address; names are marked as coming through us."""
    ours = parse_mailbox(settings.DEFAULT_FROM_EMAIL)
    name = booking.host.name if to_guest else booking.guest_name
    return Mailbox(f"{name[:60]} via {ours.name or 'TimeTuna'}", ours.email)


def _reader(booking: Booking, *, to_guest: bool) -> Mailbox:
    if to_guest:
        return Mailbox(booking.guest_name, booking.guest_email)
    return Mailbox(booking.host.name, booking.host.email)


def _other_side(booking: Booking, *, to_guest: bool) -> Mailbox:
    return _reader(booking, to_guest=not to_guest)


def _facts(booking: Booking, where: Place, *, to_guest: bool) -> list[tuple[str, str]]:
    zone = wording.zone_or_utc(booking.guest_time_zone if to_guest else booking.host_time_zone)
    facts = [
        ("What", booking.title),
        ("When", wording.when(booking.start_at, minutes=booking.minutes, zone=zone)),
        ("With", booking.host.name if to_guest else f"{booking.guest_name}, {booking.guest_email}"),
        ("Where", where.label if where.url or where.pending else f"{where.label}: {where.text}"),
    ]
    if where.passcode:
        facts.append(("Passcode", where.passcode))
    if booking.guest_phone and not to_guest:
        facts.append(("Phone", booking.guest_phone))
    if booking.guest_notes:
        facts.append(("Notes", booking.guest_notes))
    return facts
