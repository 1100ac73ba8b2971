"""What an app sends to /oauth/token and /oauth/revoke: what is wrong with it, whose it is, and why it is refused.

Sentences are for the makers of apps: in English, and of the signs that RFC 6749 (5.2) allows.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict
from oauth2_provider.models import AccessToken, Grant, RefreshToken

from timetuna.lib.crypto import fingerprint
from timetuna.oauth.secrets import refresh_token_of_code

GRANT_TYPES = ("authorization_code", "refresh_token")
_NEEDED = {"authorization_code": ("code", "code_verifier"), "refresh_token": ("refresh_token",)}
_KNOWN = frozenset(
    (
        "client_id", "client_secret", "code", "code_challenge", "code_challenge_method", "code_verifier", "grant_type",
        "redirect_uri", "refresh_token", "response_type", "scope", "state", "token", "token_type_hint",
    )
)  # fmt: skip
_FORM = "application/x-www-form-urlencoded"
_OF_GRANT = {
    "authorization_code": "The code is unknown, used or older than a minute, or it was made for another app or for"
    " another code_verifier. Ask the host again.",
    "refresh_token": "The refresh_token is unknown, used or over, or of another app, or the host has disconnected the"
    " app. Ask the host again.",
}
SENTENCES = {
    "invalid_request": "The request lacks a parameter, or has one that cannot be read.",
    "invalid_client": "There is no app with this client_id, or its client_secret is wrong or missing.",
    "invalid_scope": "The scope can be what the host has allowed, or less.",
    "unauthorized_client": "The app may not use this grant_type.",
    "unsupported_grant_type": f"The grant_type has to be {' or '.join(GRANT_TYPES)}.",
    "unsupported_response_type": "The response_type has to be code.",
}


def fault_in(request: HttpRequest, *, revokes: bool) -> str:
    """Why it is no request that could be answered; "" where it is one."""
    body, form = request.body, request.POST
    if request.META.get("QUERY_STRING"):
        return "Parameters belong into the body, not into the address."
    if body and not form:
        return f"The body has to be a form: {_FORM}."
    if (twice := repeated_in(form)) is not None:
        return f"{twice} is there more than once."
    missing = [name for name in _needed(form, revokes=revokes) if not form.get(name)]
    if not form.get("client_id") and "Authorization" not in request.headers:
        missing.append("client_id")
    return f"{' and '.join(missing)} {'are' if missing[1:] else 'is'} missing." if missing else ""


def repeated_in(form: QueryDict) -> str | None:
    """A parameter that may be there once alone (RFC 6749, 3.1 and 3.2)."""
    found = next((name for name, values in form.lists() if name != "resource" and values[1:]), None)
    return found if found is None or found in _KNOWN else "A parameter"


def _needed(form: QueryDict, *, revokes: bool) -> tuple[str, ...]:
    if revokes:
        return ("token",)
    grant_type = form.get("grant_type")
    return _NEEDED.get(grant_type, ()) if grant_type else ("grant_type",)


def holder_of(form: Mapping[str, Any]) -> int | None:
    """The host whose code or token it shows; None where nobody knows it."""
    code = fingerprint(form.get("code", ""))
    tokens = [fingerprint(form.get(name, "")) for name in ("refresh_token", "token")]
    tokens.append(fingerprint(refresh_token_of_code(code)))
    found = [
        Grant.objects.filter(code=code),
        RefreshToken.objects.filter(token_checksum__in=tokens),
        AccessToken.objects.filter(token_checksum__in=tokens),
    ]
    return next((row for rows in found for row in rows.values_list("user", flat=True)[:1]), None)


def explained(told: dict[str, str], form: Mapping[str, Any]) -> dict[str, str]:
    """A refusal of the toolkit's, with a sentence where it has none."""
    error = told["error"]
    usual = _OF_GRANT.get(form.get("grant_type", "")) if error == "invalid_grant" else SENTENCES.get(error)
    return told | {"error_description": told.get("error_description") or usual or "It cannot be done."}
