"""What a program may be allowed, as keys and connected apps hold it, and as hosts read it."""

from collections.abc import Iterable
from enum import StrEnum

from django.utils.translation import gettext_lazy


class ApiScope(StrEnum):
    """One right. BOOKINGS is the product's own name for those that automation needs; see `expanded`."""

    BOOKINGS = "bookings"
    PAGES_READ = "pages:read"
    PAGES_WRITE = "pages:write"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_WRITE = "bookings:write"
    BOOKINGS_LINKS = "bookings:links"
    AVAILABILITY_READ = "availability:read"
    AVAILABILITY_WRITE = "availability:write"
    TEAMS_READ = "teams:read"
    TEAMS_WRITE = "teams:write"
    WEBHOOKS = "webhooks"


SENTENCES = {
    ApiScope.BOOKINGS: gettext_lazy(
        "See your booking pages and their free times; see, make, move and cancel bookings; hear of them by webhook"
    ),
    ApiScope.PAGES_READ: gettext_lazy("See your booking pages and their free times"),
    ApiScope.PAGES_WRITE: gettext_lazy("Create, change and delete booking pages"),
    ApiScope.BOOKINGS_READ: gettext_lazy("See bookings, with names, email addresses and answers of guests"),
    ApiScope.BOOKINGS_WRITE: gettext_lazy("Make, move, cancel and answer bookings"),
    ApiScope.BOOKINGS_LINKS: gettext_lazy("See the private links by which guests change their bookings"),
    ApiScope.AVAILABILITY_READ: gettext_lazy("See your working hours and when you are out of office"),
    ApiScope.AVAILABILITY_WRITE: gettext_lazy("Change your working hours and when you are out of office"),
    ApiScope.TEAMS_READ: gettext_lazy("See your teams and who is in them"),
    ApiScope.TEAMS_WRITE: gettext_lazy("Change your teams and invite people into them"),
    ApiScope.WEBHOOKS: gettext_lazy("Be told of bookings at web addresses of its choice"),
}
"""As the consent page and the form of a new key say it."""

_BRINGS = {
    ApiScope.BOOKINGS: frozenset(
        {ApiScope.PAGES_READ, ApiScope.BOOKINGS_READ, ApiScope.BOOKINGS_WRITE, ApiScope.WEBHOOKS}
    ),
    ApiScope.PAGES_WRITE: frozenset({ApiScope.PAGES_READ}),
    ApiScope.BOOKINGS_WRITE: frozenset({ApiScope.BOOKINGS_READ}),
    ApiScope.AVAILABILITY_WRITE: frozenset({ApiScope.AVAILABILITY_READ}),
    ApiScope.TEAMS_WRITE: frozenset({ApiScope.TEAMS_READ}),
}


def expanded(names: Iterable[str]) -> frozenset[ApiScope]:
    """All rights that come with these: who may change something may see it. Names that are none are left out."""
    known = {str(one) for one in ApiScope}
    held = {ApiScope(name) for name in names if name in known}
    return frozenset(held.union(*(_BRINGS.get(one, frozenset()) for one in held)))
