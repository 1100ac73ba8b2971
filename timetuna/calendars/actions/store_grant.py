"""Store what a host granted: one row for each outside account, in one short transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from timetuna.accounts.models import User
from timetuna.calendars.access_tokens import grant_owner, sealed_tokens
from timetuna.calendars.actions.list_calendars import begin_anew
from timetuna.calendars.hooks import connected
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.queries import listing
from timetuna.calendars.reconnecting import ask_to_reconnect
from timetuna.lib.text import spoken
from timetuna.providers.base import Profile, Tokens


@dataclass(frozen=True, slots=True)
class Grant:
    """A finished grant. `asked_at` is aware UTC, from before the exchange, by our clock."""

    provider: str
    tokens: Tokens
    profile: Profile
    asked_at: datetime

    def granted_at(self) -> datetime:
        """When it was given, by the provider's clock: its answer's `Date`, less the way of the answer."""
        return self.asked_at + self.tokens.clock_ahead


def store_grant(grant: Grant, *, host_id: int, replace: bool = False) -> bool:
    """Write the link and wake what waited for it.

    Return False, and write nothing, when another account of a provider that allows one a host is linked and
    `replace` does not say that it may go. Raises User.DoesNotExist when the host is gone.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=host_id)
        others = _other_accounts(grant, host_id)
        if others.exists() and not replace:
            return False
        others.delete()
        row = _write(grant, host_id)
        _retire_older_links(grant)
        begin_anew(row, now=timezone.now())
        connected(host_id, grant.provider)
    # Once more after the commit: two hosts who linked the same account at one moment could not see each other's row.
    _retire_older_links(grant)
    return True


def _other_accounts(grant: Grant, host_id: int) -> QuerySet[CalendarAccount]:
    mine = CalendarAccount.objects.filter(host_id=host_id, provider=grant.provider)
    known = listing(grant.provider)
    if known is None or not known.one_per_host:
        return mine.none()
    return mine.exclude(provider_user_id=grant.profile.user_id)


def _write(grant: Grant, host_id: int) -> CalendarAccount:
    profile = grant.profile
    # All links of the account are locked, in one order: a removal that arrives now waits and then compares its time
    # with the new one, and two hosts who link the same account do not block each other.
    links = CalendarAccount.objects.select_for_update().order_by("pk")
    links = links.filter(provider=grant.provider, provider_user_id=profile.user_id)
    row = next((link for link in links if link.host_id == host_id), None) or CalendarAccount(
        host_id=host_id, provider=grant.provider, provider_user_id=profile.user_id
    )
    row.provider_account_id = profile.account_id
    row.email, row.display_name = profile.email, profile.display_name
    # Always overwritten: the provider has just made the tokens of an earlier grant invalid.
    for column, value in sealed_tokens(grant.tokens, account=row).items():
        setattr(row, column, value)
    row.connected_at, row.granted_at = grant.asked_at, grant.granted_at()
    row.needs_reconnect, row.needs_reconnect_reason = False, ""
    row.refresh_lease, row.refresh_lease_until = "", None
    row.calendars_problem = ""
    row.save()
    return row


def _retire_older_links(grant: Grant) -> None:
    """Where only the latest grant of an outside account is alive, links of it that other hosts hold are dead."""
    known = listing(grant.provider)
    if known is None or not known.latest_grant_only:
        return
    links = CalendarAccount.objects.filter(provider=grant.provider, provider_user_id=grant.profile.user_id)
    latest = links.order_by("-connected_at", "-id").first()
    if latest is None:
        return
    ask_to_reconnect(
        links.exclude(pk=latest.pk),
        reason=spoken(
            "This %(label)s account was connected by another host of this server, which ended your connection."
        )
        % {"label": known.label},
    )
    owner = grant_owner(grant.provider, grant.profile.user_id)
    Authorization.objects.filter(grant_owner=owner, created_at__lt=latest.connected_at).delete()
