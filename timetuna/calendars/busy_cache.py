"""What is known of a calendar's busy time, packed so that a slice of it costs nothing.

Kept are two lists of merged intervals, of what is certain and of what is tentative, because whether the latter counts
is decided whenever the knowledge is used. Numbers are 64 bit, little-endian: how many certain intervals there are, all
their starts, all their ends, then starts and ends of the tentative ones. Minutes are UTC.

Events of ours are left out, so that a booking does not take the time it has been moved away from.
"""

import re
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q

from timetuna.availability.interval import Interval, merge, subtract
from timetuna.calendars.hooks import own_times
from timetuna.calendars.models import CalendarEvent
from timetuna.db.sql import portions
from timetuna.ical.answer import BusyTime


@dataclass(frozen=True, slots=True)
class KnownBusy:
    """Busy time as two lists of disjoint intervals; they may overlap each other."""

    certain: tuple[Interval, ...] = ()
    tentative: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, busy: Iterable[BusyTime]) -> "KnownBusy":
        """Merge what a provider said."""
        all_of_it = list(busy)
        certain = merge(one[:2] for one in all_of_it if not one.tentative)
        tentative = merge(one[:2] for one in all_of_it if one.tentative)
        return cls(tuple(certain), tuple(tentative))

    def renewed(self, span: Interval, fresh: "KnownBusy") -> "KnownBusy":
        """This with all within `span` replaced by what a later look at that span found."""
        return KnownBusy(
            _patched(self.certain, span, fresh.certain), _patched(self.tentative, span, fresh.tentative)
        )

    def joined(self, other: "KnownBusy") -> "KnownBusy":
        return KnownBusy(
            tuple(merge([*self.certain, *other.certain])), tuple(merge([*self.tentative, *other.tentative]))
        )

    def __len__(self) -> int:
        return len(self.certain) + len(self.tentative)


def pack(known: KnownBusy) -> bytes:
    words = array("q", [len(known.certain)])
    for intervals in (known.certain, known.tentative):
        words.extend(start for start, _ in intervals)
        words.extend(end for _, end in intervals)
    return _portable(words).tobytes()


def unpack(packed: bytes | memoryview) -> KnownBusy:
    words = _words(packed)
    certain, tentative = (tuple(zip(*_columns(words, part), strict=True)) for part in (0, 1))
    return KnownBusy(certain, tentative)


def busy_within(packed: bytes | memoryview, span: Interval, *, tentative: bool) -> list[Interval]:
    """Return the intervals that share a minute with `span`, whole; the tentative ones, if they count, after the others.

    Two binary searches and two slices for each of the two lists, however much is known.
    """
    words = _words(packed)
    found: list[Interval] = []
    for first, end in _bounds(words)[: 2 if tentative else 1]:
        half = (end - first) // 2
        low = bisect_right(words, span[0], first + half, end) - half
        high = bisect_left(words, span[1], first, first + half)
        if low < high:
            found += zip(words[low:high], words[low + half : high + half], strict=True)
    return found


def _bounds(words: "array[int]") -> tuple[Interval, Interval]:
    middle = 1 + 2 * words[0] if words else 0
    return (1, middle) if words else (0, 0), (middle, len(words))


def _columns(words: "array[int]", part: int) -> "tuple[array[int], array[int]]":
    first, end = _bounds(words)[part]
    half = first + (end - first) // 2
    return words[first:half], words[half:end]


def _words(packed: bytes | memoryview) -> "array[int]":
    words = array("q")
    words.frombytes(packed)
    return _portable(words)


def _portable(words: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        words.byteswap()
    return words


def _patched(old: tuple[Interval, ...], span: Interval, fresh: tuple[Interval, ...]) -> tuple[Interval, ...]:
    return tuple(merge([*subtract(old, [span]), *fresh]))


_UID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def others_only(busy: Iterable[BusyTime], *, host_id: int) -> list[BusyTime]:
    """Leave out what is an event of one of this host's bookings: those block by themselves, at the time they have now.

    A booking of another host of this server is somebody else's event here. Its `uid` is the booking's uid in our
    private property, the UID of our invitation, or the UID the calendar's service gave it; also of one that was
    removed, which a service may show for a while.

    A UID alone proves nothing: whoever was invited knows the UID, and can send the host an event under it. So it has
    to lie where the booking is or was a moment ago; elsewhere it blocks, whoever has put it there.
    """
    all_of_it = list(busy)
    uids = {one.uid for one in all_of_it if one.uid}
    ours = _times(uids, host_id) if uids else {}
    return [one for one in all_of_it if not _lies_within(one, ours.get(one.uid, ()))]


def _lies_within(one: BusyTime, times: Collection[Interval]) -> bool:
    return any(start <= one.start_minute and one.end_minute <= end for start, end in times)


def _times(uids: Collection[str], host_id: int) -> Mapping[str, list[Interval]]:
    """In UTC minutes."""
    own = {uid: booking for uid in uids if (booking := _booking_uid(uid))}
    bookings = _by_ical_uid(host_id, uids) | own
    times = own_times(host_id, set(bookings.values())) if bookings else {}
    return {uid: times[booking] for uid, booking in bookings.items() if booking in times}


def _booking_uid(uid: str) -> str:
    """The uid of the booking that a UID may stand for: bare, or as our invitations' UID."""
    name, _, domain = uid.lower().partition("@")
    return name if _UID.fullmatch(name) and domain in {"", settings.HOST} else ""


def _by_ical_uid(host_id: int, uids: Collection[str]) -> dict[str, str]:
    """By the UIDs under which calendars and mails know its event."""
    rows = CalendarEvent.objects.filter(host_id=host_id)
    found: dict[str, str] = {}
    for some in portions(uids):
        named = rows.filter(Q(ical_uid__in=some) | Q(mailed_uid__in=some))
        for booking, *names in named.values_list("booking_uid", "ical_uid", "mailed_uid"):
            found |= {name: str(booking) for name in names if name}
    return found
