"""Reading connections: for booking pages, for bookings, and for the settings."""

from dataclasses import dataclass

from django.utils import timezone

from timetuna.calendars.connections import Listing, conference_providers, listings
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.lib.signing import fingerprint
from timetuna.prepared import Prepared


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider as its host sees it: what it is, and the accounts of it that are linked."""

    listing: Listing
    accounts: tuple[CalendarAccount, ...]


def connection(host_id: int, provider: str) -> CalendarAccount | None:
    """Return the host's link to the provider, the one that works before one that does not, the latest first."""
    rows = CalendarAccount.objects.filter(host_id=host_id, provider=provider)
    return rows.order_by("needs_reconnect", "-connected_at", "-id").first()


def usable(host_id: int, provider: str) -> bool:
    """Say whether new bookings may rely on the host's link: it is there, alive, and set up on this server."""
    return set_up(provider) and bool(_WORKING(host_id, provider))


def set_up(provider: str) -> bool:
    """Say whether this server has the provider's keys, so that hosts can link it."""
    return any(kind.slug == provider and kind.ready for kind in listings())


def conference_kinds() -> dict[str, str]:
    """Return the meeting types that connected providers make: slug to label, set up on this server or not."""
    return {kind.slug: kind.label for kind in conference_providers()}


def provider_rows(host_id: int) -> list[ProviderRow]:
    """Return every provider a host may link, with what is linked, in one query."""
    accounts = list(CalendarAccount.objects.filter(host_id=host_id).order_by("connected_at", "id"))
    return [
        ProviderRow(kind, tuple(account for account in accounts if account.provider == kind.slug))
        for kind in listings()
    ]


def waiting_grant(
    authorization_id: int, *, host_id: int, provider: str, session_key: str
) -> Authorization | None:
    """Return the authorization whose grant waits for this host's yes in this session; None once it is over."""
    return (
        Authorization.objects.filter(
            pk=authorization_id,
            host_id=host_id,
            provider=provider,
            session_fingerprint=fingerprint(session_key),
            expires_at__gt=timezone.now(),
        )
        .exclude(grant="")
        .first()
    )


_WORKING: Prepared[tuple[int]] = Prepared(
    lambda host, provider: CalendarAccount.objects.filter(
        host_id=host, provider=provider, needs_reconnect=False
    ).values_list("pk")
)
