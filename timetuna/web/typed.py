"""What a host had typed when it turned out that they have to sign in again: kept in their session until it is saved.

Only forms that we made for a host who was signed in are kept, so that nobody else can fill the table of sessions, and
only that host gets them back. Passwords are in none of these forms. Another host who signs in there is led to their
own pages instead.
"""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

from allauth.account.signals import user_logged_in as signed_in_with_allauth
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_in
from django.contrib.auth.views import redirect_to_login
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views import csrf

from timetuna.web.middleware import Middleware

VERSION, DROP = "version", "saved"
KEPT_FOR_SECONDS = 3_600
MOST_FORMS = 3
MOST_CHARACTERS = 100_000
_KEY = "typed"
_SIGNER = Signer(salt="timetuna.web.typed")
_ARRIVES, _ARRIVES_WITHIN_SECONDS = "arrives", 60
NOT_YOURS = "The page you came for is not in this account. These are your booking pages."
SIGN_IN_AGAIN = "You were signed out meanwhile. Sign in again and go on with what you typed."


def make_version(host_id: int, digests: Mapping[str, str]) -> str:
    return _SIGNER.sign_object([host_id, digests])


def read_version(version: str) -> tuple[int, Mapping[str, str]] | None:
    """For whom a form was made, and of what state; None where we did not make it."""
    try:
        host_id, digests = _SIGNER.unsign_object(version)
    except (BadSignature, ValueError):
        return None
    return host_id, digests


class KeepTyped(Middleware):
    """Keeps the form of a host whose session has ended, on their way to signing in."""

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; where the answer leads to the sign-in, what was sent is kept."""
        response = self.get_response(request)
        if request.method == "POST" and response.get("Location", "").startswith(
            f"{reverse(settings.LOGIN_URL)}?"
        ):
            _keep(request)
        if request.method == "GET" and _arrives_nowhere(request, response):
            messages.info(request, NOT_YOURS)
            return redirect(settings.LOGIN_REDIRECT_URL)
        return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """Refuse a form that may be forged. One that we made for the host who is signed in is shown to them again.

    Signing in makes a new token, so a form that was open in another tab has an old one. Nobody else's page can know
    what our form carries, and showing is not saving.
    """
    if request.method == "POST" and _keep(request):
        if request.user.is_authenticated:
            return redirect(request.path)
        return redirect_to_login(request.path)
    return csrf.csrf_failure(request, reason)


def _keep(request: HttpRequest) -> bool:
    """Keep what was sent, if it is a form that we made for whoever is signed in, or was."""
    made_for = read_version(request.POST.get(VERSION, ""))
    if made_for is None or (request.user.is_authenticated and request.user.pk != made_for[0]):
        return False
    sent = request.POST.copy()
    sent.pop("csrfmiddlewaretoken", None)
    text = sent.urlencode()
    if len(text) > MOST_CHARACTERS:
        return False
    if not request.user.is_authenticated:
        request.session.set_expiry(KEPT_FOR_SECONDS)
        messages.info(request, SIGN_IN_AGAIN)
    others = {path: kept for path, kept in request.session.get(_KEY, {}).items() if path != request.path}
    latest = list(others.items())[1 - MOST_FORMS :]
    request.session[_KEY] = dict([*latest, (request.path, [made_for[0], time.time(), text])])
    return True


def kept(request: HttpRequest, path: str) -> QueryDict | None:
    """What the host who is signed in had sent to `path`, unless that is long ago or they drop it now."""
    found = request.session.get(_KEY, {}).get(path)
    if found is None:
        return None
    host_id, at, text = found
    if host_id != request.user.pk or time.time() - at > KEPT_FOR_SECONDS or DROP in request.GET:
        forget(request, path)
        return None
    return QueryDict(text)


def forget(request: HttpRequest, path: str) -> None:
    if path in request.session.get(_KEY, {}):
        request.session[_KEY] = {key: value for key, value in request.session[_KEY].items() if key != path}


def _signed_in(request: HttpRequest | None, user: Any, **_more: Any) -> None:
    """Let the session of somebody who has signed in last as long as any, with nothing that another host typed."""
    if request is not None and _KEY in request.session:
        request.session.set_expiry(None)
        own = {path: kept for path, kept in request.session[_KEY].items() if kept[0] == user.pk}
        request.session[_KEY] = own


def _leads_on(request: HttpRequest, response: HttpResponseBase, **_more: Any) -> None:
    """Remember where the sign-in leads: it may have been asked for by another host."""
    request.session[_ARRIVES] = [_path_of(response), time.time()]


def _arrives_nowhere(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether this is where the sign-in led a moment ago, by redirects too, and nothing is there for this host."""
    is_missing, leads_to = response.status_code == HTTPStatus.NOT_FOUND, _path_of(response)
    if not (is_missing or leads_to) or not request.user.is_authenticated:
        return False
    path, at = request.session.get(_ARRIVES, ("", 0.0))
    if path != quote(request.path) or time.time() - at > _ARRIVES_WITHIN_SECONDS:
        return False
    request.session[_ARRIVES] = [leads_to, at]
    return is_missing


def _path_of(response: HttpResponseBase) -> str:
    """Where a redirect leads; "" for any other answer."""
    return urlsplit(response.get("Location", "")).path


user_logged_in.connect(_signed_in)
signed_in_with_allauth.connect(_leads_on)
