"""The last part of a page's public address: made from its title, free at its host."""

import re

from django.db.models import Q, QuerySet
from django.utils.text import slugify

from timetuna.pages.models import BookingPage, FormerSlug

LONGEST = BookingPage._meta.get_field("slug").max_length or 60  # noqa: SLF001 - Django's documented API
FALLBACK = "meeting"
_WELL_FORMED = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def well_formed(slug: str) -> bool:
    """Say whether it is made of a-z, 0-9 and single hyphens in between."""
    return _WELL_FORMED.fullmatch(slug) is not None


def from_title(title: str) -> str:
    """Return an address made from the title; "meeting" where the title has no letter a-z and no digit."""
    return re.sub(r"-+", "-", slugify(title).replace("_", "-")[:LONGEST]).strip("-") or FALLBACK


def free_slug(host_id: int, wanted: str, *, but_page: int | None = None) -> str:
    """Return `wanted`, or with -2, -3 … behind it where another page of the host has it or had it."""
    pages = BookingPage.objects.filter(host=host_id).values_list("pk", "slug")
    taken = {slug for pk, slug in pages if pk != but_page}
    taken |= set(_former(host_id, but_page).values_list("slug", flat=True))
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        ending = f"-{number}"
        slug = wanted[: LONGEST - len(ending)].rstrip("-") + ending
    return slug


def is_taken(host_id: int, slug: str, *, but_page: int) -> bool:
    """Say whether another page of the host has this address."""
    return BookingPage.objects.filter(host=host_id, slug=slug).exclude(pk=but_page).exists()


def former_use(host_id: int, slug: str, *, but_page: int) -> FormerSlug | None:
    """Return the row that says that another page of the host had this address; None where none had."""
    return _former(host_id, but_page).select_related("page").filter(slug=slug).first()


def _former(host_id: int, but_page: int | None) -> QuerySet[FormerSlug]:
    rows = FormerSlug.objects.filter(host=host_id)
    return rows.filter(Q(page=None) | ~Q(page=but_page)) if but_page else rows
