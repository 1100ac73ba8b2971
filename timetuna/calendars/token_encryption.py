"""How tokens and grants are sealed into their rows: each ciphertext opens in its own place only."""

import json
from datetime import datetime, timedelta
from typing import Any

from timetuna.calendars.models import Authorization, CalendarAccount
from timetuna.encryption import box
from timetuna.lib.signing import fingerprint
from timetuna.providers.base import Profile, Tokens

TOKEN_COLUMNS = ("access_token", "refresh_token")


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
    """Return the token in that column. Raises SecretBoxError when it was moved, changed or sealed by a lost key."""
    return box().open(getattr(account, column), context=token_context(column, account))


def seal_grant(tokens: Tokens, profile: Profile, *, authorization: Authorization) -> str:
    """Return a finished grant as one sealed text."""
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
    """Return the grant that waits in this authorization. Raises SecretBoxError."""
    content = json.loads(
        box().open(authorization.grant, context=authorization_context("grant", authorization))
    )
    access, refresh, expires_at, scopes = content["tokens"]
    ends = datetime.fromisoformat(content["ends"]) if content["ends"] else None
    ahead = timedelta(seconds=content.get("ahead", 0))
    tokens = Tokens(access, refresh, datetime.fromisoformat(expires_at), frozenset(scopes), ends, ahead)
    return tokens, Profile(*content["profile"])


def grant_owner(provider: str, user_id: str) -> str:
    """Return the fingerprint by which a waiting grant of an outside account is found."""
    return fingerprint(f"{provider}:{user_id}")
