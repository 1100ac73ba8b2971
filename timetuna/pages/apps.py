"""The pages app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Registers the app under its full name."""

    name = "timetuna.pages"
