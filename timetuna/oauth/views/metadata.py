"""What programs read first: where the addresses are, and what may be asked for (RFC 8414, RFC 9728)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from timetuna.api.principal import RESOURCES
from timetuna.api.scopes import ApiScope
from timetuna.web.forms import in_full

_SCOPES = [str(one) for one in ApiScope]
_SCOPES_OF = {"/mcp": [str(ApiScope.BOOKINGS)]}
"""Where fewer do: programs ask for all that is named here."""
_METHODS = ["none", "client_secret_basic", "client_secret_post"]


@require_safe
def authorization_server(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - it is the same for all
    """RFC 8414."""
    document: dict[str, Any] = {
        "issuer": settings.BASE_URL,
        "authorization_endpoint": in_full(reverse("oauth2_provider:authorize")),
        "token_endpoint": in_full(reverse("oauth2_provider:token")),
        "revocation_endpoint": in_full(reverse("oauth2_provider:revoke-token")),
        "scopes_supported": _SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": _METHODS,
        "revocation_endpoint_auth_methods_supported": _METHODS,
        "authorization_response_iss_parameter_supported": True,
        "protected_resources": [in_full(path) for path in RESOURCES],
    }
    if settings.OAUTH2_PROVIDER["DCR_ENABLED"]:
        document["registration_endpoint"] = in_full(reverse("oauth2_provider:dcr-register"))
    return _for_all(document)


@require_safe
def protected_resource(request: HttpRequest, path: str = "") -> HttpResponse:  # noqa: ARG001 - it is the same for all
    """RFC 9728, of the whole server or of one address."""
    return _for_all(
        {
            "resource": in_full(path),
            "authorization_servers": [settings.BASE_URL],
            "scopes_supported": _SCOPES_OF.get(path, _SCOPES),
            "bearer_methods_supported": ["header"],
            "resource_name": "TimeTuna",
        }
    )


def _for_all(document: dict[str, Any]) -> HttpResponse:
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}
    return JsonResponse(document, headers=headers)
