"""Tells events of ours from all others, so that a booking does not take the time it has been moved away from."""

import re
from collections.abc import Collection, Iterable, Mapping

from django.conf import settings
from django.db.models import Q

from timetuna.availability.interval import Interval
from timetuna.calendars.hooks import own_times
from timetuna.calendars.models import CalendarEvent
from timetuna.ical.answer import BusyTime

_UID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AT_ONCE = 900


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
    for some in _portions(uids):
        named = rows.filter(Q(ical_uid__in=some) | Q(mailed_uid__in=some))
        for booking, *names in named.values_list("booking_uid", "ical_uid", "mailed_uid"):
            found |= {name: str(booking) for name in names if name}
    return found


def _portions(values: Collection[str]) -> Iterable[list[str]]:
    """Cut what is asked into queries of a size that every database takes."""
    ordered = sorted(values)
    return (ordered[first : first + _AT_ONCE] for first in range(0, len(ordered), _AT_ONCE))
