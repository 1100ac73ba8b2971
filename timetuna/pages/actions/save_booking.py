"""Saves the editor's tab Booking."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.pages.addresses import free_slug, from_title, is_taken
from timetuna.pages.former_addresses import give_up
from timetuna.pages.models import BookingPage, Duration, MeetingType
from timetuna.pages.queries import PageDuration


class AddressTaken(Exception):  # noqa: N818 - it names what happened
    """Another page of the host has this address."""


@dataclass(frozen=True, slots=True)
class TypeSetting:
    """A meeting type as its host set it. The detail is kept while the type is off."""

    kind: str
    enabled: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BookingTab:
    """What the tab holds. An empty `slug` is made from the title; the former one goes on leading to the page."""

    title: str
    slug: str
    description: str
    listed: bool
    durations: Sequence[PageDuration]
    meeting_types: Sequence[TypeSetting]


def save_booking(page: BookingPage, values: BookingTab) -> None:
    """Store the tab, all or nothing. Raises AddressTaken, and DoesNotExist when the page is gone."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=page.host_id)
        row = BookingPage.objects.select_for_update().get(pk=page.pk)
        slug = values.slug or free_slug(row.host_id, from_title(values.title), but_page=row.pk)
        if is_taken(row.host_id, slug, but_page=row.pk):
            raise AddressTaken
        if slug != row.slug:
            give_up(row, slug=row.slug, now=timezone.now())
        row.title, row.slug, row.description = values.title, slug, values.description
        row.listed = values.listed
        row.save(update_fields=["title", "slug", "description", "listed", "updated_at"])
        row.durations.all().delete()
        Duration.objects.bulk_create(
            Duration(page=row, minutes=one.minutes, title=one.title, description=one.description)
            for one in values.durations
        )
        for one in values.meeting_types:
            MeetingType.objects.update_or_create(
                page=row, kind=one.kind, defaults={"enabled": one.enabled, "detail": one.detail}
            )
