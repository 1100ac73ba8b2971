"""The hosts and pages of the tests of bookings, and guests who look at them with a browser."""

from timetuna.bookings.tests.conftest import alice, bob, page  # noqa: F401 - fixtures
