"""`timetuna newkeys`."""

import argparse
import secrets

from timetuna.lib.crypto import new_key


def run(_options: argparse.Namespace) -> int:
    """Print new keys as lines for an environment file."""
    print(f"TIMETUNA_SECRET_KEY={secrets.token_urlsafe(48)}")
    print(f"TIMETUNA_ENCRYPTION_KEYS={new_key()}")
    return 0
