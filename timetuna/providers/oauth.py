"""One OAuth 2 client for all providers: authorize address with state and PKCE, exchange, refresh.

RFC 6749 sections 4.1, 5 and 6; RFC 7636 (S256). Client id and secret go in the Basic header, everything else in the
form body: query strings land in logs, and some providers refuse them. Bodies are never logged: an error's text may
carry the code.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from timetuna.lib.http import Body, Budget, HttpClient, HttpError, Response, parse_retry_after, text
from timetuna.lib.text import spoken
from timetuna.providers.base import Tokens
from timetuna.providers.errors import NeedsReconnect, ProviderError

# A refresh whose answer is lost costs the connection: the old token is dead by then. So this one call may take long,
# but no longer than the lease under which calendars/access_tokens.py makes it.
REFRESH_BUDGET = Budget(connect_seconds=5, read_seconds=30, total_seconds=38)

_OK, _BAD_REQUEST, _UNAUTHORIZED = 200, 400, 401
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}")
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,40}")
# RFC 6749 section 5.2 and OpenID Connect Core section 3.1.2.6: without the person nothing goes on.
_DEAD = frozenset({"invalid_grant", "interaction_required", "consent_required", "login_required"})
_DEFAULT_LIFE, _LONGEST_LIFE = 3_600, 30 * 86_400
_CLOCKS_AGREE = timedelta(seconds=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthSettings:
    """What differs between providers.

    label: the name in sentences.  scope: sent at authorize only where it is not "".
    extra: what else the authorize address carries.
    needed: each scope that has to be granted, with the words for it; not_granted: what hosts read where some (the blank
    `missing`) were not.
    ended: what they read once a grant is dead.
    refresh_token_stays: a renewal without a new refresh token means that the old one stays good.
    dead_reasons: beginnings of an error's text that mean a dead grant, beside `invalid_grant`.
    dead_codes: the same for numbered errors, each with the sentence for the host; also at the exchange.
    operator_codes: numbers that mean that the operator's own settings are wrong.
    """

    label: str
    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str
    token_url: str
    redirect_uri: str
    scope: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    needed: Mapping[str, str] = field(default_factory=dict)
    not_granted: str = ""
    ended: str = ""
    refresh_token_stays: bool = False
    dead_reasons: tuple[str, ...] = ()
    dead_codes: Mapping[int, str] = field(default_factory=dict)
    operator_codes: frozenset[int] = frozenset()


class OAuthClient:
    """Talks to one provider's authorize and token endpoints."""

    def __init__(self, settings: OAuthSettings, *, http: HttpClient) -> None:
        self._settings = settings
        self._http = http

    def authorize_url(self, *, state: str, code_challenge: str) -> str:
        query = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": self._settings.redirect_uri,
            "state": state,
            "code_challenge": code_challenge,
            "code_challenge_method": "S256",
        }
        if self._settings.scope:
            query["scope"] = self._settings.scope
        query |= self._settings.extra
        separator = "&" if urlsplit(self._settings.authorize_url).query else "?"
        return f"{self._settings.authorize_url}{separator}{urlencode(query, quote_via=quote)}"

    def exchange(self, *, code: str, code_verifier: str) -> Tokens:
        """Trade the code for tokens.

        Raises ProviderError, `permanent` when the code is used up or expired; NeedsReconnect when less was granted than
        what is needed: people can untick permissions, and organisations grant less.
        """
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._settings.redirect_uri,
            "code_verifier": code_verifier,
        }
        response, asked_at = self._ask(form, budget=None)
        if response.status == _OK:
            return self._granted(self._tokens(response, asked_at))
        failure = _Failure(response)
        self._raise_when_known(failure)
        self._raise_common(failure, response)
        raise ProviderError(
            spoken("%(label)s did not accept the sign-in: it had expired or was used before. Start again.")
            % {"label": self._settings.label},
            code=failure.code,
            permanent=True,
        )

    def refresh(self, refresh_token: str) -> Tokens:
        """Trade the refresh token for new tokens.

        Raises NeedsReconnect when the grant is dead, ProviderError else: then they may have been rotated although none
        came, and the next call tells.
        """
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        response, asked_at = self._ask(form, budget=REFRESH_BUDGET)
        if response.status == _OK:
            return self._tokens(
                response, asked_at, kept=refresh_token if self._settings.refresh_token_stays else ""
            )
        failure = _Failure(response)
        self._raise_when_dead(failure)
        self._raise_common(failure, response)
        raise ProviderError(
            spoken("%(label)s did not renew the connection; this is tried again.")
            % {"label": self._settings.label},
            code=failure.code,
        )

    def basic_header(self) -> dict[str, str]:
        """RFC 6749 section 2.3.1."""
        pair = f"{self._settings.client_id}:{self._settings.client_secret}".encode()
        return {"Authorization": f"Basic {base64.b64encode(pair).decode('ascii')}"}

    def _ask(self, form: dict[str, str], *, budget: Budget | None) -> tuple[Response, datetime]:
        headers = {"Accept": "application/json", **self.basic_header()}
        asked_at = datetime.now(UTC)
        try:
            response = self._http.request(
                "POST", self._settings.token_url, headers=headers, body=Body.form(form), budget=budget
            )
        except HttpError as error:
            raise ProviderError(
                spoken("%(label)s could not be reached, or did not answer in time.")
                % {"label": self._settings.label},
                code=f"network:{error.kind}",
            ) from None
        return response, asked_at

    def _tokens(self, response: Response, asked_at: datetime, *, kept: str = "") -> Tokens:
        """Read the answer; `kept` is the refresh token that stays good where none comes (RFC 6749 section 6)."""
        fields = response.fields()
        access, refresh = fields.get("access_token"), fields.get("refresh_token", kept)
        if not _is_token(access) or not _is_token(refresh):
            raise ProviderError(
                spoken("%(label)s answered without the tokens it promises.")
                % {"label": self._settings.label},
                code="protocol",
            )
        return Tokens(
            str(access),
            str(refresh),
            asked_at + _life(fields.get("expires_in")),
            frozenset(text(fields, "scope").split()),
            _grant_end(asked_at, fields.get("refresh_token_expires_in")),
            _clock_ahead(response.headers.get("date", ""), now=datetime.now(UTC)),
        )

    def _granted(self, tokens: Tokens) -> Tokens:
        granted, settings = {_plain(scope) for scope in tokens.scopes}, self._settings
        missing = [words for scope, words in settings.needed.items() if _plain(scope) not in granted]
        if missing:
            raise NeedsReconnect(settings.not_granted % {"missing": " and ".join(missing)}, code="scope")
        return tokens

    def _raise_when_known(self, failure: "_Failure") -> None:
        """What only the host can repair, where the service says so by a number."""
        words = self._settings.dead_codes.get(failure.number, "")
        if words and failure.status in {_BAD_REQUEST, _UNAUTHORIZED}:
            raise NeedsReconnect(words, code=failure.code)

    def _raise_when_dead(self, failure: "_Failure") -> None:
        self._raise_when_known(failure)
        if failure.status not in {_BAD_REQUEST, _UNAUTHORIZED}:
            return
        settings = self._settings
        if failure.error in _DEAD or failure.reason.startswith(settings.dead_reasons or ("\0",)):
            raise NeedsReconnect(
                settings.ended
                or spoken("%(label)s ended the connection. Connect %(label)s again.")
                % {"label": settings.label},
                code="invalid_grant",
            )

    def _raise_common(self, failure: "_Failure", response: Response) -> None:
        """What exchange and refresh have in common: the operator's mistakes, and what passes by itself."""
        label = self._settings.label
        refused = failure.status in {_BAD_REQUEST, _UNAUTHORIZED}
        if refused and (failure.error == "invalid_client" or failure.number in self._settings.operator_codes):
            raise ProviderError(
                spoken(
                    "%(label)s does not know this server’s own keys. Whoever runs this server has to correct them."
                )
                % {"label": label},
                code=failure.code,
                operator=True,
            )
        if not refused or not failure.readable:
            now = datetime.now(UTC)
            raise ProviderError(
                spoken("%(label)s has a problem at the moment; this is tried again.") % {"label": label},
                code=failure.code,
                retry_after=parse_retry_after(response.headers.get("retry-after", ""), now=now),
            )


class _Failure:
    """An error answer of the token endpoint, any part of which may be missing. `reason` may hold the code."""

    def __init__(self, response: Response) -> None:
        fields = response.fields()
        self.status = response.status
        self.readable = bool(fields)
        self.error = text(fields, "error")
        self.reason = text(fields, "reason")
        self.number = _number(fields)
        word = self.error if _WORD.fullmatch(self.error) else str(self.number or response.status)
        self.code = f"oauth:{word}"


def _number(fields: dict[str, Any]) -> int:
    """Zoom's `errorCode` or `code`, the first of Microsoft's `error_codes`."""
    several = fields.get("error_codes")
    listed = several[:1] if isinstance(several, list) else []
    found = [fields.get("errorCode", fields.get("code")), *listed]
    return next((one for one in found if isinstance(one, int)), 0)


def _plain(scope: str) -> str:
    """A scope's name alone: it comes back with or without the address it is of, in any case."""
    return scope.rpartition("/")[2].casefold()


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and _TOKEN.fullmatch(value) is not None


def _life(value: Any) -> timedelta:
    """Read expires_in, a number or its text; an unreadable one counts as an hour, a 401 corrects it."""
    try:
        seconds = int(value)
    except (TypeError, ValueError, OverflowError):
        seconds = _DEFAULT_LIFE
    return timedelta(seconds=min(max(seconds, 0), _LONGEST_LIFE))


def _clock_ahead(date: str, *, now: datetime) -> timedelta:
    """Read the Date header (RFC 9110 section 6.6.1), which tells whole seconds."""
    try:
        ahead = parsedate_to_datetime(date) - now
    except (TypeError, ValueError, OverflowError):
        return timedelta()
    return ahead if abs(ahead) > _CLOCKS_AGREE else timedelta()


def _grant_end(asked_at: datetime, value: Any) -> datetime | None:
    """Read refresh_token_expires_in, which Google sends where a grant has an end of its own."""
    limited = isinstance(value, int) and 0 < value <= _LONGEST_LIFE
    return asked_at + timedelta(seconds=value) if limited else None
