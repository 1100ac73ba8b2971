"""Addresses of the pages app."""

from django.urls import URLPattern, URLResolver, path
from django.views.generic import RedirectView

from timetuna.pages.views import editor, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("booking-pages", pages.booking_pages, name="booking_pages"),
    path("booking-pages/new", pages.new_page, name="pages_new"),
    path("booking-pages/<int:page_id>", RedirectView.as_view(pattern_name="pages_booking")),
    path("booking-pages/<int:page_id>/booking", editor.Booking.as_view(), name="pages_booking"),
    path(
        "booking-pages/<int:page_id>/availability", editor.Availability.as_view(), name="pages_availability"
    ),
    path(
        "booking-pages/<int:page_id>/notifications",
        editor.Notifications.as_view(),
        name="pages_notifications",
    ),
    path("booking-pages/<int:page_id>/duplicate", pages.duplicate, name="pages_duplicate"),
    path("booking-pages/<int:page_id>/delete", pages.delete, name="pages_delete"),
]
