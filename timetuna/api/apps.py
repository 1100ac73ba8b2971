"""The api app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Its work is listed in jobs.py. It says which key made a webhook."""

    name = "timetuna.api"

    def ready(self) -> None:
        from timetuna.api.actions.keys import maker_key  # noqa: PLC0415 - not before all apps are ready
        from timetuna.webhooks.makers import readers  # noqa: PLC0415

        readers.append(maker_key)
