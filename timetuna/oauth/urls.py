"""Addresses of the oauth app. The names of the second list are those that django-oauth-toolkit looks for."""

from django.urls import URLPattern, URLResolver, include, path

from timetuna.api.principal import PROTECTED_RESOURCE, RESOURCES
from timetuna.oauth.views import authorize, connected, metadata, registration, token

_toolkit: list[URLPattern | URLResolver] = [
    path("oauth/authorize", authorize.authorize, name="authorize"),
    path("oauth/token", token.token, name="token"),
    path("oauth/revoke", token.revoke, name="revoke-token"),
    path("oauth/register", registration.register, name="dcr-register"),
    path("oauth/register/<str:client_id>", registration.look_after, name="dcr-register-management"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path(
        ".well-known/oauth-authorization-server", metadata.authorization_server, name="authorization_server"
    ),
    path(f".well-known/{PROTECTED_RESOURCE}", metadata.protected_resource, name="protected_resource"),
    *(
        path(f".well-known/{PROTECTED_RESOURCE}{one}", metadata.protected_resource, {"path": one})
        for one in RESOURCES
    ),
    path("settings/apps", connected.connected_apps, name="connected_apps"),
    path(
        "settings/apps/<slug:connection_id>/disconnect",
        connected.disconnect_app,
        name="connected_app_disconnect",
    ),
    path("", include((_toolkit, "oauth2_provider"))),
]
