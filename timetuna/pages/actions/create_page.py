"""Makes a booking page that can be booked at once."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from timetuna.accounts.models import User
from timetuna.calendars.queries import conference_kinds, usable
from timetuna.pages.addresses import free_slug, from_title
from timetuna.pages.kinds import PHONE
from timetuna.pages.models import BookingPage, Duration, MeetingType, WeeklyHours

DEFAULT_TITLE = "Meeting"
WORKDAYS = range(5)
NINE, FIVE = 9 * 60, 17 * 60


def create_page(
    host: User,
    *,
    title: str = DEFAULT_TITLE,
    description: str = "",
    minutes: Sequence[int] = (30,),
    meeting_types: Mapping[str, str] | None = None,
) -> BookingPage:
    """Store a page open Monday to Friday from 9 to 17 in the host's zone and return it.

    minutes: the lengths on offer. meeting_types: kind -> detail; without them a connected provider,
    or else a phone call to the guest's number.
    """
    kinds = _usable_types(host.pk) if meeting_types is None else meeting_types
    with transaction.atomic():
        User.objects.select_for_update().get(pk=host.pk)  # two new pages at once would want the same address
        page = BookingPage.objects.create(
            host=host,
            title=title,
            slug=free_slug(host.pk, from_title(title)),
            description=description,
            time_zone=host.time_zone,
        )
        Duration.objects.bulk_create(Duration(page=page, minutes=length) for length in minutes)
        WeeklyHours.objects.bulk_create(
            WeeklyHours(page=page, weekday=day, start_minute=NINE, end_minute=FIVE) for day in WORKDAYS
        )
        MeetingType.objects.bulk_create(
            MeetingType(page=page, kind=kind, enabled=True, detail=detail) for kind, detail in kinds.items()
        )
    return page


def _usable_types(host_id: int) -> dict[str, str]:
    connected = [kind for kind in conference_kinds() if usable(host_id, kind)]
    return {connected[0]: ""} if connected else {PHONE: ""}
