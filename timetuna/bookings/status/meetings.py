"""What of a host's bookings the rooms below know: when they take time, and where they are changed."""

from collections import Counter
from collections.abc import Collection

from django.urls import reverse
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.availability.hours import LONGEST_MEETING
from timetuna.availability.interval import Interval
from timetuna.bookings.models import BookingHost
from timetuna.bookings.permissions import BookingAction, bookings_with
from timetuna.pages.hooks import BookedMeeting, on_meetings_asked
from timetuna.pages.models import PageHost

MOST = 500


@on_meetings_asked
def meetings_of(host_id: int, spans: Collection[Interval]) -> list[BookedMeeting]:
    """Those that the host takes part in, in a number of queries that does not grow; `MOST` at most."""
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    rows = BookingHost.objects.filter(
        host=host_id,
        active=True,
        booking__attendees__is_booker=True,
        start_minute__gte=first - LONGEST_MEETING,
        start_minute__lt=last,
        end_minute__gt=first,
    )
    columns = "start_minute", "end_minute", "booking_id", "booking__page_id", "booking__title"
    found = [
        row
        for row in rows.order_by("start_minute", "booking_id").values_list(
            *columns, "booking__attendees__name"
        )[:MOST]
        if any(row[0] < end and start < row[1] for start, end in spans)
    ]
    user = User.objects.get(pk=host_id)
    ids = {row[2] for row in found}
    changeable = _which(user, BookingAction.CHANGE, ids)
    given = _which(user, BookingAction.GIVE, ids)
    shared = _pages_of_several({row[3] for row in found})
    return [
        BookedMeeting(
            start_minute=start,
            end_minute=end,
            title=gettext("%(title)s with %(guest)s") % {"title": title, "guest": guest},
            url=reverse("booking", args=[booking]),
            move_url=reverse("booking_move", args=[booking]) if booking in changeable else "",
            cancel_url=reverse("booking", args=[booking], fragment="cancel") if booking in changeable else "",
            give_url=reverse("booking_hand_over", args=[booking])
            if booking in given and page in shared
            else "",
        )
        for start, end, booking, page, title, guest in found
    ]


def _which(user: User, action: BookingAction, ids: set[int]) -> set[int]:
    return (
        set(bookings_with(user, to=action).filter(pk__in=ids).values_list("pk", flat=True)) if ids else set()
    )


def _pages_of_several(ids: set[int | None]) -> set[int]:
    """On which pages somebody else takes part."""
    rows = PageHost.objects.filter(page__in=[one for one in ids if one], active=True)
    hosts = Counter(rows.values_list("page_id", flat=True))
    return {page for page, number in hosts.items() if number > 1}
