"""Modules of this app that declare work to be done later, or listen to events: loaded by this list."""
