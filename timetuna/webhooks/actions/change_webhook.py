"""Webhooks are made, changed, tried out and removed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.webhooks.actions.record_event import tell_all
from timetuna.webhooks.body import EventType, example
from timetuna.webhooks.models import EventDelivery, WebhookEndpoint, WebhookEvent
from timetuna.webhooks.signing import new_secret, rotate_secret, seal_secret

MOST = 20
"""Of one owner."""
Off = WebhookEndpoint.Off
ENDED_WITH_KEY = frozenset({Off.KEY_REVOKED, Off.KEY_EXPIRED})


class TooManyWebhooks(Exception):  # noqa: N818 - it is an answer
    """`str()` is the sentence its owner reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """What a new one is to be. pages: ids of those that it is told of; None for all.

    app, key: which of these makes it.  until: when that key expires.
    """

    url: str
    events: Collection[str]
    thin: bool = False
    pages: Collection[int] | None = None
    source: str = ""
    app: int | None = None
    key: int | None = None
    until: datetime | None = None


def create_webhook(owner: User, wanted: NewWebhook, *, now: datetime) -> tuple[WebhookEndpoint, str]:
    """Return it with its secret, which is shown this once. Raises TooManyWebhooks."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=owner.pk)
        if WebhookEndpoint.objects.filter(owner=owner).count() >= MOST:
            raise TooManyWebhooks(
                gettext("You have %(most)d webhooks, and no more can be had. Remove one first.")
                % {"most": MOST}
            )
        hook = WebhookEndpoint(
            owner=owner,
            url=wanted.url,
            events=sorted(wanted.events),
            thin=wanted.thin,
            pages=None if wanted.pages is None else sorted(wanted.pages),
            source=wanted.source,
            app=wanted.app,
            key=wanted.key,
            until=wanted.until,
            created_at=now,
        )
        secret = new_secret()
        seal_secret(hook, secret)
        hook.save()
    return hook, secret


def change_webhook(hook: WebhookEndpoint, **columns: object) -> WebhookEndpoint:
    """url, events or thin."""
    WebhookEndpoint.objects.filter(pk=hook.pk).update(**columns)
    return WebhookEndpoint.objects.select_related("owner").get(pk=hook.pk)


def switch_webhook(
    hook: WebhookEndpoint,
    *,
    on: bool,
    now: datetime,
    key: int | None = None,
    until: datetime | None = None,
) -> None:
    """On again it begins anew, with nothing held against it. What it missed meanwhile is in the events.

    It belongs to whoever switches it on from then on, and ends no more with the key that it was made with: key, until:
    of the key by which that is done.
    """
    rows = WebhookEndpoint.objects.filter(pk=hook.pk)
    if on:
        anew = {"disabled_at": None, "why": "", "failing_since": None, "warned": 0, "rests_until": None}
        ended = hook.why in ENDED_WITH_KEY or (hook.until is not None and hook.until <= now)
        rows.update(**anew, **({"key": key, "until": until} if ended else {}))
    else:
        rows.filter(disabled_at=None).update(disabled_at=now, why=Off.OWNER)


def stop_webhooks_of_key(key: int, *, now: datetime) -> None:
    """When it is revoked. Its owner may switch them on again by hand."""
    rows = WebhookEndpoint.objects.filter(key=key)
    rows.filter(disabled_at=None).update(disabled_at=now, why=Off.KEY_REVOKED)
    rows.exclude(disabled_at=None).update(why=Off.KEY_REVOKED)  # those that were off already, too


def renew_secret(hook: WebhookEndpoint, *, now: datetime) -> str:
    """For a day messages are signed with both. Return the new one, which is shown this once."""
    with transaction.atomic():
        row = WebhookEndpoint.objects.select_for_update().get(pk=hook.pk)
        secret = rotate_secret(row, now=now)
        row.save(update_fields=["secret_sealed", "former_sealed", "former_until"])
    return secret


def send_test(hook: WebhookEndpoint) -> EventDelivery:
    """A booking of nobody, under the type of a test, whatever types it wants."""
    data = example(EventType.CREATED)["data"] | {"example": True}
    with transaction.atomic():
        event = WebhookEvent.objects.create(type=EventType.TEST, data=data)
        return tell_all([hook.pk], event)[0]


def remove_webhooks_of(app: int, owner: User) -> None:
    """Those that a connected app has made for somebody, when it is no longer connected."""
    WebhookEndpoint.objects.filter(app=app, owner=owner).delete()
