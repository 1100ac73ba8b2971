"""Addresses of payments."""

from django.urls import URLPattern, path

from timetuna.payments.views import connecting
from timetuna.payments.views.guest import paid, pay
from timetuna.payments.views.refunds import give_back
from timetuna.payments.views.webhooks import own, platform

urlpatterns: list[URLPattern] = [
    path("settings/providers/stripe/connect", connecting.connect, name="stripe_connect"),
    path("settings/providers/stripe/finish", connecting.finish_here, name="stripe_finish"),
    path("settings/providers/stripe/key", connecting.own_key, name="stripe_key"),
    path("settings/providers/stripe/check", connecting.check, name="stripe_check"),
    path("settings/providers/stripe/disconnect", connecting.disconnect_account, name="stripe_disconnect"),
    path("api/calendar-accounts/stripe/callback", connecting.callback, name="stripe_callback"),
    path("bookings/<row:booking_id>/refund", give_back, name="booking_refund"),
    path("b/<str:token>/pay", pay, name="booked_pay"),
    path("b/<str:token>/paid", paid, name="booked_paid"),
    path("api/webhooks/stripe", platform, name="stripe_webhook"),
    path("api/webhooks/stripe/<slug:address>", own, name="stripe_own_webhook"),
]
