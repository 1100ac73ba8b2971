"""Tells events of ours from all others, so that a booking does not take the time it has been moved away from."""

import re
from collections.abc import Collection, Iterable
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from timetuna.calendars.models import CalendarEvent
from timetuna.calendars.neighbours import own_bookings
from timetuna.providers.base import BusyTime

_UID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AT_ONCE = 900


def others_only(busy: Iterable[BusyTime], *, host_id: int) -> list[BusyTime]:
    """Leave out what is an event of one of this host's bookings: those block by themselves, at the time they have now.

    A booking of another host of this server is somebody else's event here. Its mark is the booking's uid in our
    private property, the UID of our invitation, or the UID the calendar's service gave it; also of one that was
    removed, which a service may show for a while.
    """
    all_of_it = list(busy)
    marks = {one.mark for one in all_of_it if one.mark}
    ours = _ours(marks, host_id) if marks else set()
    return [one for one in all_of_it if one.mark not in ours]


def _ours(marks: Collection[str], host_id: int) -> set[str]:
    uids = {mark: uid for mark in marks if (uid := _booking_uid(mark))}
    by_uid = own_bookings(host_id, set(uids.values())) | _written(host_id, set(uids.values()))
    named = {mark for mark, uid in uids.items() if uid in by_uid}
    return named | _by_ical_uid(host_id, marks)


def _booking_uid(mark: str) -> str:
    """Return the uid of the booking that a mark may stand for: bare, or as our invitations' UID."""
    uid, _, domain = mark.lower().partition("@")
    return uid if _UID.fullmatch(uid) and domain in {"", settings.HOST} else ""


def _written(host_id: int, uids: Collection[str]) -> set[str]:
    rows = CalendarEvent.objects.filter(host_id=host_id)
    found: set[str] = set()
    for some in _portions(uids):
        found |= {
            str(uid)
            for uid in rows.filter(booking_uid__in=map(UUID, some)).values_list("booking_uid", flat=True)
        }
    return found


def _by_ical_uid(host_id: int, marks: Collection[str]) -> set[str]:
    rows = CalendarEvent.objects.filter(host_id=host_id)
    found: set[str] = set()
    for some in _portions(marks):
        named = rows.filter(Q(ical_uid__in=some) | Q(mailed_uid__in=some))
        found.update(*named.values_list("ical_uid", "mailed_uid"))
    return found - {""}


def _portions(values: Collection[str]) -> Iterable[list[str]]:
    """Cut what is asked into queries of a size that every database takes."""
    ordered = sorted(values)
    return (ordered[first : first + _AT_ONCE] for first in range(0, len(ordered), _AT_ONCE))
