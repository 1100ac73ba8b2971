"""Keys are made and revoked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.api.models import ApiKey
from timetuna.api.notices import tell_owner
from timetuna.api.scopes import ApiScope
from timetuna.api.tokens import name_of, new_token
from timetuna.lib.crypto import fingerprint
from timetuna.lib.text import single_line
from timetuna.webhooks.actions.change_webhook import stop_webhooks_of_key
from timetuna.webhooks.makers import WebhookMaker
from timetuna.webhooks.models import WebhookEndpoint

USUAL_DAYS = 365
MOST_KEYS = 50
"""Of one owner, those that are revoked or have expired left out."""
_NAME_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key to be made. days: until it expires; None is never.  pages: ids; None for all of its owner's."""

    name: str
    scopes: Collection[ApiScope]
    days: int | None = USUAL_DAYS
    pages: Collection[int] | None = None
    by_operator: bool = False


class TooManyKeys(Exception):  # noqa: N818 - it is an answer
    """`str()` is a sentence."""


def create_key(owner: User, wanted: NewKey, *, now: datetime) -> tuple[ApiKey, str]:
    """Return the row, and the key itself, which is nowhere kept; its owner is mailed. Raises TooManyKeys."""
    token = new_token()
    good = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=now))
    with transaction.atomic():
        if ApiKey.objects.filter(good, owner=owner).count() >= MOST_KEYS:
            raise TooManyKeys(
                gettext("There are %(most)d keys already. Revoke one that nobody needs.")
                % {"most": MOST_KEYS}
            )
        key = ApiKey.objects.create(
            owner=owner,
            name=single_line(wanted.name, max_length=_NAME_LENGTH) or name_of(token),
            start=name_of(token),
            fingerprint=fingerprint(token),
            scopes=sorted(wanted.scopes),
            all_pages=wanted.pages is None,
            by_operator=wanted.by_operator,
            expires_at=None if wanted.days is None else now + timedelta(days=wanted.days),
            created_at=now,
        )
        if wanted.pages is not None:
            key.pages.set(wanted.pages)
        tell_owner(key)
    return key, token


def maker_key(hook: WebhookEndpoint) -> WebhookMaker | None:
    """The key that made a webhook."""
    row = ApiKey.objects.filter(pk=hook.key, owner=hook.owner_id).first() if hook.key is not None else None
    return WebhookMaker(kind="key", id=row.public_id, name=row.name) if row else None


def revoke_key(key: ApiKey, *, now: datetime) -> None:
    """At once, and nothing more is sent to the webhooks that were made by it; a second time changes nothing."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            stop_webhooks_of_key(key.pk, now=now)
