"""Messages by mail: as text and HTML, with the invitation."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext as gettext_for_hosts

from timetuna import mail
from timetuna.bookings.models import Booking
from timetuna.bookings.notifications.kinds import KINDS
from timetuna.bookings.notifications.message import Message, message_for
from timetuna.bookings.notifications.telling import NAME_LENGTH, Recipient, other_side, recipient_of
from timetuna.bookings.queries import host_faces, hosts_in_words
from timetuna.lib.ics import write
from timetuna.lib.mail import Letter, Mailbox, parse_mailbox
from timetuna.lib.text import single_line
from timetuna.pages.queries import look_of


def deliver(message: Message, recipient: Recipient) -> None:
    """To the mail server, or the service in its place. Raises Retry or GiveUp with a sentence."""
    mail.deliver(_letter(message, recipient))


def letter(booking: Booking, *, kind: str, audience: str, tag: str = "") -> Letter:
    """Raises ValueError with a sentence where nobody is known any more."""
    recipient = recipient_of(booking, audience, former=kind in KINDS and KINDS[kind].to_former)
    with translation.override(recipient.language):
        return _letter(message_for(booking, recipient, kind=kind, tag=tag), recipient)


def _letter(message: Message, recipient: Recipient) -> Letter:
    """Under our own address; names are marked as coming through us."""
    ours, other = parse_mailbox(settings.DEFAULT_FROM_EMAIL), other_side(message.booking, recipient)
    named = {"name": single_line(other.name, max_length=NAME_LENGTH), "product": ours.name or "TimeTuna"}
    look, booking = look_of(message.booking.page), message.booking
    context = {
        "told": message,
        "host_name": hosts_in_words(booking),
        "notes_title": gettext_for_hosts("Notes from %(name)s:")
        % {"name": single_line(booking.booker.name, max_length=NAME_LENGTH)},
        "accent": look.color,
        "accent_text": look.text_color(),
        "logo_url": settings.BASE_URL + look.logo_path if look.logo_path else "",
        "photo_url": _photo_url(booking, recipient),
    }
    invitation = message.invitation
    return Letter(
        sender=Mailbox(gettext("%(name)s via %(product)s") % named, ours.email),
        reply_to=other,
        to=recipient.box,
        subject=message.words.subject,
        text=render_to_string("bookings/mail/booking.txt", context).strip() + "\n",
        html=render_to_string("bookings/mail/booking.html", context),
        message_id=message.id,
        in_reply_to=message.answers,
        sent_at=timezone.now(),
        ics=write(invitation) if invitation else b"",
        method=invitation.method if invitation else "",
        unsubscribe=message.stop_url,
    )


def _photo_url(booking: Booking, recipient: Recipient) -> str:
    """Of whoever meets the guest alone; hosts know their own face."""
    faces = [] if recipient.is_host() else host_faces(booking)
    photo = faces[0].photo if len(faces) == 1 else ""
    return settings.BASE_URL + photo if photo else ""
