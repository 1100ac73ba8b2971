"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Registers the app under its full name."""

    name = "timetuna.bookings"
