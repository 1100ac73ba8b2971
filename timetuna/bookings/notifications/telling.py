"""Who hears of a booking, by the audience that work is written down for, and what a kind of message says to them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext as gettext_for_hosts
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_lazy as lazy_for_hosts

from timetuna.accounts.models import User
from timetuna.bookings.events import HOST, BookingEvent, last_words
from timetuna.bookings.integrations.doubles import duplicates
from timetuna.bookings.integrations.event import not_written
from timetuna.bookings.integrations.location import Location, host_page
from timetuna.bookings.models import Attendee, Booking, BookingHost
from timetuna.bookings.queries import host_names, hosts_in_words, link, name_for_others, reminders_link
from timetuna.l10n import datetimes
from timetuna.l10n.retold import retold
from timetuna.lib.mail import Mailbox
from timetuna.lib.text import single_line
from timetuna.pages.public import together
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
    box, phone: where each channel reaches them; "" without a number.  stop_url: where they stop what time brings.
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
        language=host.language or settings.LANGUAGE_CODE,
        host_id=host_id,
        beside=len(rows) > 1,
    )


def _former_host(booking: Booking, audience: str) -> Recipient:
    host = User.objects.filter(pk=host_id_of(audience) or booking.host_id).first()
    if host is None:
        raise ValueError("They have no account any more.")
    return Recipient(
        audience=audience,
        box=Mailbox(host.name, host.email),
        zone=host.time_zone,
        language=host.language or settings.LANGUAGE_CODE,
        host_id=host.pk,
        former=True,
    )


def other_side(booking: Booking, recipient: Recipient) -> Mailbox:
    """Who answers go to: the host, where the guest is erased and there is still something of money to be told."""
    to_guest = recipient.is_host() and not recipient.former
    if to_guest and booking.erased_at is not None:
        return Mailbox(booking.booker.name, recipient.box.email)
    return recipient_of(booking, audience_of(booking.booker) if to_guest else ORGANIZER).box


NAME_LENGTH = 60
Sentences = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Telling:
    """A booking as one recipient is to hear of it: by their clock, and with what they may know of the place."""

    booking: Booking
    reader: Recipient
    where: Location

    @cached_property
    def named(self) -> dict[str, str]:
        return {
            "title": self.booking.title,
            "host": hosts_in_words(self.booking),
            "lead": self.booking.host.name,
            "guest": self.guest if self.reader.is_host() else shown_name(self.booking),
            "start": self.when(self.booking.start_at, short=True),
            "label": self.where.label,
            "name": shown_name(self.booking) if self.reader.is_host() else hosts_in_words(self.booking),
        }

    def when(self, start: datetime, *, short: bool = False) -> str:
        """By the reader's clock, as they write it, and unless it is short as long as this meeting."""
        guest = self.reader.attendee
        twelve, zone = guest is not None and guest.clock == "12", datetimes.zone_or_utc(self.reader.zone)
        if short:
            return datetimes.short_when(start, zone=zone, twelve_hours=twelve)
        return datetimes.when(start, minutes=self.booking.minutes, zone=zone, twelve_hours=twelve)

    @property
    def guest(self) -> str:
        """As a host reads it."""
        return single_line(self.booking.booker.name, max_length=NAME_LENGTH)

    @property
    def attendee(self) -> Attendee:
        """The reader, who is on the guest's side."""
        assert self.reader.attendee is not None  # noqa: S101 - a host has texts of their own
        return self.reader.attendee

    def with_problem(self, sentence: str) -> str:
        return f"{sentence % self.named} {retold(self.where.problem)}".strip()

    def wrote(self, name: str, words: str) -> Sentences:
        """Nobody gets their own words: the address may be somebody else's."""
        return (gettext("%(name)s wrote: %(note)s") % {"name": name, "note": words},) if words else ()

    def wrote_with_move(self, name: str, *, actor: str) -> Sentences:
        """What the other side wrote with the latest move, if it was theirs."""
        latest = self.booking.history.filter(event=BookingEvent.MOVED).last()
        theirs = latest is not None and latest.actor == actor
        words = last_words(self.booking, event=BookingEvent.MOVED) if theirs else ""
        return self.wrote(single_line(name, max_length=NAME_LENGTH), words)


Template = str | Promise
Part = Template | Callable[[Telling], str]
Sentence = Template | Callable[[Telling], Sentences]


@dataclass(frozen=True, slots=True)
class Words:
    """A message's subject, its headline, the sentences below it, and the label of its button if it has one."""

    subject: str
    headline: str
    sentences: Sentences = ()
    button: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """What one reader reads: templates, filled with what a telling names, or functions of it."""

    subject: Template
    headline: Template
    sentences: tuple[Sentence, ...] = ()
    button: Part = ""

    def words(self, about: Telling) -> Words:
        sentences: list[str] = []
        for one in self.sentences:
            sentences += one(about) if callable(one) else (_filled(one, about),)
        button = self.button(about) if callable(self.button) else str(self.button)
        return Words(_filled(self.subject, about), _filled(self.headline, about), tuple(sentences), button)


def _filled(template: Template, about: Telling) -> str:
    return str(template) % about.named


def own_page(about: Telling) -> str:
    """Where everybody finds the booking: on a page of their own."""
    return link(about.attendee) if about.reader.attendee else host_page(about.booking)


def missing(about: Telling) -> Sentences:
    if not about.where.pending:
        return ()
    return (
        about.with_problem(gettext_for_hosts("The %(label)s link is missing.")),
        gettext_for_hosts(
            "The booking stands, and your guest knows that the link follows. "
            "The booking’s page shows what can be done."
        ),
    )


def mend_or_see(about: Telling) -> str:
    """For a host, who has to see to a missing link."""
    return str(MEND if about.where.pending else SEE)


def late(about: Telling) -> Sentences:
    """Nothing where the link is there."""
    if not about.where.pending:
        return ()
    sentence = gettext("The %(label)s link follows in a second mail.")
    if about.reader.is_booker():
        sentence = gettext("The %(label)s link follows in a second mail. There is nothing you need to do.")
    return (sentence % about.named,)


def invited_by(attendee: Attendee) -> str:
    """Why somebody who did not book hears of the booking."""
    hosts = host_names(attendee.booking)
    named = {"guest": shown_name(attendee.booking), "host": together(hosts)}
    if attendee.invited_by != HOST:
        return gettext("%(guest)s booked this meeting with %(host)s and named you as a guest.") % named
    if len(hosts) > 1:
        return gettext("%(guest)s booked this meeting with %(host)s. One of them invited you, too.") % named
    return gettext("%(guest)s booked this meeting with %(host)s, who invited you, too.") % named


def why_they_hear(about: Telling) -> Sentences:
    return (invited_by(about.attendee),)


def shown_name(booking: Booking) -> str:
    """Without anything that mail programs make a link of."""
    return single_line(name_for_others(booking.booker.name), max_length=NAME_LENGTH)


def may_be_double(about: Telling) -> Sentences:
    """What a host has to know may stand beside the meeting."""
    return (duplicates(about.where),) if about.where.possible_duplicates else ()


def state_of_first(about: Telling) -> Sentences:
    return missing(about) or (*may_be_double(about), *not_written(about.booking, about.reader.host_id))


def _expecting(about: Telling) -> Sentences:
    number = len(host_names(about.booking))
    return (ngettext("%(host)s is expecting you.", "%(host)s are expecting you.", number) % about.named,)


MEND = lazy_for_hosts("Fix the link")
SEE, SEE_OR_CHANGE = _("See the booking"), _("See or change the booking")
SEE_OR_LEAVE = _("See the booking, or take yourself off")
ADDS = _("The attached invitation adds this meeting to your calendar.")
BOOKED_TO_HOST = Text(
    lazy_for_hosts("%(guest)s booked %(title)s: %(start)s"),
    lazy_for_hosts("You have a new booking"),
    (state_of_first,),
    mend_or_see,
)
BOOKED = Text(
    _("%(title)s with %(host)s: %(start)s"),
    _("You are booked"),
    (_expecting, late),
    SEE_OR_CHANGE,
)
INVITED = Text(
    _("%(title)s with %(host)s: %(start)s"),
    _("You are invited"),
    (
        why_they_hear,
        late,
        _("If this says nothing to you, you can ignore it: nothing was booked in your name."),
    ),
    SEE_OR_LEAVE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageKind:
    """One kind of message: what each reader reads, and what goes with it. A new one is one of these, listed in KINDS.

    Who is invited too may not know who booked, who typed their address: `to_other` passes nothing on that the guest
    wrote, nor what the page's host wrote to the guest.

    label: what a host reads of it in the list of what was sent.  attachment: what opening the attached invitation
    does; "" where none is attached.  page_text: whose text of the page's host it has.  to_former: for who does not host
    it any more.  is_first: it opens the thread that later ones answer.  gives_time: with it go the reminders.
    takes_back: who was invited too is told only if they have heard that it is on.  ended: nothing is to come any more.
    can_stop: its reader may stop such messages.  of_money: it counts whatever became of the booking meanwhile.
    """

    name: str
    label: str
    to_host: Text = BOOKED_TO_HOST
    to_booker: Text = BOOKED
    to_other: Text = INVITED
    attachment: Template = ADDS
    button_url: Callable[[Telling], str] = own_page
    page_text: str = ""
    to_former: bool = False
    is_first: bool = False
    gives_time: bool = False
    takes_back: bool = False
    ended: bool = False
    says_place: bool = True
    can_stop: bool = False
    of_money: bool = False

    def words(self, about: Telling) -> Words:
        if about.reader.is_host():
            return self.to_host.words(about)
        return (self.to_booker if about.reader.is_booker() else self.to_other).words(about)
