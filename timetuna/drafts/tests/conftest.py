"""The hosts of the tests of bookings."""

from timetuna.bookings.tests.conftest import alice, charlie  # noqa: F401 - fixtures
