"""The oauth app."""

from django.apps import AppConfig


class OAuthConfig(AppConfig):
    """Has the API ask about tokens that are no keys, and says which app made a webhook."""

    name = "timetuna.oauth"

    def ready(self) -> None:
        from timetuna.api.principal import other_bearers  # noqa: PLC0415 - not before all apps are ready
        from timetuna.oauth.bearer import read_bearer  # noqa: PLC0415
        from timetuna.oauth.queries import maker_app  # noqa: PLC0415
        from timetuna.webhooks.makers import readers  # noqa: PLC0415

        other_bearers.append(read_bearer)
        readers.append(maker_app)
