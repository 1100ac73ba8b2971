"""The payments app."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Its work is listed in jobs.py; it tells Connected providers of the account at Stripe."""

    name = "timetuna.payments"

    def ready(self) -> None:
        from timetuna.calendars import hooks  # noqa: PLC0415 - not before all apps are ready
        from timetuna.payments import connection  # noqa: PLC0415

        hooks.cards_beside.register(connection.cards)
        hooks.form_targets_beside.register(connection.form_targets)
        hooks.wrong_beside.register(connection.troubled)
        hooks.banners_beside.register(connection.banners)
