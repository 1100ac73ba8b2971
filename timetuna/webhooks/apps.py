"""The webhooks app."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Its work is listed in jobs.py."""

    name = "timetuna.webhooks"
