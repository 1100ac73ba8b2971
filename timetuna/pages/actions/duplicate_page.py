"""Makes a second page like the first."""

from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.activity import Deed, note
from timetuna.accounts.models import User
from timetuna.lib.text import single_line
from timetuna.pages.actions.default_schedule import default_schedule
from timetuna.pages.models import (
    BookingPage,
    DateOverride,
    Duration,
    MeetingType,
    PageBackground,
    PageHost,
    PageHostCalendar,
    PageLogo,
    PageMail,
    PageVideo,
    Question,
    Reminder,
    Schedule,
    WeeklyHours,
)
from timetuna.pages.slugs import free_slug, from_title, lock_addresses

RowT = TypeVar("RowT", bound=Model)
_ROWS = (Duration, MeetingType, PageBackground, PageLogo, PageMail, PageVideo, Question, Reminder)
_OWN_PART = (
    "buffer_before_minutes",
    "buffer_after_minutes",
    "notice_minutes",
    "cap_day",
    "paused_until",
    "own_calendars",
    "writes",
    "write_calendar_id",
)
_TITLE_LENGTH = 120


def duplicate_page(page: BookingPage, *, by: User) -> BookingPage:
    """The copy is called "Copy of …", has a free address and is not listed yet.

    It is theirs who made it, and they alone host it: nobody hosts a page without having said yes to it.
    """
    with transaction.atomic():
        lock_addresses(by.pk, page.team_id)
        values = _values(BookingPage, pk=page.pk)[0]
        title = single_line(gettext("Copy of %(title)s") % {"title": page.title}, max_length=_TITLE_LENGTH)
        slug = free_slug(page.team or by, from_title(title))
        copy = BookingPage.objects.create(
            **values
            | {
                "host_id": by.pk,
                "schedule_id": page.schedule_id if by.pk == page.host_id else default_schedule(by).pk,
                "rotating_count": 1,
                "title": title,
                "slug": slug,
                "follows_title": False,
                "listed": False,
                "link_key": "",
                "created_at": timezone.now(),
            }
        )
        for model in _ROWS:
            _copy_rows(model, page=(page, copy))
        _copy_own_part(page, copy)
        if by.pk == page.host_id:
            _copy_own_hours(page, copy)
        note(Deed.PAGE_COPIED, **copy.about(), title=page.title)
    return copy


def _copy_own_part(page: BookingPage, copy: BookingPage) -> None:
    """What its owner has set for themselves on the page, if they take part there, and no share in turns."""
    row = PageHost.objects.filter(page=page, active=True, host=copy.host_id).first()
    values = _values(PageHost, pk=row.pk)[0] if row else {}
    own = {name: values[name] for name in _OWN_PART if row}
    copied = PageHost.objects.create(page=copy, host_id=copy.host_id, **own)
    if row:
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
    return [{name: value for name, value in row.items() if name not in {"id", "public_id"}} for row in rows]
