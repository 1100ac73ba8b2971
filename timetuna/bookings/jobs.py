"""Modules of this app that declare work to be done later, or listen to events: loaded by this list."""

from timetuna.bookings.actions import answer_request, erase  # noqa: F401 - loading it is all
from timetuna.bookings.fulfilment import (  # noqa: F401
    fulfil,
    reconcile,
    retry,
    subscriber,
    sync_event,
    update_conference,
)
from timetuna.bookings.notifications import (  # noqa: F401
    message,
    queue,
    sample,
)
from timetuna.bookings.notifications import subscriber as mails  # noqa: F401
