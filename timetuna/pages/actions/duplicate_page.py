"""Makes a second page like the first."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.lib.text import single_line
from timetuna.pages.addresses import free_slug, from_title
from timetuna.pages.models import BookingPage, Duration, MeetingType, WeeklyHours

_TITLE_LENGTH = 120


def duplicate_page(page: BookingPage) -> BookingPage:
    """Store a copy of the page with all its settings, "Copy of …" at a free address; return it."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=page.host_id)
        values = _values(BookingPage, pk=page.pk)[0]
        title = single_line(f"Copy of {page.title}", max_length=_TITLE_LENGTH)
        slug = free_slug(page.host_id, from_title(title))
        copy = BookingPage.objects.create(
            **values | {"title": title, "slug": slug, "created_at": timezone.now()}
        )
        for model in (Duration, WeeklyHours, MeetingType):
            model.objects.bulk_create(
                [model(**row | {"page_id": copy.pk}) for row in _values(model, page=page)]
            )
    return copy


def _values(
    model: type[BookingPage | Duration | WeeklyHours | MeetingType], **which: Any
) -> list[dict[str, Any]]:
    """Return the columns of the rows, all but their ids."""
    rows = model.objects.filter(**which).values()
    return [{name: value for name, value in row.items() if name != "id"} for row in rows]
