"""Why this host: who could have taken a booking's meeting, what each was owed then, and who took it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from django.utils.formats import number_format
from django.utils.translation import gettext, gettext_lazy, ngettext, ngettext_lazy

from timetuna.availability.shares import WHOLE
from timetuna.bookings.events import Status
from timetuna.bookings.models import Booking, Turn
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes
from timetuna.l10n.lists import in_words
from timetuna.pages.models import BookingPage, PageHost

Turns = Sequence[Turn]
_Rule, _Part, _Staffing = Turn.Rule, PageHost.Part, BookingPage.Staffing
ABSENT = {
    _Rule.BUSY: ngettext_lazy("%(names)s could not take it.", "%(names)s could not take it.", "count"),
    _Rule.PAUSED: ngettext_lazy("%(names)s was paused.", "%(names)s were paused.", "count"),
}
_GIVEN = {
    _Rule.NAMED: gettext_lazy("%(guest)s asked for %(names)s."),
    _Rule.HANDED: gettext_lazy("The meeting was handed to %(names)s."),
    _Rule.LEADS: ngettext_lazy(
        "Those whose turn it was could not make the link of the meeting; %(names)s could.",
        "Those whose turn it was could not make the link of the meeting; %(names)s could.",
        "count",
    ),
}
_SHORT, _EXACT = 2, 6
_AT_ONCE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnLine:
    """One host who could have taken it. before, share: of the balance; or taken: meetings of the month."""

    name: str
    chosen: bool
    before: str
    share: str
    taken: str
    weight: int
    tier: int
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasoning:
    """sentences: why they, and who could not.  lines: how it stood, where several could have taken it.

    is_counted: by meetings of the month, not by balances.  is_weighed, is_ranked: whether weights or priorities differ.
    """

    when: str
    is_counted: bool
    is_weighed: bool
    is_ranked: bool
    sentences: Sequence[str]
    lines: Sequence[TurnLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhyHost:
    """now: what holds.  earlier: what held before it was given to somebody else, the latest first."""

    now: Reasoning
    earlier: Sequence[Reasoning]


def why_host(booking: Booking, reader: Reader) -> WhyHost | None:
    """None on pages of one host, and where nothing is known any more. Two queries at most."""
    page = booking.page
    if page is None:
        return None
    turns = list(booking.turns.select_related("page_host__host"))
    if not turns and page.staffing == _Staffing.SOLO:
        return None
    *earlier, last = [list(rows) for _, rows in groupby(turns, key=lambda turn: turn.at)] or [[]]
    now = _reasoning(last, booking, reader)
    sentences = [*now.sentences, *_always_there(booking, page), *_counted(last, booking)]
    return WhyHost(
        now=replace(now, sentences=sentences),
        earlier=[_reasoning(rows, booking, reader) for rows in reversed(earlier)],
    )


def of_a_meeting(millionths: int, *, digits: int = _SHORT) -> str:
    """As "0.8" or "0"; what is owed by them has a minus sign."""
    text = f"{abs(millionths) / WHOLE:.{digits}f}".rstrip("0").rstrip(".")
    shown = number_format(text)
    return f"\N{MINUS SIGN}{shown}" if millionths < 0 and text != "0" else shown


def _reasoning(turns: Turns, booking: Booking, reader: Reader) -> Reasoning:
    able = [turn for turn in turns if turn.rule not in ABSENT]
    later = [turn.at for turn in turns if abs(turn.at - booking.created_at) > _AT_ONCE]
    counted = any(turn.rule == _Rule.FEWEST for turn in turns)
    return Reasoning(
        when=_date(later[0], reader) if later else gettext("When it was booked"),
        is_counted=counted,
        is_weighed=len({turn.weight for turn in able}) > 1,
        is_ranked=len({turn.tier for turn in able}) > 1,
        sentences=[
            _begun(sentence)
            for sentence in (*_given(able, booking), *_by_turns(able, alone=len(turns) == 1), *_absent(turns))
        ],
        lines=[_line(turn, reader, counted=counted) for turn in able] if len(able) > 1 else [],
    )


def _line(turn: Turn, reader: Reader, *, counted: bool) -> TurnLine:
    return TurnLine(
        name=name_of(turn.page_host),
        chosen=bool(turn.debit),
        before="" if counted else of_a_meeting(turn.balance_before),
        share="" if counted else of_a_meeting(turn.credit),
        taken=str(turn.balance_before) if counted else "",
        weight=turn.weight,
        tier=turn.tier,
        last=_date(turn.last_before, reader) if turn.last_before else "",
    )


def _given(able: Turns, booking: Booking) -> list[str]:
    """Who came for another reason than that it was their turn."""
    by_rule = {rule: [turn for turn in able if turn.rule == rule] for rule in _GIVEN}
    guest = booking.booker.name or gettext("The guest")
    return [
        _GIVEN[rule] % {"names": _names(given), "guest": guest, "count": len(given)}
        for rule, given in by_rule.items()
        if given
    ]


def _by_turns(able: Turns, *, alone: bool) -> list[str]:
    """Why those who took it went before those who did not: by priority first, then by what the page's rule says."""
    took = [turn for turn in able if turn.debit and turn.rule not in _GIVEN]
    following = next((turn for turn in able if not turn.debit), None)
    if not took:
        return []
    if following is None:
        if alone:
            return [gettext("Nobody else takes turns on this page.")]
        only = ngettext("Only %(names)s was free.", "Only %(names)s were free.", len(took))
        return [only % {"names": _names(took)}]
    sooner = [turn for turn in took if turn.tier < following.tier]
    equals = [turn for turn in took if turn.tier == following.tier]
    said = [_by_priority(sooner, following)] if sooner else []
    if not equals:
        return said
    *ahead, last = equals
    if _is_tie(last, following):
        said += [_by_rule(ahead, following)] if ahead else []
        return [*said, _as_much(last, following), _by_last_turn(last, following)]
    return [*said, _by_rule(equals, following)]


def _by_priority(took: Turns, following: Turn) -> str:
    text = ngettext(
        "%(names)s comes first by priority: %(priorities)s, before %(other)s with %(theirs)d.",
        "%(names)s come first by priority: %(priorities)s, before %(other)s with %(theirs)d.",
        len(took),
    )
    return text % {
        "names": _names(took),
        "priorities": in_words(sorted({str(turn.tier) for turn in took})),
        "other": _names([following]),
        "theirs": following.tier,
    }


def _by_rule(took: Turns, following: Turn) -> str:
    return _by_fewest(took, following) if following.rule == _Rule.FEWEST else _by_balance(took, following)


def _by_balance(took: Turns, following: Turn) -> str:
    """What they were owed with their share of this meeting, by which it was decided."""
    *amounts, theirs = _told_apart([_owed(turn) for turn in (*took, following)])
    least, minus = _owed(took[-1]), "\N{MINUS SIGN}"
    given = {"names": _names(took), "other": _names([following]), "theirs": theirs.lstrip(minus)}
    if all(_owed(turn) <= 0 for turn in took):
        text = ngettext(
            "%(names)s owed least: %(amounts)s of a meeting; %(other)s owed %(theirs)s.",
            "%(names)s owed least: %(amounts)s of a meeting; %(other)s owed %(theirs)s.",
            len(took),
        )
        return text % (given | {"amounts": in_words([amount.lstrip(minus) for amount in amounts])})
    given |= {"amounts": in_words(amounts)}
    if least > 0 > _owed(following):
        text = ngettext(
            "%(names)s was owed most: %(amounts)s of a meeting; %(other)s owed %(theirs)s.",
            "%(names)s were owed most: %(amounts)s of a meeting; %(other)s owed %(theirs)s.",
            len(took),
        )
        return text % given
    text = ngettext(
        "%(names)s was owed most: %(amounts)s of a meeting, before %(other)s with %(theirs)s.",
        "%(names)s were owed most: %(amounts)s of a meeting, before %(other)s with %(theirs)s.",
        len(took),
    )
    return text % (given | {"theirs": theirs})


def _by_fewest(took: Turns, following: Turn) -> str:
    weighed = len({turn.weight for turn in (*took, following)}) > 1
    *numbers, theirs = [_taken_by(turn, weighed=weighed) for turn in (*took, following)]
    text = ngettext(
        "%(names)s had taken the fewest meetings that month: %(numbers)s, before %(other)s with %(theirs)s.",
        "%(names)s had taken the fewest meetings that month: %(numbers)s, before %(other)s with %(theirs)s.",
        len(took),
    )
    if weighed:
        text = ngettext(
            "%(names)s had taken the fewest meetings that month for their weight: %(numbers)s, before %(other)s with "
            "%(theirs)s.",
            "%(names)s had taken the fewest meetings that month for their weight: %(numbers)s, before %(other)s with "
            "%(theirs)s.",
            len(took),
        )
    return text % {
        "names": _names(took),
        "numbers": in_words(numbers),
        "other": _names([following]),
        "theirs": theirs,
    }


def _taken_by(turn: Turn, *, weighed: bool) -> str:
    if not weighed:
        return str(turn.balance_before)
    return gettext("%(count)d at weight %(weight)d") % {"count": turn.balance_before, "weight": turn.weight}


def _is_tie(last: Turn, following: Turn) -> bool:
    if following.rule == _Rule.FEWEST:
        return last.balance_before * following.weight == following.balance_before * last.weight
    return (last.balance_before, last.weight) == (following.balance_before, following.weight)


def _as_much(last: Turn, following: Turn) -> str:
    given = {"names": _names([last, following]), "count": last.balance_before}
    if following.rule != _Rule.FEWEST:
        text = gettext("%(names)s were owed as much: %(amount)s of a meeting.")
        return text % (given | {"amount": of_a_meeting(_owed(following))})
    if last.weight != following.weight:
        return gettext("%(names)s had taken as many meetings that month for their weight.") % given
    return gettext("%(names)s had taken as many meetings that month: %(count)d.") % given


def _by_last_turn(last: Turn, following: Turn) -> str:
    given = {"name": _names([last]), "other": _names([following])}
    if last.last_before is None and following.last_before is not None:
        return gettext("%(name)s had not had a turn yet.") % given
    if last.last_before != following.last_before:
        return gettext("%(name)s’s last turn was longer ago.") % given
    return gettext("%(name)s stands before %(other)s on the page.") % given


def _absent(turns: Turns) -> list[str]:
    """Who could not have taken it, and nothing of why."""
    by_rule = {rule: [turn for turn in turns if turn.rule == rule] for rule in ABSENT}
    return [
        ABSENT[rule] % {"names": named([turn.page_host for turn in rows]), "count": len(rows)}
        for rule, rows in by_rule.items()
        if rows
    ]


def _always_there(booking: Booking, page: BookingPage) -> list[str]:
    """Who comes to each meeting, or whenever they are free."""
    rows = list(booking.booking_hosts.select_related("host").order_by("pk"))
    required = [row.host.name for row in rows if row.part == _Part.REQUIRED]
    optional = [row.host.name for row in rows if row.part == _Part.OPTIONAL]
    said = []
    if required and page.staffing == _Staffing.ALL:
        text = gettext("Everybody who hosts this page comes to each meeting: %(names)s.")
        said.append(text % {"names": in_words(required)})
    elif required and page.staffing == _Staffing.ANY:
        text = ngettext("%(names)s is always there.", "%(names)s are always there.", len(required))
        said.append(text % {"names": in_words(required)})
    if optional:
        text = ngettext(
            "%(names)s joins when free, and was.", "%(names)s join when free, and were.", len(optional)
        )
        said.append(text % {"names": in_words(optional)})
    return said


def _counted(turns: Turns, booking: Booking) -> list[str]:
    """What has become of the turn since."""
    if not any(turn.debit for turn in turns):
        return []
    if all(turn.undone for turn in turns):
        return [gettext("This turn was given back: it counts for nobody.")]
    if booking.status == Status.CANCELLED_BY_HOST:
        return [gettext("The turn counts all the same, because a host called the meeting off.")]
    return []


def _owed(turn: Turn) -> int:
    return turn.balance_before + turn.credit


def _told_apart(amounts: Sequence[int]) -> list[str]:
    """With as many digits as tell the last two apart."""
    for digits in range(_SHORT, _EXACT + 1):
        told = [of_a_meeting(amount, digits=digits) for amount in amounts]
        if told[-1] != told[-2]:
            break
    return told


def name_of(row: PageHost) -> str:
    """Of a host of the page; who has no account has no name."""
    return row.host.name if row.host_id else gettext("A former host")


def _names(turns: Turns) -> str:
    """In their order."""
    rows = [turn.page_host for turn in turns]
    return in_words([row.host.name if row.host_id else gettext("a former host") for row in rows])


def named(rows: Sequence[PageHost]) -> str:
    """In any order, as in "Ada and a former host", or "Ada and 2 former hosts": who has no account has no name."""
    names, former = [row.host.name for row in rows if row.host_id], sum(not row.host_id for row in rows)
    others = ngettext("a former host", "%(count)d former hosts", former) % {"count": former}
    return in_words([*names, *([others] if former else [])])


def _begun(sentence: str) -> str:
    inside = gettext("a former host")
    return (
        gettext("A former host") + sentence.removeprefix(inside) if sentence.startswith(inside) else sentence
    )


def _date(moment: datetime, reader: Reader) -> str:
    return datetimes.dated(moment, zone=reader.zone, now=reader.now)
