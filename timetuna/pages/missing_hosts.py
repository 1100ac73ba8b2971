"""Pages that offer no times for want of hosts: whom they lack, and what whoever runs them can do about it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef

from timetuna.accounts.models import User
from timetuna.lib.text import in_words
from timetuna.pages.calendar_impact import HostTrouble, paused_words, troubles_of
from timetuna.pages.models import BookingPage, CohostInvitation, PageHost

_Part, _Staffing = PageHost.Part, BookingPage.Staffing
_MOST_TOLD = 4


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why a page offers no times, in a sentence that names nobody's calendars.

    place, way_out: where on the page's tab Booking something can be done about it, and what.
    """

    text: str
    place: str
    way_out: str


class _Matter(NamedTuple):
    """What is the matter with somebody. verb: "is" or "has"."""

    verb: str
    what: str

    def said(self, *, several: bool = False) -> str:
        """As what follows the name of one, or those of several; "you" are several."""
        return f"{_PLURALS[self.verb] if several else self.verb} {self.what}"


_PLURALS = {"is": "are", "has": "have"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hosts:
    """Those of one page, who of them is to read it, and what is the matter with any. asked: open invitations."""

    now: datetime
    page: BookingPage
    rows: Sequence[PageHost]
    reader: int
    troubles: dict[int, HostTrouble]
    asked: Sequence[str]

    def having(self, part: PageHost.Part) -> list[PageHost]:
        return [row for row in self.rows if row.part_on(self.page) is part]

    def matter(self, row: PageHost) -> _Matter | None:
        """What keeps somebody from being booked; None where nothing does."""
        trouble = self.troubles.get(row.pk)
        if own := self.pause(row):
            return own
        if trouble is None or not trouble.silent:
            return None
        return _Matter("has", _TROUBLES.get(trouble.text, trouble.text.lower()))

    def pause(self, row: PageHost) -> _Matter | None:
        """The same, whatever their calendars say."""
        if not (row.host.is_active and row.is_verified):  # type: ignore[attr-defined]
            return _Matter("is", "switched off")
        if paused := paused_words(row, row.host, now=self.now):
            return _Matter("is", paused)
        return None if row.weight else _Matter("is", "paused by a weight of 0")

    def told(self, rows: Collection[PageHost]) -> str:
        """As "you are paused until 3 March, Bob and Cleo have no calendar connected"; the reader first."""
        ordered = sorted(rows, key=lambda row: row.host_id != self.reader)
        groups = defaultdict[tuple[bool, _Matter], list[str]](list)
        for row in ordered:
            if matter := self.matter(row):
                is_reader = row.host_id == self.reader
                groups[is_reader, matter].append("you" if is_reader else row.host.name)
        return ", ".join(
            f"{in_words(_some(names))} {matter.said(several=is_reader or len(names) > 1)}"
            for (is_reader, matter), names in groups.items()
        )


def _some(names: Sequence[str]) -> list[str]:
    more = len(names) - _MOST_TOLD
    return [*names[:_MOST_TOLD], f"{more} more"] if more > 0 else [*names]


_TROUBLES = {
    "No calendar connected": "no calendar connected",
    "Calendar needs reconnecting": "a calendar that needs reconnecting",
    "Calendar is being read": "a calendar that is being read",
    "Calendar cannot be read": "a calendar that cannot be read",
}


def missed_on(page: BookingPage, reader: User, *, now: datetime) -> list[Shortage]:
    """The same of one page."""
    if page.staffing == _Staffing.SOLO:
        return []
    return missing_hosts([page.pk], reader, now=now).get(page.pk, [])


def missing_hosts(page_ids: Collection[int], reader: User, *, now: datetime) -> dict[int, list[Shortage]]:
    """By page, of those that several are to hold; in a number of queries that does not grow.

    What the reader's own calendars lack they are told elsewhere.
    """
    rows = _rows(page_ids)
    if not rows:
        return {}
    troubles = troubles_of(PageHost.objects.filter(pk__in=[row.pk for row in rows]), now=now)
    asked = defaultdict[int, list[str]](list)
    invitations = CohostInvitation.objects.filter(page__in=page_ids, answered_at=None)
    for page_id, email in invitations.values_list("page", "email"):
        asked[page_id].append(email)
    by_page = defaultdict[int, list[PageHost]](list)
    for row in rows:
        by_page[row.page_id].append(row)
    found = {}
    for page_id, hosts in by_page.items():
        page = hosts[0].page
        of_page = _Hosts(
            now=now, page=page, rows=hosts, reader=reader.pk, troubles=troubles, asked=asked.get(page_id, ())
        )
        found[page_id] = [*_required(of_page), *_rotating(of_page)]
    return {page_id: lacks for page_id, lacks in found.items() if lacks}


def _rows(page_ids: Collection[int]) -> list[PageHost]:
    verified = EmailAddress.objects.filter(user=OuterRef("host"), verified=True)
    rows = PageHost.objects.filter(page__in=page_ids, active=True).exclude(page__staffing=_Staffing.SOLO)
    return list(rows.select_related("page", "host").annotate(is_verified=Exists(verified)))


def _required(hosts: _Hosts) -> Iterator[Shortage]:
    """Who has to be at each meeting and cannot."""
    required = hosts.having(_Part.REQUIRED)
    if not required and hosts.page.staffing == _Staffing.ALL:
        text = f"Offers no times: nobody has to be there{_waiting(hosts)}."
        yield Shortage(text, "staffing", "Let somebody always be there")
    for row in required:
        if row.host_id == hosts.reader:
            text = f"while you {matter.said(several=True)}" if (matter := hosts.pause(row)) else ""
        else:
            text = f"without {row.host.name}, who {matter.said()}" if (matter := hosts.matter(row)) else ""
        if text:
            yield Shortage(f"Offers no times {text}.", "staffing", "Change who takes the meeting")


def _rotating(hosts: _Hosts) -> Iterator[Shortage]:
    """Too few who take turns, or too few of them who can be booked."""
    if hosts.page.staffing != _Staffing.ANY:
        return
    needed, rotating = max(1, hosts.page.rotating_count), hosts.having(_Part.ROTATING)
    missing = [row for row in rotating if hosts.matter(row)]
    able = len(rotating) - len(missing)
    if not rotating:
        text = f"Offers no times: nobody takes turns{_waiting(hosts)}."
        yield Shortage(text, "staffing", "Let somebody take turns")
    elif len(rotating) < needed:
        takes = "1 host takes" if len(rotating) == 1 else f"{len(rotating)} hosts take"
        text = f"Offers no times: {needed} come to each meeting, and only {takes} turns{_waiting(hosts)}."
        yield Shortage(text, "staffing", "Change how many come")
    elif able < needed:
        few = f"only {able} of {needed} can be booked" if able else "nobody who takes turns can be booked"
        yield Shortage(f"Offers no times: {few}; {hosts.told(missing)}.", "cohosts", "Add a cohost")


def _waiting(hosts: _Hosts) -> str:
    """Who may still come to take part."""
    if not hosts.asked:
        return ""
    have = "has" if len(hosts.asked) == 1 else "have"
    return f", and {in_words(_some(hosts.asked))} {have} not answered your invitation yet"
