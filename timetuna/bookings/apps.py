"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Registers the app under its full name, and tells calendars whom to ask which events are ours."""

    name = "timetuna.bookings"

    def ready(self) -> None:
        """Register it once the models are there."""
        from timetuna.bookings.integrations.own_event_times import own_times  # noqa: PLC0415 - not before all apps are ready
        from timetuna.calendars.hooks import register_own  # noqa: PLC0415

        register_own(own_times)
