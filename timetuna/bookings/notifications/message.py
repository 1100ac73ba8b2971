"""A message about a booking as one recipient gets it, whatever brings it, and how it is sent."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pkgutil import iter_modules
from typing import NamedTuple, Protocol, cast

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext as gettext_for_hosts

from timetuna.bookings.charge import charge_of
from timetuna.bookings.events import Status
from timetuna.bookings.integrations.location import (
    Location,
    attendee_invitation,
    former_invitation,
    host_invitation,
    place,
    place_for,
    taken_off,
)
from timetuna.bookings.models import Answer, Booking, Conference
from timetuna.bookings.notifications import channels
from timetuna.bookings.notifications.kinds import AGAIN, FIRST_KINDS, KINDS, SAYS
from timetuna.bookings.notifications.telling import (
    MessageKind,
    Recipient,
    Telling,
    Words,
    attendee_id,
    audience_of,
    host_id_of,
    recipient_of,
    shown_name,
)
from timetuna.bookings.queries import (
    address_again,
    answer_text,
    answers_of,
    costs,
    hosts_in_words,
    link,
    others,
    shown_to_others,
    with_booker,
    with_hosts,
)
from timetuna.jobs.queue import MAIL, GiveUp, job
from timetuna.l10n import datetimes
from timetuna.lib.ics import Invitation
from timetuna.lib.phones import PhoneLink
from timetuna.lib.text import fill, single_line, without_addresses
from timetuna.pages.models import Question
from timetuna.pages.queries import OF_ANSWER, mail_text

_SUBJECT_LENGTH, _ANSWER_LENGTH = 150, 200
_OF_ANSWER = re.compile(rf"\{{\s*({re.escape(OF_ANSWER)}[^{{}}\s]*)\s*\}}", re.IGNORECASE)


class MessageFact(NamedTuple):
    """Something to know, by name. call: the number in it, for a host who may want to call it."""

    name: str
    value: str
    call: PhoneLink | None = None

    def around(self) -> list[str]:
        """What stands before that number and behind it; nothing where there is none in it."""
        number = self.call.text if self.call and self.call.url else ""
        return self.value.split(number, 1) if number and number in self.value else []


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is told, in its recipient's language and by their clock.

    id: the same on every try, and of no other message.  answers: the id of the first one that its recipient got; ""
    of that itself.  place: None where it says nothing any more.  facts: without the join link.
    join_url: what is to be done first; else the first of `links`, each with its label.
    own: what the page's host wrote into it.  notes: what the guest wrote for the host.  given: what they answered to
    the host's questions, for these two.  attachment: what opening the invitation does.
    """

    booking: Booking
    id: str
    answers: str
    words: Words
    when: str
    place: Location | None
    facts: Sequence[MessageFact]
    own: str
    notes: str
    given: Sequence[Answer]
    join_url: str
    links: Sequence[tuple[str, str]]
    stop_url: str
    attachment: str
    invitation: Invitation | None

    def says_link_follows(self) -> bool:
        """Of a request nothing follows before it is confirmed."""
        pending = self.place is not None and self.place.pending
        return pending and self.booking.status == Status.CONFIRMED


def message_for(booking: Booking, recipient: Recipient, *, kind: str, tag: str = "") -> Message:
    """As the booking stands now. tag: tells messages of one kind and revision apart."""
    told = SAYS[Status(booking.status)] if kind == AGAIN else KINDS[kind]
    where = place_for(recipient.attendee) if recipient.attendee else place(booking)
    about = Telling(booking=booking, reader=recipient, where=where)
    own = mail_text(booking.page, told.page_text or told.name) if recipient.is_booker() else None
    words = told.words(about)
    if own and own.subject:
        words = replace(words, subject=single_line(_filled(own.subject, about), max_length=_SUBJECT_LENGTH))
    return Message(
        booking=booking,
        id=message_id(booking, kind=kind, audience=recipient.audience, tag=tag),
        answers=""
        if kind in FIRST_KINDS
        else message_id(booking, kind="confirmed", audience=recipient.audience),
        words=words,
        when=about.when(booking.start_at),
        place=where if told.says_place else None,
        facts=[*_facts(about, placed=told.says_place), *(() if told.ended else _who_else(about))],
        own=_filled(own.message, about) if own else "",
        notes=booking.booker.notes if recipient.is_host() and not told.ended else "",
        given=() if told.ended else _given(about),
        join_url=where.url if told.says_place else "",
        links=_links(about, told, words.button),
        stop_url=recipient.stop_url if told.can_stop else "",
        attachment=str(told.attachment),
        invitation=_invitation(about, told),
    )


def _given(about: Telling) -> Sequence[Answer]:
    """To a host as they are; to who booked what they typed, without addresses: the mailbox may be another's."""
    if about.reader.is_host():
        return [_marked(one) for one in answers_of(about.booking)]
    if not about.reader.is_booker():
        return ()
    return [
        Answer(label=one.label, text=without_addresses(answer_text(one)))
        for one in answers_of(about.booking)
        if not one.hidden
    ]


def _marked(answer: Answer) -> Answer:
    """With a label that says so, where nobody typed it but the site sent it."""
    if not answer.hidden:
        return answer
    label = gettext_for_hosts("%(label)s (sent by the site)") % {"label": answer.label}
    return Answer(label=label, kind=answer.kind, value=answer.value, text=answer.text)


def message_id(booking: Booking, *, kind: str, audience: str, tag: str = "") -> str:
    """The same on every try, so that a copy sent twice after a crash is known as one.

    Whether the first one had the link or promised it, it has one id: the later ones are answers to it. What goes to
    another address of who booked than before has another one, so that it is known which of them mails come back from.
    """
    what = "booked" if kind in FIRST_KINDS else f"{kind}.{tag or booking.revision}"
    booker = booking.booker
    if booker.mended and audience == audience_of(booker):
        what += f".to{booker.mended}"
    return f"<{booking.uid}.{what}.{audience}@{settings.MAIL_DOMAIN}>"


def _filled(text: str, about: Telling) -> str:
    """With what an answer says, but no address in it: who reads it need not be who gave it. None is nothing."""
    if not _OF_ANSWER.search(text):
        return fill(text, _placeholders(about))
    answers = {
        f"{OF_ANSWER}{one.key.lower()}": without_addresses(
            single_line(answer_text(one), max_length=_ANSWER_LENGTH)
        )
        for one in answers_of(about.booking)
        if one.kind != Question.Kind.CONSENT
    }
    named = {found[1].lower(): "" for found in _OF_ANSWER.finditer(text)}
    return fill(text, _placeholders(about) | named | answers)


def _placeholders(about: Telling) -> dict[str, str]:
    """What stands for the words in braces, as the guest reads it."""
    where = about.where
    return {
        "guest name": shown_name(about.booking),
        "host name": hosts_in_words(about.booking),
        "page": about.booking.title,
        "start": about.named["start"],
        "duration": datetimes.length(about.booking.minutes),
        "meeting type": where.label,
        "location": where.url or where.text or where.label,
        "manage link": link(about.booking.booker),
    }


def _invitation(about: Telling, kind: MessageKind) -> Invitation | None:
    if not kind.attachment:
        return None
    cancelled = kind.name == "cancelled"
    if about.reader.former:
        return former_invitation(about.booking, host_id=about.reader.host_id, to=about.reader.box)
    if about.reader.attendee is None:
        return host_invitation(about.booking, about.where, host_id=about.reader.host_id, cancelled=cancelled)
    copy = attendee_invitation(about.reader.attendee, about.where, cancelled=cancelled)
    return taken_off(copy, about.reader.box) if kind.name == "uninvited" else copy


def _facts(about: Telling, *, placed: bool) -> list[MessageFact]:
    """A guest's notes are never sent to the guest: the address may be somebody else's, and the notes phishing."""
    booker, where, to_host = about.booking.booker, about.where, about.reader.is_host()
    whom = f"{booker.name}, {booker.email}" if to_host else about.named["host"]
    facts = [
        MessageFact(gettext("What"), about.booking.title),
        MessageFact(gettext("When"), about.when(about.booking.start_at)),
        MessageFact(gettext("With"), whom),
    ]
    facts += _payment(about)
    call = booker.phone_link() if to_host else None
    if where.pending and placed:
        facts.append(
            MessageFact(
                where.label, gettext_for_hosts("No link yet.") if to_host else gettext("The link follows.")
            )
        )
    elif where.text and not where.url and placed:
        facts.append(MessageFact(where.label, where.text, call))
    if call and call.text not in where.text:
        facts.append(MessageFact(gettext_for_hosts("Phone"), call.text, call))
    return facts


def _payment(about: Telling) -> list[MessageFact]:
    """For who pays and who is paid."""
    paying = about.reader.is_host() or about.reader.is_booker()
    charge = charge_of(about.booking) if paying and costs(about.booking) else None
    return [MessageFact(gettext("Payment"), charge.sentence())] if charge else []


def _receipt(about: Telling) -> list[tuple[str, str]]:
    charge = charge_of(about.booking) if about.reader.is_booker() and costs(about.booking) else None
    return [(gettext("Receipt"), charge.receipt_url)] if charge and charge.receipt_url else []


def _who_else(about: Telling) -> list[MessageFact]:
    """Who was invited too, for the two sides."""
    if about.reader.attendee and not about.reader.is_booker():
        return []
    people = [shown_to_others(attendee) for attendee in others(about.booking)]
    return [MessageFact(gettext("Invited too"), ", ".join(people))] if people else []


def _links(about: Telling, kind: MessageKind, label: str) -> list[tuple[str, str]]:
    """Where the reader goes from here; who booked what is over or off can book again."""
    url = kind.button_url(about)
    again = address_again(about.booking) if kind.ended and about.reader.is_booker() else ""
    links = [*([(label, url)] if label and url else []), *_receipt(about)]
    anew = gettext("Choose a new time") if about.booking.is_off() else gettext("Book again")
    return [(anew, again), *links] if again and again != url else links


class OtherWay(Exception):  # noqa: N818 - it is an order, not an error
    """This channel does not bring the message to its recipient: another one is to."""


class Channel(Protocol):
    """What each module in `channels` has."""

    def deliver(self, message: Message, recipient: Recipient) -> None:
        """In the recipient's language. Raises Retry or GiveUp with a sentence, or OtherWay."""


@job("bookings.mail", lane=MAIL)
def send_mail(
    booking_id: int, *, kind: str, audience: str, revision: int, tag: str = "", channel: str = "mail"
) -> None:
    """Send what is true now, by its channel. Raises Retry or GiveUp with a sentence.

    A mail that waited while the booking changed again is not sent: the later change has its own. Only who was taken
    off, or gave it to another host, is in none of the later ones, and is told all the same; so is who gets money back.
    tag: see `message_for`.
    """
    booking = (
        with_booker(with_hosts(Booking.objects.select_related("host", "page", "payment")))
        .filter(pk=booking_id)
        .first()
    )
    if booking is None or (booking.revision != revision and not _is_told_still(booking, kind, audience)):
        return
    deliver(booking, kind=kind, audience=audience, channel=channel, tag=tag)


def deliver(booking: Booking, *, kind: str, audience: str, channel: str, tag: str = "") -> None:
    """In the recipient's language. Raises Retry or GiveUp with a sentence, or OtherWay."""
    former = KINDS[kind].to_former if kind in KINDS else False
    if former and booking.booking_hosts.filter(host=host_id_of(audience) or 0).exists():
        return  # they have it again
    try:
        recipient = recipient_of(booking, audience, former=former)
        with translation.override(recipient.language):
            message = message_for(booking, recipient, kind=kind, tag=tag)
            if message.says_link_follows() and not _note_promise(booking):
                message = message_for(booking, recipient, kind=kind, tag=tag)
            _channel(channel).deliver(message, recipient)
    except ValueError as error:
        raise GiveUp(f"Mail not sent: {error}") from error


def _note_promise(booking: Booking) -> bool:
    """Before it is said that the link follows, so that whoever makes it has it mailed; False if it is there by now."""
    missing = Conference.objects.filter(booking=booking).exclude(state=Conference.State.READY)
    return bool(missing.update(promised=True))


def _channel(name: str) -> Channel:
    if name not in {module.name for module in iter_modules(channels.__path__)}:
        raise GiveUp(f"This version of TimeTuna knows no way called {name!r}.")
    return cast("Channel", import_module(f"{channels.__name__}.{name}"))


def _is_told_still(booking: Booking, kind: str, audience: str) -> bool:
    if kind in KINDS and (KINDS[kind].to_former or KINDS[kind].of_money):
        return True
    off = booking.attendees.filter(active=False, pk=attendee_id(audience) or 0)
    return kind == "uninvited" and off.exists()
