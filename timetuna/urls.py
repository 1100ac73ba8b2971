"""Includes the apps; nothing else."""

from django.urls import include, path, register_converter
from django.views.generic import RedirectView

from timetuna.web.forms import RowNumber

register_converter(RowNumber, "row")  # before any app's routes are read

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="booking_pages"), name="root"),
    path("", include("timetuna.web.urls")),
    path("", include("timetuna.accounts.urls")),
    path("", include("timetuna.payments.urls")),  # before those that take any provider's name
    path("", include("timetuna.calendars.urls")),
    path("", include("timetuna.pages.urls")),
    path("", include("timetuna.insights.urls")),
    path("", include("timetuna.imports.urls")),
    path("", include("timetuna.drafts.urls")),
    path("", include("timetuna.webhooks.urls")),
    path("", include("timetuna.api.urls")),
    path("", include("timetuna.oauth.urls")),
    path("", include("timetuna.mcp.urls")),
    path("", include("timetuna.documentation.urls")),
    path("", include("timetuna.bookings.urls")),  # last: /<handle>/<page> catches what is left
]

handler400 = "timetuna.web.refusals.bad_request"
handler404 = "timetuna.web.not_found.not_found"
handler500 = "timetuna.web.middleware.server_error"
