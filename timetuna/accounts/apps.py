"""The accounts app."""

from django.apps import AppConfig

from timetuna.web.field_words import use_our_words


class AccountsConfig(AppConfig):
    """Has all forms speak in our words: the first app of ours that has any."""

    name = "timetuna.accounts"

    def ready(self) -> None:
        use_our_words()
