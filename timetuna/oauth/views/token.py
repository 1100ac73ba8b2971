"""/oauth/token and /oauth/revoke: for apps, which have no session here."""

import json
import math
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from oauth2_provider.oauth2_backends import get_oauthlib_core

from timetuna.oauth.queries import hold_apps_of
from timetuna.oauth.token_requests import explained, fault_in, holder_of
from timetuna.rate_limits.limits import Limit, client_of, spend, wait

WRONG_REQUESTS = Limit("oauth-wrong", (120, 60), (3_000, 3_600))
"""Of one network, with codes, tokens or secrets that are none."""
View = Callable[[HttpRequest], HttpResponse]


def _for_apps(view: View) -> View:
    """One transaction a request; a network that is wrong too often waits."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def answered(request: HttpRequest) -> HttpResponse:
        network = client_of(request).network
        if seconds := wait((WRONG_REQUESTS, network)):
            return too_many(seconds)
        response = _answer(request, view)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            spend(WRONG_REQUESTS, network)
        response["Cache-Control"], response["Pragma"] = "no-store", "no-cache"
        return response

    return answered


def _answer(request: HttpRequest, view: View) -> HttpResponse:
    if sentence := fault_in(request, revokes=view is revoke_token):
        return _refused({"error": "invalid_request", "error_description": sentence}, HTTPStatus.BAD_REQUEST)
    with transaction.atomic():
        if (host := holder_of(request.POST)) is not None:
            hold_apps_of([host])
        response = view(request)
    if response.status_code < HTTPStatus.BAD_REQUEST:
        return response
    return _refused(explained(json.loads(response.content), request.POST), response.status_code)


def _refused(told: dict[str, str], status: int) -> HttpResponse:
    headers = {"WWW-Authenticate": 'Basic realm="TimeTuna"'} if status == HTTPStatus.UNAUTHORIZED else {}
    return JsonResponse(told, status=status, headers=headers)


def too_many(seconds: float) -> HttpResponse:
    """Come again later, as apps read it."""
    told = {"error": "temporarily_unavailable", "error_description": "There were too many requests."}
    headers = {"Retry-After": str(math.ceil(seconds))}
    return JsonResponse(told, status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)


def make_tokens(request: HttpRequest) -> HttpResponse:
    _, headers, body, status = get_oauthlib_core().create_token_response(request)
    return HttpResponse(body, status=status, headers=headers)


def revoke_token(request: HttpRequest) -> HttpResponse:
    _, headers, body, status = get_oauthlib_core().create_revocation_response(request)
    return HttpResponse(body or "", status=status, headers=headers)


token = _for_apps(make_tokens)
"""A code or a refresh token becomes an access token and another refresh token."""
revoke = _for_apps(revoke_token)
"""A token ends, and what hangs on it; what is none ends just the same (RFC 7009)."""
