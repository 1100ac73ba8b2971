"""The pages app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Tells others whom to ask about pages."""

    name = "timetuna.pages"

    def ready(self) -> None:
        from timetuna.accounts import hooks as of_accounts  # noqa: PLC0415 - not before all apps
        from timetuna.calendars import hooks  # noqa: PLC0415
        from timetuna.pages.actions.assign_page import give_back, pages_in_team  # noqa: PLC0415
        from timetuna.pages.calendar_impact import losses_of  # noqa: PLC0415
        from timetuna.pages.calendar_use import wants_of  # noqa: PLC0415
        from timetuna.pages.queries import public_page  # noqa: PLC0415
        from timetuna.web.health import look_at  # noqa: PLC0415

        of_accounts.leaves_team.register(give_back)
        of_accounts.pages_in_team.register(pages_in_team)
        hooks.wants_of.register(wants_of)
        hooks.losses_of.register(losses_of)
        look_at(lambda: public_page("healthz", "healthz"))  # a handle that nobody can have
