"""The pages app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Tells others whom to ask about pages."""

    name = "timetuna.pages"

    def ready(self) -> None:
        from timetuna.calendars import hooks  # noqa: PLC0415 - not before all apps
        from timetuna.pages.calendar_impact import losses_of  # noqa: PLC0415
        from timetuna.pages.calendar_use import wants_of  # noqa: PLC0415
        from timetuna.pages.queries import public_page  # noqa: PLC0415
        from timetuna.web.health import look_at  # noqa: PLC0415

        hooks.wants_of.register(wants_of)
        hooks.losses_of.register(losses_of)
        look_at(lambda: public_page("healthz", "healthz"))  # a handle that nobody can have
