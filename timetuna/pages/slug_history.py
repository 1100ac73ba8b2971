"""Addresses that pages and hosts have given up, and where they lead now."""

from datetime import datetime

from timetuna.accounts.queries import host_by_handle, host_once_called
from timetuna.pages.models import BookingPage, FormerSlug
from timetuna.pages.queries import PublicPage, public_page

MOST, MOST_OF_DELETED = 20, 200


def give_up(page: BookingPage, *, slug: str, now: datetime) -> None:
    """Write down that the page had this address until now. Of one page the latest twenty are kept."""
    values = {"page": page, "given_up_at": now}
    FormerSlug.objects.update_or_create(host_id=page.host_id, slug=slug, defaults=values)
    kept = page.former_slugs.order_by("-given_up_at", "-pk").values_list("pk", flat=True)[:MOST]
    page.former_slugs.exclude(pk__in=list(kept)).delete()


def leave_behind(page: BookingPage, *, now: datetime) -> None:
    """Write down the address of a page that is being deleted, unless it leads on to the page that had it before."""
    FormerSlug.objects.get_or_create(
        host_id=page.host_id, slug=page.slug, defaults={"page": None, "given_up_at": now}
    )
    deleted = FormerSlug.objects.filter(host=page.host_id, page=None).order_by("-given_up_at", "-pk")
    kept = list(deleted.values_list("pk", flat=True)[:MOST_OF_DELETED])
    FormerSlug.objects.filter(host=page.host_id, page=None).exclude(pk__in=kept).delete()


def page_once_at(handle: str, slug: str) -> PublicPage | None:
    """Return the page that was at /<handle>/<slug> (any case) until it, or its host, got another address.

    None where nothing was, and where its host is not active and verified. What is there now goes before: ask
    `public_page` first.
    """
    host, slug = host_by_handle(handle) or host_once_called(handle), slug.lower()
    if host is None:
        return None
    present = BookingPage.objects.filter(host=host, slug=slug).first()
    former = FormerSlug.objects.select_related("page").filter(host=host, slug=slug).first()
    row = present or (former.page if former else None)
    return public_page(host.handle, row.slug) if row else None
