"""Modules of this app that declare work to be done later, or listen to events: loaded by this list."""

from timetuna.bookings.actions import answer_request, erase, turns, use_link  # noqa: F401 - loading it is all
from timetuna.bookings.fulfilment import ensure, fulfil, new_host, reconcile, update_conference  # noqa: F401
from timetuna.bookings.notifications import message, queue, sample  # noqa: F401
from timetuna.bookings.notifications import subscriber as mails  # noqa: F401
from timetuna.bookings.proofs import text_code  # noqa: F401
from timetuna.bookings.status import meetings  # noqa: F401
