"""Pages that offer no times for want of hosts: whom they lack, and what whoever runs them can do about it."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext, gettext_lazy, ngettext, ngettext_lazy

from timetuna.accounts.models import User
from timetuna.l10n.lists import in_words
from timetuna.pages.calendar_impact import CalendarTrouble, HostTrouble, is_paused, pause_end, troubles_of
from timetuna.pages.models import BookingPage, CohostInvitation, PageHost

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

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


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of somebody who cannot be booked.

    reader, others: as clauses of a sentence that says so of several.  without, while_reader: why a page that needs them
    at each meeting offers no times; what lies with the reader's own calendars they are told elsewhere.
    """

    reader: "StrPromise"
    others: Any
    without: "StrPromise"
    while_reader: "StrPromise | str" = ""


_WORDS = {
    "off": _Words(
        gettext_lazy("you are switched off"),
        ngettext_lazy("%(names)s is switched off", "%(names)s are switched off", "count"),
        gettext_lazy("Offers no times without %(name)s, who is switched off."),
        gettext_lazy("Offers no times while you are switched off."),
    ),
    "paused until": _Words(
        gettext_lazy("you are paused until %(day)s"),
        ngettext_lazy("%(names)s is paused until %(day)s", "%(names)s are paused until %(day)s", "count"),
        gettext_lazy("Offers no times without %(name)s, who is paused until %(day)s."),
        gettext_lazy("Offers no times while you are paused until %(day)s."),
    ),
    "paused": _Words(
        gettext_lazy("you are paused until further notice"),
        ngettext_lazy(
            "%(names)s is paused until further notice", "%(names)s are paused until further notice", "count"
        ),
        gettext_lazy("Offers no times without %(name)s, who is paused until further notice."),
        gettext_lazy("Offers no times while you are paused until further notice."),
    ),
    "weight": _Words(
        gettext_lazy("you are paused by a weight of 0"),
        ngettext_lazy(
            "%(names)s is paused by a weight of 0", "%(names)s are paused by a weight of 0", "count"
        ),
        gettext_lazy("Offers no times without %(name)s, who is paused by a weight of 0."),
        gettext_lazy("Offers no times while you are paused by a weight of 0."),
    ),
    CalendarTrouble.NONE: _Words(
        gettext_lazy("you have no calendar connected"),
        ngettext_lazy("%(names)s has no calendar connected", "%(names)s have no calendar connected", "count"),
        gettext_lazy("Offers no times without %(name)s, who has no calendar connected."),
    ),
    CalendarTrouble.RECONNECT: _Words(
        gettext_lazy("you have a calendar that needs reconnecting"),
        ngettext_lazy(
            "%(names)s has a calendar that needs reconnecting",
            "%(names)s have a calendar that needs reconnecting",
            "count",
        ),
        gettext_lazy("Offers no times without %(name)s, who has a calendar that needs reconnecting."),
    ),
    CalendarTrouble.READING: _Words(
        gettext_lazy("you have a calendar that is being read"),
        ngettext_lazy(
            "%(names)s has a calendar that is being read",
            "%(names)s have a calendar that is being read",
            "count",
        ),
        gettext_lazy("Offers no times without %(name)s, who has a calendar that is being read."),
    ),
    CalendarTrouble.UNREADABLE: _Words(
        gettext_lazy("you have a calendar that cannot be read"),
        ngettext_lazy(
            "%(names)s has a calendar that cannot be read",
            "%(names)s have a calendar that cannot be read",
            "count",
        ),
        gettext_lazy("Offers no times without %(name)s, who has a calendar that cannot be read."),
    ),
}


class _Matter(NamedTuple):
    """What keeps somebody from being booked, by its name in `_WORDS`. day: until when, in words."""

    name: str
    day: str = ""

    def clause(self, names: Sequence[str], *, reader: bool) -> str:
        """As in "you are paused until 3 March", "Bob and Cleo have no calendar connected"."""
        words = _WORDS[self.name]
        if reader:
            return str(words.reader) % {"day": self.day}
        return str(words.others % {"count": len(names), "names": in_words(_some(names)), "day": self.day})

    def sentence(self, row: PageHost, *, reader: bool) -> str:
        """Why a page offers no times that needs them at each meeting."""
        words = _WORDS[self.name]
        return str(words.while_reader if reader else words.without) % {
            "name": row.host.name,
            "day": self.day,
        }


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
        return _Matter(trouble.text)

    def pause(self, row: PageHost) -> _Matter | None:
        """The same, whatever their calendars say."""
        if not (row.host.is_active and row.is_verified):  # type: ignore[attr-defined]
            return _Matter("off")
        if is_paused(row, row.host, now=self.now):
            day = pause_end(row.paused_until, row.host, now=self.now)
            return _Matter("paused until", day) if day else _Matter("paused")
        return None if row.weight else _Matter("weight")

    def told(self, rows: Collection[PageHost]) -> str:
        """As "you are paused until 3 March, Bob and Cleo have no calendar connected"; the reader first."""
        ordered = sorted(rows, key=lambda row: row.host_id != self.reader)
        groups = defaultdict[tuple[bool, _Matter], list[str]](list)
        for row in ordered:
            if matter := self.matter(row):
                is_reader = row.host_id == self.reader
                groups[is_reader, matter].append(row.host.name)
        return ", ".join(
            matter.clause(names, reader=is_reader) for (is_reader, matter), names in groups.items()
        )


def _some(names: Sequence[str]) -> list[str]:
    more = len(names) - _MOST_TOLD
    if more <= 0:
        return [*names]
    return [*names[:_MOST_TOLD], gettext("%(count)s more") % {"count": more}]


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
        text = _or_waits(gettext("Offers no times: nobody has to be there"), hosts)
        yield Shortage(text, "staffing", gettext("Let somebody always be there"))
    for row in required:
        is_reader = row.host_id == hosts.reader
        if matter := hosts.pause(row) if is_reader else hosts.matter(row):
            text = matter.sentence(row, reader=is_reader)
            yield Shortage(text, "staffing", gettext("Change who takes the meeting"))


def _rotating(hosts: _Hosts) -> Iterator[Shortage]:
    """Too few who take turns, or too few of them who can be booked."""
    if hosts.page.staffing != _Staffing.ANY:
        return
    needed, rotating = max(1, hosts.page.rotating_count), hosts.having(_Part.ROTATING)
    missing = [row for row in rotating if hosts.matter(row)]
    able = len(rotating) - len(missing)
    if not rotating:
        text = _or_waits(gettext("Offers no times: nobody takes turns"), hosts)
        yield Shortage(text, "staffing", gettext("Let somebody take turns"))
    elif len(rotating) < needed:
        few = ngettext(
            "Offers no times: %(needed)s come to each meeting, and only %(count)s host takes turns",
            "Offers no times: %(needed)s come to each meeting, and only %(count)s hosts take turns",
            len(rotating),
        )
        text = _or_waits(few % {"needed": needed, "count": len(rotating)}, hosts)
        yield Shortage(text, "staffing", gettext("Change how many come"))
    elif able < needed:
        text = gettext("Offers no times: nobody who takes turns can be booked; %(why)s.")
        if able:
            text = gettext("Offers no times: only %(able)s of %(needed)s can be booked; %(why)s.")
        told = {"able": able, "needed": needed, "why": hosts.told(missing)}
        yield Shortage(text % told, "cohosts", gettext("Add a cohost"))


def _or_waits(lack: str, hosts: _Hosts) -> str:
    """The sentence, with who may still come to take part."""
    if not hosts.asked:
        return f"{lack}."
    waits = ngettext(
        "%(lack)s, and %(people)s has not answered your invitation yet.",
        "%(lack)s, and %(people)s have not answered your invitation yet.",
        len(hosts.asked),
    )
    return waits % {"lack": lack, "people": in_words(_some(hosts.asked))}
