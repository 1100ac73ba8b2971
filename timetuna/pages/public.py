"""A booking page as guests see it: what it offers and when, and whom they meet.

They read nobody's address, calendar or absence. Who only joins if they happen to be free is not named before the
meeting is booked: it would be a promise that nobody made. Nobody reads of a pause either: with whom nothing is booked
now is named no more than somebody who has left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from timetuna.availability.hours import Away, Cap, Hours
from timetuna.availability.teams import Part
from timetuna.l10n.lists import in_words
from timetuna.lib.crypto import fingerprint
from timetuna.pages.calendar_use import BlockingCalendars
from timetuna.pages.meeting_types.base import MeetingChoice, meeting_kind
from timetuna.pages.models import BookingPage, PageHost
from timetuna.pages.prices import Price, price
from timetuna.web.forms import in_full
from timetuna.web.style_sheets import luminance

MOST_NAMED = 4
"""Of more the first few are named, and the others counted."""
_FIRST = 3
_BRIGHT = 0.179  # above this luminance black text can be read better than white (WCAG 2.2, contrast ratio)


@dataclass(frozen=True, slots=True)
class Branding:
    """color: "#rrggbb" or "".  logo_path and the other paths: on this server; "" where there is none."""

    color: str = ""
    logo_path: str = ""
    background_path: str = ""
    video_path: str = ""

    def has_backdrop(self) -> bool:
        return bool(self.background_path or self.video_path)

    def text_color(self) -> str:
        """Black or white, whichever can be read on the colour; "" without a colour."""
        if not self.color:
            return ""
        return "#000000" if luminance(self.color) > _BRIGHT else "#ffffff"


NO_LOOK = Branding()


class Face(NamedTuple):
    """Whom guests meet. photo: its path on this server, "" without one.  role: as they have written it."""

    name: str
    photo: str = ""
    role: str = ""

    @classmethod
    def of(cls, host: int, name: str, photo_version: str, role: str) -> "Face":
        """The address of a photo changes with it, so that it may be kept for ever."""
        path = reverse("host_photo", args=[host, photo_version]) if photo_version else ""
        return cls(name, path, role)


@dataclass(frozen=True, kw_only=True, slots=True)
class HostTime:
    """Somebody who takes part in a page's meetings, and what decides about their time.

    opening: when they are open, as the engine wants it; dates that are over are left out. caps: how many bookings are
    enough for them. calendars: which of theirs take time. lost_calendar: the name of the one that should get their
    events, if its account does not have it any more; then they have no time until they choose another.
    part: as what, as the page is staffed now. row: what else is theirs on the page; buffers and notice: None is the
    page's. kinds: the meeting types that connected providers make, of those they can make now.
    bookable: whether their account is switched on and its address confirmed.
    """

    id: int
    face: Face
    opening: Hours
    caps: tuple[Cap, ...]
    calendars: BlockingCalendars
    row: PageHost
    part: Part = Part.REQUIRED
    lost_calendar: str = ""
    kinds: frozenset[str] = frozenset()
    bookable: bool = True

    @property
    def name(self) -> str:
        return self.face.name

    def is_paused(self, now: datetime) -> bool:
        """Whether nothing new is booked with them."""
        return self.row.weight == 0 or self.row.is_paused(now, zone=self.calendars.zone)


@dataclass(frozen=True, slots=True)
class PageDuration:
    """`title` and `description` may be empty. price: its own, 0 is free; None is as the page has it."""

    minutes: int
    title: str = ""
    description: str = ""
    price: int | None = None

    def label(self) -> str:
        """In words where there is no title."""
        return self.title or self.lasts()

    def lasts(self) -> str:
        """In words: "90 minutes"."""
        return ngettext("%(count)d minute", "%(count)d minutes", self.minutes) % {"count": self.minutes}


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicPage:
    """A booking page, read once for all who ask.

    handle: the first part of its address, its host's or its team's.  team: the name of that; "" for none.
    settings: its row, where every column that a host sets is read. The rest is worked out of more than that.
    hosts: who takes part in its meetings, in their order there. own: its owner's time, by whose clock the page is
    made; `time_zone` is the name of their hours' zone.  caps: how many bookings of the page are enough.
    several: see `is_shared`; it stays so where only those are asked who have a meeting already.
    horizon_days, horizon_date: at most one of them is there; see `last_day`.  first_day: before it nothing is booked.
    named: the host whom the link that was followed names.
    payable: whether its owner can be paid, where guests are to pay at all.
    meeting_types: only what is on and can be used right now; without any, no time is offered.
    approval_hours: for how long the host is asked for their yes; None where a booking needs none.
    """

    id: int
    host_id: int
    host_name: str
    handle: str
    slug: str
    title: str
    description: str
    time_zone: str
    durations: tuple[PageDuration, ...]
    own: HostTime
    hosts: tuple[HostTime, ...]
    caps: tuple[Cap, ...]
    horizon_days: int | None
    horizon_date: date | None
    meeting_types: tuple[MeetingChoice, ...]
    approval_hours: int | None
    settings: BookingPage
    several: bool = False
    look: Branding = NO_LOOK
    team: str = ""
    first_day: date | None = None
    payable: bool = True
    named: int | None = None

    def price_of(self, minutes: int) -> Price | None:
        """What a meeting of this length costs; None where it is free."""
        if not self.settings.currency:
            return None
        own = next((one.price for one in self.durations if one.minutes == minutes), None)
        amount = self.settings.price if own is None else own
        return price(amount, self.settings.currency, tax=self.settings.charges_tax)

    def prices(self) -> list[Price | None]:
        """Of each length, in their order."""
        return [self.price_of(one.minutes) for one in self.durations]

    def last_day(self, today: date) -> date | None:
        """The last of the host's dates that can be booked, or None without end."""
        return self.horizon_date if self.horizon_days is None else today + timedelta(days=self.horizon_days)

    def takes_turns(self) -> int:
        """How many of those who take turns come to each meeting."""
        anybody = self.settings.staffing == BookingPage.Staffing.ANY
        return max(1, self.settings.rotating_count) if anybody else 0

    def is_staffed(self) -> bool:
        """Whether it is meant for several, even while there is but one."""
        return self.settings.is_shared()

    def is_shared(self) -> bool:
        """Whether several take part: then meetings start on the page's own grid, and who has no calendar is busy."""
        return self.several

    def own_or_pages(self, host: HostTime, column: str) -> int:
        """A buffer or the notice: the host's own where several take part, else as the page has it."""
        own: int | None = getattr(host.row, column) if self.is_shared() else None
        pages: int = getattr(self.settings, column)
        return pages if own is None else own

    def hosts_may_change(self) -> bool:
        """Whether a meeting may come to be somebody else's, so that no host's own address may invite to it."""
        anybody = self.settings.staffing == BookingPage.Staffing.ANY
        return anybody or self.settings.team_id is not None or len(self.hosts) > 1

    def notes_for(self, first: date, last: date) -> tuple[Away, ...]:
        """The absences that touch these dates and have a note for guests; nobody's where others host it, too.

        Of who is away for some hours only, nothing is said.
        """
        away = self.own.opening.away if [host.id for host in self.hosts] == [self.host_id] else ()
        touching = (one for one in away if one.first <= last and one.last >= first)
        return tuple(one for one in touching if one.note and one.takes_a_day())

    def is_open(self, now: datetime) -> bool:
        """Whether it takes bookings at all: it is on, there is a way to meet, and nobody is paused who has to come.

        Where guests are to pay, somebody has to get it, too.
        """
        if self.settings.switched_off or not self.payable:
            return False
        if not self.meeting_types or not self.is_staffed():
            return bool(self.meeting_types)
        away = (
            host.part is Part.REQUIRED and host.row.is_paused(now, zone=host.calendars.zone)
            for host in self.hosts
        )
        return not any(away) and len(taking_turns(self, now=now)) >= self.takes_turns()

    def whose(self) -> str:
        """The name of its team, or else its host's."""
        return self.team or self.host_name

    def address(self) -> str:
        """In full, with https://."""
        return in_full(reverse("public_page", args=[self.handle, self.slug]))

    def shown_address(self) -> str:
        """As people write it, without https://."""
        return self.address().partition("://")[2]

    def shown_host_address(self) -> str:
        """What all pages of its host or team begin with, without https://."""
        return self.shown_address().rpartition("/")[0]


def before_booking(page: PublicPage, choice: MeetingChoice) -> str:
    """What guests read of a way to meet beside its label: the place, who calls whom, when the link comes."""
    host = "" if page.is_staffed() else page.host_name
    return meeting_kind(choice.kind).before(choice.detail, host)


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """hosts: as it follows "with". faces: of all of them. team: whose page it is, "" for nobody's but its host's."""

    hosts: str
    faces: Sequence[Face]
    team: str = ""

    @property
    def names(self) -> list[str]:
        return [face.name for face in self.faces]

    def is_several(self) -> bool:
        return len(self.faces) > 1

    def discs(self) -> Sequence[Face]:
        """The first few."""
        return self.faces if len(self.faces) <= MOST_NAMED else self.faces[:_FIRST]

    def more(self) -> int:
        """How many have no disc of their own."""
        return len(self.faces) - len(self.discs())


def met_on(page: PublicPage, *, now: datetime, person: HostTime | None = None) -> Met:
    """Who comes to a meeting of the page. person: whom the guest has chosen."""
    if not page.is_shared():
        faces = [host.face for host in page.hosts] or [page.own.face]
        return Met(hosts=faces[0].name, faces=faces, team=page.team)
    chosen = person.id if person else None
    always = [host.face for host in page.hosts if host.part is Part.REQUIRED or host.id == chosen]
    needed = page.takes_turns() - (1 if person and person.part is Part.ROTATING else 0)
    turns = [host.face for host in taking_turns(page, now=now) if host.id != chosen] if needed > 0 else []
    faces = [*always, *turns] or [page.own.face]
    words = _in_words([one.name for one in always], [one.name for one in turns], needed)
    return Met(hosts=words or faces[0].name, faces=faces, team=page.team)


def met_by(faces: Sequence[Face]) -> Met:
    """Of a meeting that is booked with all of them."""
    return Met(hosts=together([face.name for face in faces]), faces=faces)


def taking_turns(page: PublicPage, *, now: datetime) -> list[HostTime]:
    """With whom something can be booked, in their order on the page."""
    return [
        host
        for host in page.hosts
        if host.part is Part.ROTATING and host.bookable and not host.is_paused(now)
    ]


def choosable(page: PublicPage, *, now: datetime) -> list[HostTime]:
    """Among whom a guest may choose; nobody where there is no choice."""
    if not page.is_shared() or not page.settings.guests_choose or page.named:
        return []
    people = taking_turns(page, now=now) if page.settings.staffing == BookingPage.Staffing.ANY else []
    return people if len(people) > 1 else []


def _in_words(always: Sequence[str], turns: Sequence[str], needed: int) -> str:
    if len(turns) <= needed or not turns:
        return together([*always, *turns])
    if not always:
        return some_of(turns, number=needed)
    both = {"hosts": together(always), "others": some_of(turns, number=needed)}
    return gettext("%(hosts)s and %(others)s") % both


def together(names: Sequence[str]) -> str:
    """As in "Ada, Bob and Cleo", or "Ada, Bob, Cleo and 17 others"."""
    return in_words(_few(names))


def some_of(names: Sequence[str], *, number: int) -> str:
    """As in "one of Ada, Bob, Cleo", or "2 of Ada, Bob and Cleo"; all of them where they are no more than that."""
    if len(names) <= number:
        return together(names)
    if number > 1:
        return gettext("%(number)d of %(names)s") % {"number": number, "names": together(names)}
    *first, last = _few(names)
    either = pgettext("between the last two of whom one comes", "%(names)s, %(last)s")
    if len(names) > MOST_NAMED:
        either = pgettext("before the number of others of whom one may come", "%(names)s and %(last)s")
    return gettext("one of %(names)s") % {"names": either % {"names": ", ".join(first), "last": last}}


def _few(names: Sequence[str]) -> list[str]:
    if len(names) <= MOST_NAMED:
        return [*names]
    more = len(names) - _FIRST
    return [*names[:_FIRST], ngettext("%(count)d other", "%(count)d others", more) % {"count": more}]


_OUR_COLOR = "#0b6e99"


@dataclass(frozen=True, slots=True)
class Card:
    """The picture of a preview, see `lib/card.py`. photo: the version of whose photo stands in it."""

    title: str
    name: str
    color: str
    text_color: str
    photo: str = ""

    def version(self) -> str:
        """Its fingerprint, so that it may be kept for ever."""
        return fingerprint(f"2\n{self.title}\n{self.name}\n{self.color}\n{self.photo}")[:16]


def card_of(title: str, name: str, look: Branding, photo: str) -> Card:
    shown = look if look.color else Branding(_OUR_COLOR)
    return Card(title, name, shown.color, shown.text_color(), photo)
