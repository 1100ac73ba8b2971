"""Addresses of insights."""

from django.urls import URLPattern, path

from timetuna.insights.views.files import bookings_of_figure, days_file
from timetuna.insights.views.insights import insights

urlpatterns: list[URLPattern] = [
    path("insights", insights, name="insights"),
    path("insights/days.csv", days_file, name="insights_days"),
    path("insights/<slug:figure>.csv", bookings_of_figure, name="insights_rows"),
]
