"""The last part of a page's public address: made from its title, free there, and where former ones lead now."""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from timetuna.accounts.models import Team, User
from timetuna.accounts.queries import owner_by_handle, owner_once_called
from timetuna.lib.text import for_address
from timetuna.pages.models import BookingPage, FormerSlug
from timetuna.pages.public import PublicPage
from timetuna.pages.queries import at, public_page

LONGEST = BookingPage._meta.get_field("slug").max_length or 60  # noqa: SLF001 - Django's documented API
FALLBACK = "meeting"
MOST_FORMER, MOST_OF_DELETED = 20, 200
_WELL_FORMED = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def well_formed(slug: str) -> bool:
    """Whether it is made of a-z, 0-9 and single hyphens in between."""
    return _WELL_FORMED.fullmatch(slug) is not None


def from_title(title: str) -> str:
    """It is "meeting" where the title has no letter a-z and no digit."""
    return for_address(title)[:LONGEST].rstrip("-") or FALLBACK


def lock_addresses(host_id: int, *team_ids: int | None) -> None:
    """Have nobody else give pages addresses below these handles until the transaction ends. People come first."""
    User.objects.select_for_update().get(pk=host_id)
    teams = Team.objects.select_for_update().filter(pk__in=[pk for pk in team_ids if pk]).order_by("pk")
    list(teams.values_list("pk"))


def free_slug(owner: User | Team, wanted: str, *, but_page: int | None = None) -> str:
    """`wanted`, or with -2, -3 … behind it where another page below the owner's handle has it or had it."""
    return numbered(wanted, taken_slugs(owner, but_page=but_page))


def taken_slugs(owner: User | Team, *, but_page: int | None = None) -> set[str]:
    """What other pages below the owner's handle have or had."""
    pages = BookingPage.objects.filter(**at(owner)).values_list("pk", "slug")
    taken = {slug for pk, slug in pages if pk != but_page}
    return taken | set(_former(owner, but_page).values_list("slug", flat=True))


def numbered(wanted: str, taken: Collection[str]) -> str:
    """`wanted`, or with the first number behind it that makes it none of these."""
    slug, number = wanted, 1
    while slug in taken:
        number += 1
        ending = f"-{number}"
        slug = wanted[: LONGEST - len(ending)].rstrip("-") + ending
    return slug


def is_taken(owner: User | Team, slug: str, *, but_page: int) -> bool:
    return BookingPage.objects.filter(slug=slug, **at(owner)).exclude(pk=but_page).exists()


def former_use(owner: User | Team, slug: str, *, but_page: int) -> FormerSlug | None:
    """None where no other page below the owner's handle had this address."""
    return _former(owner, but_page).select_related("page").filter(slug=slug).first()


def _former(owner: User | Team, but_page: int | None) -> QuerySet[FormerSlug]:
    rows = FormerSlug.objects.filter(**_of(owner))
    return rows.filter(Q(page=None) | ~Q(page=but_page)) if but_page else rows


def _of(owner: User | Team) -> dict[str, Any]:
    return {"team": owner} if isinstance(owner, Team) else {"host": owner}


def give_up(page: BookingPage, *, now: datetime) -> None:
    """Write down that the page had its address until now. Of one page the latest twenty are kept."""
    values = {"page": page, "given_up_at": now}
    FormerSlug.objects.update_or_create(slug=page.slug, defaults=values, **_of(page.owner()))
    kept = page.former_slugs.order_by("-given_up_at", "-pk").values_list("pk", flat=True)[:MOST_FORMER]
    page.former_slugs.exclude(pk__in=list(kept)).delete()


def leave_behind(page: BookingPage, *, now: datetime) -> None:
    """Write down the address of a page that is being deleted, unless it leads on to the page that had it before."""
    there = _of(page.owner())
    FormerSlug.objects.get_or_create(slug=page.slug, defaults={"page": None, "given_up_at": now}, **there)
    deleted = FormerSlug.objects.filter(page=None, **there).order_by("-given_up_at", "-pk")
    kept = list(deleted.values_list("pk", flat=True)[:MOST_OF_DELETED])
    FormerSlug.objects.filter(page=None, **there).exclude(pk__in=kept).delete()


def page_once_at(handle: str, slug: str) -> PublicPage | None:
    """The page that was at /<handle>/<slug> (any case) until it, or its host, got another address.

    None where nothing was, and where its host is not active and verified. What is there now goes before: ask
    `public_page` first.
    """
    owner, slug = owner_by_handle(handle) or owner_once_called(handle), slug.lower()
    if owner is None:
        return None
    present = BookingPage.objects.filter(slug=slug, **at(owner)).select_related("host", "team").first()
    formerly = FormerSlug.objects.select_related("page__host", "page__team")
    former = formerly.filter(slug=slug, **_of(owner)).first()
    row = present or (former.page if former else None)
    return public_page(row.handle(), row.slug) if row else None
