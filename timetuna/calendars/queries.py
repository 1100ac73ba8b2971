"""The providers of this server, ready to work, and what hosts have connected to them."""

import base64
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from timetuna import __version__
from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.db import sql
from timetuna.lib.crypto import fingerprint
from timetuna.lib.http import Budget, HttpClient
from timetuna.lib.text import spoken
from timetuna.providers.base import (
    BusySource,
    CalendarWriter,
    Conferencing,
    Directory,
    Identity,
    LoginForm,
    OAuth,
    OwnNames,
    Webhooks,
)
from timetuna.providers.errors import ProviderError
from timetuna.providers.registry import Provider, providers
from timetuna.web.forms import in_full

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_VERBS = {"Connect": pgettext_lazy("an account", "Connect"), "Add": pgettext_lazy("an account", "Add")}


class Linkable(OAuth, Identity, Protocol):
    """An outside account that a host can link by OAuth."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A provider as people see it. `logo` is a data: address; `ready` says whether it is set up on this server.

    latest_grant_only: a new grant of an account ends all earlier ones.  by_form: its accounts are connected by a form
    here, and not by leaving for the provider.  has_calendars: they have calendars that can be read.
    own_names: hosts call its accounts as they like.
    verb: what the button that connects one says beside the label.  adds: it is "Add".
    gives: what a host has of it, in a sentence.
    """

    slug: str
    named: str
    logo: str
    ready: bool
    one_per_host: bool
    latest_grant_only: bool = False
    by_form: bool = False
    has_calendars: bool = False
    own_names: bool = False
    verb: "StrOrPromise" = _VERBS["Connect"]
    adds: bool = False
    gives: "StrOrPromise" = ""

    @property
    def label(self) -> str:
        """What it is called, in the language that is spoken."""
        return gettext(self.named)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """What this server can do by its settings, asked at every look at a page and put together once."""

    linkable: tuple[Listing, ...]
    event_kinds: Mapping[str, Mapping[str, str]]
    kinds: Mapping[str, str]
    providers_of_kinds: Mapping[str, str]


def listings() -> tuple[Listing, ...]:
    """Set up here or not."""
    return _catalogue().linkable


def listing(slug: str) -> Listing | None:
    """None where its accounts cannot be linked."""
    return next((one for one in listings() if one.slug == slug), None)


def event_kinds() -> Mapping[str, Mapping[str, str]]:
    """Set up or not: provider to kind to label."""
    return _catalogue().event_kinds


def _catalogue() -> _Catalogue:
    return _catalogue_by(settings.BASE_URL, tuple(settings.PROVIDER_SETTINGS.items()))


@lru_cache(maxsize=2)
def _catalogue_by(_base_url: str, _settings: tuple[tuple[str, str], ...]) -> _Catalogue:
    built = [(provider, _build(provider)) for provider in providers().values()]
    conferencing = {provider.slug: provider.label for provider, one in built if isinstance(one, Conferencing)}
    event_kinds = {
        provider.slug: dict(one.meeting_types()) for provider, one in built if isinstance(one, CalendarWriter)
    }
    return _Catalogue(
        linkable=tuple(_listing(provider, one) for provider, one in built if _is_linkable(one)),
        event_kinds=event_kinds,
        kinds=conferencing | {kind: label for kinds in event_kinds.values() for kind, label in kinds.items()},
        providers_of_kinds={kind: provider for provider, kinds in event_kinds.items() for kind in kinds},
    )


def linkable(slug: str) -> Linkable:
    """Raises ProviderError when it is not set up on this server."""
    found = _ready(slug)
    if isinstance(found, OAuth) and isinstance(found, Identity):
        return found
    raise ProviderError(spoken("This is not set up on this server."), code="not-set-up", operator=True)


def login_form(slug: str) -> LoginForm | None:
    """None when its accounts are not connected by a form here."""
    found = _ready(slug)
    return found if isinstance(found, LoginForm) else None


def own_names(slug: str) -> OwnNames | None:
    """None when its accounts have the names their provider gives them, or it is not set up here."""
    found = _ready(slug)
    return found if isinstance(found, OwnNames) else None


def directory(slug: str) -> Directory | None:
    """None when it lists no calendars or is not set up here."""
    found = _ready(slug)
    return found if isinstance(found, Directory) else None


def busy_source(slug: str, *, budget: Budget | None = None) -> BusySource | None:
    """Return the provider, ready to read calendars; None when it has none or is not set up here.

    budget: how long each of its calls may take, where that is less than usual.
    """
    found = _ready(slug, budget=budget)
    return found if isinstance(found, BusySource) else None


def reads_only(slug: str) -> bool:
    """Feeds, which change slowly and come whole."""
    provider = providers().get(slug)
    return provider is not None and not isinstance(_build(provider), CalendarWriter)


def conferencing(slug: str) -> Conferencing | None:
    """None when it is not set up on this server."""
    found = _ready(slug)
    return found if isinstance(found, Conferencing) else None


def calendar_writer(slug: str) -> CalendarWriter | None:
    """None when it is not set up on this server."""
    found = _ready(slug)
    return found if isinstance(found, CalendarWriter) else None


def webhooks(slug: str) -> Webhooks | None:
    """None when it is not set up on this server."""
    found = _ready(slug)
    return found if isinstance(found, Webhooks) else None


def form_targets() -> tuple[str, ...]:
    """For the content security policy's form-action: where connecting leads to."""
    away = [one.slug for one in listings() if one.ready and not one.by_form]
    found = [linkable(slug).authorize_url(state="", code_challenge="") for slug in away]
    return tuple(f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, found))


def _ready(slug: str, *, budget: Budget | None = None) -> object | None:
    provider = providers().get(slug)
    if provider is None or not provider.configured(settings.PROVIDER_SETTINGS):
        return None
    return _build(provider, budget=budget)


def _build(provider: Provider, *, budget: Budget | None = None) -> object:
    """Build the provider from the settings, its redirect address from the one base address and never from a request."""
    redirect_uri = in_full(reverse("provider_callback", args=[provider.slug]))
    config = provider.config(settings.PROVIDER_SETTINGS, redirect_uri=redirect_uri)
    # The operator has set the addresses, so private ones are meant.
    http = HttpClient(user_agent=f"TimeTuna/{__version__}", allow_private=True)
    return provider.build(config, replace(http, budget=budget) if budget else http)


def _is_linkable(provider: object) -> bool:
    return (isinstance(provider, OAuth) and isinstance(provider, Identity)) or isinstance(provider, LoginForm)


def _listing(provider: Provider, built: object) -> Listing:
    return Listing(
        slug=provider.slug,
        named=provider.label,
        logo=logo_of(provider.logo),
        ready=provider.configured(settings.PROVIDER_SETTINGS),
        one_per_host=provider.one_per_host,
        latest_grant_only=provider.latest_grant_only,
        by_form=isinstance(built, LoginForm),
        has_calendars=isinstance(built, BusySource),
        own_names=isinstance(built, OwnNames),
        verb=_VERBS.get(provider.verb, provider.verb),
        adds=provider.verb == "Add",
        gives=gettext_lazy(provider.gives) if provider.gives else "",
    )


@lru_cache
def logo_of(path: Path) -> str:
    """As a data: address."""
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


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
    return set_up(kind) and kind in working([host_id]).get(host_id, ())


def working(host_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """By host the providers of which they have an account whose connection works."""
    found = defaultdict[int, set[str]](set)
    for host, provider in sql.rows(sql.WORKING, hosts=list(host_ids)):
        found[host].add(provider)
    return {host: frozenset(providers) for host, providers in found.items()}


def set_up(kind: str) -> bool:
    """Whether this server has the keys of the provider that makes such meetings, so that hosts can link it."""
    provider = _providers_of_kinds().get(kind, kind)
    return any(one.slug == provider and one.ready for one in listings())


def conference_kinds() -> Mapping[str, str]:
    """Return the meeting types that connected providers make: kind to label, set up on this server or not.

    Those that come with an event stand behind those of which the kind is the provider.
    """
    return _catalogue().kinds


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
    """Return the host's calendars that can be written to, the default one first."""
    return targets_of([host_id]).get(host_id, [])


def targets_of(host_ids: Collection[int]) -> dict[int, list[Target]]:
    """By host their calendars that can be written to, the default one first.

    That is the primary calendar of the account that was connected first, of those whose connections work.
    """
    ready = {one.slug for one in listings() if one.ready}
    found = defaultdict[int, list[Target]](list)
    for host, row, provider, kinds in sql.rows(sql.TARGETS, hosts=list(host_ids)):
        if provider in ready:
            found[host].append(Target(row, provider, frozenset(kinds.split())))
    return found


def default_calendar(host_id: int) -> Target | None:
    """The one that gets new events where a page says nothing else; None without one."""
    return next(iter(targets(host_id)), None)


def event_kinds_of(target: Target | None) -> frozenset[str]:
    return frozenset() if target is None else target.kinds & event_kinds().get(target.provider, {}).keys()


def _providers_of_kinds() -> Mapping[str, str]:
    return _catalogue().providers_of_kinds


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
