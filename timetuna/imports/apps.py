"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Tells others what of somebody's time was brought along."""

    name = "timetuna.imports"

    def ready(self) -> None:
        from timetuna.calendars import hooks  # noqa: PLC0415 - not before all apps are ready
        from timetuna.imports.queries import brought_times  # noqa: PLC0415

        hooks.brought_times.register(brought_times)
