"""With whom times are shown, where guests may choose among the hosts of a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from timetuna.bookings.slots.selection import WITH, SlotSelection, person_key
from timetuna.pages.public import Met, PublicPage, choosable, met_on
from timetuna.web.forms import TabLink

MOST_PEOPLE = 7
"""Of more to choose from, Anybody among them, the rest is folded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLinks:
    """With whom times are shown. label: what is chosen.  met: who it is.  folded: what stands behind "more"."""

    label: str
    met: Met
    first: Sequence[TabLink]
    folded: Sequence[TabLink] = ()

    def is_open(self) -> bool:
        """Whether who is chosen would be out of sight."""
        return any(one.current for one in self.folded)


def person_links(page: PublicPage, choice: SlotSelection, *, now: datetime) -> PersonLinks | None:
    """Anybody first; None where there is nobody to choose. Each keeps what else was chosen."""
    people = choosable(page, now=now)
    if not people:
        return None
    links = [TabLink(gettext("Anybody"), choice.url(**{WITH: ""}), choice.person is None)]
    links += [
        TabLink(one.name, choice.url(**{WITH: person_key(one)}), one is choice.person) for one in people
    ]
    most = len(links) if len(links) <= MOST_PEOPLE + 1 else MOST_PEOPLE
    return PersonLinks(
        label=gettext("Whom do you want to meet?"),
        met=met_on(page, now=now, person=choice.person),
        first=links[:most],
        folded=links[most:],
    )
