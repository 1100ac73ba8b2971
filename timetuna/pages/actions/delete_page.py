"""Takes a booking page away."""

from timetuna.pages.models import BookingPage


def delete_page(page: BookingPage) -> None:
    """Delete the page with its durations, hours and meeting types. Bookings stay, without a page."""
    page.delete()
