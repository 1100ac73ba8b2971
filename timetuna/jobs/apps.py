"""The jobs app."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Registers the app under its full name. Every app's `jobs.py` is found by the registry."""

    name = "timetuna.jobs"
