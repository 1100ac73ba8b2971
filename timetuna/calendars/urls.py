"""Addresses of the calendars app."""

from django.urls import URLPattern, URLResolver, path

from timetuna.calendars.views import connecting, settings, webhooks

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/providers", settings.providers, name="settings_providers"),
    path("settings/providers/<slug:provider>/connect", connecting.connect, name="provider_connect"),
    path(
        "settings/providers/<slug:provider>/disconnect",
        settings.disconnect_provider,
        name="provider_disconnect",
    ),
    path("settings/providers/<slug:provider>/finish", connecting.finish, name="provider_finish"),
    path(
        "settings/providers/<slug:provider>/replace/<int:authorization>",
        connecting.replace,
        name="provider_replace",
    ),
    path("api/calendar-accounts/<slug:provider>/callback", connecting.callback, name="provider_callback"),
    path("api/webhooks/<slug:provider>/deauthorize", webhooks.deauthorization, name="provider_deauthorize"),
]
