"""Forget an outside account whose owner removed us at the provider."""

import logging
from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from timetuna.calendars.access_tokens import grant_owner
from timetuna.calendars.actions.acknowledge_deauthorization import acknowledge_deauthorization
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.db.sql import lock_timeout
from timetuna.encryption import box
from timetuna.lib.crypto import fingerprint
from timetuna.providers.base import Deauthorization

log = logging.getLogger("timetuna.calendars")

# Events carry milliseconds, rows microseconds. Not more: a removal that is followed at once by a new grant must
# leave the new grant alone when its event comes late.
ROUNDING = timedelta(milliseconds=1)
LOCK_TIMEOUT_MS = 2_000
_LAST_MOMENT = datetime(9999, 1, 1, tzinfo=UTC)


def present_of(provider: str) -> datetime:
    """The present by the provider's clock (aware UTC), as far as its latest answer with tokens tells."""
    latest = CalendarAccount.objects.filter(provider=provider).order_by("-expires_at").first()
    return timezone.now() + timedelta(seconds=latest.clock_ahead_seconds if latest else 0)


def deauthorize(event: Deauthorization, *, provider: str) -> int:
    """Delete the rows of every host who had linked this account before the event, both by the provider's clock.

    Return how many. The acknowledgement is enqueued with the deletion, once however often the event comes. Raises
    OperationalError when the database is busy for longer than two seconds; the provider then sends it again.
    """
    with lock_timeout(LOCK_TIMEOUT_MS):
        count = _forget(event, provider)
        if event.acknowledgement:
            _acknowledge_later(event, provider)
    log.info("%s removed by its owner: %s connections deleted", provider, count)
    return count


def _forget(event: Deauthorization, provider: str) -> int:
    if not event.user_id:
        return 0
    # The person is the key: the account they belong to can change after they connected.
    rows = CalendarAccount.objects.filter(provider=provider, provider_user_id=event.user_id)
    grants = Authorization.objects.filter(grant_owner=grant_owner(provider, event.user_id))
    if event.at is not None:
        until = min(event.at, _LAST_MOMENT) + ROUNDING
        by_theirs = Q(granted_at__lt=until)
        rows = rows.filter(by_theirs | Q(granted_at=None, connected_at__lt=until))
        grants = grants.filter(by_theirs | Q(granted_at=None, created_at__lt=until))
    grants.delete()
    count, _ = rows.delete()
    return count


def _acknowledge_later(event: Deauthorization, provider: str) -> None:
    key = f"acknowledge:{fingerprint(event.acknowledgement)}"
    sealed = box().seal(event.acknowledgement, context=f"jobs.acknowledge:{provider}")
    acknowledge_deauthorization.enqueue(key=key, provider=provider, sealed=sealed, row=key)
