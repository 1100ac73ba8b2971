"""The one place where tokens are handed out: opened, renewed by one process at a time, saved before they are used.

Tokens and grants are sealed into their rows, and each ciphertext opens in its own place only.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db.models import Q
from django.utils import timezone

from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.calendars.queries import linkable
from timetuna.calendars.reconnecting import ask_to_reconnect
from timetuna.encryption import box
from timetuna.jobs.queue import GiveUp, Retry
from timetuna.lib.crypto import SecretBoxError, equal, fingerprint, random_token
from timetuna.lib.text import spoken
from timetuna.providers.base import Profile, Tokens
from timetuna.providers.errors import AccessTokenRefused, NeedsReconnect, ProviderError

TOKEN_COLUMNS = ("access_token", "refresh_token")
T = TypeVar("T")
log = logging.getLogger("timetuna.calendars")

EARLY = timedelta(seconds=60)
LEASE = timedelta(seconds=45)  # longer than the provider's connect and read time-outs together
PATIENCE_SECONDS = 50.0
POLL_SECONDS = 0.1
REFUSED = spoken("What you typed to connect it is not accepted any more. Connect it again.")


def use(account_id: int, call: Callable[[str], T]) -> T:
    """Call with a working access token, once more with a renewed one when it was refused, and return what it returns.

    Not to be called inside a transaction: it may wait for the provider. Raises what `call` raises; NeedsReconnect
    when only the host can mend the connection (it is marked and the host is told), also when it is gone
    (code "disconnected"); ProviderError when trying later may help. A credential that was typed into a form is never
    renewed: once it is refused, only its host can help.
    """
    account = _current(account_id)
    token = _open(account, "access_token")
    try:
        return _attempt(account, call if account.refresh_token else _final(call), token)
    except AccessTokenRefused:
        account = _current(account_id, refused=token)
    try:
        return _attempt(account, call, _open(account, "access_token"))
    except AccessTokenRefused as error:
        raise ProviderError(
            spoken("The provider does not accept a token it has just given; this is tried again later."),
            code="token-refused-twice",
        ) from error


def order_after(error: ProviderError | NeedsReconnect) -> Retry | GiveUp:
    """What becomes of work that failed so outside."""
    if isinstance(error, NeedsReconnect) or error.permanent:
        return GiveUp(str(error))
    return Retry(str(error), at=error.retry_after)


def token_at_hand(account: CalendarAccount) -> str | None:
    """Works without renewal as far as is known; None where there is none. Asks nobody."""
    return None if account.needs_reconnect or not _good(account, "") else _open(account, "access_token")


def _final(call: Callable[[str], T]) -> Callable[[str], T]:
    def do(token: str) -> T:
        try:
            return call(token)
        except AccessTokenRefused as error:
            raise NeedsReconnect(REFUSED, code=error.code) from error

    return do


def _attempt(account: CalendarAccount, call: Callable[[str], T], token: str) -> T:
    try:
        return call(token)
    except NeedsReconnect as error:
        # Only the grant that was used is marked: the host may have connected again while the call was under way.
        same = CalendarAccount.objects.filter(pk=account.pk, connected_at=account.connected_at)
        if ask_to_reconnect(same, reason=str(error)):
            log.warning("%s connection %s needs its host: %s", account.provider, account.pk, error.code)
            raise
        _load(account.pk)
        raise ProviderError(
            spoken("The account was connected again meanwhile; trying again."), code="reconnected"
        ) from error


def _current(account_id: int, *, refused: str = "") -> CalendarAccount:
    """The row with a token that is neither about to end nor the refused one; renew it where nobody else does."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        account = _load(account_id)
        if _good(account, refused):
            return account
        lease = random_token()
        if _claim(account_id, lease):
            try:
                return _renewed(account_id, refused)
            finally:
                CalendarAccount.objects.filter(pk=account_id, refresh_lease=lease).update(
                    refresh_lease="", refresh_lease_until=None
                )
        if time.monotonic() > give_up:
            raise ProviderError(
                spoken("The connection is being renewed by another process."), code="refresh-busy"
            )
        time.sleep(POLL_SECONDS)


def _load(account_id: int) -> CalendarAccount:
    account = CalendarAccount.objects.filter(pk=account_id).first()
    if account is None:
        raise NeedsReconnect(spoken("The account was disconnected."), code="disconnected")
    if account.needs_reconnect:
        raise NeedsReconnect(account.needs_reconnect_reason, code="needs-reconnect")
    return account


def _good(account: CalendarAccount, refused: str) -> bool:
    if refused:
        return not equal(_open(account, "access_token"), refused)
    return account.expires_at - EARLY > timezone.now()


def _claim(account_id: int, lease: str) -> bool:
    """Take the lease by one conditional UPDATE: it holds across processes, and no transaction stays open meanwhile."""
    now = timezone.now()
    free = CalendarAccount.objects.filter(
        Q(refresh_lease_until__isnull=True) | Q(refresh_lease_until__lt=now), pk=account_id
    )
    return bool(free.update(refresh_lease=lease, refresh_lease_until=now + LEASE))


def _renewed(account_id: int, refused: str) -> CalendarAccount:
    """Renew under the lease, unless it was done between our look and our claim."""
    account = _load(account_id)
    if _good(account, refused):
        return account
    # The row as it was sent: a save or a mark that finds other tokens there changes nothing.
    sent = CalendarAccount.objects.filter(
        pk=account_id, refresh_token_fingerprint=account.refresh_token_fingerprint
    )
    try:
        tokens = linkable(account.provider).refresh(_open(account, "refresh_token"))
    except NeedsReconnect as error:
        if ask_to_reconnect(sent, reason=str(error)):
            log.warning("%s connection %s needs its host: %s", account.provider, account_id, error.code)
            raise
        return _load(account_id)
    except ProviderError as error:
        level = logging.ERROR if error.operator else logging.WARNING
        log.log(level, "%s connection %s not renewed: %s", account.provider, account_id, error.code)
        raise
    columns = sealed_tokens(tokens, account=account)
    if not tokens.scopes:  # RFC 6749 section 5.1: left out means unchanged
        del columns["scopes"]
    if tokens.grant_expires_at is None:
        del columns["grant_expires_at"]
    sent.update(**columns)  # never an insert: a row that is gone stays gone
    return _load(account_id)


def _open(account: CalendarAccount, column: str) -> str:
    try:
        return open_token(account, column=column)
    except SecretBoxError as error:
        log.error("connection %s cannot be opened with TIMETUNA_ENCRYPTION_KEYS", account.pk)  # noqa: TRY400
        raise ProviderError(
            spoken(
                "What this server stored for the connection cannot be opened; whoever runs it has to look at its keys."
            ),
            code="sealed",
            operator=True,
        ) from error


def token_context(column: str, account: CalendarAccount) -> str:
    """Name the place of a token: column, host, provider and outside account."""
    return f"calendar_accounts.{column}:{account.host_id}:{account.provider}:{account.provider_user_id}"


def authorization_context(column: str, authorization: Authorization) -> str:
    """Name the place of a secret of an authorization under way."""
    owner = f"{authorization.host_id}:{authorization.provider}:{authorization.state_fingerprint}"
    return f"authorizations.{column}:{owner}"


def sealed_tokens(tokens: Tokens, *, account: CalendarAccount) -> dict[str, Any]:
    """Return the columns that hold these tokens in the account's row; the account tells whose place it is.

    What is never renewed has no refresh token, and an empty column.
    """
    refresh = tokens.refresh_token
    return {
        "access_token": box().seal(tokens.access_token, context=token_context("access_token", account)),
        "refresh_token": refresh and box().seal(refresh, context=token_context("refresh_token", account)),
        "refresh_token_fingerprint": fingerprint(refresh),
        "expires_at": tokens.expires_at,
        "grant_expires_at": tokens.grant_expires_at,
        "scopes": " ".join(sorted(tokens.scopes)),
        "clock_ahead_seconds": round(tokens.clock_ahead.total_seconds()),
    }


def open_token(account: CalendarAccount, *, column: str) -> str:
    """The token in that column. Raises SecretBoxError when it was moved, changed or sealed by a lost key."""
    return box().open(getattr(account, column), context=token_context(column, account))


def seal_grant(tokens: Tokens, profile: Profile, *, authorization: Authorization) -> str:
    content = {
        "tokens": [
            tokens.access_token,
            tokens.refresh_token,
            tokens.expires_at.isoformat(),
            sorted(tokens.scopes),
        ],
        "ends": tokens.grant_expires_at.isoformat() if tokens.grant_expires_at else "",
        "ahead": tokens.clock_ahead.total_seconds(),
        "profile": [profile.user_id, profile.account_id, profile.email, profile.display_name],
    }
    return box().seal(json.dumps(content), context=authorization_context("grant", authorization))


def open_grant(authorization: Authorization) -> tuple[Tokens, Profile]:
    """The grant that waits in this authorization. Raises SecretBoxError."""
    content = json.loads(
        box().open(authorization.grant, context=authorization_context("grant", authorization))
    )
    access, refresh, expires_at, scopes = content["tokens"]
    ends = datetime.fromisoformat(content["ends"]) if content["ends"] else None
    ahead = timedelta(seconds=content.get("ahead", 0))
    tokens = Tokens(access, refresh, datetime.fromisoformat(expires_at), frozenset(scopes), ends, ahead)
    return tokens, Profile(*content["profile"])


def grant_owner(provider: str, user_id: str) -> str:
    return fingerprint(f"{provider}:{user_id}")
