"""The payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Its work is listed in jobs.py."""

    name = "timetuna.payments"
