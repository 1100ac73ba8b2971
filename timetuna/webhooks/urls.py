"""Addresses of the webhooks app."""

from django.urls import URLPattern, URLResolver, path

from timetuna.webhooks.views import deliveries, webhook, webhooks

_ONE = "settings/developers/webhooks/<slug:hook_id>"
urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/developers/webhooks", webhooks.webhooks, name="webhooks"),
    path("settings/developers/webhooks/new", webhooks.new_webhook, name="webhook_new"),
    path(_ONE, webhook.webhook, name="webhook"),
    path(f"{_ONE}/secret", webhooks.secret, name="webhook_secret"),
    path(f"{_ONE}/rotate", webhook.rotate, name="webhook_rotate"),
    path(f"{_ONE}/test", webhook.test, name="webhook_test"),
    path(f"{_ONE}/switch", webhook.switch, name="webhook_switch"),
    path(f"{_ONE}/remove", webhook.remove, name="webhook_remove"),
    path(f"{_ONE}/replay", deliveries.replay_failed, name="webhook_replay_failed"),
    path(f"{_ONE}/deliveries/<slug:delivery_id>", deliveries.delivery, name="webhook_delivery"),
    path(f"{_ONE}/deliveries/<slug:delivery_id>/replay", deliveries.replay, name="webhook_replay"),
]
