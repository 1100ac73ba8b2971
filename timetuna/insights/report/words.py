"""What each figure is called, what exactly it counts, and how it is said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy, ngettext

from timetuna.insights.figures import lead_limits
from timetuna.insights.models import DayFigure

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Clock = DayFigure.Clock
MINUS = "\N{MINUS SIGN}"
_DAY = 1_440
_HOUR = 60
CLOCKS = {
    Clock.MADE: gettext_lazy("Booked on"),
    Clock.HELD: gettext_lazy("Takes place on"),
}


class Definition(NamedTuple):
    """counts: the columns that make it up.  better: whether more of it is good news, None where it is neither."""

    label: "StrOrPromise"
    text: "StrOrPromise"
    counts: tuple[str, ...]
    better: bool | None = None


DEFINITIONS: Mapping[str, Definition] = {
    "booked": Definition(
        gettext_lazy("Bookings"),
        gettext_lazy(
            "Every booking that came about, whatever became of it. A request counts once it is confirmed."
        ),
        ("booked",),
        better=True,
    ),
    "cancelled": Definition(
        gettext_lazy("Cancelled"),
        gettext_lazy("Of these, those that guest or host called off."),
        ("cancelled_by_guest", "cancelled_by_host"),
        better=False,
    ),
    "moved": Definition(
        gettext_lazy("Moved"),
        gettext_lazy("Of these, those that were moved to another time, once or more often."),
        ("moved",),
    ),
    "no_shows": Definition(
        gettext_lazy("Did not come"),
        gettext_lazy("Of these, those of which a host has said that the guest did not come."),
        ("no_shows",),
        better=False,
    ),
    "unconfirmed": Definition(
        gettext_lazy("Not confirmed"),
        gettext_lazy(
            "Requests that were declined, taken back or not answered in time, and those that still wait."
        ),
        ("unconfirmed",),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Against the period before. tone: good, bad or "".  text: as "+12 %".  words: the same for who hears it."""

    text: str
    words: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table with a bar. width: of the bar.  part: in per cent of all."""

    label: str
    value: int
    part: str
    width: str


def change(now: int, before: int, *, better: bool | None) -> Change:
    """In per cent; in whole numbers where there were too few for that to say anything."""
    step = now - before
    if not step:
        words = gettext("as many as before (%(before)d)") % {"before": before}
        return Change(text=gettext("same"), words=words)
    sign = "+" if step > 0 else MINUS
    few = 10
    text = f"{sign}{abs(step)}" if before < few else f"{sign}{percent(abs(step), before)}"
    tone = "" if better is None else "good" if (step > 0) == better else "bad"
    words = (
        gettext("more than before (%(before)d)") if step > 0 else gettext("fewer than before (%(before)d)")
    )
    return Change(text=text, words=words % {"before": before}, tone=tone)


def percent(part: int, of: int) -> str:
    """As "12 %"; under one as "0.4 %"."""
    if not of:
        return "0\N{NO-BREAK SPACE}%"
    value = 100 * part / of
    return f"{number_format(value, 1 if 0 < value < 1 else 0)}\N{NO-BREAK SPACE}%"


def typical_lead(steps: Mapping[str, int]) -> str:
    """Between which limits the middle booking lies, "" without any."""
    half, seen = sum(steps.values()) / 2, 0
    for step in sorted(steps, key=int):
        seen += steps[step]
        if seen >= half:
            return lead_in_words(int(step))
    return ""


def lead_in_words(step: int) -> str:
    """As "2 to 3 days", "Under 1 hour"."""
    least, most = lead_limits(step)
    if most is None:
        return gettext("%(length)s or more") % {"length": _long(least)}
    if not least:
        return gettext("Under %(length)s") % {"length": _long(most)}
    if most <= _DAY:
        hours = {"least": least // _HOUR, "most": most // _HOUR}
        return gettext("%(least)d to %(most)d hours") % hours
    return gettext("%(least)d to %(most)d days") % {"least": least // _DAY, "most": most // _DAY}


def _long(minutes: int) -> str:
    if minutes < _DAY:
        hours = minutes // _HOUR
        return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
    days = minutes // _DAY
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def counted(sums: Mapping[str, int], names: Iterable[str]) -> int:
    return sum(sums.get(name, 0) for name in names)
