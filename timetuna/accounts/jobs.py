"""Modules of this app that declare work to be done later: the worker knows what is listed here."""

from timetuna.accounts import emails  # noqa: F401 - loading it is all
