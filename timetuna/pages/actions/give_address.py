"""Gives a page another address."""

from django.utils import timezone
from django.utils.translation import gettext

from timetuna.pages.models import BookingPage
from timetuna.pages.slugs import former_use, free_slug, from_title, give_up, is_taken


class AddressTaken(Exception):  # noqa: N818 - it names what happened
    """Another page of the host has this address."""


class AddressOnceUsed(Exception):  # noqa: N818 - it names what happened
    """Another page of the host had this address, and links to it were shared."""


def address_taken(page: BookingPage) -> str:
    """That another page has the address now."""
    if page.team is None:
        return gettext("Another page of yours has this address. Choose a different one.")
    return gettext("Another page of %(team)s has this address. Choose a different one.") % {
        "team": page.team.name
    }


def _address_once_used(page: BookingPage) -> str:
    if page.team is None:
        return gettext("Another page of yours had this address until a moment ago. Look at it again.")
    return gettext("Another page of %(team)s had this address until a moment ago. Look at it again.") % {
        "team": page.team.name
    }


def give_address(page: BookingPage, slug: str, *, takes_former: bool = False) -> None:
    """Store the address, "" is one made from the title; the former one goes on leading to the page.

    takes_former: the host has said that the page is to have an address that another page had. Raises AddressTaken and
    AddressOnceUsed with a sentence. Only behind `lock_addresses`.
    """
    slug = slug or free_slug(page.owner(), from_title(page.title), but_page=page.pk)
    if slug == page.slug:
        return
    if is_taken(page.owner(), slug, but_page=page.pk):
        raise AddressTaken(address_taken(page))
    if not takes_former and former_use(page.owner(), slug, but_page=page.pk):
        raise AddressOnceUsed(_address_once_used(page))
    give_up(page, now=timezone.now())
    page.slug = slug
    page.save(update_fields=["slug", "updated_at"])
