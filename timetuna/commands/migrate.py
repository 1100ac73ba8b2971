"""`timetuna migrate`."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from timetuna.commands.database import database_answers
from timetuna.encryption import box
from timetuna.lib.crypto import SecretBoxError
from timetuna.processes.ending import Refusal
from timetuna.processes.postgres import put_back
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
        loader = MigrationLoader(connection)
        _refuse_another_versions(loader)
        if loader.disk_migrations.keys() - loader.applied_migrations.keys():
            call_command("migrate", interactive=False, verbosity=0)


def _refuse_another_versions(loader: MigrationLoader) -> None:
    """Leave a database alone that a later version has changed, or one by other migrations than ours."""
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("timetuna.")}
    unknown = sorted(loader.applied_migrations.keys() - loader.disk_migrations.keys())
    foreign = [f"{app} {name}" for app, name in unknown if app in ours]
    if foreign:
        more = f" and {len(foreign) - 1} more" if foreign[1:] else ""
        raise Refusal(
            f"The database was made by another version of TimeTuna ({foreign[0]}{more} is not known to this one), so "
            "nothing was changed. Install the version that made it, or begin with an empty database."
        )


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
