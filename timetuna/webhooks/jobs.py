"""Modules of this app that declare work to be done later, or listen to events: loaded by this list."""

from timetuna.webhooks import emails  # noqa: F401 - loading it is all
from timetuna.webhooks.actions import deliver, record_event, watch  # noqa: F401
