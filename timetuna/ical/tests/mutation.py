"""Calendar files with something wrong in them, made out of sound ones; the same every time for a seed."""

import random
import re
from collections.abc import Callable, Sequence

_WORDS = [
    b"BEGIN:VEVENT", b"END:VEVENT", b"BEGIN:VCALENDAR", b"END:VCALENDAR", b"BEGIN:VTIMEZONE", b"END:VTIMEZONE",
    b"DTSTART:", b"DTSTART;VALUE=DATE:", b"DTEND:", b"DURATION:", b"RECURRENCE-ID;RANGE=THISANDFUTURE:", b"RDATE:",
    b"EXDATE:", b"EXRULE:FREQ=HOURLY", b"FREQ=SECONDLY", b"FREQ=MINUTELY;INTERVAL=0", b"FREQ=HOURLY", b"FREQ=YEARLY",
    b"COUNT=2147483647", b"INTERVAL=999999999", b"BYSETPOS=-366", b"BYDAY=MO,TU,WE,TH,FR,SA,SU", b"BYYEARDAY=366",
    b"BYWEEKNO=53", b"BYSECOND=0,1,2,3,4,5,6,7,8,9", b"UNTIL=99991231T235959Z", b"00000101T000000Z", b"99991231",
    b"19700101T000000Z", b"P999999999W", b"-PT1S", b"TZID=Europe/Berlin", b'TZID="', b"TZOFFSETTO:+9999",
    b"RRULE:FREQ=DAILY", b"RRULE:D1 #0", b"X-A;ENCODING=QUOTED-PRINTABLE:=", b"\r\n ", b"\n", b"\0", b"\xff\xfe",
    b"\xc3", b";", b":", b",", b'"', b"=",
]  # fmt: skip
_NUMBER = re.compile(rb"\d+")
_MOST_BYTES = 200_000

Change = Callable[[random.Random, bytes], bytes]


def mutated(seeds: Sequence[bytes], number: int) -> bytes:
    dice = random.Random(number)  # noqa: S311 - nothing is kept secret by it
    body = dice.choice(seeds)[:_MOST_BYTES]
    for _ in range(dice.choice((1, 1, 2, 3, 6))):
        body = dice.choice(_CHANGES)(dice, body)
    if dice.random() < 0.25:
        body = _mix(dice, body, dice.choice(seeds)[:_MOST_BYTES])
    return body


def _flip(dice: random.Random, body: bytes) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] + bytes([dice.randrange(256)]) + body[at + 1 :]


def _cut(dice: random.Random, body: bytes) -> bytes:
    first, last = sorted(dice.randrange(len(body) + 1) for _ in range(2))
    return body[:first] + body[last:]


def _insert(dice: random.Random, body: bytes) -> bytes:
    at = dice.randrange(len(body) + 1)
    return body[:at] + dice.choice(_WORDS) + body[at:]


def _number(dice: random.Random, body: bytes) -> bytes:
    """Put another number in place of one that is there."""
    found = list(_NUMBER.finditer(body))
    if not found:
        return body
    one = dice.choice(found)
    digits = len(one[0]) if dice.random() < 0.7 else dice.randrange(1, 12)
    return body[: one.start()] + b"%0*d" % (digits, dice.randrange(10**digits)) + body[one.end() :]


def _lines(dice: random.Random, body: bytes) -> bytes:
    """Swap, repeat or leave out lines."""
    lines = body.split(b"\n")
    first, second = dice.randrange(len(lines)), dice.randrange(len(lines))
    kind = dice.randrange(3)
    if kind == 0:
        lines[first], lines[second] = lines[second], lines[first]
    elif kind == 1:
        lines[first:first] = [lines[second]] * dice.choice((1, 1, 5, 300))
    else:
        del lines[first]
    return b"\n".join(lines)


def _rule(dice: random.Random, body: bytes) -> bytes:
    """Give an event a rule, or a rule another part."""
    part = dice.choice([word for word in _WORDS if b"=" in word])
    if b"RRULE:" in body and dice.random() < 0.6:
        return body.replace(b"RRULE:", b"RRULE:" + part + b";", 1)
    return body.replace(b"END:VEVENT", b"RRULE:FREQ=DAILY;" + part + b"\r\nEND:VEVENT", dice.choice((1, -1)))


def _mix(dice: random.Random, body: bytes, other: bytes) -> bytes:
    return body[: dice.randrange(len(body) + 1)] + other[dice.randrange(len(other) + 1) :]


_CHANGES: tuple[Change, ...] = (_flip, _cut, _insert, _insert, _number, _number, _lines, _rule)
