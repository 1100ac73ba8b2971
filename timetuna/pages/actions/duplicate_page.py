"""Makes a second page like the first."""

from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from timetuna.lib.text import single_line
from timetuna.pages.models import (
    BookingPage,
    DateOverride,
    Duration,
    MeetingType,
    PageHost,
    PageHostCalendar,
    PageLogo,
    PageMail,
    Reminder,
    Schedule,
    WeeklyHours,
)
from timetuna.pages.slugs import free_slug, from_title, lock_addresses

RowT = TypeVar("RowT", bound=Model)
_ROWS = (Duration, MeetingType, PageLogo, PageMail, Reminder)
_TITLE_LENGTH = 120


def duplicate_page(page: BookingPage) -> BookingPage:
    """The copy is called "Copy of …", has a free address and is not listed yet."""
    with transaction.atomic():
        lock_addresses(page.host_id, page.team_id)
        values = _values(BookingPage, pk=page.pk)[0]
        title = single_line(f"Copy of {page.title}", max_length=_TITLE_LENGTH)
        slug = free_slug(page.owner(), from_title(title))
        copy = BookingPage.objects.create(
            **values
            | {
                "title": title,
                "slug": slug,
                "follows_title": False,
                "listed": False,
                "created_at": timezone.now(),
            }
        )
        for model in _ROWS:
            _copy_rows(model, page=(page, copy))
        _copy_hosts(page, copy)
        _copy_own_hours(page, copy)
    return copy


def _copy_hosts(page: BookingPage, copy: BookingPage) -> None:
    """Those who take part now, each with their own part; nobody is owed a meeting of the copy."""
    begins = {"balance": 0, "last_turn_at": None, "joined_at": timezone.now()}
    for row in PageHost.objects.filter(page=page, active=True).order_by("id"):
        (values,) = _values(PageHost, pk=row.pk)
        copied = PageHost.objects.create(**values | {"page_id": copy.pk} | begins)
        _copy_rows(PageHostCalendar, page_host=(row, copied))


def _copy_own_hours(page: BookingPage, copy: BookingPage) -> None:
    """Give the copy hours of its own where the page has some; it uses them where the page does."""
    own = Schedule.objects.filter(page=page).first()
    if own is None:
        return
    copied = Schedule.objects.create(host_id=page.host_id, page=copy, time_zone=own.time_zone)
    _copy_rows(WeeklyHours, schedule=(own, copied))
    _copy_rows(DateOverride, schedule=(own, copied))
    if copy.schedule_id == own.pk:
        copy.schedule = copied
        copy.save(update_fields=["schedule"])


def _copy_rows(model: type[RowT], **owner: tuple[Model, Model]) -> None:
    """Copy the rows that belong to the first of the two; the copies belong to the second."""
    ((name, (owns, gets)),) = owner.items()
    rows = [model(**values | {f"{name}_id": gets.pk}) for values in _values(model, **{name: owns})]
    model._default_manager.bulk_create(rows)  # noqa: SLF001 - Django's documented name for any model's manager


def _values(model: type[Model], **which: Any) -> list[dict[str, Any]]:
    """Without their ids."""
    rows = model._default_manager.filter(**which).values()  # noqa: SLF001
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]
