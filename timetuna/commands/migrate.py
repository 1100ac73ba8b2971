"""`timetuna migrate`."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from timetuna.commands.database import database_answers
from timetuna.encryption import box
from timetuna.lib.crypto import SecretBoxError
from timetuna.processes.postgres import put_back
from timetuna.processes.refusal import Refusal
from timetuna.processes.static_files import collect_when_stale, only_one

ADVISORY_LOCK = 7_346_114


def run(_options: argparse.Namespace) -> int:
    """Apply new migrations and collect static files. Of several machines one works, the others wait."""
    bring_up_to_date()
    print("Database and collected files are up to date.")
    return 0


def bring_up_to_date() -> None:
    """Do it silently, once the keys are known to be usable. Raises Refusal."""
    migrate_database()
    collect_when_stale(
        settings.DATA_DIR, collect=lambda: call_command("collectstatic", interactive=False, verbosity=0)
    )


def migrate_database() -> None:
    """Apply new migrations, once the keys are known to be usable. Raises Refusal."""
    try:
        box()
    except SecretBoxError as error:
        raise Refusal(f"TIMETUNA_ENCRYPTION_KEYS cannot be used. {error}") from error
    with database_answers(), _alone():
        put_back()
        call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor != "postgresql":
        with only_one(settings.DATA_DIR / "migrate.lock"):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [ADVISORY_LOCK])
