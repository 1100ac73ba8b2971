"""The mails of a booking, as guest and host read them."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from timetuna.bookings.events import ATTENDEE
from timetuna.bookings.integrations.invitation import (
    attendee_invitation,
    host_invitation,
    host_page,
    taken_off,
)
from timetuna.bookings.integrations.location import Location, place, place_for
from timetuna.bookings.links import link
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.booking_messages import (
    FIRST_KINDS,
    WITHOUT_INVITATION,
    WITHOUT_PLACE,
    Kind,
    attachment_words,
    attendee_words,
    host_words,
    told_now,
)
from timetuna.bookings.notifications.message import NAME_LENGTH, own_message
from timetuna.bookings.notifications.recipients import HOST, Recipient, audience_of, recipient_of
from timetuna.bookings.notifications.reminder_messages import TIMELY_KINDS
from timetuna.bookings.notifications.request_messages import REQUEST_KINDS
from timetuna.l10n import datetimes
from timetuna.lib.ics import Invitation, write
from timetuna.lib.mail import Letter, Mailbox, parse_mailbox
from timetuna.lib.text import single_line
from timetuna.pages.queries import look_of


def letter(booking: Booking, *, kind: Kind, audience: str, tag: str = "") -> Letter:
    """Return what the mail consists of, in its reader's zone and language, with the invitation if the kind has one.

    tag: tells mails of one kind and revision apart. Raises ValueError with a sentence where nobody is known any more.
    """
    reader = recipient_of(booking, audience)
    with translation.override(reader.language):
        return _letter(booking, kind, reader, audience, tag)


def _letter(booking: Booking, kind: Kind, reader: Recipient, audience: str, tag: str) -> Letter:
    told = told_now(booking, kind)
    where = place_for(reader.attendee) if reader.attendee else place(booking)
    words = (
        attendee_words(reader.attendee, told, where)
        if reader.attendee
        else host_words(booking, told, where, reader)
    )
    context = _context(booking, told, where, reader) | {"words": words}
    invitation = None if told in WITHOUT_INVITATION else _invitation(booking, told, where, reader)
    other_side = audience_of(booking.booker) if reader.is_host() else HOST
    return Letter(
        sender=_sender(booking, reader),
        reply_to=recipient_of(booking, other_side).box,
        to=reader.box,
        subject=words.subject,
        text=render_to_string("bookings/mail/booking.txt", context).strip() + "\n",
        html=render_to_string("bookings/mail/booking.html", context),
        message_id=message_id(booking, kind=kind, audience=audience, tag=tag),
        in_reply_to="" if kind in FIRST_KINDS else message_id(booking, kind="confirmed", audience=audience),
        sent_at=timezone.now(),
        ics=write(invitation) if invitation else b"",
        method=invitation.method if invitation else "",
        unsubscribe=context["stop_url"],
    )


def _invitation(booking: Booking, kind: Kind, where: Location, reader: Recipient) -> Invitation:
    cancelled = kind == "cancelled"
    if reader.attendee is None:
        return host_invitation(booking, where, host_id=reader.host_id, cancelled=cancelled)
    copy = attendee_invitation(reader.attendee, where, cancelled=cancelled)
    return taken_off(copy, reader.box) if kind == "uninvited" else copy


def _context(booking: Booking, kind: Kind, where: Location, reader: Recipient) -> dict[str, Any]:
    """Return what the templates need beside the words."""
    over, placeless = kind in WITHOUT_PLACE, kind in WITHOUT_PLACE | REQUEST_KINDS
    return {
        "place": where,
        "facts": _facts(booking, where, reader, placeless=placeless),
        "when": _when(booking, reader),
        "message": own_message(booking, kind) if reader.is_booker() else "",
        "notes": booking.booker.notes if reader.is_host() and not over else "",
        "notes_title": f"Notes from {_guest_name(booking)}:",
        "attachment": attachment_words(kind),
        "button_url": _button(booking, kind, reader),
        "stop_url": reader.stop_url if kind in TIMELY_KINDS else "",
        "cancelled": placeless,
        "host_name": booking.host.name,
        **_look(booking),
    }


def _button(booking: Booking, kind: Kind, reader: Recipient) -> str:
    """Return where the button leads: everybody to a page of their own.

    A host answers a request signed in. A link that answers by itself would go to the guest with every reply that
    quotes the mail.
    """
    if reader.attendee:
        if kind == "uninvited" and reader.attendee.removed_by != ATTENDEE:
            return ""
        again = kind in {"declined", "lapsed"} and booking.page
        return booking.page.address() if again and booking.page else link(reader.attendee)
    return f"{host_page(booking)}/answer" if kind in {"requested", "request_moved"} else host_page(booking)


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
    return f"<{booking.uid}.{what}.{audience}@{settings.MAIL_DOMAIN}>"


def _sender(booking: Booking, reader: Recipient) -> Mailbox:
    """Return our own address; names are marked as coming through us."""
    ours = parse_mailbox(settings.DEFAULT_FROM_EMAIL)
    shown = single_line(
        booking.booker.name if reader.is_host() else booking.host.name, max_length=NAME_LENGTH
    )
    named = {"name": shown, "product": ours.name or "TimeTuna"}
    return Mailbox(gettext("%(name)s via %(product)s") % named, ours.email)


def _guest_name(booking: Booking) -> str:
    return single_line(booking.booker.name, max_length=NAME_LENGTH)


def _when(booking: Booking, reader: Recipient) -> str:
    return datetimes.when(booking.start_at, minutes=booking.minutes, zone=datetimes.zone_or_utc(reader.zone))


def _facts(booking: Booking, where: Location, reader: Recipient, *, placeless: bool) -> list[tuple[str, str]]:
    """Return names and values, without the join link, which has a place of its own.

    A guest's notes are never mailed to the guest: the address may be somebody else's, and the notes phishing.
    """
    to_host = reader.is_host()
    facts = [
        (gettext("What"), booking.title),
        (gettext("When"), _when(booking, reader)),
        (
            gettext("With"),
            f"{booking.booker.name}, {booking.booker.email}" if to_host else booking.host.name,
        ),
    ]
    if where.pending and not placeless:
        facts.append((where.label, "No link yet." if to_host else gettext("The link follows.")))
    elif where.text and not where.url and not placeless:
        facts.append((where.label, where.text))
    if booking.booker.phone and booking.booker.phone not in where.text and to_host:
        facts.append(("Phone", booking.booker.phone))
    return facts
