"""What an app asks a host for, at /oauth/authorize, and what it is answered."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from oauth2_provider.models import Application
from oauth2_provider.oauth2_backends import get_oauthlib_core
from oauthlib.oauth2 import FatalClientError, OAuth2Error

from timetuna.accounts.models import User
from timetuna.api.scopes import ApiScope
from timetuna.lib.text import single_line
from timetuna.oauth.addresses import is_resource
from timetuna.oauth.queries import is_verified
from timetuna.oauth.token_requests import SENTENCES, repeated_in

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_SAID = SENTENCES | {"invalid_scope": f"The scope can be of these: {', '.join(ApiScope)}."}
_LONGEST_QUERY = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """One that can be answered. credentials: as oauthlib wants them back."""

    application: Application
    scopes: list[str]
    redirect_uri: str
    state: str
    credentials: dict[str, Any]


@dataclass(slots=True)
class NobodyToTell(Exception):  # noqa: N818 - it is an answer
    """Whoever came has to be told: where the app is cannot be believed. text: for them.  detail: for its makers."""

    text: str
    detail: str


@dataclass(slots=True)
class AppHasToKnow(Exception):  # noqa: N818 - it is an answer
    """The app has asked for something wrong. url: takes this back to it.  trusted: whether it may at once."""

    url: str
    trusted: bool
    application: Application
    detail: str


def read_request(request: HttpRequest) -> AccessRequest:
    """Raises NobodyToTell or AppHasToKnow."""
    query = request.META.get("QUERY_STRING", "")
    if len(query) > _LONGEST_QUERY or not request.GET.get("redirect_uri"):
        raise NobodyToTell(_not_understood(), "The query is too long, or has no redirect_uri.")
    try:
        scopes, credentials = get_oauthlib_core().server.validate_authorization_request(
            f"/oauth/authorize?{query}", http_method="GET", body=None, headers={}
        )
    except FatalClientError as error:
        raise NobodyToTell(_not_understood(), error.description or error.error) from error
    except OAuth2Error as error:
        application = Application.objects.get(client_id=request.GET["client_id"])
        detail = error.description or _SAID.get(error.error, "")
        raise _back(request, application, error.error, detail) from error
    except ValueError as error:
        raise NobodyToTell(_not_understood(), "The query cannot be read.") from error
    application = credentials["request"].client
    if fault := _fault(request, credentials):
        raise _back(request, application, *fault)
    return AccessRequest(
        application=application,
        scopes=list(scopes),
        redirect_uri=credentials["redirect_uri"],
        state=credentials["state"] or "",
        credentials=_kept(credentials) | {"resource": request.GET.getlist("resource")},
    )


def allow(asked: AccessRequest, user: User, query: str) -> str:
    """Return the address that takes a code to the app."""
    headers, _, _ = get_oauthlib_core().server.create_authorization_response(
        f"/oauth/authorize?{query}",
        http_method="GET",
        body=None,
        headers={},
        scopes=asked.scopes,
        credentials=asked.credentials | {"user": user},
    )
    return with_parameters(headers["Location"], {"iss": settings.BASE_URL})


def refuse(asked: AccessRequest) -> str:
    """Return the address that takes a no to the app."""
    return _error_address(asked.redirect_uri, "access_denied", "The host has said no.", asked.state)


def with_parameters(uri: str, parameters: dict[str, str]) -> str:
    """The address with these in its query, behind what it has."""
    joint = "&" if urlsplit(uri).query else "" if uri.endswith("?") else "?"
    return f"{uri}{joint}{urlencode(parameters)}"


def _fault(request: HttpRequest, credentials: dict[str, Any]) -> tuple[str, str] | None:
    """What oauthlib lets pass. An OAuth error and what it says of it."""
    if credentials["response_type"] != "code":
        return "unsupported_response_type", SENTENCES["unsupported_response_type"]
    if (twice := repeated_in(request.GET)) is not None:
        return "invalid_request", f"{twice} is there more than once."
    if credentials.get("code_challenge_method") != "S256":
        return "invalid_request", "The code_challenge_method has to be S256."
    if not _CHALLENGE.fullmatch(credentials.get("code_challenge") or ""):
        return "invalid_request", "The code_challenge has to be a SHA-256 in base64url."
    if not all(is_resource(one) for one in request.GET.getlist("resource")):
        return "invalid_target", "The resource has to be an address of this server."
    return None


def _kept(credentials: dict[str, Any]) -> dict[str, Any]:
    names = (
        "client_id", "redirect_uri", "response_type", "state", "code_challenge", "code_challenge_method",
    )  # fmt: skip
    return {name: credentials[name] for name in names}


def _back(request: HttpRequest, application: Application, error: str, detail: str) -> AppHasToKnow:
    url = _error_address(request.GET["redirect_uri"], error, detail, request.GET.get("state", ""))
    return AppHasToKnow(url, is_verified(application), application, detail or error)


def _error_address(redirect_uri: str, error: str, detail: str, state: str) -> str:
    told = {"error": error, "error_description": single_line(detail, max_length=200), "state": state}
    return with_parameters(
        redirect_uri, {name: value for name, value in told.items() if value} | {"iss": settings.BASE_URL}
    )


def _not_understood() -> str:
    return gettext(
        "The program that sent you here is not known to this server, or wants you to be led to an address that it has "
        "not registered. So nothing was allowed, and you are not led on. Start again in the program; if it happens "
        "again, its makers have to mend it."
    )
