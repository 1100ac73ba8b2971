"""Who it is that asks by a program, and how far that goes."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import orjson
from django.conf import settings
from django.db.models import DateTimeField, JSONField, Model
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from timetuna.accounts.models import User
from timetuna.api.models import ApiKey
from timetuna.api.problems import Problem, ProblemCode
from timetuna.api.scopes import ApiScope, expanded
from timetuna.api.tokens import is_well_formed, looks_like_key
from timetuna.db import sql
from timetuna.db.kept import row_of
from timetuna.lib.crypto import fingerprint
from timetuna.rate_limits.limits import Limit, client_of, spend

_LONGEST_TOKEN = 4_096
_NOTED_EVERY = timedelta(minutes=1)
PROTECTED_RESOURCE = "oauth-protected-resource"
RESOURCES = ("/api/v1", "/mcp")
"""What an app's token can be for alone (RFC 8707)."""
WRONG_KEYS = Limit("api-wrong-keys", (60, 60), (600, 3_600))
"""Of one network, with keys that open nothing. Beyond it these alone are refused: a good key is found first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """For whom a program acts. name: of its key or grant, as limits and stored answers count it.

    label: as histories tell of it.  pages: the ids of those that it is good for; None for all of its owner's.
    app: the id of the connected app, None for a key.  key: the key itself, None for an app.
    """

    user: User
    name: str
    label: str
    scopes: frozenset[ApiScope]
    pages: frozenset[int] | None = None
    app: int | None = None
    key: ApiKey | None = None

    def has(self, scope: ApiScope) -> bool:
        return scope in self.scopes


Reader = Callable[[str, HttpRequest], Principal | None]
other_bearers: list[Reader] = []
"""Of tokens that are no keys; what a reader does not know it answers None. Raises Problem for one that is over."""


def principal_of(request: HttpRequest) -> Principal | None:
    """None where nothing is shown. Raises Problem 401 for what does not open."""
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    kind, _, token = header.partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token or len(token) > _LONGEST_TOKEN:
        raise refused(
            ProblemCode.UNAUTHORIZED,
            gettext("The key belongs into the header: Authorization: Bearer tt_live_…"),
            error="invalid_token" if token and kind.lower() == "bearer" else "",
        )
    if looks_like_key(token):
        return _of_key(token, request)
    for read in other_bearers:
        if found := read(token, request):
            return found
    raise refused(ProblemCode.UNAUTHORIZED, gettext("This is no key of this server."))


def count_wrong(request: HttpRequest) -> None:
    """Count something that opened nothing. Raises Problem 429 where there was too much of it in this network."""
    if seconds := spend(WRONG_KEYS, client_of(request).network):
        sentence = gettext("Too many keys that open nothing came from this network.")
        raise Problem(ProblemCode.RATE_LIMIT, sentence, headers={"Retry-After": str(math.ceil(seconds))})


def refused(
    code: ProblemCode, sentence: str, *, scope: ApiScope | None = None, error: str = "invalid_token"
) -> Problem:
    """With the header that says what would open it (RFC 6750, RFC 9728). error: "" where nothing was shown."""
    said = {
        "realm": "TimeTuna",
        "error": error,
        "scope": str(scope or ""),
        "resource_metadata": f"{settings.BASE_URL}/.well-known/{PROTECTED_RESOURCE}",
    }
    value = ", ".join(f'{name}="{text}"' for name, text in said.items() if text)
    return Problem(code, sentence, headers={"WWW-Authenticate": f"Bearer {value}"})


def required(principal: Principal | None, scope: ApiScope | None) -> Principal:
    """Raises Problem: 401 for nobody, 403 for whom the scope is missing."""
    if principal is None:
        raise refused(
            ProblemCode.UNAUTHORIZED,
            gettext("This needs a key in the header: Authorization: Bearer tt_live_…"),
            scope=scope,
            error="",
        )
    if scope is not None and not principal.has(scope):
        sentence = gettext("This needs the scope “%(scope)s”, which the key does not have.")
        if principal.app is not None:
            sentence = gettext("This needs the scope “%(scope)s”, which the app was not allowed.")
        raise refused(ProblemCode.SCOPE, sentence % {"scope": scope}, scope=scope, error="insufficient_scope")
    return principal


def _of_key(token: str, request: HttpRequest) -> Principal:
    key = find_key(token) if is_well_formed(token) else None
    if key is None or not key.owner.is_active:
        raise refused(ProblemCode.UNAUTHORIZED, gettext("This is no key of this server."))
    now = timezone.now()
    if key.revoked_at is not None:
        raise refused(ProblemCode.KEY_REVOKED, gettext("This key was revoked."))
    if key.expires_at is not None and key.expires_at <= now:
        raise refused(ProblemCode.KEY_EXPIRED, gettext("This key has expired."))
    if key.last_used_at is None or now - key.last_used_at > _NOTED_EVERY:
        network = client_of(request).network
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_network=network)
    pages = None if key.all_pages else frozenset(key.pages.values_list("pk", flat=True))
    label = gettext("key “%(name)s”") % {"name": key.name}
    return Principal(
        user=key.owner,
        name=f"key:{key.public_id}",
        label=label,
        scopes=expanded(key.scopes),
        pages=pages,
        key=key,
    )


def find_key(token: str) -> ApiKey | None:
    """With its owner, whatever has become of it. One statement."""
    found = sql.rows(_statement(), fingerprint=fingerprint(token))
    if not found:
        return None
    left = iter(found[0])
    key: ApiKey = _row(ApiKey, left)
    key.owner = _row(User, left)
    return key


@lru_cache
def _statement() -> str:
    named = {
        name: ", ".join(f"{name}.{column}" for column in _columns(model))
        for name, model in (("key", ApiKey), ("owner", User))
    }
    return sql.KEY.format(**named)


def _row(model: type[Model], left: Iterator[Any]) -> Any:
    """As the ORM reads it."""
    row = row_of(model, _columns(model), left)
    for field in model._meta.concrete_fields:  # noqa: SLF001 - documented
        value = getattr(row, field.attname)
        if isinstance(field, DateTimeField):
            setattr(row, field.attname, sql.aware(value))
        elif isinstance(field, JSONField) and isinstance(value, str):
            setattr(row, field.attname, orjson.loads(value))
    return row


@lru_cache
def _columns(model: type[Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in model._meta.concrete_fields)  # noqa: SLF001 - documented
