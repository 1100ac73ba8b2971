"""/oauth/register: apps register themselves (RFC 7591), and look after what they registered (RFC 7592)."""

import json
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST
from oauth2_provider.models import Application
from oauth2_provider.views import DynamicClientRegistrationManagementView, DynamicClientRegistrationView

from timetuna.oauth.actions.disconnect import remove_app
from timetuna.oauth.actions.register import WrongRegistration, clean_metadata
from timetuna.oauth.views.token import WRONG_REQUESTS, too_many
from timetuna.rate_limits.limits import Limit, client_of, spend, spend_all, wait

REGISTRATIONS = Limit("oauth-registrations", (20, 3_600), (60, 86_400))
"""Of one network."""
ALL_REGISTRATIONS = Limit("oauth-registrations-of-all", (2_000, 86_400))
_MOST_BYTES = 16_384


class _Looking(DynamicClientRegistrationManagementView):
    """The toolkit's, whose way to delete is not ours: accounts would go on showing the app."""

    def delete(self, request: HttpRequest, client_id: str, *_: Any, **__: Any) -> HttpResponse:
        found = self._authenticate_registration_request(request, client_id)
        if isinstance(found, HttpResponse):
            return found
        remove_app(found.application, now=timezone.now())
        return HttpResponse(status=HTTPStatus.NO_CONTENT)


_register, _look_after = DynamicClientRegistrationView.as_view(), _Looking.as_view()


@csrf_exempt
@require_POST
def register(request: HttpRequest) -> HttpResponse:
    """Whoever asks gets a name of its own, and a token by which it changes its registration."""
    client = client_of(request)
    if settings.OAUTH2_PROVIDER["DCR_ENABLED"]:
        seconds = spend_all((REGISTRATIONS, client.network), (ALL_REGISTRATIONS, ""))
        if seconds:
            return too_many(seconds)
    return _answer(_register, request, _with_clean_body)


@csrf_exempt
@require_http_methods(["GET", "PUT", "DELETE"])
def look_after(request: HttpRequest, client_id: str) -> HttpResponse:
    """With the token from the registration alone."""
    network = client_of(request).network
    if seconds := wait((WRONG_REQUESTS, network)):
        return too_many(seconds)
    prepare = _with_clean_body if request.method == "PUT" else _as_nobody
    response = _answer(_look_after, request, prepare, client_id=client_id)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        spend(WRONG_REQUESTS, network)
    return response


def _answer(view: Any, request: HttpRequest, prepare: Any, **named: str) -> HttpResponse:
    try:
        prepare(request)
    except WrongRegistration as error:
        told = {"error": error.code, "error_description": str(error)}
        return JsonResponse(told, status=HTTPStatus.BAD_REQUEST)
    response: HttpResponse = view(request, **named)
    if response.status_code in {HTTPStatus.OK, HTTPStatus.CREATED}:
        response.content = json.dumps(_completed(json.loads(response.content))).encode()
    response["Cache-Control"] = "no-store"
    return response


def _as_nobody(request: HttpRequest) -> None:
    """Whoever is signed in in this browser has not asked for it."""
    request.user = AnonymousUser()


def _with_clean_body(request: HttpRequest) -> None:
    """Raises WrongRegistration."""
    _as_nobody(request)
    try:
        given = json.loads(request.body) if len(request.body) <= _MOST_BYTES else None
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise WrongRegistration("invalid_client_metadata", "The body has to be a JSON object, and short.")
    request._body = json.dumps(clean_metadata(given)).encode()  # noqa: SLF001 - the toolkit reads it


def _completed(told: dict[str, Any]) -> dict[str, Any]:
    """With what the toolkit leaves out, and with our own address in place of the request's."""
    made = Application.objects.values_list("created", flat=True).get(client_id=told["client_id"])
    more: dict[str, Any] = {"response_types": ["code"], "client_id_issued_at": int(made.timestamp())}
    if "client_secret" in told:
        more["client_secret_expires_at"] = 0
    own = reverse("oauth2_provider:dcr-register-management", args=[told["client_id"]])
    return told | more | {"registration_client_uri": f"{settings.BASE_URL}{own}"}
