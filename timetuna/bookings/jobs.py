"""Modules of this app that declare work to be done later: the worker knows what is listed here."""

from timetuna.bookings.actions import erase, expire_request  # noqa: F401 - loading it is all
from timetuna.bookings.fulfilment import (  # noqa: F401
    fulfil,
    reconcile,
    retry,
    sync_event,
    update_conference,
)
from timetuna.bookings.notifications import reminders, send, send_sample  # noqa: F401
