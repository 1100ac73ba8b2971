"""The pages app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Registers the app under its full name, and tells calendars whom to ask what pages want of them."""

    name = "timetuna.pages"

    def ready(self) -> None:
        """Register it once the models are there."""
        from timetuna.calendars.neighbours import register_losses, register_wants  # noqa: PLC0415 - not before all apps
        from timetuna.pages.losses import losses_of  # noqa: PLC0415
        from timetuna.pages.wants import wants_of  # noqa: PLC0415

        register_wants(wants_of)
        register_losses(losses_of)
