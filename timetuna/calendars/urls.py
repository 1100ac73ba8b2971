"""Addresses of the calendars app."""

from django.urls import URLPattern, URLResolver, path

from timetuna.calendars.views import calendars, connecting, logging_in, settings, webhooks

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
        "settings/providers/<slug:provider>/replace/<row:authorization>",
        connecting.replace,
        name="provider_replace",
    ),
    path("settings/providers/<slug:provider>/log-in", logging_in.log_in_provider, name="provider_log_in"),
    path(
        "settings/providers/accounts/<row:account>/calendars",
        calendars.account_calendars,
        name="account_calendars",
    ),
    path("settings/providers/accounts/<row:account>/name", settings.name_account, name="account_name"),
    path("settings/providers/accounts/<row:account>/read", calendars.read_account, name="account_read"),
    path("settings/providers/calendars/<row:calendar>", calendars.calendar, name="calendar"),
    path("settings/providers/calendars/<row:calendar>/read", calendars.read_calendar, name="calendar_read"),
    path("api/calendar-accounts/<slug:provider>/callback", connecting.callback, name="provider_callback"),
    path("api/webhooks/<slug:provider>/deauthorize", webhooks.deauthorization, name="provider_deauthorize"),
]
