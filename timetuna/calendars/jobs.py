"""Modules of this app that declare work to be done later: the worker knows what is listed here."""

from timetuna.calendars import emails  # noqa: F401 - loading it is all
from timetuna.calendars.actions import (  # noqa: F401
    acknowledge_deauthorization,
    forget_expired,
    list_calendars,
    refresh_due,
    report_incident,
)
