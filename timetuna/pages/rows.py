"""The rows behind one booking page, as guests need them: read at every look at a page, so by prepared reads."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from timetuna.pages.models import (
    BookingPage,
    DateOverride,
    Duration,
    MeetingType,
    OutOfOffice,
    TravelZone,
    WeeklyHours,
)
from timetuna.prepared import Prepared

_OVER = timedelta(days=3)


def dates_over() -> date:
    """Return the last date that is over in every zone, and for a meeting that began a day earlier."""
    return timezone.now().date() - _OVER


def row_at(handle: str, slug: str) -> BookingPage | None:
    """Return the page at /<handle>/<slug> (any case), if its host is active and verified."""
    return _whole(_AT(handle.lower(), slug.lower()))


def row_with(page_id: int) -> BookingPage | None:
    """Return the page with this id, whatever the state of its host."""
    return _whole(_WITH(page_id))


def _at(handle: str, slug: str) -> QuerySet[BookingPage]:
    verified = EmailAddress.objects.filter(user=OuterRef("host"), verified=True)
    pages = (
        with_its_host()
        .alias(lower_handle=Lower("host__handle"))
        .filter(Exists(verified), host__is_active=True)
    )
    return pages.filter(lower_handle=handle, slug=slug)


def with_its_host() -> QuerySet[BookingPage]:
    """Return all pages with the rows that belong to one page each; of the write calendar, no more than what it is."""
    rows = BookingPage.objects.select_related("host__host_rules", "schedule", "write_calendar").order_by()
    return rows.defer("write_calendar__busy", "write_calendar__cursor")


def _whole(found: list[BookingPage]) -> BookingPage | None:
    """Return the row with everything that belongs to it, put where the ORM's own prefetching would."""
    if not found:
        return None
    (page,), over = found, dates_over()
    host, schedule = page.host, page.schedule
    _keep(page, durations=_DURATIONS(page.pk), meeting_types=_MEETING_TYPES(page.pk))
    _keep(schedule, weekly_hours=_HOURS(schedule.pk), overrides=_OVERRIDES(schedule.pk, over))
    _keep(host, out_of_office=_AWAY(host.pk, over), travel_zones=_TRIPS(host.pk, over))
    return page


def _keep(row: object, **related: object) -> None:
    row.__dict__.setdefault("_prefetched_objects_cache", {}).update(related)


_AT: Prepared[BookingPage] = Prepared(_at)
_WITH: Prepared[BookingPage] = Prepared(lambda page: with_its_host().filter(pk=page))
_DURATIONS: Prepared[Duration] = Prepared(lambda page: Duration.objects.filter(page=page))
_MEETING_TYPES: Prepared[MeetingType] = Prepared(lambda page: MeetingType.objects.filter(page=page))
_HOURS: Prepared[WeeklyHours] = Prepared(lambda schedule: WeeklyHours.objects.filter(schedule=schedule))
_OVERRIDES: Prepared[DateOverride] = Prepared(
    lambda schedule, over: DateOverride.objects.filter(schedule=schedule, date__gte=over)
)
_AWAY: Prepared[OutOfOffice] = Prepared(
    lambda host, over: OutOfOffice.objects.filter(host=host, last__gte=over)
)
_TRIPS: Prepared[TravelZone] = Prepared(
    lambda host, over: TravelZone.objects.filter(host=host, last__gte=over)
)
