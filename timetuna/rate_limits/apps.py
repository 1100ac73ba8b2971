"""The app that counts; on PostgreSQL it owns one table."""

from django.apps import AppConfig


class RateLimitsConfig(AppConfig):
    """Registers the app under its full name."""

    name = "timetuna.rate_limits"
