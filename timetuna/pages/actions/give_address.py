"""Gives a page another address."""

from django.utils import timezone

from timetuna.pages.models import BookingPage
from timetuna.pages.slugs import former_use, free_slug, from_title, give_up, is_taken


class AddressTaken(Exception):  # noqa: N818 - it names what happened
    """Another page of the host has this address."""


class AddressOnceUsed(Exception):  # noqa: N818 - it names what happened
    """Another page of the host had this address, and links to it were shared."""


def another_of(page: BookingPage) -> str:
    """What a sentence begins with that says what stands in the way."""
    return f"Another page of {page.team.name if page.team else 'yours'}"


def give_address(page: BookingPage, slug: str, *, takes_former: bool = False) -> None:
    """Store the address, "" is one made from the title; the former one goes on leading to the page.

    takes_former: the host has said that the page is to have an address that another page had. Raises AddressTaken and
    AddressOnceUsed with a sentence. Only behind `lock_addresses`.
    """
    slug = slug or free_slug(page.owner(), from_title(page.title), but_page=page.pk)
    if slug == page.slug:
        return
    if is_taken(page.owner(), slug, but_page=page.pk):
        raise AddressTaken(f"{another_of(page)} has this address. Choose a different one.")
    if not takes_former and former_use(page.owner(), slug, but_page=page.pk):
        raise AddressOnceUsed(f"{another_of(page)} had this address until a moment ago. Look at it again.")
    give_up(page, now=timezone.now())
    page.slug = slug
    page.save(update_fields=["slug", "updated_at"])
