"""Saves the editor's tab Booking."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.pages.models import BookingPage, Duration, MeetingType
from timetuna.pages.queries import PageDuration
from timetuna.pages.slug_history import give_up
from timetuna.pages.slugs import former_use, free_slug, from_title, is_taken


class AddressTaken(Exception):  # noqa: N818 - it names what happened
    """Another page of the host has this address."""


class AddressOnceUsed(Exception):  # noqa: N818 - it names what happened
    """Another page of the host had this address, and links to it were shared."""


@dataclass(frozen=True, slots=True)
class TypeSetting:
    """A meeting type as its host set it. The detail is kept while the type is off."""

    kind: str
    enabled: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class BookingTab:
    """What the tab holds. An empty `slug` is made from the title; the former one goes on leading to the page.

    takes_former: the host has said that the page is to have an address that another page had.
    """

    title: str
    slug: str
    description: str
    listed: bool
    durations: Sequence[PageDuration]
    meeting_types: Sequence[TypeSetting]
    takes_former: bool = False


def save_booking(page: BookingPage, values: BookingTab) -> None:
    """Store the tab, all or nothing. Raises AddressTaken, AddressOnceUsed, and DoesNotExist when the page is gone."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=page.host_id)
        row = BookingPage.objects.select_for_update().get(pk=page.pk)
        _give_address(row, values)
        row.title, row.description, row.listed = values.title, values.description, values.listed
        row.follows_title = False
        row.save(update_fields=["title", "slug", "follows_title", "description", "listed", "updated_at"])
        row.durations.all().delete()
        Duration.objects.bulk_create(
            Duration(page=row, minutes=one.minutes, title=one.title, description=one.description)
            for one in values.durations
        )
        for one in values.meeting_types:
            MeetingType.objects.update_or_create(
                page=row, kind=one.kind, defaults={"enabled": one.enabled, "detail": one.detail}
            )


def _give_address(page: BookingPage, values: BookingTab) -> None:
    slug = values.slug or free_slug(page.host_id, from_title(values.title), but_page=page.pk)
    if slug == page.slug:
        return
    if is_taken(page.host_id, slug, but_page=page.pk):
        raise AddressTaken
    if not values.takes_former and former_use(page.host_id, slug, but_page=page.pk):
        raise AddressOnceUsed
    give_up(page, slug=page.slug, now=timezone.now())
    page.slug = slug
