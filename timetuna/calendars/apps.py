"""The calendars app."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    """Registers the app under its full name."""

    name = "timetuna.calendars"
