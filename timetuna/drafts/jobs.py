"""Modules of this app that declare work to be done later: loaded by this list."""

from timetuna.drafts.actions import write_draft  # noqa: F401 - loading it is all
