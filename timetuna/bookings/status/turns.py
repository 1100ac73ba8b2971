"""Why this host: who could have taken a booking's meeting, what each was owed then, and who took it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from timetuna.availability.shares import WHOLE
from timetuna.bookings.events import Status
from timetuna.bookings.models import Booking, Turn
from timetuna.bookings.status.rows import Reader
from timetuna.l10n import datetimes
from timetuna.lib.text import in_words
from timetuna.pages.models import FORMER_HOST, BookingPage, PageHost

Turns = Sequence[Turn]
_Rule, _Part, _Staffing = Turn.Rule, PageHost.Part, BookingPage.Staffing
ABSENT = {_Rule.BUSY: "{names} could not take it.", _Rule.PAUSED: "{names} {was} paused."}
_GIVEN = {
    _Rule.NAMED: "{guest} asked for {names}.",
    _Rule.HANDED: "The meeting was handed to {names}.",
    _Rule.LEADS: "Those whose turn it was could not make the link of the meeting; {names} could.",
}
_SHORT, _EXACT = 2, 6
_AT_ONCE = timedelta(seconds=1)
_A_FORMER_HOST = FORMER_HOST[:1].lower() + FORMER_HOST[1:]


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
    return f"\N{MINUS SIGN}{text}" if millionths < 0 and text != "0" else text


def _reasoning(turns: Turns, booking: Booking, reader: Reader) -> Reasoning:
    able = [turn for turn in turns if turn.rule not in ABSENT]
    later = [turn.at for turn in turns if abs(turn.at - booking.created_at) > _AT_ONCE]
    counted = any(turn.rule == _Rule.FEWEST for turn in turns)
    return Reasoning(
        when=_date(later[0], reader) if later else "When it was booked",
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
        name=turn.page_host.called(),
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
    guest = booking.booker.name or "The guest"
    return [_GIVEN[rule].format(names=_names(given), guest=guest) for rule, given in by_rule.items() if given]


def _by_turns(able: Turns, *, alone: bool) -> list[str]:
    """Why those who took it went before those who did not: by priority first, then by what the page's rule says."""
    took = [turn for turn in able if turn.debit and turn.rule not in _GIVEN]
    following = next((turn for turn in able if not turn.debit), None)
    if not took:
        return []
    if following is None:
        return [
            "Nobody else takes turns on this page." if alone else f"Only {_names(took)} {_was(took)} free."
        ]
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
    comes = "comes" if len(took) == 1 else "come"
    priorities = in_words(sorted({str(turn.tier) for turn in took}))
    others = f"{_names([following])} with {following.tier}"
    return f"{_names(took)} {comes} first by priority: {priorities}, before {others}."


def _by_rule(took: Turns, following: Turn) -> str:
    return _by_fewest(took, following) if following.rule == _Rule.FEWEST else _by_balance(took, following)


def _by_balance(took: Turns, following: Turn) -> str:
    """What they were owed with their share of this meeting, by which it was decided."""
    *amounts, theirs = _told_apart([_owed(turn) for turn in (*took, following)])
    names, others = _names(took), _names([following])
    least = _owed(took[-1])
    if all(_owed(turn) <= 0 for turn in took):
        said = [amount.lstrip("\N{MINUS SIGN}") for amount in (*amounts, theirs)]
        return f"{names} owed least: {in_words(said[:-1])} of a meeting; {others} owed {said[-1]}."
    if least > 0 > _owed(following):
        owed = theirs.lstrip("\N{MINUS SIGN}")
        return f"{names} {_was(took)} owed most: {in_words(amounts)} of a meeting; {others} owed {owed}."
    return f"{names} {_was(took)} owed most: {in_words(amounts)} of a meeting, before {others} with {theirs}."


def _by_fewest(took: Turns, following: Turn) -> str:
    everyone = (*took, following)
    weighed = len({turn.weight for turn in everyone}) > 1
    *numbers, theirs = [
        f"{turn.balance_before}{f' at weight {turn.weight}' if weighed else ''}" for turn in everyone
    ]
    rule = "the fewest meetings that month" + (" for their weight" if weighed else "")
    return (
        f"{_names(took)} had taken {rule}: {in_words(numbers)}, before {_names([following])} with {theirs}."
    )


def _is_tie(last: Turn, following: Turn) -> bool:
    if following.rule == _Rule.FEWEST:
        return last.balance_before * following.weight == following.balance_before * last.weight
    return (last.balance_before, last.weight) == (following.balance_before, following.weight)


def _as_much(last: Turn, following: Turn) -> str:
    names = _names([last, following])
    if following.rule == _Rule.FEWEST:
        weighed = " for their weight" if last.weight != following.weight else f": {last.balance_before}"
        return f"{names} had taken as many meetings that month{weighed}."
    return f"{names} were owed as much: {of_a_meeting(_owed(following))} of a meeting."


def _by_last_turn(last: Turn, following: Turn) -> str:
    name = _names([last])
    if last.last_before is None and following.last_before is not None:
        return f"{name} had not had a turn yet."
    if last.last_before != following.last_before:
        return f"{name}'s last turn was longer ago."
    return f"{name} stands before {_names([following])} on the page."


def _absent(turns: Turns) -> list[str]:
    """Who could not have taken it, and nothing of why."""
    by_rule = {rule: [turn for turn in turns if turn.rule == rule] for rule in ABSENT}
    return [
        ABSENT[rule].format(names=named([turn.page_host for turn in rows]), was=_was(rows))
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
        said.append(f"Everybody who hosts this page comes to each meeting: {in_words(required)}.")
    elif required and page.staffing == _Staffing.ANY:
        said.append(f"{in_words(required)} {'is' if len(required) == 1 else 'are'} always there.")
    if optional:
        joins, was = ("joins", "was") if len(optional) == 1 else ("join", "were")
        said.append(f"{in_words(optional)} {joins} when free, and {was}.")
    return said


def _counted(turns: Turns, booking: Booking) -> list[str]:
    """What has become of the turn since."""
    if not any(turn.debit for turn in turns):
        return []
    if all(turn.undone for turn in turns):
        return ["This turn was given back: it counts for nobody."]
    if booking.status == Status.CANCELLED_BY_HOST:
        return ["The turn counts all the same, because a host called the meeting off."]
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


def _names(turns: Turns) -> str:
    """In their order."""
    return in_words(
        [turn.page_host.host.name if turn.page_host.host_id else _A_FORMER_HOST for turn in turns]
    )


def named(rows: Sequence[PageHost]) -> str:
    """In any order, as in "Ada and a former host", or "Ada and 2 former hosts": who has no account has no name."""
    names, former = [row.host.name for row in rows if row.host_id], sum(not row.host_id for row in rows)
    others = [_A_FORMER_HOST if former == 1 else f"{former} former hosts"] if former else []
    return in_words([*names, *others])


def _begun(sentence: str) -> str:
    return (
        FORMER_HOST + sentence.removeprefix(_A_FORMER_HOST)
        if sentence.startswith(_A_FORMER_HOST)
        else sentence
    )


def _was(turns: Turns) -> str:
    return "was" if len(turns) == 1 else "were"


def _date(moment: datetime, reader: Reader) -> str:
    return datetimes.dated(moment, zone=reader.zone, now=reader.now)
