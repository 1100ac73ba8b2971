"""`timetuna restore FILE`: makes the database what it was when the file was written."""

import argparse
import re
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction
from django.db.migrations.loader import MigrationLoader

from timetuna.accounts.models import User
from timetuna.bookings.models import Booking
from timetuna.commands import Refusal
from timetuna.commands.backup import write_backup
from timetuna.commands.database import database_answers
from timetuna.commands.migrate import migrate_database
from timetuna.commands.postgres import started
from timetuna.commands.sealed import unopened
from timetuna.jobs.queue import worker_alive

MAGIC = {b"SQLite format 3\0": "sqlite", b"PGDMP": "postgresql"}
ASIDE = "timetuna_before_restore"
_TABLE = re.compile(r"^\d+; \d+ \d+ TABLE \S+ (\S+)", re.MULTILINE)
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def run(options: argparse.Namespace) -> int:
    """Put the file's content in place of an empty database, or of whatever is there when told so."""
    source = Path(options.file)
    _require_ours(source)
    with database_answers():
        connection.ensure_connection()
        if _is_used():
            _make_way(replace=options.replace)
        _restore_sqlite(source) if connection.vendor == "sqlite" else _restore_postgres(source)
    connections.close_all()
    migrate_database()
    with database_answers():
        hosts, bookings, shut = User.objects.count(), Booking.objects.count(), unopened()
    print(f"Restored {source}: {hosts} hosts, {bookings} bookings, as they were then. Start TimeTuna again.")
    for sentence in shut:
        print(sentence)
    return 1 if shut else 0


def _require_ours(source: Path) -> None:
    """Refuse what is no backup for this database, before anything is touched."""
    try:
        with source.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise Refusal(f"{source} cannot be read: {error.strerror or error}.") from error
    engine = next((engine for magic, engine in MAGIC.items() if head.startswith(magic)), None)
    if engine is None:
        raise Refusal(f"{source} is no backup of TimeTuna.")
    if engine != connection.vendor:
        raise Refusal(
            f"{source} was made of a {NAMES[engine]} database, and DATABASE_URL leads to {NAMES[connection.vendor]}. "
            "A backup goes back into a database of its own kind."
        )
    known = set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)
    applied = _migrations_sqlite(source) if engine == "sqlite" else _migrations_postgres(source)
    ours = {row for row in applied if row[0] in {"accounts", "pages", "bookings"}}
    if not ours:
        raise Refusal(f"{source} is no backup of TimeTuna.")
    if ours - known:
        raise Refusal(f"{source} was made by a newer version of TimeTuna. Install that one first.")


def _migrations_sqlite(source: Path) -> set[tuple[str, str]]:
    """Return app and name of each migration, of a file that is whole."""
    try:
        with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as file:
            if file.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise Refusal(f"{source} is damaged.")
            return set(file.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error as error:
        raise Refusal(f"{source} cannot be read as a backup ({error}).") from error


def _migrations_postgres(source: Path) -> set[tuple[str, str]]:
    """Return app and name of each migration; reading all of the file shows whether it is whole."""
    with started("pg_restore", "--file=-", str(source), stdout=subprocess.DEVNULL):
        pass
    only = ("--data-only", "--table=django_migrations", "--file=-", str(source))
    with started("pg_restore", *only, stdout=subprocess.PIPE) as process:
        assert process.stdout  # noqa: S101 - said for the type checker
        lines = process.stdout.read().decode("utf-8", "replace").splitlines()
    columns = [line.split("\t") for line in lines]
    return {(row[1], row[2]) for row in columns if len(row) == 4}  # noqa: PLR2004 - id, app, name, applied


def _is_used() -> bool:
    """Say whether anybody has an account in the database."""
    try:
        return User.objects.exists()
    except DatabaseError:  # it has no tables
        connection.close()
        return False


def _make_way(*, replace: bool) -> None:
    """Keep a backup of what is there, so that the wrong file can be taken back."""
    if worker_alive():
        raise Refusal("TimeTuna is running on this database. Stop it first, then restore.")
    if not replace:
        raise Refusal("The database holds accounts already. With --replace they give way to the backup.")
    kept = settings.DATA_DIR / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
    kept.parent.mkdir(parents=True, exist_ok=True)
    write_backup(kept)
    print(f"What was there is kept in {kept}.")


def _restore_sqlite(source: Path) -> None:
    """Write the file's pages into the database, in one transaction."""
    connection.close()
    name = settings.DATABASES["default"]["NAME"]
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as file,
            closing(sqlite3.connect(name, timeout=15)) as database,
        ):
            file.backup(database)
    except sqlite3.Error as error:
        raise Refusal(f"The database could not be written ({error}). It is as it was.") from error


def _restore_postgres(source: Path) -> None:
    """Load the file's tables while ours stand aside; where that fails they come back."""
    with started("pg_restore", "--list", "--file=-", str(source), stdout=subprocess.PIPE) as process:
        assert process.stdout  # noqa: S101 - said for the type checker
        listed = _TABLE.findall(process.stdout.read().decode("utf-8", "replace"))
    with connection.cursor() as cursor:
        there = {*connection.introspection.table_names(cursor)}
    tables = sorted(there & {*listed, *connection.introspection.django_table_names()})
    here = _schema()
    _execute(f"CREATE SCHEMA {ASIDE}", *(f'ALTER TABLE "{name}" SET SCHEMA {ASIDE}' for name in tables))
    connection.close()
    try:
        with started("pg_restore", "--single-transaction", "--no-owner", "--no-privileges", str(source)):
            pass
    except BaseException:
        _execute(
            *(f'ALTER TABLE {ASIDE}."{name}" SET SCHEMA "{here}"' for name in tables), f"DROP SCHEMA {ASIDE}"
        )
        raise
    _execute(f"DROP SCHEMA {ASIDE} CASCADE")


def _schema() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return str(cursor.fetchone()[0])


def _execute(*statements: str) -> None:
    """Do all of them or none. Who has the tables open for longer than a few seconds is not waited for."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in ("SET LOCAL lock_timeout = '5s'", *statements):
            cursor.execute(statement)
