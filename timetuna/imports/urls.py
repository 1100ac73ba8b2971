"""Addresses of the imports app."""

from django.urls import URLPattern, URLResolver, path

from timetuna.imports.views import bookings, plan, start

urlpatterns: list[URLPattern | URLResolver] = [
    path("settings/import", start.start, name="imports"),
    path("settings/import/calendar/remove", start.remove_calendar, name="import_calendar_remove"),
    path("settings/import/from/<slug:product>", start.from_product, name="import_from"),
    path("settings/import/bookings", bookings.bookings, name="imported_bookings"),
    path("settings/import/bookings/<row:shadow_id>", bookings.booking, name="imported_booking"),
    path("settings/import/bookings/<row:shadow_id>/free", bookings.free, name="imported_booking_free"),
    path("settings/import/<row:import_id>", plan.one_import, name="import"),
    path("settings/import/<row:import_id>/progress", plan.progress, name="import_progress"),
    path("settings/import/<row:import_id>/drop", plan.drop, name="import_drop"),
]
