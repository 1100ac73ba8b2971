"""Whom the guests of a page meet, as they may read it: nobody's address, calendar or absence.

Who only joins if they happen to be free is not named before the meeting is booked: it would be a promise that nobody
made. Nobody reads of a pause either: with whom nothing is booked now is named no more than somebody who has left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import get_text_list
from django.utils.translation import gettext, ngettext, pgettext

from timetuna.availability.teams import Part
from timetuna.pages.hosts import HostTime
from timetuna.pages.models import BookingPage
from timetuna.pages.queries import PublicPage

MOST_NAMED = 4
"""Of more the first few are named, and the others counted."""
_FIRST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """hosts: as it follows "with". names: of all of them. team: whose page it is, "" for nobody's but its host's."""

    hosts: str
    names: Sequence[str]
    team: str = ""

    def is_several(self) -> bool:
        return len(self.names) > 1

    def discs(self) -> Sequence[str]:
        """The first letters of the first few."""
        shown = self.names if len(self.names) <= MOST_NAMED else self.names[:_FIRST]
        return [name[:1] for name in shown]

    def more(self) -> int:
        """How many have no disc of their own."""
        return len(self.names) - len(self.discs())


def met_on(page: PublicPage, *, now: datetime, person: HostTime | None = None) -> Met:
    """Who comes to a meeting of the page. person: whom the guest has chosen."""
    if not page.is_shared():
        names = [host.name for host in page.hosts] or [page.host_name]
        return Met(hosts=names[0], names=names, team=page.team)
    chosen = person.id if person else None
    always = [host.name for host in page.hosts if host.part is Part.REQUIRED or host.id == chosen]
    needed = page.takes_turns() - (1 if person and person.part is Part.ROTATING else 0)
    turns = [host.name for host in taking_turns(page, now=now) if host.id != chosen] if needed > 0 else []
    names = [*always, *turns] or [page.host_name]
    return Met(hosts=_in_words(always, turns, needed) or names[0], names=names, team=page.team)


def met_by(names: Sequence[str]) -> Met:
    """Of a meeting that is booked with all of them."""
    return Met(hosts=together(names), names=names)


def taking_turns(page: PublicPage, *, now: datetime) -> list[HostTime]:
    """With whom something can be booked, in their order on the page."""
    return [
        host
        for host in page.hosts
        if host.part is Part.ROTATING and host.bookable and not host.is_paused(now)
    ]


def choosable(page: PublicPage, *, now: datetime) -> list[HostTime]:
    """Among whom a guest may choose; nobody where there is no choice."""
    if not page.is_shared() or not page.settings.guests_choose:
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
    return get_text_list(_few(names), gettext("and"))


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
