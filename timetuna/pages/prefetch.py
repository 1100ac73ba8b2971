"""The rows behind one booking page, as guests need them: read at every look at a page, so by prepared reads."""

from datetime import date, timedelta

from allauth.account.models import EmailAddress
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, Model, OuterRef, Prefetch, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.db.compiled import Prepared
from timetuna.db.json_rows import Gathered, rows_of
from timetuna.pages.models import (
    BookingPage,
    DateOverride,
    Duration,
    MeetingType,
    OutOfOffice,
    PageHost,
    Schedule,
    TravelZone,
    WeeklyHours,
)

_OVER = timedelta(days=3)


def dates_over() -> date:
    """Return the last date that is over in every zone, and for a meeting that began a day earlier."""
    return timezone.now().date() - _OVER


def row_at(handle: str, slug: str) -> BookingPage | None:
    """Return the page at /<handle>/<slug> (any case), if its host is active and verified."""
    return _whole(_AT(handle.lower(), slug.lower(), dates_over()))


def row_with(page_id: int) -> BookingPage | None:
    """Return the page with this id, whatever the state of its host."""
    return _whole(_WITH(page_id, dates_over()))


def _at(handle: str, slug: str, over: date) -> QuerySet[BookingPage]:
    verified = EmailAddress.objects.filter(user=OuterRef("host"), verified=True)
    pages = (
        _with_all(over)
        .alias(lower_handle=Lower("host__handle"))
        .filter(Exists(verified), host__is_active=True)
    )
    return pages.filter(lower_handle=handle, slug=slug)


def with_its_host(pages: QuerySet[BookingPage]) -> QuerySet[BookingPage]:
    """Return the pages with the rows that belong to one page each; of the write calendar, no more than what it is."""
    rows = pages.select_related("host__host_rules", "schedule", "write_calendar").order_by()
    rows = rows.annotate(_hosts=Gathered(PageHost.objects.filter(page=OuterRef("pk"))))
    return rows.defer("write_calendar__busy", "write_calendar__cursor")


def with_time(users: QuerySet[User]) -> QuerySet[User]:
    """Return people with what decides about their time: rules, absences, trips, and the hours they begin pages with."""
    over = dates_over()
    default = Schedule.objects.filter(is_default=True).prefetch_related(
        "weekly_hours", Prefetch("overrides", DateOverride.objects.filter(date__gte=over))
    )
    return users.select_related("host_rules").prefetch_related(
        Prefetch("schedules", default, to_attr="default_schedules"),
        Prefetch("out_of_office", OutOfOffice.objects.filter(last__gte=over)),
        Prefetch("travel_zones", TravelZone.objects.filter(last__gte=over)),
    )


def _with_all(over: date) -> QuerySet[BookingPage]:
    """Return pages with the rows of which each has several, in one query for all of it."""
    return with_its_host(BookingPage.objects.all()).annotate(
        _durations=Gathered(Duration.objects.filter(page=OuterRef("pk"))),
        _meeting_types=Gathered(MeetingType.objects.filter(page=OuterRef("pk"))),
        _hours=Gathered(WeeklyHours.objects.filter(schedule=OuterRef("schedule"))),
        _overrides=Gathered(DateOverride.objects.filter(schedule=OuterRef("schedule"), date__gte=over)),
        _away=Gathered(OutOfOffice.objects.filter(host=OuterRef("host"), last__gte=over)),
        _trips=Gathered(TravelZone.objects.filter(host=OuterRef("host"), last__gte=over)),
    )


def _whole(found: list[BookingPage]) -> BookingPage | None:
    """Return the row with everything that belongs to it, put where the ORM's own prefetching would."""
    if not found:
        return None
    (page,) = found
    _keep(page, page, durations=(Duration, "_durations"), meeting_types=(MeetingType, "_meeting_types"))
    _keep(page, page.schedule, weekly_hours=(WeeklyHours, "_hours"), overrides=(DateOverride, "_overrides"))
    _keep(page, page.host, out_of_office=(OutOfOffice, "_away"), travel_zones=(TravelZone, "_trips"))
    return page


def hosts_of(page: BookingPage) -> tuple[int, ...]:
    """Return the ids of those who take part in the page's meetings. No query where the page was read here."""
    if hasattr(page, "_hosts"):
        return tuple(row.host_id for row in rows_of(PageHost, page._hosts, using=DEFAULT_DB_ALIAS))  # noqa: SLF001
    return tuple(page.page_hosts.values_list("host_id", flat=True))


def _keep(page: BookingPage, owner: Model, **related: tuple[type[Model], str]) -> None:
    using = page._state.db or DEFAULT_DB_ALIAS  # noqa: SLF001 - Django's documented way to learn it
    rows = {
        name: rows_of(model, getattr(page, column), using=using) for name, (model, column) in related.items()
    }
    owner.__dict__.setdefault("_prefetched_objects_cache", {}).update(rows)


_AT: Prepared[BookingPage] = Prepared(_at)
_WITH: Prepared[BookingPage] = Prepared(lambda page, over: _with_all(over).filter(pk=page))
