"""Includes the apps; nothing else."""

from django.urls import include, path, register_converter
from django.views.generic import RedirectView

from timetuna.web.forms import RowNumber

register_converter(RowNumber, "row")  # before any app's routes are read

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="booking_pages"), name="root"),
    path("", include("timetuna.web.urls")),
    path("", include("timetuna.accounts.urls")),
    path("", include("timetuna.calendars.urls")),
    path("", include("timetuna.pages.urls")),
    path("", include("timetuna.insights.urls")),
    path("", include("timetuna.imports.urls")),
    path("", include("timetuna.drafts.urls")),
    path("", include("timetuna.bookings.urls")),  # last: /<handle>/<page> catches what is left
]

handler500 = "timetuna.web.middleware.server_error"
