"""Which uids are those of a host's bookings, whatever became of them."""

from collections.abc import Collection
from uuid import UUID

from timetuna.bookings.models import Booking

_AT_ONCE = 900


def own_uids(host_id: int, uids: Collection[str]) -> set[str]:
    """Return those of the given uids that are bookings of this host; each as it was given."""
    ordered, found = sorted(uids), set()
    for first in range(0, len(ordered), _AT_ONCE):
        some = ordered[first : first + _AT_ONCE]
        rows = Booking.objects.filter(host_id=host_id, uid__in=map(UUID, some))
        found |= set(map(str, rows.values_list("uid", flat=True)))
    return found
