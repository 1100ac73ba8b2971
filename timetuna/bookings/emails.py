"""The mails of a booking, as guest and host read them."""

from email.message import EmailMessage
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation

from timetuna.bookings import wording
from timetuna.bookings.invitation import guest_invitation, host_invitation, host_page
from timetuna.bookings.links import link, stop_reminders
from timetuna.bookings.mail_parts import NAME_LENGTH, own_message
from timetuna.bookings.mail_words import (
    FIRST_KINDS,
    WITHOUT_INVITATION,
    Kind,
    attachment_words,
    guest_words,
    host_words,
)
from timetuna.bookings.models import Booking
from timetuna.bookings.outbox import GUEST
from timetuna.bookings.place import Place, place
from timetuna.bookings.timely_words import TIMELY_KINDS
from timetuna.lib.ics import Invitation, write
from timetuna.lib.mail import Letter, Mailbox, build, parse_mailbox
from timetuna.lib.text import single_line
from timetuna.pages.looks import look_of


def compose(booking: Booking, *, kind: Kind, audience: str, tag: str = "") -> EmailMessage:
    """Return the finished mail for one side.

    tag: tells mails of one kind and revision apart. Raises ValueError with a sentence when an address cannot be used.
    """
    message = build(letter(booking, kind=kind, audience=audience, tag=tag))
    if kind not in FIRST_KINDS:
        first = message_id(booking, kind="confirmed", audience=audience)
        message["In-Reply-To"] = message["References"] = first
    return message


def letter(booking: Booking, *, kind: Kind, audience: str, tag: str = "") -> Letter:
    """Return what the mail consists of, in its reader's zone and language, with the invitation if the kind has one."""
    with translation.override(booking.guest_language if audience == GUEST else settings.LANGUAGE_CODE):
        return _letter(booking, kind, audience, tag)


def _letter(booking: Booking, kind: Kind, audience: str, tag: str) -> Letter:
    where, to_guest = place(booking), audience == GUEST
    words = (guest_words if to_guest else host_words)(booking, kind, where)
    context = _context(booking, kind, where, to_guest=to_guest) | {"words": words}
    invitation = None if kind in WITHOUT_INVITATION else _invitation(booking, kind, where, to_guest=to_guest)
    return Letter(
        sender=_sender(booking, to_guest=to_guest),
        reply_to=_other_side(booking, to_guest=to_guest),
        to=_reader(booking, to_guest=to_guest),
        subject=words.subject,
        text=render_to_string("bookings/mail/booking.txt", context).strip() + "\n",
        html=render_to_string("bookings/mail/booking.html", context),
        message_id=message_id(booking, kind=kind, audience=audience, tag=tag),
        sent_at=timezone.now(),
        ics=write(invitation) if invitation else b"",
        method=invitation.method if invitation else "",
        unsubscribe=stop_reminders(booking) if to_guest and kind in TIMELY_KINDS else "",
    )


def _invitation(booking: Booking, kind: Kind, where: Place, *, to_guest: bool) -> Invitation:
    copy = guest_invitation if to_guest else host_invitation
    return copy(booking, where, cancelled=kind == "cancelled")


def _context(booking: Booking, kind: Kind, where: Place, *, to_guest: bool) -> dict[str, Any]:
    """Return what the templates need beside the words."""
    cancelled = kind == "cancelled"
    return {
        "place": where,
        "facts": _facts(booking, where, to_guest=to_guest, cancelled=cancelled),
        "when": _when(booking, to_guest=to_guest),
        "message": own_message(booking, kind) if to_guest else "",
        "notes": "" if to_guest or cancelled else booking.guest_notes,
        "notes_title": f"Notes from {_guest_name(booking)}:",
        "attachment": attachment_words(kind),
        "button_url": link(booking) if to_guest else host_page(booking),
        "stop_url": stop_reminders(booking) if to_guest and kind in TIMELY_KINDS else "",
        "cancelled": cancelled,
        "host_name": booking.host.name,
        **_look(booking),
    }


def _look(booking: Booking) -> dict[str, str]:
    look = look_of(booking.page)
    return {
        "accent": look.color,
        "accent_text": look.text_color(),
        "logo_url": settings.BASE_URL + look.logo_path if look.logo_path else "",
    }


def message_id(booking: Booking, *, kind: str, audience: str, tag: str = "") -> str:
    """Return the mail's id: the same on every try, so that a copy sent twice after a crash is known as one mail.

    Whether the first mail had the link or promised it, it has one id: the later ones are answers to it.
    """
    what = "booked" if kind in FIRST_KINDS else f"{kind}.{tag or booking.revision}"
    return f"<{booking.uid}.{what}.{audience}@{settings.HOST}>"


def _sender(booking: Booking, *, to_guest: bool) -> Mailbox:
    """Return our own address; names are marked as coming through us."""
    ours = parse_mailbox(settings.DEFAULT_FROM_EMAIL)
    name = booking.host.name if to_guest else booking.guest_name
    shown = single_line(name, max_length=NAME_LENGTH)
    return Mailbox(f"{shown} via {ours.name or 'TimeTuna'}", ours.email)


def _reader(booking: Booking, *, to_guest: bool) -> Mailbox:
    person = (
        (booking.guest_name, booking.guest_email) if to_guest else (booking.host.name, booking.host.email)
    )
    return Mailbox(person[0], person[1])


def _other_side(booking: Booking, *, to_guest: bool) -> Mailbox:
    return _reader(booking, to_guest=not to_guest)


def _guest_name(booking: Booking) -> str:
    return single_line(booking.guest_name, max_length=NAME_LENGTH)


def _when(booking: Booking, *, to_guest: bool) -> str:
    zone = wording.zone_or_utc(booking.guest_time_zone if to_guest else booking.host_time_zone)
    return wording.when(booking.start_at, minutes=booking.minutes, zone=zone)


def _facts(booking: Booking, where: Place, *, to_guest: bool, cancelled: bool) -> list[tuple[str, str]]:
    """Return names and values, without the join link, which has a place of its own.

    A guest's notes are never mailed to the guest: the address may be somebody else's, and the notes a lure.
    """
    facts = [
        ("What", booking.title),
        ("When", _when(booking, to_guest=to_guest)),
        ("With", booking.host.name if to_guest else f"{booking.guest_name}, {booking.guest_email}"),
    ]
    if where.pending and not cancelled:
        facts.append((where.label, "The link follows." if to_guest else "No link yet."))
    elif where.text and not where.url and not cancelled:
        facts.append((where.label, where.text))
    if booking.guest_phone and booking.guest_phone not in where.text and not to_guest:
        facts.append(("Phone", booking.guest_phone))
    return facts
