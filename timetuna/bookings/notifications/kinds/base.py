"""What all kinds of messages have in common: their shape, and what is told about the booking in several of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from timetuna.bookings.events import HOST, BookingEvent, last_words
from timetuna.bookings.integrations.event import calendar_words, event_of
from timetuna.bookings.integrations.location import Location, duplicates, host_page
from timetuna.bookings.models import Attendee, Booking
from timetuna.bookings.notifications.recipients import Recipient
from timetuna.bookings.queries import link, name_for_others, others, shown_to_others
from timetuna.calendars.models import CalendarEvent
from timetuna.l10n import datetimes
from timetuna.lib.text import single_line

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
            "host": self.booking.host.name,
            "guest": self.guest if self.reader.is_host() else shown_name(self.booking),
            "start": datetimes.short_when(self.booking.start_at, zone=self.zone),
            "label": self.where.label,
            "name": shown_name(self.booking) if self.reader.is_host() else self.booking.host.name,
        }

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the reader's clock."""
        return datetimes.zone_or_utc(self.reader.zone)

    @property
    def guest(self) -> str:
        """As a host reads it."""
        return single_line(self.booking.booker.name, max_length=NAME_LENGTH)

    @property
    def attendee(self) -> Attendee:
        """The reader, who is on the guest's side."""
        assert self.reader.attendee is not None  # noqa: S101 - a host has texts of their own
        return self.reader.attendee

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
        f"The {about.where.label} link is missing. {about.where.problem}".strip(),
        "The booking stands, and your guest knows that the link follows. The booking's page shows what can be done.",
    )


def mend_or_see(about: Telling) -> str:
    """For a host, who has to see to a missing link."""
    return "Mend the link" if about.where.pending else "See the booking"


def may_be_double(about: Telling) -> Sentences:
    """What a host has to know may stand beside the meeting."""
    return (duplicates(about.where),) if about.where.possible_duplicates else ()


def late(about: Telling) -> Sentences:
    """Nothing where the link is there."""
    if not about.where.pending:
        return ()
    sentence = gettext("The %(label)s link follows in a second mail.")
    if about.reader.is_booker():
        sentence = gettext("The %(label)s link follows in a second mail. There is nothing you need to do.")
    return (sentence % about.named,)


def invited_too(about: Telling) -> Sentences:
    """Who takes part beside who booked; nothing where nobody does."""
    people = [shown_to_others(attendee) for attendee in others(about.booking)]
    if not people:
        return ()
    comes = ngettext("Invited too: %(people)s.", "Invited too: %(people)s.", len(people))
    return (comes % {"people": ", ".join(people)},)


def invited_by(attendee: Attendee) -> str:
    """Why somebody who did not book hears of the booking."""
    named = {"guest": shown_name(attendee.booking), "host": attendee.booking.host.name}
    if attendee.invited_by == HOST:
        return gettext("%(guest)s booked this meeting with %(host)s, who invited you, too.") % named
    return gettext("%(guest)s booked this meeting with %(host)s and named you as a guest.") % named


def why_they_hear(about: Telling) -> Sentences:
    return (invited_by(about.attendee),)


def shown_name(booking: Booking) -> str:
    """Without anything that mail programs make a link of."""
    return single_line(name_for_others(booking.booker.name), max_length=NAME_LENGTH)


def state_of_first(about: Telling) -> Sentences:
    return missing(about) or (*may_be_double(about), *_not_in_calendar(about))


def _not_in_calendar(about: Telling) -> Sentences:
    """Why the event could not be written; the invitation is attached all the same."""
    event = event_of(about.booking, about.reader.host_id)
    if event is None or event.state == CalendarEvent.State.WRITTEN or not event.problem:
        return ()
    return (f"TimeTuna could not write it into {calendar_words(event)}. {event.problem}",)


def handed_over(about: Telling) -> dict[str, str]:
    """Who gave it to whom, the latest time."""
    latest = about.booking.history.filter(event=BookingEvent.HANDED_OVER).last()
    former, new = latest.changes["host"] if latest else ("", about.booking.host.name)
    return {"former": former, "new": new}


SEE, SEE_OR_CHANGE = _("See the booking"), _("See or change the booking")
SEE_OR_LEAVE = _("See the booking, or take yourself off")
ADDS = _("The attached invitation adds this meeting to your calendar.")
BOOKED_TO_HOST = Text(
    "%(guest)s booked %(title)s: %(start)s",
    "You have a new booking",
    (invited_too, state_of_first),
    mend_or_see,
)
BOOKED = Text(
    _("%(title)s with %(host)s: %(start)s"),
    _("You are booked"),
    (_("%(host)s is expecting you."), late),
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
    can_stop: its reader may stop such messages.
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

    def words(self, about: Telling) -> Words:
        if about.reader.is_host():
            return self.to_host.words(about)
        return (self.to_booker if about.reader.is_booker() else self.to_other).words(about)
