"""The bookings app."""

from django.apps import AppConfig


class BookingsConfig(AppConfig):
    """Tells calendars whom to ask which events are ours."""

    name = "timetuna.bookings"

    def ready(self) -> None:
        from timetuna.bookings.integrations import own_event_times  # noqa: PLC0415 - not before all apps are ready
        from timetuna.calendars.hooks import own_times  # noqa: PLC0415

        own_times.register(own_event_times.own_times)
