"""The one box that seals what is secret at rest, with the operator's keys."""

from functools import lru_cache

from django.conf import settings

from timetuna.lib.crypto import SecretBox


@lru_cache(maxsize=1)
def box() -> SecretBox:
    """Return the box for TIMETUNA_ENCRYPTION_KEYS (newest first)."""
    return SecretBox(settings.ENCRYPTION_KEYS)
