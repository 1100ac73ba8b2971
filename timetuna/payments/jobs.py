"""Modules of this app that declare work to be done later, or listen to events: loaded by this list."""

from timetuna.payments import connection  # noqa: F401 - loading it is all
from timetuna.payments.actions import begin, check_account, follow, receive, settle  # noqa: F401
