"""The jobs app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class JobsConfig(AppConfig):
    """Finds every app's `jobs.py`, so that work can be enqueued by name."""

    name = "timetuna.jobs"

    def ready(self) -> None:
        """Register the handlers."""
        autodiscover_modules("jobs")
