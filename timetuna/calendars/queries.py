"""Reading connections: for booking pages, for bookings, and for the settings."""

from dataclasses import dataclass

from django.utils import timezone

from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.provider_catalogue import conference_providers, event_kinds, listings
from timetuna.db import reads
from timetuna.lib.crypto import fingerprint


def connection(host_id: int, provider: str) -> CalendarAccount | None:
    """The one that works before one that does not, the latest first."""
    rows = CalendarAccount.objects.filter(host_id=host_id, provider=provider)
    return rows.order_by("needs_reconnect", "-connected_at", "-id").first()


def usable(host_id: int, kind: str) -> bool:
    """Say whether new bookings may be held that way by default: what makes the meeting is there, alive and set up here.

    kind: a provider that makes meetings, or a kind that comes with the events of the host's default calendar.
    """
    if kind in _providers_of_kinds():
        return kind in event_kinds_of(default_calendar(host_id))
    return set_up(kind) and bool(reads.rows(reads.WORKING, host=host_id, provider=kind))


def set_up(kind: str) -> bool:
    """Whether this server has the keys of the provider that makes such meetings, so that hosts can link it."""
    provider = _providers_of_kinds().get(kind, kind)
    return any(one.slug == provider and one.ready for one in listings())


def conference_kinds() -> dict[str, str]:
    """Return the meeting types that connected providers make: kind to label, set up on this server or not.

    Those that come with an event stand behind those of which the kind is the provider.
    """
    own = {kind.slug: kind.label for kind in conference_providers()}
    return own | {kind: label for kinds in event_kinds().values() for kind, label in kinds.items()}


def kind_provider(kind: str) -> str:
    return _providers_of_kinds().get(kind, kind)


def kinds_of_provider(provider: str) -> list[str]:
    """As people read them; none where it makes none."""
    return [label for kind, label in conference_kinds().items() if kind_provider(kind) == provider]


def comes_with_event(kind: str) -> bool:
    return kind in _providers_of_kinds()


@dataclass(frozen=True, slots=True)
class Target:
    """A calendar that new events can be written to now. kinds: what online meetings they can carry."""

    id: int
    provider: str
    kinds: frozenset[str]


def targets(host_id: int) -> list[Target]:
    """Return the host's calendars that can be written to, the default one first.

    That is the primary calendar of the account that was connected first, of those whose connections work.
    """
    ready = {one.slug for one in listings() if one.ready}
    return [
        Target(row, provider, frozenset(kinds.split()))
        for row, provider, kinds in reads.rows(reads.TARGETS, host=host_id)
        if provider in ready
    ]


def default_calendar(host_id: int) -> Target | None:
    """The one that gets new events where a page says nothing else; None without one."""
    return next(iter(targets(host_id)), None)


def event_kinds_of(target: Target | None) -> frozenset[str]:
    return frozenset() if target is None else target.kinds & event_kinds().get(target.provider, {}).keys()


def _providers_of_kinds() -> dict[str, str]:
    return {kind: provider for provider, kinds in event_kinds().items() for kind in kinds}


def waiting_grant(
    authorization_id: int, *, host_id: int, provider: str, session_key: str
) -> Authorization | None:
    """The authorization whose grant waits for this host's yes in this session; None once it is over."""
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


def event_kinds_from(provider: str) -> frozenset[str]:
    return frozenset(event_kinds().get(provider, {}))
